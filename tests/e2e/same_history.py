#!/usr/bin/env python3
"""The same conversations from three sources give the same messages in ZIM: format zim, Stream's and Telegram's.

    same_history.py fixture|casino

The files of the two others are written here, from the fixture's text messages. Where CaSiNo's samples are beside the
checkout (see README there), the same is done with them. Telegram knows seconds only, and one user's view. Runs
itself again inside `zimmock exec`. Environment: ZIMMOCK, the program; FIXTURES, the folder.
"""
import datetime
import json
import os
import pathlib
import subprocess
import sys
import tempfile

ZIMMOCK, FIXTURES = os.environ["ZIMMOCK"], pathlib.Path(os.environ["FIXTURES"])
CASINO = pathlib.Path(__file__).resolve().parents[3] / "shared" / "data" / "casino"
failures = []


def check(holds, what):
    print(("ok: " if holds else "FAIL: ") + what, flush=True)
    if not holds:
        failures.append(what)


def texts_of(path):
    """The messages of a file of format zim that all three can hold: text, seen by both."""
    for line in open(path, encoding="utf-8"):
        record = json.loads(line)
        if record["MessageType"] == 1 and "VisibleTo" not in record and "ImportedUserId" not in record:
            yield record


def write_zim(records, path):
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")


def conversations(records):
    out = {}
    for record in records:
        out.setdefault(frozenset((record["FromUserId"], record["ToUserId"])), []).append(record)
    return out


def text_of(record):
    return record.get("Message") or record["MessageBody"]["Message"]


def write_stream(records, path):
    lines = []
    for users, messages in conversations(records).items():
        members = sorted(users)
        lines.append({"type": "channel", "data": {"type": "messaging", "member_ids": members, "created_by": members[0]}})
        for number, record in enumerate(messages):
            at = datetime.datetime.fromtimestamp(record["SendMessageTime"] / 1000, datetime.timezone.utc)
            lines.append({"type": "message", "data": {
                "id": f"{members[0]}-{members[1]}-{number}", "channel_type": "messaging", "channel_member_ids": members,
                "user": record["FromUserId"], "text": text_of(record), "type": "regular",
                "created_at": at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{record['SendMessageTime'] % 1000:03}Z"}})
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")


def write_telegram(records, path, users_path):
    """Ids are each chat's own, as exports of several accounts have them."""
    ids, chats = {}, []
    for users, messages in conversations(records).items():
        own, peer = sorted(users)
        for user in (own, peer):
            ids.setdefault(user, 500000000 + len(ids))
        chats.append({"name": peer, "type": "personal_chat", "id": ids[peer], "messages": [
            {"id": number, "type": "message", "date_unixtime": str(record["SendMessageTime"] // 1000),
             "from": record["FromUserId"], "from_id": f"user{ids[record['FromUserId']]}", "text": text_of(record),
             "text_entities": [{"type": "plain", "text": text_of(record)}]}
            for number, record in enumerate(messages, 1)]})
    path.write_text(json.dumps({"chats": {"list": chats}}), encoding="utf-8")
    users_path.write_text(json.dumps({f"user{number}": user for user, number in ids.items()}), encoding="utf-8")


def run(*args, env=None):
    ended = subprocess.run([ZIMMOCK, *map(str, args)], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                           env={**os.environ, **(env or {})}, check=False)
    return ended.returncode, ended.stdout + ended.stderr


def lists_in_zim(folder, name, file, *options):
    """Imported into an App of its own: {(viewer, peer): [(sender, type, sub type, text, ms)]}, each with its list."""
    app = json.loads(run("tenant", "create", "--rate", "off", "--plan", "enterprise", "--json")[1])
    env = {"ZIM_APP_ID": str(app["app_id"]), "ZIM_SERVER_SECRET": app["server_secret"],
           "XDG_STATE_HOME": str(folder)}
    code, out = run("migrate", file, "--rate", "off", "--plan", "enterprise", "--journal", folder / f"{name}.journal",
                    "--progress", "off", "--execute", *options, env=env)
    check(code == 0, f"{name}: exit code 0, got {code}{'' if code == 0 else ': ' + out[-800:]}")
    state = folder / f"{name}.state"
    run("state", "export", "-o", state, env=env)
    lists = {}
    for line in open(state, encoding="utf-8"):
        record = json.loads(line)
        if "Record" in record:
            continue
        viewer = record["ImportedUserId"]
        peer = record["ToUserId"] if viewer == record["FromUserId"] else record["FromUserId"]
        lists.setdefault((viewer, peer), []).append(
            (record["FromUserId"], record["MessageType"], record.get("SubMsgType", 0), text_of(record),
             record["SendMessageTime"]))
    return lists


def to_the_second(lists):
    return {key: [(*message[:4], message[4] // 1000) for message in messages] for key, messages in lists.items()}


def without_types(lists):
    return {key: [(message[0], *message[3:]) for message in messages] for key, messages in lists.items()}


def compare(folder, what, zim, stream, telegram, users, shift):
    as_zim = lists_in_zim(folder, f"{what}-zim", zim, "--time-shift", shift)
    as_stream = lists_in_zim(folder, f"{what}-stream", stream, "--time-shift", shift)
    as_telegram = lists_in_zim(folder, f"{what}-telegram", telegram, "--time-shift", shift, "--users", users)
    count = sum(map(len, as_zim.values()))
    check(count > 100, f"{what}: {count} messages in {len(as_zim)} lists")
    return as_zim, as_stream, as_telegram


def fixture(folder):
    records = list(texts_of(FIXTURES / "migration" / "conversations.jsonl"))
    zim, stream, telegram, users = (folder / name for name in ("a.jsonl", "a.stream.jsonl", "a.telegram.json", "users"))
    write_zim(records, zim)
    write_stream(records, stream)
    write_telegram(records, telegram, users)
    newest = max(record["SendMessageTime"] for record in records)
    now = int(datetime.datetime.now(datetime.timezone.utc).timestamp())
    shift = f"{(now - newest // 1000 - 3600) * 1000:+d}ms"
    as_zim, as_stream, as_telegram = compare(folder, "fixture", zim, stream, telegram, users, shift)
    check(as_zim == as_stream, "fixture: Stream's file gives the same lists")
    check(to_the_second(as_zim) == to_the_second(as_telegram), "fixture: Telegram's gives the same to the second")


def casino(folder):
    telegram = CASINO / "casino-first100.telegram.json"
    chats = json.loads(telegram.read_text(encoding="utf-8"))["chats"]["list"]
    users = folder / "casino-users"
    users.write_text(json.dumps({message["from_id"]: message["from"] for chat in chats for message in chat["messages"]}))
    zim = folder / "casino.jsonl"
    with open(CASINO / "casino.jsonl", encoding="utf-8") as file:
        zim.write_text("".join(line for line in file if int(json.loads(line)["Id"].split("-")[1]) < 100))
    as_zim, as_stream, as_telegram = compare(folder, "casino", zim, CASINO / "casino-first100.stream.jsonl", telegram,
                                             users, "+21d")
    # The samples hold custom messages as texts.
    check(without_types(as_zim) == without_types(as_stream), "casino: Stream's file gives the same lists")
    same = without_types(to_the_second(as_zim)), without_types(to_the_second(as_telegram))
    if same[0] != same[1]:
        for key in same[0]:
            if same[0][key] != same[1].get(key):
                print(f"  {key}: {len(same[0][key])} and {len(same[1].get(key, []))} messages")
                break
    both = [key for key in same[0] if len(same[0][key]) == len(same[1].get(key, []))]
    check(all(same[0][key] == same[1][key] for key in both) and len(both) > 100,
          f"casino: Telegram's gives the same to the second in the {len(both)} lists that show all")


def main():
    if sys.argv[1] == "casino" and not CASINO.exists():
        print("SKIPPED: the samples of CaSiNo are not here")
        return 77
    if "inside" not in sys.argv:
        command = [ZIMMOCK, "exec", "--plan", "enterprise", "--rate", "off", "--findings", "ignore", "--log", "off", "--",
                   sys.executable, "-B", __file__, sys.argv[1], "inside"]
        return subprocess.run(command, stdin=subprocess.DEVNULL, check=False).returncode
    with tempfile.TemporaryDirectory(prefix="zimmock-same.") as name:
        if sys.argv[1] == "fixture":
            fixture(pathlib.Path(name))
        else:
            casino(pathlib.Path(name))
    print(f"same_history: {len(failures)} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
