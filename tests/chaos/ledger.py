"""Inputs and ledgers, read without any help of the client's: what should be in each list, and what was applied."""
import json
import random
import time

from world import body_hash

TAG = "_zm"


def own_of_source(extended):
    """The source's ExtendedData as it is to be found beside the tag, in one spelling."""
    members = {}
    if extended:
        try:
            members = json.loads(extended)
        except ValueError:
            members = None
        if not isinstance(members, dict):
            members = {"ExtendedData": extended}
    return json.dumps(members, sort_keys=True)


def tag_and_own(payload):
    """The tag of a payload and what is beside it; (None, the payload as a source's own) where there is no tag."""
    try:
        members = json.loads(payload)
    except ValueError:
        members = None
    if not isinstance(members, dict) or not isinstance(members.get(TAG), str):
        return None, own_of_source(payload)
    return members.pop(TAG), json.dumps(members, sort_keys=True)


def read_lines(path):
    """The JSON lines of a file; its last may be in the middle of being written."""
    with open(path, "rb") as file:
        return [json.loads(line) for line in file if line.endswith(b"\n") and line.strip()]


def message_of(record):
    nested = record.get("MessageBody", {})
    return record.get("Message", nested.get("Message")), record.get("ExtendedData", nested.get("ExtendedData", ""))


def planned_lists(records):
    """(viewer, peer) -> [(key, time)] in the order of importing; a key is all but the time."""
    lists = {}
    for record in sorted(records, key=lambda record: record["SendMessageTime"]):  # stable: ties as in the file
        text, extended = message_of(record)
        kind, pair = record["MessageType"], (record["FromUserId"], record["ToUserId"])
        key = (pair[0], kind, record.get("SubMsgType", 0) if kind == 200 else 0, body_hash(text),
               own_of_source(extended))
        for viewer in dict.fromkeys(record.get("VisibleTo", pair)):
            lists.setdefault((viewer, pair[viewer == pair[0]]), []).append((key, record["SendMessageTime"]))
    return lists


def applied_lists(lines):
    """(viewer, peer) -> [(key, time, tag)] in the order of applying."""
    lists = {}
    for line in lines:
        tag, own = tag_and_own(line["payload"])
        key = (line["from"], line["type"], line["sub"], line["hash"], own)
        lists.setdefault((line["viewer"], line["peer"]), []).append((key, line["time"], tag))
    return lists


def request_bodies(records):
    """The bodies that a client without any care would send, one an import."""
    for record in sorted(records, key=lambda record: record["SendMessageTime"]):
        text, extended = message_of(record)
        body = {name: record[name] for name in ("FromUserId", "ToUserId", "MessageType", "SendMessageTime")}
        body.update(Priority=record.get("Priority", 2), MessageBody={"Message": text})
        if extended:
            body["MessageBody"]["ExtendedData"] = extended
        body.update({name: record[name] for name in ("SubMsgType", "SearchedContent") if name in record})
        for viewer in record.get("VisibleTo", (record["FromUserId"], record["ToUserId"])):
            yield {**body, "ImportedUserId": viewer}


def generate(conversations, count, seed):
    """Made-up records in time order: ties, genuine repeats, both senders, one-sided ones, custom messages."""
    rng = random.Random(seed)
    at, conversation = (int(time.time()) - 86_400 - count) * 1000, 0
    for i in range(count):
        conversation = conversation if rng.random() < 0.3 else rng.randrange(conversations)
        pair = [f"user-{conversation}-a", f"user-{conversation}:<b>"]
        at += rng.choice((0, 0, 1, 500, 1000))
        rng.shuffle(pair)
        text = rng.choice(("ok", f"hi {i}", f"привет {i}", f"你好 {i}", f"👩‍🚀 {i}", f"a%20b+c\n\"{i}\""))
        record = {"Id": f"m{i}", "FromUserId": pair[0], "ToUserId": pair[1], "MessageType": 1, "Message": text,
                  "SendMessageTime": at}
        if rng.random() < 0.2:
            record.update(MessageType=200, SubMsgType=rng.randrange(201), SearchedContent=f"find {i}")
        if rng.random() < 0.2:
            record["VisibleTo"] = [rng.choice(pair)]
        if rng.random() < 0.3:
            record["ExtendedData"] = rng.choice((f'{{"i":{i},"of":["source"]}}', f"not json {i}", f"[{i}]", "{}"))
        yield record
