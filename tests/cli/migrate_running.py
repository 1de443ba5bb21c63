#!/usr/bin/env python3
"""zimmock migrate while it runs: status, report, a second run; ended by Ctrl-C and by kill -9, and gone on with."""
import contextlib
import json
import os
import re
import signal
import sys

sys.path.insert(1, os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "support", "py"))
import program  # noqa: E402
from program import SOON, case, check, equal, fresh_mock, history, refuses, wait_for, write  # noqa: E402

VERIFIED = "verified: all 60 of 60 imports are in ZIM, in order"
RUN = ("migrate", "chat.jsonl", "--execute", "--rate", "off", "--journal", "chat.journal")
# What the mock does with the imports of ann and dora, 20 of the 60, so that a run cannot come to its end before the test
# lets it: it says to wait, or it takes the first into either list and withholds the answer.
TELL_TO_WAIT = "code=660300005,action=ImportPeerMsg,conversation=ann/dora"
WITHHOLD = "delay=1h,when=after-effect,action=ImportPeerMsg,conversation=ann/dora"


def status(mock):
    done = mock.zim("migrate", "status", "chat.journal", "--json")
    return json.loads(done.out) if done.code == 0 else {}


@contextlib.contextmanager
def held(mock, fault):
    """A run that has done all that the fault lets it do, going on."""
    with mock.fault(fault):
        run = mock.background(*RUN, "--timeout", "600", *SOON)
        mock.zim("wait", "--timeout", f"{program.LIMIT}s", "--action", "ImportPeerMsg", "--code", "ok", "--count", "40").expect(0)
        wait_for("a run that has done so much", lambda: is_held(status(mock), fault))
        yield run


def is_held(now, fault):
    """A success is written down together with the next import, so the last ones are still open where nothing follows."""
    return now and (now["done"] + now["open"] == 42 if fault == WITHHOLD else now["done"] == 40)


def goes_on(mock):
    case("the same command goes on to the end")
    done = mock.zim(*RUN, *SOON).expect(0)
    equal("the last line", VERIFIED, done.lines[-1])
    mock.check_nothing_twice()
    return done


def while_it_runs(mock):
    case("status while it runs")
    now = status(mock)
    equal("state, done, planned", (True, "running", 40, 60), (now["running"], now["state"], now["done"], now["planned"]))
    check("what is left", now["open"] <= 2 and now["open"] + now["waiting"] == 20, now)
    mock.zim("migrate", "status", "chat.journal").expect(0, out=r"chat\.jsonl: running")
    case("report while it runs")
    mock.zim("migrate", "report", "chat.journal").expect(0, out=(
        "run of .*no verdict|run of .*running", '  list of "ann" with "dora": 0 of 10 done'))
    report = json.loads(mock.zim("migrate", "report", "chat.journal", "--json").expect(0).out)
    sender = report["balance"]["sender"]
    equal("it runs, its one run has not ended, the balance holds", (True, [0], True, 30), (
        report["running"], [run["ended_ms"] for run in report["runs"]], report["balance"]["holds"], sender["read"]))
    check("some wait", sender["waiting"] > 0, sender)
    refuses("a second run on one journal", 2, r"chat\.journal: another run is writing this journal; wait for its end, or stop it",
            *RUN, env=mock.env)


def ctrl_c_once():
    """That what is in flight is finished: tests/oracle/interrupt.py."""
    with fresh_mock() as mock:
        with held(mock, TELL_TO_WAIT) as run:
            while_it_runs(mock)
            case("Ctrl-C once")
            run.ended(signal.SIGINT).expect(
                130, err="interrupted; finishing what is under way",
                out=r"\nnot verified: 40 of 60 imports were made; interrupted; the same command goes on from there$")
            now = status(mock)
            equal("running, open, done", (False, 0, 40), (now["running"], now["open"], now["done"]))
            check("its state", re.search("^not verified: 40 of 60 .*interrupted", now["state"]), now)
        goes_on(mock).expect(out=r"\n  40 by earlier runs\n")
        equal("imports applied", 60, mock.sent("ImportPeerMsg", "ok"))
        now = status(mock)
        equal("runs, done", (2, 60), (now["runs"], now["done"]))


def check_in_doubt(now):
    check("in doubt and left", not now["running"] and now["open"] >= 2 and now["done"] + now["open"] == 42, now)


def ctrl_c_twice():
    case("Ctrl-C twice: at once, and what was in flight is found out by the same command")
    with fresh_mock() as mock:
        with held(mock, WITHHOLD) as run:
            run.process.send_signal(signal.SIGINT)
            run.wait_for("word of the first", lambda: "interrupted" in run.texts()[1])
            run.ended(signal.SIGINT).expect(130)
            now = status(mock)
            check_in_doubt(now)
            equal("waiting", 18, now["waiting"])
            mock.zim("migrate", "status", "chat.journal").expect(out="ended without a verdict; the same command goes on|interrupted")
        goes_on(mock).expect(out=rf"\n  in doubt: {now['open']} found in their lists, 0 sent again")


def killed():
    case("kill -9, and the same")
    with fresh_mock() as mock:
        with held(mock, WITHHOLD) as run:
            run.ended(signal.SIGKILL).expect(-signal.SIGKILL)
            now = status(mock)
            check_in_doubt(now)
            check("its state", "the same command goes on" in now["state"], now)
        goes_on(mock)


def two_at_once():
    case("two at once: one runs, the other is refused, all is there once")
    with fresh_mock() as mock:
        first = mock.background(*RUN, *SOON)
        second = mock.zim(*RUN, *SOON).code
        codes = sorted((first.ended().code, second))
        check("exit codes", codes in ([0, 0], [0, 2]), codes)
        equal("imports sent", 60, mock.sent("ImportPeerMsg"))
        mock.check_nothing_twice()


with program.own_folder():
    write("chat.jsonl", history(30))  # 60 imports into 6 lists
    ctrl_c_once()
    ctrl_c_twice()
    killed()
    two_at_once()
program.finish(50)
