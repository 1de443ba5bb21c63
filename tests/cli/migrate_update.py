#!/usr/bin/env python3
"""zimmock migrate after an update: a journal that an earlier release left half done (fixtures/resume), and a file that is
read differently than in the first run. Either every list has each message once and in order, or nothing is sent."""
import collections
import contextlib
import json
import os
import pathlib
import shutil
import sqlite3
import sys

sys.path.insert(1, os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "support", "py"))
import program  # noqa: E402
from expected import by_list, tag_and_own  # noqa: E402
from program import SOON, Mock, case, check, equal, refuses, zim  # noqa: E402

FIXTURE = pathlib.Path(os.environ["FIXTURES"]).resolve() / "resume"
HISTORY = (FIXTURE / "history.jsonl").read_text(encoding="utf-8").splitlines()
# "two" into ann's list with cleo was refused, and is quarantined.
ALL = {("ann", "bob"): ["one", "same", "same", "eight", "eleven"], ("ann", "cleo"): ["for ann only", "nine", "twelve"],
       ("ann", "dora"): ["three", "seven", "ten"], ("bob", "ann"): ["one", "same", "same", "eight", "eleven"],
       ("cleo", "ann"): ["two", "nine", "twelve"], ("dora", "ann"): ["three", "seven", "ten"]}


def sql(file, *statements):
    """The rows of the last statement."""
    with contextlib.closing(sqlite3.connect(file)) as database:
        rows = [database.execute(statement).fetchall() for statement in statements][-1]
        database.commit()
    return rows


class HalfDone(Mock):
    """A mock as it was when the client was killed, and the client's journal, of the place where the mock is now."""

    def __init__(self, ready):
        super().__init__(ready)
        write(HISTORY)
        for file in pathlib.Path(".").glob("*.journal*"):
            file.unlink()
        shutil.copy(FIXTURE / "half-done.journal", "old.journal")
        sql("old.journal", f"UPDATE told SET value='{self.url}' WHERE name='endpoint'",
            f"UPDATE note SET value='{os.path.abspath('history.jsonl')}' WHERE name='file'")

    def resume(self, file="history.jsonl", *args):
        return self.zim("migrate", file, "--execute", "--rate", "off", "--retention-days", "3650", "--bad", "quarantine",
                        "--gap", "continue", "--journal", "old.journal", *SOON, *args)

    def exported(self):
        return [row for row in self.zim("state", "export").expect(0).json() if "Record" not in row]

    def lists(self):
        """{(owner, peer): texts}, oldest first."""
        return {key: [row["Message"] for row in rows] for key, rows in by_list(self.exported()).items()}

    def check_all(self):
        equal("the lists", ALL, self.lists())
        tags = collections.Counter(tag_and_own(row["ExtendedData"])[0] for row in self.exported())
        equal("tags that are there twice", [], [tag for tag, times in tags.items() if times > 1])

    def check_refused(self, what, pattern):
        """The resumed run is refused, sends nothing, and leaves the journal as it is."""
        case(what)
        journal, lists = pathlib.Path("old.journal").read_bytes(), self.lists()
        done = self.resume().expect(2, out=None, err=pattern)
        equal("lines on stderr", 1, len(done.err.splitlines()))
        check("the journal is untouched", journal == pathlib.Path("old.journal").read_bytes(), "another")
        equal("the lists", lists, self.lists())


@contextlib.contextmanager
def half_done():
    with program.mock("--retention-days", "3650", "--seed", str(FIXTURE / "state.jsonl")) as ready:
        yield HalfDone(ready)


@contextlib.contextmanager
def on_the_way():
    """Half done, and then some imports made by this release."""
    with half_done() as mock:
        with mock.fault("code=100000005,action=ImportPeerMsg,nth=6"):
            mock.resume("history.jsonl", "--lanes", "1").expect(7)
        yield mock


def write(lines, file="history.jsonl"):
    pathlib.Path(file).write_text("".join(line + "\n" for line in lines), encoding="utf-8")


# --- the journal of an earlier release --------------------------------------------------------------------------


def of_an_earlier_release():
    with half_done() as mock:
        journal = pathlib.Path("old.journal").read_bytes()
        case("status, report and verify of the journal of an earlier release")
        status = json.loads(mock.zim("migrate", "status", "old.journal", "--json").expect(0).out)
        equal("status", {"planned": 23, "done": 10, "open": 3, "quarantined": 1, "waiting": 9, "lists": 6, "finished_lists": 0},
              {name: status[name] for name in ("planned", "done", "open", "quarantined", "waiting", "lists", "finished_lists")})
        report = json.loads(mock.zim("migrate", "report", "old.journal", "--json").expect(0).out)
        equal("in doubt", [["ann", "bob", 10], ["ann", "cleo", 8], ["bob", "ann", 6]],
              sorted([one["viewer"], one["peer"], one["line"]] for one in report["in_doubt"]))
        equal("balance, refused lines, version", (True, [2], "0.1.0"),
              (report["balance"]["holds"], report["refused"][0]["lines"], report["told"]["zimmock"]))
        mock.zim("migrate", "verify", "old.journal", "--rate", "off").expect(1, out=r"11 = same, 11 \+ missing, 0 - extra")
        check("the journal is untouched", journal == pathlib.Path("old.journal").read_bytes(), "another")

        case("it is resumed, and all is there once")
        done = mock.resume().expect(3)
        equal("the last line", "verified: all 22 of 22 imports are in ZIM, in order; 1 were refused and are quarantined; "
                               "3 of 15 records were left out", done.lines[-1])
        equal("imports sent", 11, mock.sent("ImportPeerMsg"))
        mock.check_all()
        case("the same command again: nothing is sent")
        mock.resume().expect(3)
        equal("imports sent", 11, mock.sent("ImportPeerMsg"))
        equal("the version, which an earlier release refuses", [(2,)], sql("old.journal", "PRAGMA user_version"))
        report = json.loads(mock.zim("migrate", "report", "old.journal", "--json").out)
        equal("done, open, quarantined, balance, runs", (22, 0, 1, True, 3), (
            report["done"], report["open"], report["quarantined"], report["balance"]["holds"], len(report["runs"])))
        mock.zim("migrate", "verify", "old.journal", "--rate", "off").expect(3)


def that_counts_something_else():
    def other(what, pattern, statement):
        with half_done() as mock:
            sql("old.journal", statement)
            mock.check_refused(what, r"old\.journal: expected the messages that this journal counts, got others in " + pattern +
                               r"; the file is the same, but this release reads it differently: go on with zimmock 0\.1\.0, which "
                               r"wrote the journal, or begin a new journal with --journal FILE --adopt")

    other("an import from another line", '1 list: the list of "ann" with "bob": expected line 15 as message 3, got message 3 '
          r"\(line 6, 2025-06-15T15:06:45\.000Z\)", "UPDATE import SET line=15 WHERE conversation=0 AND side=0 AND record=2")
    other("a list of another length", '2 lists: the list of "cleo" with "ann": expected 2 messages, got 3; message 3 '
          r"\(line 15, 2025-[^ ]+\) is not in the journal", "UPDATE list SET planned=2 WHERE conversation=1")
    other("a list of another user", '2 lists: the list of "bob" with "ann": expected no list, as the journal has none, got 5 messages, '
          "the first in line 1", "UPDATE list SET viewer='bert' WHERE viewer='bob'")
    other("a list more", '1 list: the list of "eve" with "ann": expected the 4 messages that the journal has, got no list',
          "INSERT INTO list VALUES(3, 0, 'eve', 'ann', 4)")
    with half_done() as mock:
        write(HISTORY[:14])
        mock.check_refused("an earlier release's journal and a file with a message less",
                           'got others in 2 lists: the list of "cleo" with "ann": expected 3 messages, got 2; the file is not the one of '
                           "the first run: go on with that one, or begin a new journal")


def of_a_release_to_come():
    with half_done() as mock:
        sql("old.journal", "PRAGMA user_version = 3")
        for words in (("status", "old.journal"), ("report", "old.journal"), ("verify", "old.journal"),
                      ("history.jsonl", "--execute", "--retention-days", "3650", "--bad", "quarantine", "--journal", "old.journal")):
            refuses(f"a later release's journal: {words[0]}", 2, r"old\.journal: expected a journal of version 1 to 2, got 3: a later "
                    "release of zimmock wrote it; go on with that release", "migrate", *words, env=mock.env)
        equal("imports sent", 0, mock.sent("ImportPeerMsg"))


# --- another reading of the same messages -----------------------------------------------------------------------


def another_reading():
    with on_the_way() as mock:
        case("other numbers for conversations, sides, records and lines, but the same messages")
        # From behind, but for the two that are alike, with nothing of what cannot be imported.
        write([HISTORY[number - 1] for number in (15, 14, 13, 11, 10, 9, 8, 5, 6, 3, 2, 1)], "read-better.jsonl")
        done = mock.resume("read-better.jsonl").expect(
            3, out=r'\nnote: "read-better\.jsonl" is not the file of the first run, but has the same messages to import\n')
        equal("the last line", "verified: all 22 of 22 imports are in ZIM, in order; 1 were refused and are quarantined", done.lines[-1])
        equal("imports sent", 12, mock.sent("ImportPeerMsg"))
        mock.check_all()
        case("and the report tells of the last run's reading")
        report = json.loads(mock.zim("migrate", "report", "old.journal", "--json").out)
        equal("balance, read, bad", (True, 12, []), (report["balance"]["holds"], report["balance"]["sender"]["read"], report["bad"]))
        check("the file", report["file"].endswith("/read-better.jsonl"), report["file"])
        mock.zim("migrate", "verify", "old.journal", "--rate", "off").expect(3)
        case("the first file again")
        equal("notes", [], mock.resume("history.jsonl", "--json").expect(3).of_type("start")["notes"])
        equal("imports sent", 12, mock.sent("ImportPeerMsg"))
        mock.check_all()


def with_line(number, changed):
    """The history with this line, of 1 and up, become these."""
    return [*HISTORY[:number - 1], *changed(HISTORY[number - 1]), *HISTORY[number:]]


def changed_files():
    seven = lambda line: line.replace('"Message":"eight"', '"Message":"seven"').replace('"m8"', '"m7"')  # noqa: E731
    eve = '{"FromUserId":"eve","ToUserId":"ann","MessageType":1,"Message":"x","SendMessageTime":1750000020000}'
    last = len(HISTORY)
    return (
        ("a message that reads differently", '2 lists: the list of "ann" with "dora": expected 3 messages, got 3; message 3 '
         r"\(line 13, 2025-06-15T15:06:50\.000Z\) is another one than the journal has there",
         [line.replace('"ten"', '"TEN"') for line in HISTORY]),
        ("another text under the same Id", r'2 lists: the list of "ann" with "bob": expected message 1 \(line 1, [^)]+\) as the first run '
         "read it, got another content", [line.replace('"one"', '"ONE"') for line in HISTORY]),
        ("another priority", r'2 lists: the list of "ann" with "bob": expected message 1 \(line 1, [^)]+\) as the first run read it, got '
         "another content", with_line(1, lambda line: ['{"Priority":3,' + line[1:]])),
        ("a message more in the middle", '2 lists: the list of "ann" with "bob": expected 5 messages, got 6; message 4 '
         r"\(line 10, [^)]+\) is another one than the journal has there", with_line(10, lambda line: [seven(line), line])),
        ("a message more at the end", '2 lists: the list of "cleo" with "ann": expected 3 messages, got 4; message 4 '
         r"\(line 16, [^)]+\) is not in the journal", with_line(last, lambda line: [line, line.replace('"twelve"', '"thirteen"')])),
        ("a message less", '2 lists: the list of "ann" with "bob": expected 5 messages, got 4', with_line(14, lambda line: [])),
        ("a list more", '2 lists: the list of "eve" with "ann": expected no list, as the journal has none, got 1 message, the first in '
         "line 16", [*HISTORY, eve]),
        ("two lists less", '2 lists: the list of "[a-z]+" with "[a-z]+": expected the 3 messages that the journal has, got no list',
         [line for line in HISTORY if "dora" not in line]))


def another_history():
    with on_the_way() as mock:
        for what, pattern, lines in changed_files():
            check(f"{what}: another file", lines != HISTORY, lines)
            write(lines)
            mock.check_refused(what, r"old\.journal: expected the messages that this journal counts, got others in " + pattern +
                               "; the file is not the one of the first run")
        write(HISTORY)
        case("after all that, the right file")
        mock.resume().expect(3)
        mock.check_all()


# --- without tags the content alone tells messages apart --------------------------------------------------------


def without_tags():
    with program.fresh_mock() as mock:
        first = program.history(30)

        def run(text):
            program.write("chat.jsonl", text)
            return mock.zim("migrate", "chat.jsonl", "--execute", "--rate", "off", "--journal", "chat.journal", *SOON, "--tag", "off")

        case("--tag off, and another text under the same Id")
        with mock.fault("code=100000005,action=ImportPeerMsg,nth=9"):
            run(first).expect(7)
        had = mock.sent("ImportPeerMsg")
        run(first.replace('"text 29"', '"another text"')).expect(2, err=(
            r'got others in 2 lists: the list of "ann" with "[a-z]+": expected 10 messages, got 10; message [0-9]+ \(line 29, '))
        equal("imports sent", had, mock.sent("ImportPeerMsg"))
        run(first).expect(0)
        equal("imports sent", 61, mock.sent("ImportPeerMsg"))
        mock.check_nothing_twice()


with program.own_folder():
    of_an_earlier_release()
    that_counts_something_else()
    of_a_release_to_come()
    another_reading()
    another_history()
    without_tags()
program.finish(100)
