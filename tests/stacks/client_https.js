// A client that knows nothing of any mock: Node's https module.
const https = require("node:https");
const { createHash, randomBytes } = require("node:crypto");

const { ZIM_APP_ID, ZIM_SERVER_SECRET } = process.env;
const nonce = randomBytes(8).toString("hex");
const now = String(Math.floor(Date.now() / 1000));
const signature = createHash("md5").update(ZIM_APP_ID + nonce + ZIM_SERVER_SECRET + now).digest("hex");
const query = new URLSearchParams({
  Action: "UserRegister", AppId: ZIM_APP_ID, SignatureNonce: nonce, Timestamp: now, Signature: signature, SignatureVersion: "2.0",
});
const url = `https://zim-api.zego.im/?${query}`;
const body = { UserInfo: [{ UserId: "ann" }] };

const request = https.request(url, { method: "POST", headers: { "Content-Type": "application/json" } }, (answer) => {
  answer.pipe(process.stdout);
});
request.end(JSON.stringify(body));
