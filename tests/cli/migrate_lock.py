#!/usr/bin/env python3
"""zimmock migrate: two runs of one input at once, each with a journal of its own. One sends, the other is refused."""
import contextlib
import itertools
import json
import os
import pathlib
import re
import signal
import sys

sys.path.insert(1, os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "support", "py"))
import program  # noqa: E402
from program import APP, SOON, case, check, equal, fresh_mock, history, refuses, write  # noqa: E402

# A slow run would print its progress, where some checks expect nothing on stderr.
EXECUTE = ("--execute", "--rate", "off", "--progress", "off", *SOON)
JOURNALS = itertools.count(1)
STATE = pathlib.Path(".local/state/zimmock")
VERIFIED = "verified: all 60 of 60 imports are in ZIM, in order"


@contextlib.contextmanager
def held(mock, *args):
    """A run that waits for the answer to its first import; killed in the end."""
    with mock.fault("delay=1h,action=ImportPeerMsg,nth=1"):
        run = mock.background("migrate", "chat.jsonl", *EXECUTE, *args, "--lanes", "1", "--timeout", "600", "--journal", "first.journal")
        run.wait_for("a run that goes on", lambda: mock.zim("fault", "list", "--json").json()[0][0]["hits"] == 1)
        yield run
        equal("exit code of a killed run", -signal.SIGKILL, run.ended(signal.SIGKILL).code)


def migrate(mock, file, *args, **more):
    """As another run, by default with a journal that is its own."""
    journal = () if "--journal" in args else ("--journal", f"own.{next(JOURNALS)}.journal")
    return mock.zim("migrate", file, *EXECUTE, *args, *journal, **more)


def names(folder):
    return sorted(os.listdir(folder))


# --- beside a run -----------------------------------------------------------------------------------------------


def a_second_run(mock, first):
    port = mock.url.rsplit(":", 1)[1]
    by = (f"another run is sending this file to localhost:{port} as app {APP}: pid {first.pid}, journal "
          f'"{re.escape(os.path.abspath("first.journal"))}"; wait for its end, or stop it')

    def refused(what, *words):
        refuses(f"a second run: {what}", 2, by, "migrate", *words, *EXECUTE, "--journal", "second.journal", env=mock.env)

    for words in ("chat.jsonl", "copy.jsonl", "chat.jsonl --lanes 2 --time-shift +1s",
                  f"chat.jsonl --endpoint {mock.url.replace('127.0.0.1', 'localhost')}", "chat.jsonl --shard 1/2", "chat.jsonl --adopt"):
        refused(words, *words.split())
    equal("journals of it", [], list(pathlib.Path(".").glob("second.journal*")))
    case("where the lock is, and who may read it")
    locks = list(STATE.glob("run-*.1-of-1.lock"))
    equal("modes", [0o700, 0o600, 0o600], [os.stat(file).st_mode & 0o777 for file in (STATE, *locks)])
    with open("chat.jsonl", "a", encoding="utf-8") as file:
        file.write("\n")
    refused("the file, edited since", "chat.jsonl")
    os.truncate("chat.jsonl", os.path.getsize("chat.jsonl") - 1)


def what_goes_on(mock):
    case("another input, the plan, and a reading command go on")
    mock.zim("migrate", "chat.jsonl").expect(0)
    mock.zim("migrate", "status", "first.journal").expect(0)
    migrate(mock, "other.jsonl", "--journal", "third.journal").expect(0)
    case("another App")
    app = json.loads(mock.zim("tenant", "create", "--rate", "off", "--json").expect(0).out)
    migrate(mock, "chat.jsonl", "--journal", "app.journal", ZIM_APP_ID=str(app["app_id"]), ZIM_SERVER_SECRET=app["server_secret"]).expect(0)
    case("another mock, at another port")
    migrate(mock, "chat.jsonl", "--endpoint", "http://127.0.0.1:1", "--connect-timeout", "1", "--journal", "port.journal").expect(5)
    case("a state folder of its own")
    migrate(mock, "other.jsonl", "--journal", "third.journal", XDG_STATE_HOME=os.path.abspath("own-state")).expect(0)
    equal("files in it, at the end", ["runs.lock"], names("own-state/zimmock"))


def beside_a_run():
    with fresh_mock() as mock:
        with held(mock) as first:
            a_second_run(mock, first)
            what_goes_on(mock)
            case("kill -9 takes the lock with it")
        migrate(mock, "chat.jsonl", "--journal", "first.journal").expect(0)
        equal("files in the state folder, at the end", ["runs.lock"], names(STATE))
        mock.check_nothing_twice()


def shards():
    case("shards run side by side, those of another number do not")
    with fresh_mock() as mock, held(mock, "--shard", "1/2") as first:
        equal("locks, of its bytes and of its path", 2, len(list(STATE.glob("run-*.1-of-2.lock"))))
        migrate(mock, "chat.jsonl", "--shard", "2/2").expect(0)
        for shard in ("1/2", "1/1", "2/3"):
            refuses(f"shard {shard} beside 1/2", 2, rf"another run \(shard 1/2\) is sending this file .* pid {first.pid}, ",
                    "migrate", "chat.jsonl", *EXECUTE, "--shard", shard, "--journal", "own.journal", env=mock.env)
        case("shards")


def two_that_start_together():
    for turn in range(5):
        case(f"two that start together, round {turn}: one runs, or one after the other")
        with fresh_mock() as mock:
            first = mock.background("migrate", "chat.jsonl", "--execute", "--rate", "off", "--journal", "a.journal", *SOON)
            second = mock.zim("migrate", "copy.jsonl", "--execute", "--rate", "off", "--journal", "b.journal", *SOON).code
            codes = sorted((first.ended().code, second))
            # The lists tell the second that the first was there, if the first has ended before.
            check("exit codes", codes[0] == 0 < codes[1] < 10, codes)
            equal("imports sent", 60, mock.sent("ImportPeerMsg"))
            mock.check_nothing_twice()


# --- where the lock may be --------------------------------------------------------------------------------------


def without_a_home():
    ours = f"zimmock-{os.getuid()}"
    with fresh_mock() as mock:
        case("no home: the temporary folder")
        migrate(mock, "chat.jsonl", HOME="").expect(0, err=None)
        equal("files in it", ["runs.lock"], names(ours))
        case("a home that cannot be written: the temporary folder")
        migrate(mock, "other.jsonl", HOME="/dev/null").expect(0, err=None)
    case("no place for a lock: it says so, and goes on")
    with fresh_mock() as mock:
        done = migrate(mock, "chat.jsonl", HOME="/dev/null", TMPDIR="/dev/null").expect(0, err=(
            "^zimmock: warning: no lock could be made, so a second run that sends this file would not be refused: /dev/null/.*Not a "
            "directory; XDG_STATE_HOME names a folder for it$"))
        equal("the last line", VERIFIED, done.lines[-1])
    case("a folder in the temporary folder that is not this user's")
    with fresh_mock() as mock:
        os.mkdir("elsewhere")
        os.mkdir("tmp")
        os.symlink(os.path.abspath("elsewhere"), f"tmp/{ours}")
        migrate(mock, "chat.jsonl", HOME="", TMPDIR=os.path.abspath("tmp")).expect(
            0, err="warning: no lock could be made, .*: expected a folder of this user")
        equal("files where the link leads", [], names("elsewhere"))


with program.own_folder():
    write("chat.jsonl", history(30))
    write("copy.jsonl", pathlib.Path("chat.jsonl").read_text(encoding="utf-8"))
    write("other.jsonl", history(29, "amy"))
    beside_a_run()
    shards()
    two_that_start_together()
    without_a_home()
program.finish(80)
