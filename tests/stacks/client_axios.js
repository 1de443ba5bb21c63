// A client that knows nothing of any mock: axios.
const axios = require("axios");
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

axios.post(url, body).then(
  (answer) => console.log(JSON.stringify(answer.data)),
  (error) => {
    console.error(error.message);
    process.exitCode = 1;
  },
);
