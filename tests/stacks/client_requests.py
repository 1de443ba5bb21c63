# A client that knows nothing of any mock: requests.
import hashlib, os, secrets, time
import requests

app_id, nonce, now = os.environ["ZIM_APP_ID"], secrets.token_hex(8), str(int(time.time()))
signature = hashlib.md5((app_id + nonce + os.environ["ZIM_SERVER_SECRET"] + now).encode()).hexdigest()
answer = requests.post("https://zim-api.zego.im/", timeout=30, json={"UserInfo": [{"UserId": "ann"}]},
                       params={"Action": "UserRegister", "AppId": app_id, "SignatureNonce": nonce, "Timestamp": now,
                               "Signature": signature, "SignatureVersion": "2.0"})
print(answer.text)
