"""A folder as somebody who moves has it (ten WhatsApp .zip in four languages, a Telegram export, a dump of Sendbird):
map, edit, plan, import with one journal and killed again and again, verify. Every message is there once."""
import json
import re
import subprocess
import urllib.parse

from harness import *

subprocess.run([sys.executable, "-B", HERE.parent / "cli" / "make_exports.py", T], check=True)
wanted = json.loads((T / "expected.json").read_text(encoding="utf-8"))
people = {one for pair in wanted["conversations"] for one in pair.split("/")}
imports = 2 * sum(map(len, wanted["conversations"].values()))
maps = ("--users", T / "users.json", "--media-map", T / "media.json", "--tz", "UTC", "--time-shift", "newest=now")


def document(name):
    return json.loads((T / name).read_text(encoding="utf-8"))


case("map: everybody and every file, with ids that ZIM takes")
result = run(None, "migrate", "map", "exports", "--users-out", "users.json", "--media-out", "media.json", "--json")
equal(0, result.code, "exit code") or print(short(result))
users, media = document("users.json"), document("media.json")
equal(people, set(users), "people")
equal({file: "" for file in wanted["files"]}, media, "files, none of them at a URL")
equal([], [user for user in users.values() if not re.fullmatch(r"[A-Za-z0-9 !#$%&()+:;<=.>?@\[\]^_{}|~-]{1,32}", user)], "ids that ZIM refuses")
equal(len(users), len(set(users.values())), "different ids")
equal(("Anna", "0b7d6a1e5c524f0e9c071d2f3a4b5c6d"), (users["Anna"], users["0b7d6a1e-5c52-4f0e-9c07-1d2f3a4b5c6d"]), "an id that is valid, a UUID")
equal((12, len(people), len(media)), tuple(json.loads(result.last)[name] for name in ("inputs", "people", "files_without_url")), "counts")
equal([".DS_Store", "notes.txt", "telegram/photos/photo_1.jpg"],
      [name[8:] for name in json.loads(result.last)["no_chats"] if ".zip/" not in name], "files that are no chats")

case("what was edited is not overwritten")
result = run(None, "migrate", "map", "exports", "--users-out", "users.json")
equal((2, users), (result.code, document("users.json")), "exit code, the file")
matches("users.json: expected a new file.*--force", result.err, "stderr")

case("the same ids whoever else is there, and by --users those that were decided")
(T / "decided.json").write_text(json.dumps({"Anna": "anna"}))
run(None, "migrate", "map", "exports/WhatsApp-Chat mit Frieda Müller.zip", "--users", "decided.json", "--users-out", "few.json")
equal({"Anna": "anna", "Frieda Müller": users["Frieda Müller"]}, document("few.json"), "users")

case("a file without a URL is missing, and that is said")
result = run(None, "migrate", "exports", *maps, "--bad", "quarantine", "--json")
plan = json_lines(result, "plan")[0]
equal((len(media), 12), (plan["bad"], plan["conversations"]), "bad records, conversations") or print(short(result))
matches("--media-map has 11 files without a URL, which count as missing", " ".join(plan["source_notes"]), "notes")
matches(r"13 files of the inputs are no chat history", " ".join(plan["source_notes"]), "notes")
bad = [line["record_pointer"] for line in json_lines(result, "finding") if line["weight"] == "bad"]
check(all(place.startswith("exports/") for place in bad) and bad, "places that begin with the input", bad)

case("edit, plan")
users["Anna"] = "anna"
(T / "users.json").write_text(json.dumps(users))
(T / "media.json").write_text(json.dumps({file: "https://cdn.example.com/" + urllib.parse.quote(file) for file in media}))
result = run(None, "migrate", "exports", *maps, "--json")
equal((0, imports), (result.code, json_lines(result, "plan")[0]["imports"]), "exit code, imports") or print(short(result))

case("several names need a journal of their own, a folder has its own")
result = run("http://127.0.0.1:9", "migrate", "exports/sendbird.json", "exports/telegram", "--verify-only", *maps[:-2])
equal(2, result.code, "exit code")
matches("several inputs: expected --journal FILE", result.err, "stderr")

case("import, killed again and again, with one journal")
journal = new_journal()
command = ("migrate", "exports/*.zip", "exports/telegram", "exports/sendbird.json", *maps, "--execute", "--rate", "off", "--json",
           "--lanes", 8, "--journal", journal, *SOON)
oracle = Oracle("--fault", "import@*5:withhold")
with oracle:
    kills = kill_again_and_again(oracle, 120, 15, *command)
    check(kills > 3, "more than three kills (else this proves nothing)", kills)
    oracle.release_all()
    result = run(oracle.url, *command)
    equal(0, result.code, "exit code") or print(short(result))
    equal(f"verified: all {imports} of {imports} imports are in ZIM, in order", json.loads(result.last)["verdict"], "the verdict")
    case("its lists can be read back, from any folder")
    result = run(oracle.url, "migrate", "verify", journal, HOME=str(T))
    equal(0, result.code, "exit code") or print(short(result))
check_house_rules(oracle.ledger)


def said(body):
    message = body["Message"] if "Message" in body else body["MessageBody"]["Message"]
    if body["MessageType"] == 1:
        return message
    url = json.loads(message)["Url"] if "Url" in json.loads(message) else json.loads(message)["Origin"]["Url"]
    return urllib.parse.unquote(url).rsplit("/", 1)[1]


case("every message once in both lists, in order")
lists = {key: [[call["body"]["FromUserId"], said(sent_message(call))] for call in calls] for key, calls in calls_by_list(oracle.ledger.applied).items()}
equal(2 * len(wanted["conversations"]), len(lists), "lists")
for pair, messages in wanted["conversations"].items():
    ids = [users[one] for one in pair.split("/")]
    told = [[users[sender], text] for sender, text in messages]
    for key in (tuple(ids), tuple(reversed(ids))):
        equal(told, lists.get(key), f"the list {key}")
finish()
