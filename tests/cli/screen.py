#!/usr/bin/env python3
"""What is shown at a terminal, and not in a pipe: a line of progress that fits the width, and where a mock serves. A resumed
run tells its own rate."""
import fcntl
import json
import os
import pty
import re
import select
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time

sys.path.insert(1, os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "support", "py"))
import program  # noqa: E402
from program import LIMIT, ZIMMOCK, check, environment, equal, record, register, started, wait_for  # noqa: E402

DRAWN = re.compile(rb"\r([^\r\n]*?)\x1b\[K")


def set_width(terminal, columns):
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))


class Screen:
    """A program with a pseudo-terminal as its stderr."""

    def __init__(self, columns, *args, env):
        self.terminal, end = pty.openpty()
        set_width(self.terminal, columns)
        self.process = subprocess.Popen([ZIMMOCK, *args], env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=end)
        os.close(end)
        self.seen = b""

    def drawn(self, count):
        """The next lines that it draws while it imports."""
        self.seen, until = b"", time.monotonic() + LIMIT
        while time.monotonic() < until:
            lines = [line for line in DRAWN.findall(self.seen) if line.startswith(b"importing")]
            if len(lines) >= count:
                return [line.decode() for line in lines]
            if select.select([self.terminal], [], [], 1)[0]:
                self.seen += os.read(self.terminal, 65536)
            elif self.process.poll() is not None:
                break
        return []

    def end(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        os.close(self.terminal)


def widths(env):
    screen = Screen(120, "migrate", "in.jsonl", "--execute", "--journal", "wide", "--rate", "1", env=env)
    try:
        for columns, bar, reason in ((120, True, True), (80, True, False), (40, False, False)):
            set_width(screen.terminal, columns)
            lines = screen.drawn(3)[1:]  # the first may have been drawn for the width before
            check(f"{columns} columns: lines are drawn", lines, lines)
            check(f"{columns} columns: each fits", all(len(line) < columns for line in lines), lines)
            check(f"{columns} columns: bar {bar}", all(("[" in line) == bar for line in lines), lines)
            check(f"{columns} columns: the reason only where there is room", reason or not any("waiting" in line for line in lines), lines)
    finally:
        screen.end()


def resumed(env, url):
    """A run that has done nothing yet has no rate, whatever runs before it did."""
    command = [ZIMMOCK, "migrate", "in.jsonl", "--execute", "--journal", "resumed", "--json", "--lanes", "1", "--timeout", "600"]
    control = environment(ZIMMOCK_CONTROL=url)
    equal("a fault", 0, program.run("fault", "add", "delay=10m,action=ImportPeerMsg,nth=3", env=control).returncode)
    first = subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    equal("three imports came", 0, program.run("wait", "--action", "ImportPeerMsg", "--code", "0", "--count", "2", "--timeout", f"{LIMIT}s",
                                              env=control).returncode)
    wait_for("the journal to know of two imports", lambda: json.loads(
        program.run("migrate", "status", "resumed", "--json", env=env).stdout)["done"] >= 2)
    first.kill()
    first.wait()
    program.run("fault", "clear", env=control)
    equal("a fault", 0, program.run("fault", "add", "delay=10m,action=QueryPeerMsg", env=control).returncode)
    again = subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        for line in again.stdout:
            shown = json.loads(line)
            if shown.get("type") == "progress" and shown["phase"] == "importing" and shown["done"] > 0:
                check("nothing done by this run: no rate, no ETA", (shown["per_second"], shown["eta_s"]) == (0, -1), shown)
                break
        else:
            check("a line of progress", False)
    finally:
        again.kill()
        again.wait()
        again.stdout.close()


def served(*args):
    """What serve prints with a terminal as its stdout and stderr, up to its log line of one call."""
    terminal, end = pty.openpty()
    set_width(terminal, 200)
    with started(*args, stdout=end, stderr=end) as (_, ready):
        os.close(end)
        program.call(program.connect(ready["url"]), "UserRegister", {"UserInfo": []})
        seen, until = b"", time.monotonic() + LIMIT
        while seen.count(b"register.list-not-empty") == 0 and time.monotonic() < until:
            if select.select([terminal], [], [], 1)[0]:
                seen += os.read(terminal, 65536)
    os.close(terminal)
    return ready, seen.decode().replace("\r\n", "\n")


def serve():
    ready, shown = served()
    check("the URLs", f"zimmock serves ZIM at {ready['url']} and {ready['tls_url']}\n" in shown, shown)
    check("the App, and where its secret is from", "AppId 12345; its ServerSecret is the vendor's published example\n" in shown, shown)
    check("what to do next", f"eval \"$(zimmock env --control {ready['url']})\"" in shown, shown)
    check("the log as text", " UserRegister app 12345 code 660000002 | register.list-not-empty: " in shown, shown)
    check("no JSON, no secret", "{" not in shown and program.SECRET not in shown, shown)
    ready, shown = served("--log", "json", "--app", "7:seventhsecret")
    check("--log decides", '"rule":"register.list-not-empty"' in shown, shown)
    check("an App of one's own", "AppId 7; its ServerSecret is from --app\n" in shown and "seventhsecret" not in shown, shown)
    with open("piped.log", "wb") as log, started(stdout=log, stderr=log) as (_, ready):
        program.call(program.connect(ready["url"]), "UserRegister", {"UserInfo": []})
        wait_for("the log line", lambda: os.path.getsize("piped.log") > 0 and open("piped.log", "rb").read().count(b"\n") == 2)
    with open("piped.log", encoding="utf-8") as log:
        first, second = map(json.loads, log)
    equal("in a pipe or a file the first line is for programs", ready, first)
    equal("and so is the log", "register.list-not-empty", second["rule"])


def main():
    folder = tempfile.mkdtemp()
    os.chdir(folder)
    try:
        now_ms = int(time.time() * 1000) - 3600_000
        with open("in.jsonl", "w", encoding="utf-8") as file:
            for number in range(120):
                file.write(record(str(number), f"text {number}", now_ms + number * 1000))
        with started() as (_, ready):
            env = environment(ZIM_ENDPOINT=ready["url"])
            register(ready["url"], "ann", "bob")
            widths(env)
        serve()
        with started() as (_, ready):
            resumed(environment(ZIM_ENDPOINT=ready["url"]), ready["url"])
    finally:
        os.chdir("/")
        shutil.rmtree(folder, ignore_errors=True)
    program.finish(20)


if __name__ == "__main__":
    main()
