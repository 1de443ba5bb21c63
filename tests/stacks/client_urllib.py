# A client that knows nothing of any mock: Python's standard library.
import hashlib, json, os, secrets, time, urllib.parse, urllib.request

app_id, nonce, now = os.environ["ZIM_APP_ID"], secrets.token_hex(8), str(int(time.time()))
signature = hashlib.md5((app_id + nonce + os.environ["ZIM_SERVER_SECRET"] + now).encode()).hexdigest()
query = urllib.parse.urlencode({"Action": "UserRegister", "AppId": app_id, "SignatureNonce": nonce, "Timestamp": now,
                                "Signature": signature, "SignatureVersion": "2.0"})
request = urllib.request.Request("https://zim-api.zego.im/?" + query, json.dumps({"UserInfo": [{"UserId": "ann"}]}).encode(),
                                 {"Content-Type": "application/json"})
print(urllib.request.urlopen(request, timeout=30).read().decode())
