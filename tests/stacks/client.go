// A client that knows nothing of any mock: Go's net/http.
package main

import (
	"crypto/md5"
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"
)

func main() {
	random := make([]byte, 8)
	rand.Read(random)
	app, nonce, now := os.Getenv("ZIM_APP_ID"), fmt.Sprintf("%x", random), fmt.Sprint(time.Now().Unix())
	signature := fmt.Sprintf("%x", md5.Sum([]byte(app+nonce+os.Getenv("ZIM_SERVER_SECRET")+now)))
	answer, err := http.Post("https://zim-api.zego.im/?Action=UserRegister&AppId="+app+"&SignatureNonce="+nonce+"&Timestamp="+now+
		"&Signature="+signature+"&SignatureVersion=2.0", "application/json", strings.NewReader(`{"UserInfo":[{"UserId":"ann"}]}`))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	io.Copy(os.Stdout, answer.Body)
}
