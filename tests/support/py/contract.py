"""The ZIM server API as the contract tells it (docs/zim-api.md), in plain functions.

Written from that text alone and sharing nothing with the C++ code, so that client and oracle cannot
agree on a shared mistake. Section numbers are the contract's. The oracle and the chaos service judge by it.
"""
import hashlib
import json
import re
import urllib.parse

USER_ID = re.compile(r"[A-Za-z0-9!#$%&()+\-:;<=.>?@\[\]^_ {}|~]+")  # section 2
SIGNATURE_SECONDS = 600  # section 1
MEDIA = (10, 11, 12, 13, 14)
IMPORTABLE = (1, *MEDIA, 200)
RATE_CODES = {"UserRegister": 660700001, "ImportPeerMsg": 660300005, "QueryPeerMsg": 660300005}  # too many calls a second
IMPORT_MEMBERS = {"FromUserId", "ToUserId", "MessageType", "Priority", "MessageBody", "SubMsgType",
                  "SearchedContent", "SendMessageTime", "ImportedUserId"}


def signature(app_id, nonce, secret, timestamp):
    return hashlib.md5(f"{app_id}{nonce}{secret}{timestamp}".encode()).hexdigest()


def target(action, app_id, secret, nonce, timestamp, **changed):
    """A signed request line's target. What is given beside comes instead; None leaves a parameter out."""
    query = {"Action": action, "AppId": app_id, "SignatureNonce": nonce, "Timestamp": timestamp, "SignatureVersion": "2.0",
             "Signature": signature(app_id, nonce, secret, timestamp), **changed}
    return "/?" + urllib.parse.urlencode({name: value for name, value in query.items() if value is not None})


def check_query(params, app_id, secret, now):
    """The code for a request's query parameters, and why."""
    def one(name):
        return params.get(name, [""])[0]
    for name, values in params.items():
        if len(values) != 1:
            return 660000002, f"{name} given {len(values)} times"
    for name, code in (("Action", 100000006), ("AppId", 100000001), ("Timestamp", 100000002),
                       ("SignatureNonce", 100000008), ("SignatureVersion", 100000013),
                       ("Signature", 100000009)):
        if not one(name):
            return code, f"no {name}"
    if one("AppId") != app_id:
        return 100000011, f"AppId {one('AppId')}"
    if not re.fullmatch(r"[0-9]{1,18}", one("Timestamp")):
        return 100000003, f"Timestamp {one('Timestamp')}"
    if one("SignatureVersion") != "2.0":
        return 100000014, f"SignatureVersion {one('SignatureVersion')}"
    if abs(int(one("Timestamp")) - now) > SIGNATURE_SECONDS:
        return 100000004, f"Timestamp {one('Timestamp')} at {now}"
    wanted = signature(app_id, one("SignatureNonce"), secret, one("Timestamp"))
    if one("Signature") != wanted:
        return 100000005, "another signature"
    if not re.fullmatch(r"[0-9a-f]{16}", one("SignatureNonce")):
        return 0, f"nonce {one('SignatureNonce')!r} is not 16 hex characters"
    return 0, ""


def read_body(raw):
    """A body as an object, or why it is none: UTF-8, JSON, no member twice (section 1)."""
    def no_twice(pairs):
        if len({name for name, _ in pairs}) != len(pairs):
            raise ValueError("a member given twice")
        return dict(pairs)
    try:
        body = json.loads(raw.decode("utf-8"), object_pairs_hook=no_twice)
    except ValueError as error:
        return None, str(error)
    return (body, "") if isinstance(body, dict) else (None, "no object")


def check_user_id(user_id):
    if not isinstance(user_id, str) or not user_id:
        return 660000002
    if len(user_id.encode()) > 32:
        return 660000012
    return 0 if USER_ID.fullmatch(user_id) else 660000002


def is_integer(value):
    return isinstance(value, int) and not isinstance(value, bool)


def size(text):
    return len(text.encode())


def check_import(body, users, now_ms, retention_ms):
    """The code for an ImportPeerMsg (section 4), and why."""
    sender, receiver = body.get("FromUserId"), body.get("ToUserId")
    for user in (sender, receiver):
        if code := check_user_id(user):
            return code, f"user id {user!r}"
    if sender == receiver:
        return 660600030, "sender and receiver are the same"
    if body.get("ImportedUserId") not in (sender, receiver):
        return 660000002, f"ImportedUserId {body.get('ImportedUserId')!r}"
    kind = body.get("MessageType")
    if not is_integer(kind) or kind not in IMPORTABLE:
        return 660000002, f"MessageType {kind!r}"
    if not is_integer(body.get("Priority")) or body["Priority"] not in (1, 2, 3):
        return 660000002, f"Priority {body.get('Priority')!r}"
    code, why = check_message(kind, body)
    if code:
        return code, why
    time = body.get("SendMessageTime", 0)
    if not is_integer(time) or time < 0:
        return 660000002, f"SendMessageTime {time!r}"
    if time > now_ms:
        return 660800046, f"SendMessageTime {time} at {now_ms}"
    if time and time < now_ms - retention_ms:
        return 660000002, f"SendMessageTime {time} is older than retention at {now_ms}"
    if sender not in users:
        return 660500002, f"{sender!r} is not registered"
    if receiver not in users:
        return 660700015, f"{receiver!r} is not registered"
    return 0, ""


def check_message(kind, body):
    message = body.get("MessageBody")
    if not isinstance(message, dict) or not isinstance(message.get("Message"), str) or not message["Message"]:
        return 660000002, f"MessageBody {message!r}"
    if size(message["Message"]) > (5120 if kind == 10 else 2048):
        return 660400001, f"Message of {size(message['Message'])} bytes"
    extended = message.get("ExtendedData", "")
    if not isinstance(extended, str) or size(extended) > 1024:
        return 660000002, f"ExtendedData {extended!r}"
    sub_type = body.get("SubMsgType", 0)
    if not is_integer(sub_type) or not 0 <= sub_type <= 200 or (kind == 200) > ("SubMsgType" in body):
        return 660000002, f"SubMsgType {body.get('SubMsgType')!r}"
    searched = body.get("SearchedContent", "")
    if not isinstance(searched, str) or size(searched) > 64 or (searched and kind != 200):
        return 660000002, f"SearchedContent {searched!r}"
    return 0, ""


def _picture(out, document, name, prefix, with_url):
    picture = document.get(name)
    if picture is None:
        return
    for member, name in (("Url", "download_url"), ("Width", "width"), ("Height", "height")):
        if member in picture and (with_url or member != "Url"):
            out[prefix + name] = picture[member]


def returned_document(kind, message):
    """The document that a media Message comes back as (section 6)."""
    document = json.loads(message)
    if kind == 10:
        return {"multi_msg": [
            {"msg_type": item["MsgType"], **({"sub_msg_type": item["SubMsgType"]} if item["MsgType"] == 200 else {}),
             "callback_content": item["Msg"] if item["MsgType"] in (1, 200)
             else json.dumps(returned_document(item["MsgType"], item["Msg"]))}
            for item in document["MultiMsg"]]}
    out = {"md5": "", "file_name": document["FileName"], "file_size": str(document.get("Size", 0))}
    if kind == 11:
        out["download_url"] = document["Origin"]["Url"]
        _picture(out, document, "Origin", "origin_image_", False)
        _picture(out, document, "LargeImage", "large_image_", True)
        _picture(out, document, "Thumbnail", "thumbnail_", True)
        return out
    out["download_url"] = document["Url"]
    if kind in (13, 14):
        out["media_duration"] = str(document.get("MediaDuration", 0))
    if kind == 14:
        _picture(out, document, "Thumbnail", "video_first_frame_", True)
    return out


def fill(document):
    """What a service may put into a media document, or change in it (section 6)."""
    for item in document.get("multi_msg", []):
        if item["msg_type"] not in (1, 200):
            inner = json.loads(item["callback_content"])
            fill(inner)
            item["callback_content"] = json.dumps(inner)
    if "md5" in document:
        document["md5"] = hashlib.md5(document["download_url"].encode()).hexdigest()
        document["file_size"] = str(len(document["download_url"]) + 1000)
        for name in document:
            if name.endswith("download_url"):
                document[name] = "https://cdn.example/" + hashlib.md5(document[name].encode()).hexdigest()
            elif name.endswith(("_width", "_height")):
                document[name] += 7
            elif name == "media_duration":
                document[name] = str(int(document[name]) or 9)


def change(document, what):
    """One thing of it otherwise, of items too: what a service fills in, corrects or rewrites, or what it must not."""
    for item in document.get("multi_msg", []):
        if item["msg_type"] not in (1, 200):
            inner = json.loads(item["callback_content"])
            change(inner, what)
            item["callback_content"] = inner if what == "object" else json.dumps(inner)
    if "md5" not in document:
        return
    if what == "no-md5":
        del document["md5"]
    elif what in ("md5", "file_size", "file_name", "media_duration"):
        document[what] = {"md5": hashlib.md5(document["download_url"].encode()).hexdigest(), "file_size": "4711",
                          "file_name": document["file_name"] + "~", "media_duration": "61"}[what]
    for name in document:
        if what == "width" and name.endswith("_width"):
            document[name] += 7
        elif what in ("host", "prefix", "path") and name.endswith("download_url"):
            scheme, host, path = re.fullmatch(r"(https?://)([^/]*)(/.*)", document[name]).groups()
            document[name] = {"host": f"https://cdn.example{path}", "prefix": f"{scheme}{host}/zim/media{path}",
                              "path": f"{scheme}{host}{path}.webp"}[what]


def returned_body(kind, message, rng, filled=False, changed=None):
    """MsgBody as QueryPeerMsg gives it; the order of members and the encoding's spelling are nobody's promise."""
    if kind not in MEDIA:
        return message
    document = returned_document(kind, message)
    if filled:
        fill(document)
    if changed:
        change(document, changed)
    names = list(document)
    rng.shuffle(names)
    text = json.dumps({name: document[name] for name in names}, ensure_ascii=rng.random() < 0.5)
    encoded = urllib.parse.quote(text, safe=rng.choice(("", ":,/", "-_.~")))
    if rng.random() < 0.5:
        encoded = re.sub(r"%[0-9A-F]{2}", lambda match: match.group().lower(), encoded)
    return encoded
