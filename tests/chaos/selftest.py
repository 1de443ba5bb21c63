"""What finds faults must itself be made to find them: the judge on hand-made ledgers, the service by hand-made calls,
the driver on the model of the client and on clients that do it wrong."""
import argparse
import contextlib
import copy
import http.client
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

from driver import APP, NAMED, SECRET, Chaos, Service
from judge import judge, judge_balance
from ledger import generate, hash_of, own_of_source, read_lines, tag_and_own
import contract

HERE = pathlib.Path(__file__).resolve().parent
_checks = {"done": 0, "failed": 0}


def check(holds, expected, got):
    _checks["done"] += 1
    if not holds:
        _checks["failed"] += 1
        frame = sys._getframe(1)
        print(f"FAIL: {os.path.basename(frame.f_code.co_filename)}:{frame.f_lineno}: expected {expected}, got {got!r}")


# --- the judge ------------------------------------------------------------------------------------------------


def hand_made():
    """Three records of one conversation, one of them for one side only: five imports, all as they should be."""
    records = [{"FromUserId": "a", "ToUserId": "b", "MessageType": 1, "Message": "one", "SendMessageTime": 1000},
               {"FromUserId": "b", "ToUserId": "a", "MessageType": 1, "Message": "two", "SendMessageTime": 1000,
                "VisibleTo": ["a"], "ExtendedData": "plain"},
               {"FromUserId": "b", "ToUserId": "a", "MessageType": 200, "SubMsgType": 7, "Message": "three",
                "SendMessageTime": 1005, "ExtendedData": '{"k":1}'}]
    beside = ({}, {"ExtendedData": "plain"}, {"k": 1})
    lines = []
    for owner, peer, which in (("a", "b", 0), ("b", "a", 0), ("a", "b", 1), ("a", "b", 2), ("b", "a", 2)):
        record = records[which]
        lines.append({"n": len(lines) + 1, "t": 0.0, "owner": owner, "peer": peer, "from": record["FromUserId"],
                      "type": record["MessageType"], "sub": record.get("SubMsgType", 0),
                      "hash": hash_of(record["Message"]), "id": 9, "late": False,
                      "payload": json.dumps({"_zm": f"{owner}{which}", **beside[which]}),
                      "time": record["SendMessageTime"] + 77})
    return records, lines


def judged(change, **more):
    records, lines = hand_made()
    lines = copy.deepcopy(lines)
    change(lines)
    return judge(records, lines, **more)


def swap(lines, one, other):
    lines[one], lines[other] = lines[other], lines[one]


def retag(line, tag):
    line["payload"] = json.dumps({**json.loads(line["payload"]), "_zm": tag})


def test_judge():
    clean = judged(lambda lines: None)
    check(not clean.broken() and clean.shift == 77 and clean.planned == 5, "nothing broken", clean.numbers())
    for what, change, wanted in (
            ("a duplicate", lambda lines: lines.append(lines[4]), {"tags_twice": 1, "too_many": 1, "duplicates": 1}),
            ("a duplicate with another tag", lambda lines: (lines.append({**lines[4]}), retag(lines[5], "new")),
             {"tags_twice": 0, "too_many": 1, "duplicates": 1}),
            ("one tag for two records", lambda lines: retag(lines[3], "a0"), {"tags_twice": 1, "too_many": 0}),
            ("no tag", lambda lines: lines[0].update(payload=""), {"untagged": 1, "losses": 0}),
            ("a loss", lambda lines: lines.pop(3), {"losses": 1, "strangers": 0, "order_breaks": 0}),
            ("the loss of a whole list", lambda lines: (lines.pop(4), lines.pop(1)), {"losses": 2}),
            ("a swap", lambda lines: swap(lines, 2, 3), {"order_breaks": 1, "losses": 0, "duplicates": 0}),
            ("a swap of a tie", lambda lines: swap(lines, 0, 2), {"order_breaks": 1, "losses": 0}),
            ("a wrong list", lambda lines: lines[2].update(owner="b", peer="a"), {"losses": 1, "strangers": 1}),
            ("a wrong sender", lambda lines: lines[0].update({"from": "b"}), {"losses": 1, "strangers": 1}),
            ("a wrong type", lambda lines: lines[3].update(type=1), {"losses": 1, "strangers": 1}),
            ("a wrong body", lambda lines: lines[0].update(hash="x"), {"losses": 1, "strangers": 1}),
            ("another shift", lambda lines: lines[3].update(time=1005 + 78), {"losses": 1, "strangers": 1}),
            ("own data gone", lambda lines: lines[3].update(payload='{"_zm":"a2"}'), {"losses": 1, "strangers": 1}),
            ("nothing at all", lambda lines: lines.clear(), {"losses": 5, "applied": 0})):
        numbers = judged(change).numbers()
        check(wanted.items() <= numbers.items() and numbers["broken"], f"{what}: {wanted}", numbers)


def test_rate_and_balance():
    calls = [{"call": "ImportPeerMsg", "t": i / 16, "code": 0} for i in range(60)]  # exactly 16 a second
    check(not judged(lambda lines: None, calls=calls, rate=16).broken(), "16 a second at a rate of 16", calls[:3])
    check(judged(lambda lines: None, calls=calls + [{**calls[30], "t": 1.9}], rate=16).rate_breaches == 1,
          "a breach by one call more", calls[:3])
    check(not judged(lambda lines: None, calls=calls * 2, rate=0).broken(), "no rate asked for, none judged", "")
    whole = {"views": [{"read": 10, "imported": 6, "recovered": 1, "quarantined": {"too long": 1, "bad": 1},
                        "skipped": 1, "unresolved": 0}]}
    check(judge_balance([whole]) == (1, []), "a balance that adds up", judge_balance([whole]))
    whole["views"][0]["read"] = 11
    check(len(judge_balance([whole])[1]) == 1, "a balance that does not", judge_balance([whole]))
    check(judge_balance([{"read": 3, "type": "plan"}]) == (0, []), "no parts, no balance", "")


def test_payloads():
    for source, payload in (("", '{"_zm":"t"}'), ('{"a":[1]}', '{"a":[1],"_zm":"t"}'),
                            ("text", '{"_zm":"t","ExtendedData":"text"}'), ("[1]", '{"_zm":"t","ExtendedData":"[1]"}')):
        check(tag_and_own(payload) == ("t", own_of_source(source)), f"{source!r} beside the tag", payload)
    for payload in ("", "{}", "text", '{"_zm":1}', '["_zm"]'):
        check(tag_and_own(payload)[0] is None, "no tag", payload)


# --- the service ----------------------------------------------------------------------------------------------


class Caller:
    """Calls by hand, each on a connection of its own; None when there is no whole answer."""

    def __init__(self, oracle):
        self.host, self.n = oracle.url.split("//")[1], 0

    def __call__(self, action, body, stamp=None):
        self.n += 1
        nonce, stamp = f"{self.n:016x}", stamp or int(time.time())
        with contextlib.closing(http.client.HTTPConnection(self.host, timeout=30)) as connection:
            try:
                connection.request("POST", contract.target(action, APP, SECRET, nonce, stamp), json.dumps(body))
                return json.loads(connection.getresponse().read())
            except (OSError, http.client.HTTPException, ValueError):
                return None

    def register(self):
        return self("UserRegister", {"UserInfo": [{"UserId": "a"}, {"UserId": "b"}]})

    def send(self, text="x", at=0, stamp=None):
        return self("ImportPeerMsg", {
            "FromUserId": "a", "ToUserId": "b", "MessageType": 1, "Priority": 2, "ImportedUserId": "a",
            "MessageBody": {"Message": text}, "SendMessageTime": int(time.time()) * 1000 - 10_000 + at}, stamp)

    def texts(self):
        """The list as it is read page by page, newest first."""
        out, token, tokens = [], 0, set()
        while True:
            page = self("QueryPeerMsg", {"FromUserId": "a", "ToUserId": "b", "Limit": 3, "Next": token})
            out += [message["MsgBody"] for message in page["List"]]
            check(all(message["MsgId"] > 2**53 for message in page["List"]), "MsgId above 2^53", page)
            token = page["Next"]
            if token == 0:
                return out
            check(token > 2**53 and token not in tokens, "an opaque Next", token)
            tokens.add(token)


@contextlib.contextmanager
def oracle_of(*flags):
    with tempfile.TemporaryDirectory(prefix="zimmock-chaos.") as folder:
        with Service(pathlib.Path(folder), flags) as oracle:
            caller = Caller(oracle)
            check(caller.register()["Code"] == 0, "users registered", flags)
            yield oracle, caller


def test_faithful_service():
    with oracle_of() as (oracle, caller):
        check(caller.register()["Code"] == 660700002, "users known", "")
        ids = [caller.send(f"m{i}", i // 2)["MsgId"] for i in range(8)]
        check(all(isinstance(each, str) for each in ids) and len(set(ids)) == 8, "8 ids as strings", ids)
        check(caller.texts() == [f"m{i}" for i in reversed(range(8))], "newest first, of a tie the later", "")
        now = int(time.time())
        for stamp, code in ((now - 540, 0), (now - 602, 100000004), (now + 660, 100000004)):
            check(caller.send(stamp=stamp)["Code"] == code, f"code {code} for {stamp - now} s", "")
        lines = read_lines(oracle.ledger_path)
        check([line["n"] for line in lines] == list(range(1, 10)), "9 lines in the ledger", len(lines))
        check(oracle.stats()["applied"] == 9, "9 applied", oracle.stats())
        calls = read_lines(oracle.calls_path)
        check(sum(call["call"] == "ImportPeerMsg" for call in calls) == 11, "11 calls of imports", len(calls))


def test_faults():
    for flag, answered, applied in (
            ("lost-before", None, 0), ("lost", None, 1), ("reset", None, 1), ("half", None, 1),
            ("error-after", None, 1), ("in-doubt-code", "code", 1),
            ("in-doubt-code-before", "code", 0), ("storm", "code", 0)):
        with oracle_of(f"--{flag}", 1) as (oracle, caller):
            answer, stats = caller.send(), oracle.stats()
            as_told = answer is None if answered is None else answer and answer["Code"] != 0
            check(as_told, f"{flag}: {answered}", answer)
            check(stats["applied"] == applied and stats[f"fault {flag}"] == 1, f"{flag}: {applied} applied", stats)
    with oracle_of("--rate", 5) as (oracle, caller):
        codes = [caller.send()["Code"] for _ in range(50)]
        check(codes[:5] == [0] * 5 and 660300005 in codes, "5 at a rate of 5, and soon one too many", codes)
    with oracle_of("--query-lag", 600) as (oracle, caller):
        caller.send()
        check(caller.texts() == [], "not seen yet", "")
    with oracle_of("--query-lag", 0.1) as (oracle, caller):
        caller.send()
        time.sleep(0.15)
        check(caller.texts() == ["x"], "seen after the lag", "")
    with oracle_of("--slow-query", "1:0.3") as (oracle, caller):
        began = time.monotonic()
        caller.texts()
        check(time.monotonic() - began >= 0.3, "a slow query", time.monotonic() - began)
    with oracle_of("--repeat-page", 0.7) as (oracle, caller):
        for i in range(8):
            caller.send(f"m{i}", i)
        texts = caller.texts()
        check(list(dict.fromkeys(texts)) == [f"m{i}" for i in reversed(range(8))], "all in their order", texts)
        check(len(texts) > 8 and oracle.stats()["pages repeated"] > 0, "some of them again", texts)
    with oracle_of("--lost-query", 1) as (oracle, caller):
        check(caller("QueryPeerMsg", {"FromUserId": "a", "ToUserId": "b"}) is None, "a lost query", "")


def test_late_effects():
    with oracle_of("--late", 1, "--late-seconds", "3") as (oracle, caller):
        check(caller.send() is None and oracle.stats()["applied"] == 0, "nothing at once", oracle.stats())
        oracle.idle()
        check(oracle.stats().get("late applied") == 1 and caller.texts() == ["x"], "applied later", oracle.stats())
    with oracle_of("--late", 1, "--late-seconds", "2.1") as (oracle, caller):
        caller.send(stamp=int(time.time()) - 599)
        check(oracle.stats()["pending"] == 1, "one pending", oracle.stats())
        oracle.idle()
        check(oracle.stats().get("late expired") == 1 and caller.texts() == [], "expired before", oracle.stats())


def test_kills():
    for at, applied in (("applied", 2), ("head", 1)):
        victim = subprocess.Popen(["sleep", "60"])
        with oracle_of() as (oracle, caller):
            oracle.kill(victim.pid, 2, at)
            check(caller.send()["Code"] == 0 and victim.poll() is None, "alive after the first", at)
            caller.send()
            check(victim.wait(120) == -9 and oracle.stats()["applied"] == applied, f"killed at {at}", oracle.stats())
            oracle.kill(0)


# --- the driver -----------------------------------------------------------------------------------------------

FAULTS = ["--repeat-page", "0.3", "--lost", "0.05", "--late", "0.05", "--late-seconds", "0.2:1.5", "--latency", "0.002:0.02"]


def driven(without=None, kills=0, records=None, client=HERE / "model.py", **more):
    options = argparse.Namespace(**{**dict(
        client=client, client_arg=[], lose_every=0, restore_every=0, second_every=0, time_shift="newest=now", kills=kills, seed=3,
        rate=0, settle="50ms", sign_skew="599s", limit=120, untagged=False, keep=None, fault_flags=FAULTS), **more})
    with tempfile.TemporaryDirectory(prefix="zimmock-chaos.") as name:
        return Chaos(options, records or list(generate(6, 60, 3)), pathlib.Path(name), without).run()


def test_driver():
    result = driven(kills=16)
    check(result.holds, "the model holds", result.numbers())
    check(result.balances == 1 and result.grown == 0, "a balance, and nothing in a second run", result.numbers())
    check(result.kills_done >= 8 and sum(result.kills[point] > 0 for point in NAMED) >= 4, "kills", result.kills)
    result = driven(without="read_back")
    check(result.judgement.duplicates > 0, "duplicates without looking", result.numbers())
    with tempfile.TemporaryDirectory(prefix="zimmock-chaos.") as name:
        client = pathlib.Path(name) / "client.sh"
        client.write_text("#!/bin/sh\nexit 0\n", encoding="ascii")  # says that all is well, and has done nothing
        client.chmod(0o755)
        result = driven(client=client)
        check(not result.holds and result.judgement.losses == result.judgement.planned > 0, "all lost",
              result.numbers())
        client.write_text("#!/bin/sh\nexit 2\n", encoding="ascii")
        check(any("exit code 2" in problem for problem in driven(client=client).problems), "its exit code told", "")


def test_older_journals_and_second_runs():
    records = list(generate(6, 120, 3))
    result = driven(kills=16, records=records, restore_every=3)
    check(result.holds and result.journals_restored, "the model stops when its journal is older, and adopts", result.numbers())
    result = driven(kills=16, records=records, restore_every=3, without="first_look")
    check(result.judgement.duplicates > 0 and any("--adopt" in problem for problem in result.problems),
          "duplicates without a look at the start", result.numbers())
    result = driven(kills=6, second_every=2)
    check(result.holds and result.second_runs >= 2, "the model refuses a second run", result.numbers())
    result = driven(kills=2, second_every=2, without="lock,first_look")
    check(result.judgement.duplicates > 0, "duplicates by a second run", result.numbers())


def main():
    for test in (test_judge, test_rate_and_balance, test_payloads, test_faithful_service, test_faults,
                 test_late_effects, test_kills, test_driver, test_older_journals_and_second_runs):
        test()
    print(f"chaos.selftest: {_checks['done']} checks, {_checks['failed']} failed")
    return 0 if _checks["done"] and not _checks["failed"] else 1
