#!/usr/bin/env python3
"""64 tenants, each driven by a thread of its own: no cross-talk, no error, nothing lost.

Signs by tests/support/py/contract.py and speaks http.client, so it shares nothing with the mock. TENANTS: how many (64); IMPORTS: how
many each makes at least (30); DURATION_S: how long it goes on at least (0).
"""

import http.client
import json
import os
import secrets
import sys
import tempfile
import threading
import time
import urllib.parse

sys.path.insert(1, os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "support", "py"))
import contract  # noqa: E402
import program  # noqa: E402

TENANTS = int(os.environ.get("TENANTS", "64"))
IMPORTS = int(os.environ.get("IMPORTS", "30"))
SECONDS = float(os.environ.get("DURATION_S", "0"))
FROZEN_MS = 1_790_812_800_000  # 2026-10-01T00:00:00Z


class Failure(Exception):
    pass


def check(what, expected, got):
    if got != expected:
        raise Failure(f"{what}: expected {expected!r}, got {got!r}")


class Client:
    """One tenant over one connection."""

    def __init__(self, ready, number):
        parts = urllib.parse.urlsplit(ready["url"])
        self.connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=120)
        self.frozen = number % 2 == 0
        settings = {"rate": "off", "rng_seed": number}
        if self.frozen:
            settings["clock"] = "frozen:2026-10-01T00:00:00Z"
        tenant = self.control("POST", "/tenants", settings)
        self.app_id, self.secret = str(tenant["app_id"]), tenant["server_secret"]
        self.path = f"/tenants/{self.app_id}"
        self.sent = []
        self.calls = 0

    def http(self, method, path, body):
        self.connection.request(method, path, body, {"Content-Type": "application/json"} if body else {})
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status not in (200, 201):
            raise Failure(f"{method} {path}: HTTP {answer.status} {text[:300]!r}")
        return json.loads(text)

    def control(self, method, path, body=None):
        return self.http(method, "/_zimmock/v1" + path, None if body is None else json.dumps(body))

    def call(self, action, body, off_by_s=0):
        self.calls += 1
        now = FROZEN_MS // 1000 if self.frozen else int(time.time())
        query = contract.target(action, self.app_id, self.secret, secrets.token_hex(8), now + off_by_s)
        return self.http("POST", query, json.dumps(body))

    def import_one(self):
        text = f"{self.app_id}-{len(self.sent)}"
        answer = self.call("ImportPeerMsg", {
            "FromUserId": "alice", "ToUserId": "bob", "ImportedUserId": "alice", "MessageType": 1, "Priority": 2,
            "MessageBody": {"Message": text}})
        check(f"{text}: Code", 0, answer["Code"])
        self.sent.append((text, answer["MsgId"], answer["MsgSeq"]))

    def read_back(self):
        found, cursor = [], 0
        while True:
            page = self.call("QueryPeerMsg", {"FromUserId": "alice", "ToUserId": "bob", "Limit": 100, "Next": cursor})
            check("query", 0, page["Code"])
            found += [(item["MsgBody"], str(item["MsgId"]), item["MsgSeq"]) for item in page["List"]]
            cursor = page["Next"]
            if cursor == 0:
                return found[::-1]

    def run(self, until):
        check("register", 0, self.call("UserRegister", {"UserInfo": [{"UserId": "alice"}, {"UserId": "bob"}]})["Code"])
        while len(self.sent) < IMPORTS or time.monotonic() < until:
            self.import_one()
        check("what the list holds", self.sent, self.read_back())
        counted = self.control("GET", f"{self.path}/requests/count")
        check("requests in the journal", self.calls, counted["count"] + counted["dropped"])
        state = self.control("GET", self.path)
        check("users and messages", (2, len(self.sent)), (state["users"], state["messages"]))
        if counted["dropped"] == 0:
            verified = self.control("POST", f"{self.path}/verify", {"no_findings": True})
            check("no finding", True, verified["ok"])
        if self.frozen:
            for off_by_s, code in ((600, 0), (-600, 0), (601, 100000004), (-601, 100000004)):
                body = {"FromUserId": "alice", "ToUserId": "bob"}
                check(f"{off_by_s} s of skew", code, self.call("QueryPeerMsg", body, off_by_s)["Code"])


def driven(ready, until):
    """A client for each tenant, all at once; what went wrong, and the clients."""
    failures, clients = [], []

    def drive(number):
        try:
            client = Client(ready, number)
            clients.append(client)
            client.run(until)
        except Exception as failure:  # reported below; a thread's exception would be lost
            failures.append(f"tenant {number}: {type(failure).__name__}: {failure}")

    threads = [threading.Thread(target=drive, args=(number,)) for number in range(TENANTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failures, clients


def main():
    with tempfile.TemporaryDirectory(prefix="zimmock-tenants.") as folder:
        os.chdir(folder)
        with program.started("--tls-listen", "off", "--log", "off", "--die-with-parent") as (mock, ready):
            failures, clients = driven(ready, time.monotonic() + SECONDS)
            mock.terminate()
            status = program.ended(mock)
        os.chdir("/")
    if status != 0:
        failures.append(f"the mock ended with {status}")
    imports = [len(client.sent) for client in clients]
    print("\n".join(f"FAIL: {failure}" for failure in failures))
    print(f"{len(clients)} tenants, {sum(imports)} imports, from {min(imports)} to {max(imports)} each, "
          f"{len(failures)} failures")
    return 1 if failures or len(clients) != TENANTS or min(imports) < IMPORTS else 0


if __name__ == "__main__":
    sys.exit(main())
