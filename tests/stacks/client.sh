#!/bin/sh
# A client that knows nothing of any mock: curl, no flags about proxies or certificates.
nonce=$(od -An -N8 -tx1 /dev/urandom | tr -d ' \n')
now=$(date +%s)
signature=$(printf '%s' "$ZIM_APP_ID$nonce$ZIM_SERVER_SECRET$now" | md5sum | cut -d ' ' -f 1)
curl -sS "https://zim-api.zego.im/?Action=UserRegister&AppId=$ZIM_APP_ID&SignatureNonce=$nonce&Timestamp=$now&Signature=$signature&SignatureVersion=2.0" \
  -H 'Content-Type: application/json' -d '{"UserInfo":[{"UserId":"ann"}]}'
