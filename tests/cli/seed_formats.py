#!/usr/bin/env python3
"""`state import` and `serve --seed` take every format that `migrate` reads. The lists that a mock then holds are those that
migrate makes of the same file: same messages, same order, same times (but for the --time-shift that migrate needs)."""
import concurrent.futures
import json
import os
import pathlib
import sys
import tempfile

sys.path.insert(1, os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "support", "py"))
import program  # noqa: E402
from program import check, environment, equal, run, started  # noqa: E402

FIXTURES = pathlib.Path(os.environ["FIXTURES"]).resolve()
WHATSAPP_IOS = {"Ada \U0001f989 Lovelace": "ada", "+49 151 2345678": "bob"}
# Fixture, users, beginning of its media, more options.
SOURCES = [
    ("formats/stream.jsonl", {"alice": "al"}, "uploads/old/", []),
    ("formats/stream-array.json", {}, "", []),
    ("formats/tencent.jsonl", {}, "", []),
    ("formats/sendbird.json", {"terry5": "terry"}, "", []),
    ("formats/telegram.json", {"user300000000": "alice"}, "chats/", []),
    ("formats/telegram-chat.json", {}, "", ["--tz", "Europe/Berlin"]),
    ("formats/whatsapp-ios.txt", WHATSAPP_IOS, "0000", ["--tz", "Europe/Berlin"]),
    ("formats/whatsapp-android.txt", {"Kim: work": "kim", "Lee": "lee"}, "IMG-", ["--tz", "America/New_York"]),
    ("formats/mattermost.jsonl", {}, "data/", []),
    ("formats/slack", {"U0ANN": "ann"}, "files/", []),
    ("formats/easemob.jsonl", {}, "easemob/", []),
    ("migration/conversations.jsonl", {"rook=e1": "rook"}, "", []),
]
TENANT = ("--retention-days", "3650", "--rate", "off", "--json")


def tenant(ready):
    env = environment(ZIMMOCK_CONTROL=ready["control_url"])
    made = json.loads(run("tenant", "create", *TENANT, env=env).stdout)
    return {**env, "ZIM_APP_ID": str(made["app_id"]), "ZIM_SERVER_SECRET": made["server_secret"]}


def held(env, shift_ms=0):
    """{"owner/peer": [message, ...]} without what the service gives itself."""
    lists = {}
    for row in map(json.loads, run("state", "export", env=env).stdout.splitlines()):
        if "ImportedUserId" not in row:
            continue
        owner = row.pop("ImportedUserId")
        peer = row["ToUserId"] if row["FromUserId"] == owner else row["FromUserId"]
        row["SendMessageTime"] -= shift_ms
        del row["Id"], row["Stored"]
        lists.setdefault(f"{owner}/{peer}", []).append(row)
    return lists


def files(number, users, media):
    options = []
    for option, name, content in (("--users", "users", users), ("--media-map", "media", media and {media: "https://e.example/" + media})):
        if content:
            pathlib.Path(f"{name}{number}.json").write_text(json.dumps(content), encoding="utf-8")
            options += [option, f"{name}{number}.json"]
    return options


def compare(number, ready):
    source, users, media, more = SOURCES[number]
    options = [*files(number, users, media), *more]
    env = tenant(ready)
    done = run("state", "import", str(FIXTURES / source), *options, "--bad", "skip", env=env)
    if done.returncode != 0:
        return [(source, f"exit 0, got {done.returncode}: {done.stderr.decode()}", "", "")]
    seeded = held(env)
    env = tenant(ready)
    arguments = ["migrate", str(FIXTURES / source), *options, "--bad", "quarantine", "--retention-days", "3650", "--tag", "off",
                 "--time-shift", "newest=now", "--too-old", "skip", "--json"]
    done = run(*arguments, "--execute", "--endpoint", ready["url"], "--rate", "off", "--journal", f"{number}.journal",
               "--progress", "off", env=env)
    plan = next(row for row in map(json.loads, done.stdout.splitlines()) if row["type"] == "plan")
    migrated = held(env, plan["shift_ms"])
    rows = [(source, "messages", True, bool(migrated)), (source, "too old", 0, plan["too_old"])]
    return [*rows, (source, "lists", migrated, seeded)]


def seeded_at_start():
    """`serve --seed` with the options of a history."""
    options = files("seed", WHATSAPP_IOS, "0000")
    with started("--seed", str(FIXTURES / "formats/whatsapp-ios.txt"), *options, "--tz", "Europe/Berlin", "--bad", "skip",
                 "--log", "text") as (_, ready):
        lists = held(environment(ZIMMOCK_CONTROL=ready["control_url"]))
    equal("owners of serve --seed", {"ada/bob", "bob/ada"}, set(lists))


def refusals():
    def refused(what, code, words, *arguments):
        done = run(*arguments)
        err = done.stderr.decode()
        check(f"{what}: exit {code} and {words!r}", done.returncode == code and words in err and err.count("\n") == 1,
              f"{done.returncode}: {err}")

    seed = ("serve", "--port", "0", "--ca-dir", "ca", "--seed")
    sendbird = str(FIXTURES / "formats/sendbird.json")
    refused("bad records stop a seed", 1, "records cannot be imported (--bad skip leaves them out)", *seed, sendbird)
    refused("the first is named", 1, "line 11 (/messages/9, id 640011371", *seed, sendbird)
    refused("a name without --users", 2, "give --users with", *seed, str(FIXTURES / "formats/whatsapp-ios.txt"), "--tz", "UTC")
    refused("options without a seed", 2, "expected --seed with a chat history", *seed[:-1], "--tz", "UTC")
    refused("an unknown --bad", 2, "--bad: expected stop, skip, got \"keep\"", *seed, sendbird, "--bad", "keep")
    pathlib.Path("two.json").write_text('{"terry5": "one", "jay": "one"}', encoding="utf-8")
    refused("two people made one", 2, "expected a user id of its own for each person", *seed, sendbird, "--users", "two.json")
    refused("an exported state and --users", 2, "got a document that is taken as it is", *seed,
            str(FIXTURES / "resume/state.jsonl"), "--users", "two.json")
    group = str(FIXTURES / "export-bugs/sendbird-group-only/grp.json")
    refused("a group alone", 1, "nothing to import, but 1 admin messages, 2 messages of groups (ZIM imports", *seed, group)


def own_order(ready):
    """A history in our own format that is out of order is sorted; one in order stays as it is, undated messages too."""
    rows = [{"FromUserId": "ann", "ToUserId": "bob", "MessageType": 1, "Message": text, "SendMessageTime": time}
            for text, time in (("second", 2000), ("first", 1000), ("third", 3000))]
    for name, chosen, expected in (("sorted", rows, ["first", "second", "third"]), ("undated", rows[:1], ["second"])):
        env = tenant(ready)
        if name == "undated":
            del chosen[0]["SendMessageTime"]
        pathlib.Path(name).write_text("".join(json.dumps(row) + "\n" for row in chosen), encoding="utf-8")
        done = run("state", "import", name, env=env)
        equal(f"{name}: what it says", (0, b""), (done.returncode, done.stderr))
        equal(name, expected, [row["Message"] for row in held(env)["ann/bob"]])


def notes(ready):
    done = run("state", "import", str(FIXTURES / "formats/mattermost.jsonl"), "--bad", "skip", env=tenant(ready))
    check("what was left out is said", b"zimmock: note: " in done.stderr and b"2 messages of groups (ZIM imports" in done.stderr
          and b"records cannot be imported (first: line 8" in done.stderr, done.stderr)


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            with started("--tls-listen", "off", "--log", "off") as (_, ready):
                with concurrent.futures.ThreadPoolExecutor(4) as pool:
                    for rows in pool.map(lambda number: compare(number, ready), range(len(SOURCES))):
                        for source, what, expected, got in rows:
                            equal(f"{source}: {what}", expected, got)
                own_order(ready)
                notes(ready)
            seeded_at_start()
            refusals()
        finally:
            os.chdir("/")
    program.finish(45)


if __name__ == "__main__":
    sys.exit(main())
