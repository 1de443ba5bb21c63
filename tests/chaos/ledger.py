"""Inputs and ledgers, read without any help of the client's: what should be in each list, and what was applied."""
import json
import pathlib
import random
import sys
import time

sys.path.insert(1, str(pathlib.Path(__file__).resolve().parent.parent / "support" / "py"))
from expected import expected_lists, hash_of, own_of_source, tag_and_own  # noqa: E402


def read_lines(path):
    """The JSON lines of a file; its last may be in the middle of being written."""
    with open(path, "rb") as file:
        return [json.loads(line) for line in file if line.endswith(b"\n") and line.strip()]


def key_of(message, own):
    """All of a message but its time."""
    return message["FromUserId"], message["MessageType"], message["SubMsgType"] or 0, hash_of(message["Message"]), own


def planned_lists(records):
    """(owner, peer) -> [(key, time)] in the order of importing."""
    return {name: [(key_of(message, own_of_source(message["ExtendedData"])), message["SendMessageTime"]) for message in messages]
            for name, messages in expected_lists(records).items()}


def applied_lists(lines):
    """(owner, peer) -> [(key, time, tag)] in the order of applying."""
    lists = {}
    for line in lines:
        tag, own = tag_and_own(line["payload"])
        key = (line["from"], line["type"], line["sub"], line["hash"], own)
        lists.setdefault((line["owner"], line["peer"]), []).append((key, line["time"], tag))
    return lists


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
