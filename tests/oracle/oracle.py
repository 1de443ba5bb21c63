#!/usr/bin/env python3
"""An independent oracle of the ZIM service: keeps a ledger of every call, and misbehaves on request.

    oracle.py --ledger FILE [--go-on --port N] [--rate N] [--retention-days N] [--delay-ms N] [--fault F]...

A fault is ACTION@WHEN:KIND[=ARG]. ACTION: register, import or query. WHEN counts the well-signed calls
of that action: 5 (the fifth), *5 (every fifth), 5+ (from the fifth on), 5-9. KIND, for any action:
    code=N           answered with code N, without effect        code-after=N   the same after the effect
    drop             effect, then the connection is closed without an answer
    drop-before      the same without effect                     reset          effect, then a TCP reset
    withhold         effect, answered when GET /release comes    html=STATUS    no effect, an HTML page
    html-after=S     effect, an HTML page                        half           effect, half an answer
    array            effect, answered with a JSON array
for import: corrupt=body|sender|type|subtype|payload, lose (answered with success all the same), twice,
    swap (times exchanged with the message before), time=MS, delete (IsEmpty 1), recall (IsEmpty 2),
    extra (one more message), both (ImportedUserId ignored: into both lists), fill (media come back with md5,
    corrected sizes and URLs of the service's own), change=md5|no-md5|file_size|file_name|media_duration|width|host|
    prefix|path|object (that of media comes back otherwise), held=look|expiry (what is decided, and the effect, come only
    when its list has been queried since, or when its signature has expired)
for query: same-next (one Next for ever), fresh-next (always another Next, nothing more),
    absent (what is 0 or empty is left out), null (an empty List is null), misorder (two neighbours exchanged), overlap (pages of two, each after the first with the two before it again)
The first line on stdout is JSON: url, pid. GET /count answers how many calls have been applied, and so do
GET /release and /release-all; after the latter nothing is withheld any more. SIGTERM writes the ledger:
{"calls": [...], "lists": {...}, "complaints": [...]}, and exits with 0. --go-on takes up the world and the calls
of the ledger that is there, as a service that was restarted; faults count anew.
"""
import argparse
import json
import os
import pathlib
import re
import signal
import socket
import struct
import sys
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

sys.path.insert(1, str(pathlib.Path(__file__).resolve().parent.parent / "support" / "py"))
import contract  # noqa: E402
from expected import list_of  # noqa: E402
from world import List, World, as_json, from_json  # noqa: E402

ACTIONS = {"UserRegister": "register", "ImportPeerMsg": "import", "QueryPeerMsg": "query"}
MEMBERS = {"UserRegister": {"UserInfo"}, "ImportPeerMsg": contract.IMPORT_MEMBERS,
           "QueryPeerMsg": {"FromUserId", "ToUserId", "Limit", "Next", "WithEmptyMsg"}}
ARGUMENTS = {"code": int, "code-after": int, "held": str, "html": int, "html-after": int, "time": int,
             "corrupt": str, "change": str}
KINDS = {*ARGUMENTS, "drop", "drop-before", "reset", "half", "array", "lose", "twice", "swap", "delete", "recall",
         "extra", "both", "fill", "absent", "null", "same-next", "fresh-next", "misorder", "overlap", "withhold"}


class Fault:
    def __init__(self, text):
        match = re.fullmatch(r"(register|import|query)@(\*?)(\d+)(\+|-\d+)?:([a-z-]+)(?:=(.+))?", text)
        if not match or match[5] not in KINDS or (match[5] in ARGUMENTS) != (match[6] is not None):
            raise argparse.ArgumentTypeError(f"expected ACTION@WHEN:KIND[=ARG], got {text!r}")
        self.action, every, first, last, self.kind = match.groups()[:5]
        self.every, self.first = bool(every), int(first)
        self.last = self.first if not last else float("inf") if last == "+" else int(last[1:])
        self.arg = ARGUMENTS.get(self.kind, str)(match[6]) if match[6] else None

    def hits(self, action, nth):
        if action != self.action:
            return False
        return nth % self.first == 0 if self.every else self.first <= nth <= self.last


class MisbehavingWorld(World):
    """The world with its ledger of calls, and what the faults of a call (`kinds`) make of it. Every method is called with
    the lock held."""

    def __init__(self, options):
        super().__init__(options.seed, options.rate, options.retention_days)
        self.options, self.kinds = options, {}
        self.calls, self.complaints = [], []
        self.counts = dict.fromkeys(ACTIONS, 0)
        self.queried = {}  # (owner, peer): how often

    def take_up(self, ledger):
        self.users, self.calls, self.complaints = set(ledger["users"]), ledger["calls"], ledger["complaints"]
        self.lists = {key: List(messages) for key, messages in from_json(ledger["lists"]).items()}
        self.nonces = {call["nonce"] for call in self.calls}
        stored = [message for held in self.lists.values() for message in held.messages]
        self.msg_id = max([self.msg_id, *(message["MsgId"] for message in stored)])
        self.seq = max([0, *(message["MsgSeq"] for message in stored)])

    def complain(self, call, why):
        self.complaints.append(f"call {call['n']} ({call['action']}): {why}")

    def faults(self, action):
        return [f for f in self.options.fault if f.hits(ACTIONS[action], self.counts[action])]

    def apply(self, action, body, kinds):
        self.kinds = kinds
        return {"UserRegister": self.register, "ImportPeerMsg": self.import_message, "QueryPeerMsg": self.query}[action](body)

    def import_message(self, body):
        code, why = self.check_import(body)
        if code:
            return {"Code": code, "why": why}
        return super().import_message(body)

    def returned_body(self, kind, text):
        return contract.returned_body(kind, text, self.rng, "fill" in self.kinds, self.kinds.get("change"))

    def store(self, key, message):
        kinds, corrupt = self.kinds, self.kinds.get("corrupt")
        if "lose" in kinds:
            return
        into = self.lists.setdefault(key, List())
        message["MsgTime"] += kinds.get("time", 0)
        message["IsEmpty"] = 1 if "delete" in kinds else 2 if "recall" in kinds else 0
        if corrupt:
            message.update({"body": {"MsgBody": message["MsgBody"][:-1] + "?"}, "type": {"MsgType": 201},
                            "sender": {"Sender": key[message["Sender"] == key[0]]},
                            "subtype": {"SubMsgType": message["SubMsgType"] + 1},
                            "payload": {"Payload": message["Payload"] + "x"}}[corrupt])
        if "swap" in kinds and into.messages:
            last = into.messages[-1]
            message["MsgTime"], last["MsgTime"] = last["MsgTime"], message["MsgTime"]
        into.append(message)
        for copy in range(("twice" in kinds) + ("extra" in kinds)):
            self.msg_id += 3
            more = {"MsgBody": "nobody sent this"} if "extra" in kinds else {}
            into.append({**message, "MsgId": self.msg_id, "MsgSeq": self.seq + copy, **more})
        if "both" in kinds:
            self.lists.setdefault((key[1], key[0]), List()).append(dict(message))

    def query(self, body):
        out, kinds = super().query(body), self.kinds
        if out["Code"] == 0 and "absent" in kinds:
            out["List"] = [{name: value for name, value in item.items() if value != 0} for item in out["List"]]
            out = {name: value for name, value in out.items() if name == "Code" or value not in (0, [])}
        if out["Code"] == 0 and "null" in kinds:
            out["List"] = out.get("List") or None
        return out

    def newest_first(self, key):
        out = super().newest_first(key)
        if "misorder" in self.kinds and len(out) > 1:
            out[0], out[1] = out[1], out[0]
        return out

    def repeated(self, before):
        return before[-2:] if "overlap" in self.kinds else []

    def page_size(self, limit, left, again):
        return 2 if "overlap" in self.kinds else super().page_size(limit, left, again)

    def next_token(self, key, page, left):
        if "same-next" in self.kinds:
            return self.keep_page(8_000_000_000_000_000_001, key, page, left or page)
        if "fresh-next" in self.kinds and not left:
            return self.keep_page(self.rng.randrange(2**53, 2**63), key, page, [])
        return super().next_token(key, page, left)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    world, lock, released = None, threading.Lock(), threading.Event()
    queried = threading.Condition(lock)

    def log_message(self, *_):
        pass

    def do_GET(self):
        with self.lock:
            if self.path == "/release-all":
                self.world.options.fault = [fault for fault in self.world.options.fault if fault.kind != "withhold"]
            if self.path.startswith("/release"):
                Handler.released.set()
                Handler.released = threading.Event()
            applied = {short: sum(call["applied"] and call["action"] == name for call in self.world.calls)
                       for name, short in ACTIONS.items()}
        self.answer(200, json.dumps(applied).encode(), "application/json")

    def do_POST(self):
        call = {"arrival": time.monotonic(), "done": None, "applied": False, "code": None, "faults": {},
                "connection": self.client_address[1], "at": time.time()}
        length = int(self.headers.get("Content-Length", 0))
        raw = self.rfile.read(length)
        if len(raw) < length:  # whoever sent it is gone: it is no call
            self.close_connection = True
            return
        time.sleep(self.world.options.delay_ms / 1000)
        with self.lock:
            released = Handler.released
            out = self.handle_call(call, raw)
        if "withhold" in call["faults"]:
            released.wait()
        if "held" in call["faults"]:
            with self.queried:
                {"look": self.wait_for_a_look, "expiry": self.wait_for_expiry}[call["faults"]["held"]](call)
                out = self.take_effect(call)
        self.misbehave(call, out)

    def wait_for_a_look(self, call):
        key = list_of(call["body"])
        before = self.world.queried.get(key, 0)
        self.queried.wait_for(lambda: self.world.queried.get(key, 0) > before)

    def wait_for_expiry(self, call):
        while time.time() <= call["timestamp"] + contract.SIGNATURE_SECONDS:
            self.queried.wait(0.1)

    def handle_call(self, call, raw):
        world = self.world
        params = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query, keep_blank_values=True)
        body, why_no_body = contract.read_body(raw)
        call.update(n=len(world.calls), action=params.get("Action", [""])[0], body=body,
                    nonce=params.get("SignatureNonce", [""])[0], signature=params.get("Signature", [""])[0])
        timestamp = params.get("Timestamp", [""])[0]
        call["timestamp"] = int(timestamp) if timestamp.isascii() and timestamp.isdigit() else None
        world.calls.append(call)
        out = self.judge(call, params, why_no_body)
        if call["action"] == "QueryPeerMsg" and isinstance(body, dict):
            key = body.get("FromUserId"), body.get("ToUserId")
            world.queried[key] = world.queried.get(key, 0) + 1
            self.queried.notify_all()
        call["done"] = time.monotonic()
        return self.answer_of(call, out)

    def answer_of(self, call, out):
        world = self.world
        why = out.pop("why", "")
        if why:
            world.complain(call, why)
        call["code"] = out["Code"]
        return world.dressed(out)

    def take_effect(self, call):
        """Of a call that was held up. What comes too late is refused, and was not under way any more."""
        if time.time() - call["timestamp"] > contract.SIGNATURE_SECONDS:
            return self.answer_of(call, {"Code": 100000004})
        out = self.apply(call)
        call["done"] = time.monotonic()
        return self.answer_of(call, out)

    def apply(self, call):
        out = self.world.apply(call["action"], call["body"], call["faults"])
        call["applied"] = out["Code"] == 0
        call["msg_id"] = out.get("MsgId")
        return out

    def judge(self, call, params, why_no_body):
        world, action = self.world, call["action"]
        code, why = contract.check_query(params, world.options.app_id, world.options.secret, time.time())
        if why:
            world.complain(call, why)
        if code:
            return {"Code": code}
        if action not in ACTIONS:
            return {"Code": 100000007, "why": f"action {action}"}
        if not world.is_new(call["nonce"]):
            world.complain(call, "a nonce used before")
        world.counts[action] += 1
        kinds = call["faults"] = {fault.kind: fault.arg for fault in world.faults(action)}
        if too_soon := world.over_rate(action, call["arrival"]):
            return {"Code": too_soon}
        if call["body"] is None:
            return {"Code": 660000002, "why": why_no_body}
        if self.headers.get_content_type() != "application/json":
            world.complain(call, f"Content-Type {self.headers.get('Content-Type')}")
        for name in call["body"].keys() - MEMBERS[action]:
            world.complain(call, f"unknown member {name}")
        if "code" in kinds:
            return {"Code": kinds["code"]}
        if kinds.keys() & {"html", "drop-before", "held"}:
            return {"Code": -1}
        out = self.apply(call)
        if "code-after" in kinds:
            return {"Code": kinds["code-after"]}
        return out

    def misbehave(self, call, out):
        kinds = call["faults"]
        if kinds.keys() & {"drop", "drop-before", "reset"}:
            self.close_connection = True
            if "reset" in kinds:
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.connection.close()
            return
        text = json.dumps(out, ensure_ascii=self.world.rng.random() < 0.5).encode()
        if "array" in kinds:
            text = b"[" + text + b"]"
        if "half" in kinds:
            text = text[:len(text) // 2]
        status = kinds.get("html", kinds.get("html-after"))
        if status:
            self.answer(status, b"<html><body>It works!</body></html>", "text/html")
        else:
            self.answer(200, text, "application/json")

    def answer(self, status, text, content_type):
        head = (f"HTTP/1.1 {status} -\r\nContent-Type: {content_type}\r\nContent-Length: {len(text)}\r\n\r\n")
        self.wfile.write(head.encode() + text)


class Server(ThreadingHTTPServer):
    request_queue_size = 128

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], OSError):  # a client that went away is no news
            super().handle_error(request, client_address)
            with Handler.lock:
                Handler.world.complaints.append(f"the oracle itself failed: {sys.exc_info()[1]!r}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ledger", required=True)
    parser.add_argument("--go-on", action="store_true")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--app-id", default="12345")
    parser.add_argument("--secret", default="9193cc662a4c0ec135ec71fb57194b38")
    parser.add_argument("--rate", type=int, default=0)
    parser.add_argument("--retention-days", type=int, default=30)
    parser.add_argument("--delay-ms", type=float, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--fault", type=Fault, action="append", default=[])
    options = parser.parse_args()
    signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGTERM, signal.SIGINT))
    world = Handler.world = MisbehavingWorld(options)
    if options.go_on:
        with open(options.ledger, encoding="utf-8") as file:
            world.take_up(json.load(file))
    server = Server(("127.0.0.1", options.port), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(json.dumps({"url": f"http://127.0.0.1:{server.server_port}"}), flush=True)
    signal.sigwait((signal.SIGTERM, signal.SIGINT))
    with Handler.lock:
        with open(options.ledger, "w", encoding="utf-8") as file:
            json.dump({"calls": world.calls, "lists": as_json(world.lists), "users": sorted(world.users),
                       "complaints": world.complaints}, file)
        os._exit(0)  # with the lock held: nothing is applied after the ledger is written


if __name__ == "__main__":
    main()
