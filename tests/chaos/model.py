#!/usr/bin/env python3
"""A model of the client, as small as the promise allows: it shows that the harness can be satisfied, and that every
control breaks it. It proves nothing of the real client, and shares the reading of inputs with the judge.

    model.py migrate FILE --journal J --lanes N --settle MSms --sign-skew Ss [--rate N] [--adopt]
    model.py migrate report J
"""
import fcntl
import http.client
import json
import os
import signal
import socket
import sys
import threading
import time

from ledger import planned_lists, read_lines
import contract
from expected import TAG, expected_lists, own_of_source, request_of, tag_and_own, users_of

POINT, _, NTH = os.environ.get("ZIMMOCK_CHAOS_KILL", "").partition(":")
WITHOUT = os.environ.get("ZIMMOCK_CHAOS_WITHOUT", "").split(",")
EXPIRY = 601  # seconds after its Timestamp in which a signature may still be good, counted in whole ones
STORM = (660300005, 660700001, 100000004)
_passed, _lock = [0], threading.Lock()


def at_point(point):
    """Whether the kill is due here, at the NTH passing."""
    if point != POINT:
        return False
    with _lock:
        _passed[0] += 1
        return _passed[0] == int(NTH)


def die():
    os.kill(os.getpid(), signal.SIGKILL)


class Journal:
    """Lines: {"shift"}, {"intent": lane, "k", "stamp"}, {"done": lane, "k"}. A torn last line is cut off."""

    def __init__(self, path):
        self.path, self.done, self.open, self.shift, self.recovered = path, {}, {}, None, 0
        self.file = open(path, "ab+")
        self.file.seek(0)
        content = self.file.read()
        self.file.truncate(content.rfind(b"\n") + 1)
        for line in read_lines(path):
            self.take(line)

    def take(self, line):
        lane = tuple(line.get("intent") or line.get("done") or ())
        if "shift" in line:
            self.shift = line["shift"]
        elif "intent" in line:
            self.open[lane] = (line["k"], line["stamp"])
        else:
            self.done[lane] = line["k"] + 1
            self.open.pop(lane, None)
            self.recovered += line["recovered"]

    def write(self, line):
        data = json.dumps(line).encode() + b"\n"
        with _lock:
            self.file.write(data)
            self.file.flush()
            self.take(line)

    def intend(self, lane, k, stamp):
        if at_point("before_intent"):
            die()
        line = {"intent": lane, "k": k, "stamp": stamp}
        if at_point("torn_tail"):
            with _lock:
                self.file.write(json.dumps(line).encode()[:-9])
                self.file.flush()
                die()
        if "intents" not in WITHOUT:
            self.write(line)
        if at_point("after_intent"):
            die()

    def finish(self, lane, k, recovered=False):
        self.write({"done": lane, "k": k, "recovered": recovered})
        if at_point("journaled"):
            die()


class Doubt(Exception):
    """The call may or may not have had an effect."""


class Api:
    def __init__(self, host, skew, rate):
        self.host, self.skew, self.gap = host, skew, 1.02 / rate if rate else 0
        self.next = {}

    def pace(self, action):
        with _lock:
            at = self.next[action] = max(time.monotonic(), self.next.get(action, time.monotonic() + self.gap))
            self.next[action] += self.gap
        time.sleep(max(0, at - time.monotonic()))

    def stamp(self):
        return int(time.time()) - self.skew

    def call(self, action, body, stamp=None):
        """The answer; Doubt when there is none that says what happened."""
        app, secret, nonce = os.environ["ZIM_APP_ID"], os.environ["ZIM_SERVER_SECRET"], os.urandom(8).hex()
        stamp = stamp or self.stamp()
        connection = getattr(LOCAL, "connection", None) or http.client.HTTPConnection(self.host, timeout=20)
        LOCAL.connection = None
        try:
            if connection.sock is None:
                connection.connect()
                connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.putrequest("POST", contract.target(action, app, secret, nonce, stamp))
            data = json.dumps(body).encode()
            connection.putheader("Content-Type", "application/json")
            connection.putheader("Content-Length", len(data))
            connection.endheaders()
            if action == "ImportPeerMsg" and at_point("mid_send"):
                connection.send(data[:len(data) // 2])
                die()
            connection.send(data)
            answer = connection.getresponse()
            document = json.loads(answer.read())
        except (OSError, http.client.HTTPException, ValueError) as error:
            connection.close()
            raise Doubt from error
        LOCAL.connection = connection
        if document["Code"] in (1, 660000001, 660000003, 105001, 100000015):
            raise Doubt
        return document

    def ask(self, action, body):
        """A call that may be repeated at will."""
        while True:
            self.pace(action)
            try:
                document = self.call(action, body)
            except Doubt:
                continue
            if document["Code"] not in STORM:
                return document
            time.sleep(0.05)

    def list(self, owner, peer):
        out, token = [], 0
        while True:
            page = self.ask("QueryPeerMsg", {"FromUserId": owner, "ToUserId": peer, "Limit": 100, "Next": token})
            seen = {message["MsgId"] for message in out} if "msg_ids" not in WITHOUT else set()
            out += [message for message in page["List"] if message["MsgId"] not in seen]
            token = page["Next"]
            if token == 0:
                return out[::-1]


LOCAL = threading.local()


class Lane:
    def __init__(self, name, bodies, api, journal, settle):
        self.name, self.bodies, self.api, self.journal, self.settle = name, bodies, api, journal, settle

    def run(self):
        for k in range(self.journal.done.get(self.name, 0), len(self.bodies)):
            stamp = self.journal.open.get(self.name, (None, None))[1]
            while stamp is not None or not self.send(k):
                stamp = stamp or self.sent
                if self.look(k, stamp):
                    break
                stamp = None

    def send(self, k):
        """Whether it is done; in doubt if not."""
        while True:
            self.api.pace("ImportPeerMsg")
            self.sent = self.api.stamp()
            self.journal.intend(self.name, k, self.sent)
            try:
                code = self.api.call("ImportPeerMsg", self.bodies[k], self.sent)["Code"]
            except Doubt:
                return False
            if at_point("answered"):
                die()
            if code == 0:
                self.journal.finish(self.name, k)
                return True
            if code not in STORM:
                sys.exit(f"code {code}")
            time.sleep(0.05)

    def look(self, k, stamp):
        """Whether it is in the list, once nothing can change any more."""
        if "read_back" in WITHOUT:
            return False
        for until in (0, stamp + EXPIRY if "expiry" not in WITHOUT else 0):
            time.sleep(max(0, until - time.time()) + self.settle)
            tags = {tag_and_own(message["Payload"])[0] for message in self.api.list(*self.name)}
            if tag_of(self.bodies[k]) in tags:
                self.journal.finish(self.name, k, recovered=True)
                return True
        return False


def tag_of(body):
    return tag_and_own(body["MessageBody"]["ExtendedData"])[0]


def lanes_of(records, shift):
    """{(owner, peer): the requests for that list}, each with a tag that says its place."""
    lanes = {}
    for name, messages in expected_lists(records, shift).items():
        lanes[name] = []
        for place, message in enumerate(messages):
            own = json.loads(own_of_source(message["ExtendedData"]))
            lanes[name].append(request_of({**message, "ExtendedData": json.dumps({TAG: f"{name[0]}.{place}", **own})}))
    return lanes


def beyond(lanes, api, journal):
    """The lists that have more than the journal knows of, and which of their bodies is the last."""
    out = {}
    for name in lanes if "first_look" not in WITHOUT else ():
        last = max((int(tag_and_own(message["Payload"])[0].rsplit(".", 1)[1]) for message in api.list(*name)), default=-1)
        if last >= journal.done.get(name, 0) and last != journal.open.get(name, (None,))[0]:
            out[name] = last
    return out


def register(api, records):
    users = users_of(records)
    for first in range(0, len(users), 100):
        api.ask("UserRegister", {"UserInfo": [{"UserId": user} for user in users[first:first + 100]]})


def in_threads(count, todo):
    todo = list(reversed(todo))

    def work():
        while todo:
            try:
                todo.pop()()
            except IndexError:
                return
    threads = [threading.Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def migrate(file, options, adopt):
    lock = open(file, "rb")
    try:
        if "lock" not in WITHOUT:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print(f"another run migrates {file}")
        return 2
    print('{"type":"start"}', flush=True)
    records, journal = read_lines(file), Journal(options["--journal"])
    if journal.shift is None:
        journal.write({"shift": int(time.time() * 1000) - max(record["SendMessageTime"] for record in records)})
    rate = 0 if options.get("--rate", "off") == "off" else int(options["--rate"])
    api = Api(os.environ["ZIM_ENDPOINT"].split("//")[1], int(options["--sign-skew"].rstrip("s")), rate)
    settle = int(options["--settle"][:-2]) / 1000
    lanes = lanes_of(records, journal.shift)
    if sum(journal.done.values()) < sum(map(len, lanes.values())):
        register(api, records)
        more = beyond(lanes, api, journal)
        if more and not adopt:
            print(f"lists have what the journal does not know of: {list(more)}; --adopt goes on")
            return 1
        for name, last in more.items():
            journal.finish(name, last, recovered=True)
        in_threads(int(options["--lanes"]), [Lane(name, lanes[name], api, journal, settle).run for name in lanes])
    same = []
    time.sleep(settle)
    in_threads(int(options["--lanes"]), [lambda name=name: same.append(
        [tag_of(body) for body in lanes[name]]
        == [tag_and_own(message["Payload"])[0] for message in api.list(*name)]) for name in lanes])
    assert sum(map(len, planned_lists(records).values())) == sum(map(len, lanes.values()))
    print(json.dumps({"type": "verdict", "line": f"verified: {sum(same)} of {len(lanes)} lists are as they should be"}))
    return 0 if all(same) and len(same) == len(lanes) else 1


def report(path):
    journal = Journal(path)
    done = sum(journal.done.values())
    print(json.dumps({"read": done, "imported": done - journal.recovered, "recovered": journal.recovered}))
    return 0


def main():
    command = sys.argv[2:]
    if command[0] == "report":
        return report(command[1])
    options = {name: value for name, value in zip(command, command[1:]) if name.startswith("--")}
    return migrate(command[0], options, "--adopt" in command)


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    os._exit(code)
