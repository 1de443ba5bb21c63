"""The driver: runs a client over and over, kills it, and has the judge say what is left of its promise."""
import argparse
import contextlib
import http.client
import json
import os
import pathlib
import random
import select
import shutil
import signal
import sqlite3
import subprocess
import sys
import time

from judge import judge, judge_balance
from ledger import read_lines
from program import APP, SECRET, environment, script_that_listens

HERE = pathlib.Path(__file__).resolve().parent
NAMED = ("before_intent", "after_intent", "mid_send", "applied", "answered", "journaled", "torn_tail")
POINTS = (*NAMED, "random")
AGAIN = (5, 6)  # stopped, unresolved lanes: the same command goes on
NTH_MOST, SECONDS_LEAST, SECONDS_MOST = 200, 0.02, 0.5
FRUITLESS_MOST = 60  # runs in a row that were not killed and did not come to an end
BEYOND = 20  # imports that a journal put back must not know of: more than may be under way while it is copied
PLANNED = 0.7  # share of the work planned for the kills, so that they are used up before it


def client_command(client, file, journal, options):
    """The command under test: this is the one place that knows it."""
    rate = str(options.rate) if options.rate else "off"
    return [*program(client), "migrate", str(file), "--format", "zim", "--execute", "--journal", str(journal),
            "--time-shift", options.time_shift, "--rate", rate, "--lanes", "8", "--settle", options.settle, "--sign-skew",
            options.sign_skew, "--progress", "off", "--json", *options.client_arg]


def report_command(client, journal):
    return [*program(client), "migrate", "report", str(journal), "--json"]


def copy_of_journal(client, journal, copy):
    """A copy of a journal while it is being written."""
    if str(client).endswith(".py"):  # the model's are lines, one after the other
        shutil.copyfile(journal, copy)
        return
    with contextlib.closing(sqlite3.connect(f"file:{journal}?mode=ro", uri=True)) as source, \
            contextlib.closing(sqlite3.connect(copy)) as target:
        source.backup(target)


def program(client):
    return [sys.executable, "-B", "-S", str(client)] if str(client).endswith(".py") else [str(client)]


class Service:
    """with Service(folder, flags) as service: a process of its own; ledger and calls can be read after."""

    def __init__(self, folder, flags):
        self.ledger_path, self.calls_path = folder / "ledger.jsonl", folder / "calls.jsonl"
        self.arguments = ("--ledger", self.ledger_path, "--calls", self.calls_path, "--app-id", APP, "--secret", SECRET, *flags)

    def __enter__(self):
        self.process, ready = script_that_listens(HERE / "service.py", *self.arguments)
        self.url = ready["url"]
        self.http = http.client.HTTPConnection(self.url.split("//")[1], timeout=120)
        return self

    def __exit__(self, *_):
        self.http.close()
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()

    def ask(self, path, document=None):
        self.http.request("POST" if document else "GET", path, json.dumps(document) if document else None)
        return json.loads(self.http.getresponse().read())

    def stats(self):
        return self.ask("/chaos/stats")

    def idle(self):
        self.ask("/chaos/idle")

    def kill(self, pid, nth=1, at="applied"):
        self.ask("/chaos/kill", {"pid": pid, "at": at, "nth": nth})


class Schedule:
    """Named points in turn, a random moment after each; how far each run may get follows from the work left."""

    def __init__(self, kills, seed):
        self.rng, self.kills, self.done, self.missed = random.Random(seed), kills, dict.fromkeys(POINTS, 0), 0

    @property
    def left(self):
        return self.kills - sum(self.done.values())

    def next(self, imports_left, imports_per_second):
        """(point, which passing or after how many seconds), or (None, 0) when all kills are used up."""
        if self.left <= 0:
            return None, 0
        turn = sum(self.done.values())
        budget = max(1.0, 2 * PLANNED * imports_left / self.left)
        if turn % 2:
            most = min(SECONDS_MOST, max(2 * SECONDS_LEAST, budget / max(1.0, imports_per_second)))
            return "random", self.rng.uniform(SECONDS_LEAST, most)
        nth = self.rng.randint(1, max(1, min(NTH_MOST, int(budget)) >> self.missed))
        return NAMED[turn // 2 % len(NAMED)], nth

    def killed(self, point):
        self.done[point] += 1
        self.missed = 0

    def passed(self):
        """The client ended before its point came: an earlier one next time."""
        self.missed = min(8, self.missed + 1)


class Result:
    """What a run came to, for the table, for --json and for the exit code."""

    def __init__(self):
        self.kills, self.stats, self.runs, self.seconds, self.kills_wanted = {}, {}, 0, 0.0, 0
        self.first_code = self.second_code = self.grown = None
        self.verdict, self.balances, self.problems, self.judgement = "", 0, [], None
        self.journals_lost = self.journals_restored = self.second_runs = 0
        self.report = None  # the client's own, as JSON

    @property
    def kills_done(self):
        return sum(self.kills.values())

    def faults(self, *names):
        return sum(self.stats.get(f"fault {name}", 0) for name in names)

    @property
    def lost_answers(self):
        return self.faults("lost-before", "in-doubt-code-before", "late", "lost", "reset", "error-after", "half",
                           "in-doubt-code")

    @property
    def holds(self):
        return not self.problems and not self.judgement.broken()

    def numbers(self):
        out = {name: value for name, value in vars(self).items() if name not in ("judgement", "report")}
        return {**out, "lost_answers": self.lost_answers, "holds": self.holds, "judgement": self.judgement.numbers(),
                "told": self.judgement.words()}


class Chaos:
    """One run: input, client, kills and faults in; a Result out. Everything it writes is in the folder."""

    def __init__(self, options, records, folder, without=None):
        self.options, self.records, self.folder, self.without = options, records, folder, without
        self.input, self.journal = folder / "input.jsonl", folder / "journal"
        self.schedule, self.result = Schedule(options.kills, options.seed), Result()
        self.older, self.applied_at_copy, self.copy_adopts, self.kills_at_restore = folder / "older-journal", 0, False, 0
        self.running_seconds, self.applied = 0.0, 0
        if options.lose_every or options.second_every:  # without that journal a run does not know what now was
            newest = max(record["SendMessageTime"] for record in records)
            self.options = argparse.Namespace(**{**vars(options), "time_shift": f"{int(time.time() * 1000) - newest:+}ms"})

    def run(self):
        began = time.monotonic()
        self.write_input()
        flags = [*self.options.fault_flags, "--seed", self.options.seed]
        flags += ["--rate", self.options.rate] if self.options.rate else []
        with Service(self.folder, flags) as self.service:
            self.result.first_code = self.until_the_end()
            self.service.idle()
            if not self.without:
                self.second_run()
                self.balance()
            self.result.stats = self.service.stats()
        self.result.kills, self.result.kills_wanted = self.schedule.done, self.options.kills
        self.result.judgement = judge(self.records, read_lines(self.service.ledger_path),
                                      read_lines(self.service.calls_path), self.options.rate,
                                      tagged=not self.options.untagged)
        self.result.seconds = time.monotonic() - began
        return self.result

    def write_input(self):
        with open(self.input, "wb") as file:
            file.writelines(json.dumps(record, ensure_ascii=False).encode() + b"\n" for record in self.records)
        self.imports = sum(len(record.get("VisibleTo", (1, 2))) for record in self.records)

    def until_the_end(self):
        """Runs and kills until the client ends of itself for good; its exit code."""
        fruitless, until = 0, time.monotonic() + self.options.limit
        while time.monotonic() < until:
            speed = self.applied / self.running_seconds if self.running_seconds else 300.0
            point, amount = self.schedule.next(self.imports - self.applied, speed)
            if point and self.options.second_every and self.result.runs % self.options.second_every == 0:
                point, amount, code = "random", 0, self.attempt_beside_another()
            else:
                code = self.attempt(point, amount)
            self.applied = self.service.stats()["applied"]
            self.log(point=point, amount=amount, code=code, applied=self.applied)
            if code == -signal.SIGKILL and point:
                self.schedule.killed(point)
                fruitless = 0
                self.lose_journal()
                self.put_back_journal()
            elif code in AGAIN and fruitless < FRUITLESS_MOST:
                self.schedule.passed()
                fruitless += 1
            else:
                return code
        self.problem(f"the client did not come to an end within {self.options.limit} s")
        return None

    def lose_journal(self):
        """After every so many kills; from then on the command has --adopt, as it would stop without."""
        every = self.options.lose_every
        if not every or sum(self.schedule.done.values()) % every:
            return
        for file in self.folder.glob(self.journal.name + "*"):
            file.unlink()
        self.result.journals_lost += 1
        self.adopt()

    def adopt(self):
        if "--adopt" not in self.options.client_arg:
            self.options.client_arg = [*self.options.client_arg, "--adopt"]

    def copy_journal(self):
        """A copy for later, made while a run writes the journal."""
        if not self.options.restore_every or self.older.exists():
            return
        try:
            copy_of_journal(self.options.client, self.journal, self.older)
            self.applied_at_copy = self.service.stats()["applied"]
            self.copy_adopts = "--adopt" in self.options.client_arg
        except (sqlite3.Error, OSError):  # the journal is not there yet
            self.older.unlink(missing_ok=True)

    def put_back_journal(self):
        """After so many kills the older copy takes the journal's place, once nothing is under way any more. The run must
        stop, and goes on with --adopt."""
        kills = sum(self.schedule.done.values())
        if not self.older.exists() or kills - self.kills_at_restore < self.options.restore_every or \
                self.applied - self.applied_at_copy < BEYOND:
            return
        self.service.idle()
        for file in self.folder.glob(self.journal.name + "*"):
            file.unlink()
        self.older.rename(self.journal)
        self.kills_at_restore = kills
        self.result.journals_restored += 1
        if not self.copy_adopts:  # a migration that began with --adopt goes on so
            self.must_stop()
        self.adopt()

    def must_stop(self):
        for _ in range(5):  # its looks at the lists may be lost
            code = self.attempt(None, 0)
            if code and "--adopt" in self.output(None):
                break
            if code not in AGAIN:
                self.problem(f"with an older journal the run ended with exit code {code}, expected a stop that names "
                             f"--adopt: {self.output()}")
                break

    def attempt(self, point, amount, timeout=600):
        """One run of the client, killed at the point unless it ends before; its exit code."""
        self.result.runs += 1
        began, process = time.monotonic(), self.start(f"{point}:{amount}" if point in NAMED else None)
        if point == "applied":
            self.service.kill(process.pid, amount)
        if point == "random" and not self.ended(process, amount / 2):
            self.copy_journal()
        if not self.ended(process, amount / 2 if point == "random" else timeout):
            if point != "random":
                self.problem(f"the client was still running after {timeout} s")
            process.kill()
            self.ended(process, 60)
        if point == "applied":
            self.service.kill(0)  # before its pid can become somebody else's
        code = process.wait()
        self.running_seconds += time.monotonic() - began
        return code

    def attempt_beside_another(self, timeout=600):
        """A run, and beside it a second one of the same input with a journal of its own, which must be refused or stop.
        Then the first is killed; its exit code."""
        self.result.runs += 1
        first = self.start(None)
        while not self.ended(first, 0.005) and b'"start"' not in (self.folder / "stdout").read_bytes():
            pass  # until it says that it begins
        for file in self.folder.glob("second-journal*"):
            file.unlink()
        second = self.start(None, self.folder / "second-journal", "second-")
        if not self.ended(second, timeout):
            self.problem(f"a second run was still running after {timeout} s")
            second.kill()
        code = second.wait()
        if code == 0:
            self.problem("a second run beside the first ended with exit code 0, expected that it is refused, or stops")
        self.result.second_runs += 1
        first.kill()
        return first.wait()

    def start(self, kill, journal=None, output=""):
        env = environment(HOME=str(self.folder), TMPDIR=str(self.folder), ZIM_ENDPOINT=self.service.url)
        if kill and not kill.startswith("applied:"):
            env["ZIMMOCK_CHAOS_KILL"] = kill
        if self.without:
            env["ZIMMOCK_CHAOS_WITHOUT"] = self.without
        command = client_command(self.options.client, self.input, journal or self.journal, self.options)
        with open(self.folder / f"{output}stdout", "wb") as out, open(self.folder / f"{output}stderr", "wb") as err:
            return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, env=env,
                                    cwd=self.folder)

    @staticmethod
    def ended(process, seconds):
        """Whether it ends within that time. It is not reaped, so its pid stays its own."""
        fd = os.pidfd_open(process.pid)
        try:
            return bool(select.select([fd], [], [], seconds)[0])
        finally:
            os.close(fd)

    def second_run(self):
        """The same command once more finds all done: exit 0, and nothing is applied."""
        if self.result.first_code != 0:
            self.problem(f"the client ended with exit code {self.result.first_code}, expected 0: {self.output()}")
            return
        self.result.verdict = self.last_line()
        before = self.service.stats()["applied"]
        for _ in range(5):  # queries are lost here, too: it may have to be told to go on
            self.result.second_code = self.attempt(None, 0)
            if self.result.second_code not in AGAIN:
                break
        self.service.idle()
        self.result.grown = self.service.stats()["applied"] - before
        if self.result.second_code != 0 or self.result.grown:
            self.problem(f"a second run ended with exit code {self.result.second_code} and applied "
                         f"{self.result.grown}, expected 0 and 0: {self.output()}")

    def balance(self):
        """I5, as far as the client can report on a journal."""
        ended = subprocess.run(report_command(self.options.client, self.journal), stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=self.folder, timeout=120)
        documents = []
        for line in ended.stdout.splitlines():
            try:
                documents.append(json.loads(line))
            except ValueError:
                continue
        self.result.report = documents[-1] if documents else None
        self.result.balances, problems = judge_balance(documents)
        self.result.problems += problems

    def log(self, **members):
        with open(self.folder / "runs.jsonl", "a", encoding="ascii") as file:
            file.write(json.dumps({"run": self.result.runs, **members}) + "\n")

    def problem(self, text):
        self.result.problems.append(text)

    def last_line(self):
        lines = (self.folder / "stdout").read_text(encoding="utf-8", errors="replace").splitlines() or [""]
        try:
            last = json.loads(lines[-1])
            return last.get("line") or last.get("verdict") or lines[-1]
        except (ValueError, AttributeError):
            return lines[-1]

    def output(self, most=600):
        """What the last run printed, at most so much of the end of either stream; None: all."""
        texts = [(self.folder / name).read_text(encoding="utf-8", errors="replace") for name in ("stdout", "stderr")]
        text = "".join(text[-most:] if most else text for text in texts)
        return text.strip() or "no output"
