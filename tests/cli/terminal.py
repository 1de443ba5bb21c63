"""What reaches a terminal: letters as the locale writes them, and nothing that could draw, steer or reorder; JSON that
keeps its values; and who may read the files that are written. ZIMMOCK: the program."""
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time

sys.path.insert(1, os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "support", "py"))
import program  # noqa: E402
from program import LIMIT, ZIMMOCK, call, check, connect, ended, environment, equal, record, register, run, started  # noqa: E402

# Letters; then what must not reach a terminal: ESC, C1, DEL, marks of direction, separators, other format characters, what
# is no character, and what is not assigned.
LETTERS = "M\u00fcller \u4e2d\u6587 \U0001f642 e\u0301 \u0627\u0644"
HIDDEN = "\x1b[2J\x07\x7f\u009b31m\u202e\u200f\u2028\u2029\u061c\u200b\ufeff\u00ad\ufffe\U000e0041"
UNASSIGNED = "\u0378"
TEXT = f"{LETTERS}{HIDDEN}{UNASSIGNED}"
ESCAPED = ["\\u{1B}[2J", "\\u{7}", "\\u{7F}", "\\u{9B}31m", "\\u{202E}", "\\u{200F}", "\\u{2028}", "\\u{2029}", "\\u{61C}", "\\u{200B}",
           "\\u{FEFF}", "\\u{AD}", "\\u{FFFE}", "\\u{E0041}"]


def inert(what, data, encoding="utf-8"):
    """Nothing in what was printed is hidden, and all of it can be decoded."""
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        return check(f"{what}: is {encoding}", False, f"{error}: {data!r}")
    return check(f"{what}: nothing that draws, steers or reorders", not set(text) & (set(HIDDEN) - set("[2J31m")), text)


def json_lines(data):
    return [json.loads(line) for line in data.split(b"\n") if line]


def latin1():
    """The environment of a Latin-1 locale made for this test; None where localedef cannot make one."""
    folder = os.path.abspath("locales")
    os.mkdir(folder)
    try:
        made = subprocess.run(["localedef", "-i", "en_US", "-f", "ISO-8859-1", os.path.join(folder, "en_US.ISO-8859-1")],
                              capture_output=True, timeout=LIMIT, check=False)
    except FileNotFoundError:
        return None
    return {"LOCPATH": folder, "LC_ALL": "en_US.ISO-8859-1"} if made.returncode == 0 else None


def errors_and_names(now_ms):
    """A file's name, in a plan and in an error, by locale."""
    name = f"{TEXT}\nforged: 1 record.jsonl"
    with open(name, "w", encoding="utf-8") as file:
        file.write(record("1", "hello", now_ms))
    for expected, code, args in (("records", 0, ["migrate", name]), ("could not open", 2, ["migrate", name + "x"])):
        for encoding, variables in (("utf-8", {"LC_ALL": "C.UTF-8"}), ("ascii", {"LC_ALL": "C"}), ("ascii", {"LC_ALL": "xx_YY.none"})):
            got = run(*args, env=environment(**variables))
            what = f"{args[0]}, {expected}, {variables['LC_ALL']}"
            equal(f"{what}: exit code", code, got.returncode)
            out = got.stdout + got.stderr
            inert(what, out, encoding)
            line = out.decode(encoding, "replace").split("\n")[0]
            check(f"{what}: the name is in one line", "\\nforged" in line, line)
            check(f"{what}: hidden characters are escaped", all(one in line for one in ESCAPED), line)
            check(f"{what}: an unassigned one is, too", "\\u{378}" in line, line)
            check(f"{what}: letters", (LETTERS if encoding == "utf-8" else "M\\u{FC}ller \\u{4E2D}\\u{6587} \\u{1F642} e\\u{301}") in line, line)
    variables = latin1()
    if variables is None:
        print("note: no localedef here, so Latin-1 is not looked at")
        return
    with open("M\u00fcller \u4e2d.jsonl".encode("utf-8"), "w", encoding="utf-8") as file:
        file.write(record("1", "hello", now_ms))
    got = run("migrate", "M\u00fcller \u4e2d.jsonl", env=environment(**variables))
    check("Latin-1: letters that it has, others escaped", got.stdout.startswith(b"M\xfcller \\u{4E2D}.jsonl: 1 record"), got.stdout)
    got = run("migrate", b"M\xfcller\x9b.none", env=environment(**variables))
    check("Latin-1: a name in the locale's own encoding", got.stderr.startswith(b"zimmock: M\xfcller"), got.stderr)
    inert("Latin-1: a control of its own encoding", got.stderr, "iso-8859-1")


def findings(now_ms):
    """Names of people in what a plan finds: readable where the locale can show them."""
    with open("chat.txt", "w", encoding="utf-8") as file:
        file.write("".join(f"[14/10/2021, 15:3{i}:09] Anna M\u00fcller: hello\n" for i in range(3)))
        file.write("[14/10/2021, 15:34:09] \u4e2d\u6587: hello\n")
    for locale, expected in (("C.UTF-8", "Anna M\u00fcller"), ("C", "Anna M\\u{FC}ller")):
        got = run("migrate", "chat.txt", "--format", "whatsapp", "--tz", "Europe/Berlin", env=environment(LC_ALL=locale))
        check(f"WhatsApp name, {locale}", expected in got.stderr.decode(), got.stderr)
        check(f"WhatsApp name to copy, {locale}: on one line", got.stderr.count(b"\n") == 1, got.stderr)
    with open("bad.jsonl", "w", encoding="utf-8") as file:
        file.write(record("1", "hello", now_ms, sender=f"M\u00fcller\u202e"))
    got = run("migrate", "bad.jsonl")
    inert("a finding", got.stdout)
    check("a finding quotes letters", "M\u00fcller\\u{202E}" in got.stdout.decode(), got.stdout)
    got = run("migrate", "bad.jsonl", "--json")
    inert("findings as JSON", got.stdout)
    check("findings as JSON are JSON and keep letters", json_lines(got.stdout) and "M\u00fcller" in got.stdout.decode(), got.stdout)


def messages(ready, log_file):
    """A message's text, as every command shows it."""
    url = ready["url"]
    env = environment(ZIM_ENDPOINT=url, ZIMMOCK_CONTROL=url)
    check("query shows letters", LETTERS in run("query", "--as", "ann", "--peer", "bob", env=env).stdout.decode())
    for args in (["query", "--as", "ann", "--peer", "bob"], ["view", "--as", "ann", "--peer", "bob", "--sdk", "2.8.0"]):
        got = run(*args, env=env)
        inert(args[0], got.stdout)
        got = run(*args, "--json", env=env)
        inert(f"{args[0]} --json", got.stdout)
        bodies = [line.get("MsgBody") for line in json_lines(got.stdout)]
        check(f"{args[0]} --json: the value", TEXT in bodies, got.stdout)
        check(f"{args[0]} --json: letters stay", LETTERS in got.stdout.decode(), got.stdout)
    got = run("state", "export", env=env)
    inert("state export", got.stdout)
    check("state export: the value", TEXT in [line.get("Message") for line in json_lines(got.stdout)], got.stdout)

    # The header stays ASCII, the log and the list of requests are for people.
    code, response = call(connect(url), "UserRegister", {"UserInfo": [{"UserId": f"a{LETTERS}\u202e"}]}, Extra=TEXT)
    check("a bad user id is refused", code != 0, code)
    explain = response.getheader("X-Zimmock-Explain")
    check("X-Zimmock-Explain is printable ASCII", explain and all(" " <= c <= "~" for c in explain), explain)
    got = run("requests", "--json", env=env)
    inert("requests --json", got.stdout)
    check("requests --json is JSON", json_lines(got.stdout), got.stdout)
    inert("requests", run("requests", env=env).stdout)
    call(connect(url), TEXT, {})  # an action of that name
    inert("requests --unmatched", run("requests", "--unmatched", env=env).stdout)
    with open(log_file, "rb") as file:
        inert("the log", file.read())


def mode(file):
    return oct(stat.S_IMODE(os.stat(file).st_mode))


def reports_and_modes(ready):
    """What is told of a migration whose file has such a name; and modes of files that hold chats, under umask 022."""
    env = environment(ZIM_ENDPOINT=ready["url"], ZIMMOCK_CONTROL=ready["url"])
    for command in (["migrate", "status"], ["migrate", "report"]):
        got = run(*command, "j", env=env)
        equal(f"{command}: exit code", 0, got.returncode)
        inert(" ".join(command), got.stdout)
        check(f"{command}: the name is in one line", "\\nforged" in got.stdout.decode().split("\n")[0] and LETTERS in got.stdout.decode(),
              got.stdout)
        got = run(*command, "j", "--json", env=env)
        inert(" ".join(command) + " --json", got.stdout)
        check(f"{command} --json: the value", TEXT in json.loads(got.stdout)["file"], got.stdout)
    for file in ("report.html", "state.jsonl"):  # as an earlier version left them
        with open(file, "w", encoding="utf-8"):
            os.chmod(file, 0o644)
    equal("report --html", 0, run("migrate", "report", "j", "--html", "report.html", env=env).returncode)
    with open("report.html", "rb") as file:
        inert("report --html", file.read())
    equal("state export --output", 0, run("state", "export", "--output", "state.jsonl", env=env).returncode)
    for file in ("report.html", "state.jsonl", "j", "quarantine.jsonl"):
        equal(f"mode of {file}", "0o600", mode(file))
    with open("quarantine.jsonl", "rb") as file:
        inert("the quarantine", file.read())
    with started("--upstream", ready["url"], "--har", "traffic.har", command="proxy"):
        equal("mode of an archive", "0o600", mode("traffic.har"))


def secret_files(url):
    """A file with a secret that others may read is warned of, once, and taken."""
    for name, bits in (("open.token", 0o644), ("private.token", 0o600)):
        with open(name, "w", encoding="utf-8") as file:
            file.write("0123456789abcdef\n")
        os.chmod(name, bits)
        with open("secret", "w", encoding="utf-8") as file:
            file.write(program.SECRET)
        os.chmod("secret", bits)
        told = int(bits == 0o644)
        with open("token.log", "wb") as log:
            with started("--control-token-file", name, stderr=log) as (process, ready):
                health = run("healthcheck", "--control-token-file", name, env=environment(ZIMMOCK_CONTROL=ready["url"]))
                equal(f"a token with mode {bits:o}: taken", 0, health.returncode)
                equal(f"a token with mode {bits:o}: warnings of the client", told, health.stderr.count(b"chmod 600"))
                process.send_signal(signal.SIGTERM)
                equal(f"a token with mode {bits:o}: exit code of serve", 0, ended(process))
        with open("token.log", "rb") as log:
            equal(f"a token with mode {bits:o}: warnings of serve", told, log.read().count(b"chmod 600"))
        query = run("query", "--as", "ann", "--peer", "bob", "--secret-file", "secret", env=environment(ZIM_ENDPOINT=url))
        equal(f"a secret with mode {bits:o}: taken", 0, query.returncode)
        equal(f"a secret with mode {bits:o}: warnings", told, query.stderr.count(b"secret: holds a secret"))


def main():
    folder = tempfile.mkdtemp()
    os.chdir(folder)
    os.umask(0o022)
    try:
        now_ms = int(time.time() * 1000) - 60_000
        errors_and_names(now_ms)
        findings(now_ms)
        with open("serve.log", "wb") as log, started("--log", "text", stderr=log) as (_, ready):
            register(ready["url"], "ann", "bob")
            name = f"in {TEXT}\nforged.jsonl"
            with open(name, "w", encoding="utf-8") as file:
                file.write(record("1", TEXT, now_ms) + record("2", TEXT, now_ms + 1, sender=f"x\u202e\u009b"))
            got = run("migrate", name, "--execute", "--journal", "j", "--bad", "quarantine", "--quarantine", "quarantine.jsonl",
                      "--settle", "200ms", env=environment(ZIM_ENDPOINT=ready["url"]))
            equal("a migration with one record quarantined", 3, got.returncode)
            inert("migrate --execute", got.stdout + got.stderr)
            messages(ready, "serve.log")
            reports_and_modes(ready)
            secret_files(ready["url"])
    finally:
        os.chdir("/")
        shutil.rmtree(folder)
    program.finish(80)


if __name__ == "__main__":
    main()
