#!/usr/bin/env python3
"""Exports of other programs that were once read wrongly, and what must come of each: fixtures/export-bugs/NAME/ has

    case.json    {"about": "where it is from", "input": "chat.txt", "args": ["--tz", "UTC"], ...}
    the input, users.json (--users) and media.json (--media-map), where there is one

Of these members, those that case.json has are compared with what `zimmock migrate --json` plans:

    exit         its exit code (0, or 1 if there are bad records, by default)
    records, imports, bad    counts of the plan
    left_out, repaired       {"kind": count}, all of them
    says         texts that stand in stdout or stderr

and this with the messages that the mock holds once the same was imported, with --bad quarantine where "bad" is not 0:

    lists        {"OWNER/PEER": [[SendMessageTime, sender, type, content], ...]}, all lists, each whole. The content is
                 the text, a medium's URL, or of type 10 a list of [type, content].

Usage: export_bugs.py [NAME...]    ZIMMOCK is the program, FIXTURES the folder fixtures.
"""
import concurrent.futures
import json
import os
import pathlib
import sys
import tempfile

sys.path.insert(1, os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "support", "py"))
import program  # noqa: E402

CASES = pathlib.Path(os.environ["FIXTURES"]).resolve() / "export-bugs"
KNOWN = {"about", "input", "args", "exit", "records", "imports", "bad", "left_out", "repaired", "says", "lists"}
PLANNED = {"records": "records", "imports": "imports", "bad": "bad", "left_out": "source_skipped",
           "repaired": "source_repaired"}


def content(kind, message):
    if kind == 10:
        return [[item["MsgType"], content(item["MsgType"], item["Msg"])] for item in json.loads(message)["MultiMsg"]]
    if 11 <= kind <= 14:
        document = json.loads(message)
        return document["Origin"]["Url"] if kind == 11 else document["Url"]
    return message


def held(exported):
    """The lists that `state export` has printed."""
    lists = {}
    for row in map(json.loads, exported.splitlines()):
        if "ImportedUserId" not in row:
            continue
        owner = row["ImportedUserId"]
        peer = row["ToUserId"] if row["FromUserId"] == owner else row["FromUserId"]
        lists.setdefault(f"{owner}/{peer}", []).append(
            [row["SendMessageTime"], row["FromUserId"], row["MessageType"], content(row["MessageType"], row["Message"])])
    return lists


def run(env, *args):
    done = program.run(*args, env=env)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def imported(case, arguments, ready, folder):
    """The lists after an import into an App of its own; or what went wrong."""
    env = program.environment(ZIMMOCK_CONTROL=ready["control_url"])
    code, out, err = run(env, "tenant", "create", "--retention-days", "3650", "--rate", "off", "--json")
    if code != 0:
        return f"tenant create: exit {code}: {err}"
    tenant = json.loads(out)
    env.update(ZIM_APP_ID=str(tenant["app_id"]), ZIM_SERVER_SECRET=tenant["server_secret"])
    quarantine = ["--bad", "quarantine"] if case.get("bad") else []
    code, out, err = run(env, *arguments, *quarantine, "--execute", "--endpoint", ready["url"], "--rate", "off",
                         "--journal", os.path.join(folder, "journal"), "--progress", "off")
    if code != (3 if quarantine else 0):
        return f"--execute: exit {code}: {out}{err}"
    # The journal has kept the options that decide how the file is read.
    code, out, err = run(env, "migrate", "verify", os.path.join(folder, "journal"), "--endpoint", ready["url"], "--rate", "off",
                         "--progress", "off")
    if code != (3 if quarantine else 0):
        return f"migrate verify: exit {code}: {out}{err}"
    code, out, err = run(env, "state", "export")
    return held(out) if code == 0 else f"state export: exit {code}: {err}"


def differences(name, ready):
    """What is not as case.json says: lines."""
    here = CASES / name
    case = json.loads((here / "case.json").read_text(encoding="utf-8"))
    if case.keys() - KNOWN:
        return [f"case.json: unknown members {sorted(case.keys() - KNOWN)}"]
    arguments = ["migrate", str(here / case["input"]), "--retention-days", "3650", "--json", *case.get("args", [])]
    for option, file in (("--users", "users.json"), ("--media-map", "media.json")):
        if (here / file).exists():
            arguments += [option, str(here / file)]
    code, out, err = run(program.environment(), *arguments)
    rows = [json.loads(line) for line in out.splitlines()]
    plan = next((row for row in rows if row["type"] == "plan"), {})
    wrong = []

    def compare(what, expected, got):
        if expected != got:
            wrong.append(f"{what}: expected {expected!r}, got {got!r}")

    compare("exit", case.get("exit", 1 if case.get("bad") else 0), code)
    for member, planned in PLANNED.items():
        if member in case:
            compare(member, case[member], plan.get(planned))
    for text in case.get("says", []):
        if text not in out + err:
            wrong.append(f"expected {text!r} in what it says")
    if not wrong and "lists" in case:
        with tempfile.TemporaryDirectory(dir=".") as folder:
            got = imported(case, arguments, ready, folder)
        compare("lists", case["lists"], got)
    return wrong and [*wrong, f"stdout: {out}", f"stderr: {err}"]


def main():
    names = sys.argv[1:] or sorted(file.parent.name for file in CASES.glob("*/case.json"))
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            with program.started("--tls-listen", "off", "--log", "off") as (_, ready):
                with concurrent.futures.ThreadPoolExecutor(4) as pool:
                    results = list(pool.map(lambda name: differences(name, ready), names))
        finally:
            os.chdir("/")
    for name, wrong in zip(names, results):
        print(f"{'FAIL' if wrong else 'ok'}: {name}", *wrong, sep="\n      ")
    failed = sum(bool(wrong) for wrong in results)
    print(f"export_bugs.py: {len(names)} cases, {failed} failed")
    return 1 if failed or not names else 0


if __name__ == "__main__":
    sys.exit(main())
