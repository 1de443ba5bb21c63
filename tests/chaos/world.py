"""What the oracle service holds: users, lists, pages, and the ledger it writes as it applies.

Every applied import is one JSON line in the ledger, written before anybody can be told of it; every call is a line in
the calls file. Rules of the contract come from tests/oracle/contract.py, nothing from the client under test.
"""
import collections
import hashlib
import json
import os
import pathlib
import random
import sys
import time

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "oracle"))
import contract  # noqa: E402

PAGES_KEPT = 20_000
REPEATED_MOST = 3  # items of the page before


def body_hash(text):
    return hashlib.sha256(text.encode()).hexdigest()[:32]


class List:
    """One user's list of one conversation, in the order of applying."""

    def __init__(self):
        self.messages, self.in_order = [], True

    def append(self, message):
        if self.messages and message["MsgTime"] < self.messages[-1][1]["MsgTime"]:
            self.in_order = False
        self.messages.append((time.monotonic(), message))

    def newest_first(self, lag):
        """What a query sees that long after applying; of a tie the later import first."""
        until = time.monotonic() - lag
        out = [message for at, message in reversed(self.messages) if at <= until]
        return out if self.in_order else sorted(out, key=lambda message: -message["MsgTime"])


class World:
    def __init__(self, options):
        self.options, self.rng = options, random.Random(options.seed * 7 + 1)
        self.users, self.lists, self.pages = set(), {}, collections.OrderedDict()
        self.n, self.msg_id, self.seq, self.repeats = 0, 971503777289036701, 0, 0
        self.recent = collections.defaultdict(collections.deque)
        self.ledger = os.open(options.ledger, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        self.calls = open(options.calls, "a", encoding="ascii")

    def note_call(self, action, at, code, fault=None):
        self.calls.write(f'{{"call":"{action}","t":{at:.6f},"code":{json.dumps(code)},'
                         f'"fault":{json.dumps(fault)}}}\n')

    def flush(self):
        self.calls.flush()

    def throttled(self, action, at):
        if not self.options.rate:
            return False
        recent = self.recent[action]
        while recent and at - recent[0] >= 1:
            recent.popleft()
        if len(recent) >= self.options.rate:
            return True
        recent.append(at)
        return False

    def signature_code(self, params):
        """Judged in whole seconds: a signature is good until its Timestamp + 600 s is over, the latest reading."""
        return contract.check_query(params, self.options.app_id, self.options.secret, int(time.time()))[0]

    def register(self, body):
        infos = body.get("UserInfo")
        if not isinstance(infos, list) or not infos:
            return {"Code": 660000002}
        if len(infos) > 100:
            return {"Code": 660000011}
        failed = []
        for info in infos:
            user = info.get("UserId") if isinstance(info, dict) else None
            code = contract.check_user_id(user) or (660700002 if user in self.users else 0)
            if code:
                failed.append({"UserId": user, "SubCode": code, "SubMessage": "no"})
            else:
                self.users.add(user)
        return {"Code": failed[0]["SubCode"] if len(failed) == len(infos) else 0, "ErrorList": failed}

    def import_code(self, body):
        now_ms = int(time.time() * 1000)
        return contract.check_import(body, self.users, now_ms, self.options.retention_days * 86_400_000)[0]

    def import_message(self, body, late=False):
        """Applies a checked import: into the ledger first, then into the list."""
        self.n += 1
        self.seq += self.rng.randrange(1, 4)
        self.msg_id += self.rng.randrange(1, 1000)
        viewer, sender, kind = body["ImportedUserId"], body["FromUserId"], body["MessageType"]
        peer = body["ToUserId"] if viewer == sender else sender
        text, payload = body["MessageBody"]["Message"], body["MessageBody"].get("ExtendedData", "")
        at = body.get("SendMessageTime") or int(time.time() * 1000)
        line = {"n": self.n, "t": round(time.monotonic(), 6), "viewer": viewer, "peer": peer, "from": sender,
                "type": kind, "sub": body.get("SubMsgType", 0), "hash": body_hash(text), "payload": payload,
                "time": at, "id": self.msg_id, "late": late}
        os.write(self.ledger, json.dumps(line).encode() + b"\n")
        self.lists.setdefault((viewer, peer), List()).append(
            {"Sender": sender, "MsgType": kind, "SubMsgType": line["sub"],
             "MsgBody": contract.returned_body(kind, text, self.rng), "Payload": payload, "MsgId": self.msg_id,
             "MsgSeq": self.seq, "MsgTime": at, "IsEmpty": 0})
        return {"Code": 0, "MsgId": str(self.msg_id), "MsgSeq": self.seq}

    def query(self, body):
        viewer, peer, token = body.get("FromUserId"), body.get("ToUserId"), body.get("Next", 0)
        if viewer not in self.users:
            return {"Code": 660500002}
        limit = body.get("Limit", 10)
        if not contract.is_integer(limit) or not contract.is_integer(token):
            return {"Code": 660000002}
        limit = 10 if limit <= 0 else min(limit, 100)
        before = []
        if token == 0:
            of_viewer = self.lists.get((viewer, peer))
            seen = of_viewer.newest_first(self.options.query_lag) if of_viewer else []
        elif self.pages.get(token, (None,))[0] != (viewer, peer):
            return {"Code": 660000002}
        else:
            _, before, seen = self.pages[token]
        again = self.repeated(before)
        short = len(seen) > 1 and self.rng.random() < 0.5
        take = self.rng.randrange(0, min(limit, len(seen)) + 1) if short else limit
        take = max(0, take - len(again))
        page, left = again + seen[:take], seen[take:]
        return {"Code": 0, "List": page, "Next": self.page((viewer, peer), page, left)}

    def repeated(self, before):
        """What a page has again of the end of the page before."""
        if not before or self.rng.random() >= self.options.repeat_page:
            return []
        self.repeats += 1
        return before[-self.rng.randrange(1, REPEATED_MOST + 1):]

    def page(self, key, page, left):
        if not left:
            return 0
        token = self.rng.randrange(2**53, 2**62)
        self.pages[token] = (key, page, left)
        if len(self.pages) > PAGES_KEPT:
            self.pages.popitem(last=False)
        return token
