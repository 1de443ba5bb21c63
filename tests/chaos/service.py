#!/usr/bin/env python3
"""A fast oracle of the ZIM service for the chaos run: faults by probability, and a kill at a chosen moment.

    service.py --ledger FILE --calls FILE [--seed N] [--rate N] [--latency A:B] [fault flags]

Faults befall imports (queries where the name says so), at most one a call; --repeat-page may come on top: so many pages
begin with the last items of the page before, as they were. The first line on stdout is JSON: url.
    POST /chaos/kill {"pid":N,"at":"applied"|"head","nth":K}   SIGKILL for that process at the K-th import from now:
        applied: after its effect, before any answer; head: when its head is read, and the call has no effect.
        pid 0 takes the order back.
    GET /chaos/stats    counts of everything          GET /chaos/idle    answers when no effect is pending any more
SIGTERM writes what is buffered and exits with 0.
"""
import argparse
import asyncio
import collections
import gc
import json
import os
import pathlib
import random
import signal
import socket
import struct
import sys
import time
import urllib.parse

sys.path.insert(1, str(pathlib.Path(__file__).resolve().parent.parent / "support" / "py"))
import contract  # noqa: E402
from expected import hash_of  # noqa: E402
from world import World  # noqa: E402

ACTIONS = ("UserRegister", "ImportPeerMsg", "QueryPeerMsg")
IN_DOUBT_CODES = (1, 660000001, 660000003, 105001, 100000015)
BEFORE = ("lost-before", "in-doubt-code-before", "storm", "late")  # without effect, or not yet
AFTER = ("lost", "reset", "error-after", "half", "in-doubt-code")
REPEATED_MOST = 3  # items of the page before
HTML = b"<html><body><h1>502 Bad Gateway</h1></body></html>"


class LedgeredWorld(World):
    """The world with a ledger. Every applied import is one JSON line in it, written before anybody can be told of it;
    every call is a line in the calls file."""

    def __init__(self, options):
        super().__init__(options.seed * 7 + 1, options.rate, options.retention_days)
        self.options, self.applied, self.repeats, self.late = options, 0, 0, False
        self.ledger = os.open(options.ledger, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        self.calls = open(options.calls, "a", encoding="ascii")

    def note_call(self, action, at, code, fault=None):
        self.calls.write(f'{{"call":"{action}","t":{at:.6f},"code":{json.dumps(code)},'
                         f'"fault":{json.dumps(fault)}}}\n')

    def signature_code(self, params):
        """Judged in whole seconds: a signature is good until its Timestamp + 600 s is over, the latest reading."""
        return contract.check_query(params, self.options.app_id, self.options.secret, int(time.time()))[0]

    def apply(self, body, late=False):
        self.late, self.hash = late, hash_of(body["MessageBody"]["Message"])
        return self.import_message(body)

    def store(self, key, message):
        self.applied += 1
        line = {"n": self.applied, "t": round(time.monotonic(), 6), "owner": key[0], "peer": key[1], "from": message["Sender"],
                "type": message["MsgType"], "sub": message["SubMsgType"], "hash": self.hash, "payload": message["Payload"],
                "time": message["MsgTime"], "id": message["MsgId"], "late": self.late}
        os.write(self.ledger, json.dumps(line).encode() + b"\n")
        super().store(key, message)

    def newest_first(self, key):
        return self.lists[key].newest_first(self.options.query_lag) if key in self.lists else []

    def repeated(self, before):
        if not before or self.rng.random() >= self.options.repeat_page:
            return []
        self.repeats += 1
        return before[-self.rng.randrange(1, REPEATED_MOST + 1):]


class Connection(asyncio.Protocol):
    """HTTP/1.1 with keep-alive; one request at a time, each handed to the service."""

    def __init__(self, service):
        self.service, self.buffer, self.head, self.busy = service, bytearray(), None, False

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.buffer += data
        self.take()

    def take(self):
        while not self.busy and not self.transport.is_closing():
            if self.head is None and not self.take_head():
                return
            method, target, length = self.head
            if len(self.buffer) < length:
                return
            body, self.head, self.busy = bytes(self.buffer[:length]), None, True
            del self.buffer[:length]
            self.service.handle(self, method, target, body)

    def take_head(self):
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0:
            return False
        lines = self.buffer[:end].decode("latin-1").split("\r\n")
        del self.buffer[:end + 4]
        method, target = lines[0].split(" ")[:2]
        headers = dict(line.lower().split(":", 1) for line in lines[1:] if ":" in line)
        if "expect" in headers:
            self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        self.head = (method, target, int(headers.get("content-length", 0)))
        if self.service.killed_at_head(target):
            self.close()
            return False
        return True

    def answer(self, document, status=200, kind="application/json", share=1.0):
        body = document if isinstance(document, bytes) else json.dumps(document).encode()
        head = f"HTTP/1.1 {status} -\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        if not self.transport.is_closing():
            self.transport.write(head + body[:int(len(body) * share)])
        self.busy = False
        if share < 1:
            self.close()
        elif self.buffer:
            self.take()

    def close(self):
        self.transport.close()

    def reset(self):
        if not self.transport.is_closing():
            linger = struct.pack("ii", 1, 0)
            self.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.transport.abort()


class Service:
    def __init__(self, options):
        self.options, self.world, self.rng = options, LedgeredWorld(options), random.Random(options.seed)
        self.faults = [(kind, getattr(options, kind.replace("-", "_"))) for kind in (*BEFORE, *AFTER)]
        self.counts = collections.Counter()
        self.pending, self.waiting, self.order = 0, [], None

    # --- the doors --------------------------------------------------------------------------------------------

    def handle(self, connection, method, target, raw):
        at, parts = time.monotonic(), urllib.parse.urlsplit(target)
        if parts.path.startswith("/chaos/"):
            self.control(connection, parts.path, raw)
            return
        params = urllib.parse.parse_qs(parts.query, keep_blank_values=True)
        action = params.get("Action", [""])[0]
        self.after(self.latency(), self.call, connection, at, action, params, raw)

    def control(self, connection, path, raw):
        if path == "/chaos/kill":
            order = json.loads(raw)
            self.order = [order["pid"], order.get("at", "applied"), order.get("nth", 1)] if order["pid"] else None
            connection.answer({"ok": True})
        elif path == "/chaos/stats":
            self.world.calls.flush()
            connection.answer({**self.counts, "applied": self.world.applied, "pending": self.pending,
                               "pages repeated": self.world.repeats})
        elif path == "/chaos/idle":
            self.waiting.append(connection)
            self.tell_idle()
        else:
            connection.answer({"error": f"unknown path {path}"}, status=404)

    def tell_idle(self):
        if self.pending == 0:
            waiting, self.waiting = self.waiting, []
            for connection in waiting:
                connection.answer({"idle": True})

    def after(self, seconds, function, *args):
        """Calls it that much later; it counts as pending until then, even when its connection is gone."""
        if seconds <= 0:
            function(*args)
            return
        self.pending += 1
        asyncio.get_running_loop().call_later(seconds, self.now, function, args)

    def now(self, function, args):
        self.pending -= 1
        function(*args)
        self.tell_idle()

    def latency(self):
        return self.rng.uniform(*self.options.latency) / 2

    # --- a call -----------------------------------------------------------------------------------------------

    def call(self, connection, at, action, params, raw):
        out = self.judge(at, action, params, raw)
        fault = out.pop("fault", None)
        self.counts[f"calls {action}"] += 1
        self.counts[f"fault {fault}" if fault else f"code {out['Code']}"] += 1
        self.world.note_call(action if action in ACTIONS else "?", at, out.get("Code"), fault)
        slow = self.options.slow_query[1] if fault == "slow-query" else 0
        # The answer of a slow query is what was true when it came in: the older it is, the more it misleads.
        self.after(self.latency() + slow, self.reply, connection, out, fault)

    def judge(self, at, action, params, raw):
        code = self.world.signature_code(params)
        if code or action not in ACTIONS:
            return {"Code": code or 100000007}
        self.counts["nonces used again"] += not self.world.is_new(params["SignatureNonce"][0])
        if too_soon := self.world.over_rate(action, at):
            return {"Code": too_soon}
        body, _ = contract.read_body(raw)
        if body is None:
            return {"Code": 660000002}
        if action == "UserRegister":
            return self.world.register(body)
        return self.query(body) if action == "QueryPeerMsg" else self.imported(body, params)

    def query(self, body):
        draw = self.rng.random()
        out = self.world.query(body)
        if draw < self.options.lost_query:
            out["fault"] = "lost-query"
        elif draw < self.options.lost_query + self.options.slow_query[0]:
            out["fault"] = "slow-query"
        return out

    def imported(self, body, params):
        code = self.world.check_import(body)[0]
        if code:
            return {"Code": code}
        fault = self.draw()
        if fault == "late":
            self.after(self.rng.uniform(*self.options.late_seconds), self.late_effect, body, params)
            return {"Code": None, "fault": fault}
        if fault in BEFORE:
            codes = {"lost-before": (None,), "storm": (660300005,), "in-doubt-code-before": IN_DOUBT_CODES}
            return {"Code": self.rng.choice(codes[fault]), "fault": fault}
        out = self.world.apply(body)
        self.kill_when_due("applied")
        if fault == "in-doubt-code":
            out = {"Code": self.rng.choice(IN_DOUBT_CODES)}
        return {**out, "fault": fault} if fault else out

    def draw(self):
        draw = self.rng.random()
        for kind, share in self.faults:
            if draw < share:
                return kind
            draw -= share
        return None

    def late_effect(self, body, params):
        """An effect whose signature has expired by now does not happen any more."""
        code = self.world.signature_code(params) or self.world.check_import(body)[0]
        self.counts["late expired" if code else "late applied"] += 1
        if not code:
            self.world.apply(body, late=True)

    def reply(self, connection, out, fault):
        if fault in ("lost", "lost-before", "late", "lost-query"):
            connection.close()
        elif fault == "reset":
            connection.reset()
        elif fault == "error-after":
            connection.answer(HTML, status=502, kind="text/html")
        else:
            connection.answer(self.world.dressed(out), share=0.5 if fault == "half" else 1.0)

    # --- kills ------------------------------------------------------------------------------------------------

    def killed_at_head(self, target):
        return "Action=ImportPeerMsg" in target and self.kill_when_due("head")

    def kill_when_due(self, where):
        if not self.order or self.order[1] != where:
            return False
        self.order[2] -= 1
        if self.order[2] > 0:
            return False
        pid, self.order = self.order[0], None
        os.kill(pid, signal.SIGKILL)
        self.counts["kills"] += 1
        return True


def share(text):
    value = float(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"expected 0..1, got {text}")
    return value


def span(text):
    low, _, high = text.partition(":")
    return float(low), float(high or low)


def slow(text):
    probability, _, seconds = text.partition(":")
    return share(probability), float(seconds)


def add_fault_options(parser):
    """The flags that the driver hands on as they are."""
    for kind in (*BEFORE, *AFTER, "lost-query", "repeat-page"):
        parser.add_argument(f"--{kind}", type=share, default=0.0, metavar="P")
    parser.add_argument("--late-seconds", type=span, default=(0.2, 2.0), metavar="A:B")
    parser.add_argument("--slow-query", type=slow, default=(0.0, 0.0), metavar="P:SECONDS")
    parser.add_argument("--query-lag", type=float, default=0.0, metavar="SECONDS")
    parser.add_argument("--latency", type=span, default=(0.0, 0.0), metavar="A:B", help="seconds, half before effect")
    parser.add_argument("--rate", type=int, default=0, metavar="N")


async def serve(options):
    loop = asyncio.get_running_loop()
    service, stop = Service(options), loop.create_future()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, lambda: stop.done() or stop.set_result(None))
    server = await loop.create_server(lambda: Connection(service), "127.0.0.1", 0, backlog=512)
    print(json.dumps({"url": f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"}), flush=True)
    await stop
    server.close()
    service.world.calls.flush()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ledger", required=True)
    parser.add_argument("--calls", required=True)
    parser.add_argument("--app-id", default="12345")
    parser.add_argument("--secret", default="9193cc662a4c0ec135ec71fb57194b38")
    parser.add_argument("--retention-days", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    add_fault_options(parser)
    options = parser.parse_args()
    if sum(getattr(options, kind.replace("-", "_")) for kind in (*BEFORE, *AFTER)) > 1:
        parser.error("the faults of imports come to more than 1")
    gc.freeze()
    gc.disable()  # nothing here is cyclic but connections; a pause would look like a fault
    asyncio.run(serve(options))


if __name__ == "__main__":
    main()
