"""What a service of the ZIM API holds, and how it answers: users, lists and pages of one App.

The oracle and the chaos service are this world and the ways in which each goes wrong. Its rules come from contract.py,
so nothing here is the program's own. A list is known by (owner, peer). A caller holds a lock, or has one thread.
"""
import collections
import json
import random
import time

import contract
from expected import list_of

PAGES_KEPT = 20_000
FIRST_MSG_ID = 971503777289036701  # above 2^53, where a double loses digits


class List:
    """One owner's list with one peer, in the order of applying; a message as QueryPeerMsg gives it."""

    def __init__(self, messages=()):
        self.messages, self.applied_at = list(messages), [0.0] * len(messages)

    def append(self, message):
        self.messages.append(message)
        self.applied_at.append(time.monotonic())

    def newest_first(self, lag=0.0):
        """What a query sees that long after applying; of a tie the later import first."""
        until = time.monotonic() - lag
        seen = [message for message, at in zip(self.messages, self.applied_at) if at <= until]
        return sorted(reversed(seen), key=lambda message: -message["MsgTime"])


class World:
    def __init__(self, seed, rate=0, retention_days=30):
        self.rng, self.rate, self.retention_ms = random.Random(seed), rate, retention_days * 86_400_000
        self.users, self.lists, self.pages = set(), {}, collections.OrderedDict()
        self.msg_id, self.seq, self.nonces = FIRST_MSG_ID, 0, set()
        self.recent = collections.defaultdict(collections.deque)

    # --- calls --------------------------------------------------------------------------------------------------

    def is_new(self, nonce):
        known = nonce in self.nonces
        self.nonces.add(nonce)
        return not known

    def over_rate(self, action, at):
        """The code of a call that comes too soon, or 0."""
        if not self.rate:
            return 0
        recent = self.recent[action]
        while recent and at - recent[0] >= 1:
            recent.popleft()
        if len(recent) >= self.rate:
            return contract.RATE_CODES[action]
        recent.append(at)
        return 0

    def dressed(self, out):
        """The answer with what all answers have, its members in any order."""
        out["Message"] = "success" if out["Code"] == 0 else "failure"
        out["RequestId"] = str(self.rng.randrange(10**17, 10**18))
        names = list(out)
        self.rng.shuffle(names)
        return {name: out[name] for name in names}

    # --- UserRegister -------------------------------------------------------------------------------------------

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

    # --- ImportPeerMsg ------------------------------------------------------------------------------------------

    def check_import(self, body):
        """The code for an import's body, and why; 0 for one that may be applied."""
        return contract.check_import(body, self.users, int(time.time() * 1000), self.retention_ms)

    def import_message(self, body):
        """Applies an import that has been checked; the answer."""
        self.msg_id += self.rng.randrange(1, 1000)
        self.seq += self.rng.randrange(1, 4)
        message = {"Sender": body["FromUserId"], "MsgType": body["MessageType"], "SubMsgType": body.get("SubMsgType", 0),
                   "MsgBody": self.returned_body(body["MessageType"], body["MessageBody"]["Message"]),
                   "Payload": body["MessageBody"].get("ExtendedData", ""), "MsgId": self.msg_id, "MsgSeq": self.seq,
                   "MsgTime": body.get("SendMessageTime") or int(time.time() * 1000), "IsEmpty": 0}
        self.store(list_of(body), message)
        return {"Code": 0, "MsgId": str(message["MsgId"]), "MsgSeq": message["MsgSeq"]}

    def returned_body(self, kind, text):
        return contract.returned_body(kind, text, self.rng)

    def store(self, key, message):
        self.lists.setdefault(key, List()).append(message)

    # --- QueryPeerMsg -------------------------------------------------------------------------------------------

    def query(self, body):
        """A page: any number of messages up to Limit, and Next, which is 0 when all has been read."""
        key, token, limit = (body.get("FromUserId"), body.get("ToUserId")), body.get("Next", 0), body.get("Limit", 10)
        if key[0] not in self.users:
            return {"Code": 660500002}
        if not contract.is_integer(limit) or not contract.is_integer(token):
            return {"Code": 660000002, "why": f"Limit {limit!r}, Next {token!r}"}
        if token == 0:
            before, left = [], self.newest_first(key)
        elif self.pages.get(token, (None,))[0] != key:
            return {"Code": 660000002, "why": f"unknown Next {token}"}
        else:
            _, before, left = self.pages[token]
        again = self.repeated(before)
        take = self.page_size(10 if limit <= 0 else min(limit, 100), left, again)
        page, left = again + left[:take], left[take:]
        next_token = self.next_token(key, page, left)
        whole = body.get("WithEmptyMsg") == 1
        return {"Code": 0, "List": [_item(message) for message in page if whole or not message["IsEmpty"]], "Next": next_token}

    def newest_first(self, key):
        return self.lists[key].newest_first() if key in self.lists else []

    def repeated(self, _before):
        """What a page has again of the end of the page before."""
        return []

    def page_size(self, limit, left, again):
        """How many it has of what is left."""
        short = len(left) > 1 and self.rng.random() < 0.5
        size = self.rng.randrange(0, min(limit, len(left)) + 1) if short else limit
        return max(0, size - len(again))

    def next_token(self, key, page, left):
        return self.keep_page(self.rng.randrange(2**53, 2**63), key, page, left) if left else 0

    def keep_page(self, token, key, page, left):
        self.pages[token] = (key, page, left)
        if len(self.pages) > PAGES_KEPT:
            self.pages.popitem(last=False)
        return token


def _item(message):
    return {**message, "MsgBody": "", "Payload": ""} if message["IsEmpty"] else message


def as_json(lists):
    """{(owner, peer): List} as a JSON object."""
    return {json.dumps(key): held.messages for key, held in lists.items()}


def from_json(document):
    """{(owner, peer): [message, ...]} of what as_json() made."""
    return {tuple(json.loads(key)): messages for key, messages in document.items()}
