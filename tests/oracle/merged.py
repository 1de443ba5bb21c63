"""Both people's exports of one conversation become one history: each list has each message once, and what one of the two
has deleted only the other's list, whatever answers are lost and however often the client is killed."""
import datetime
import json

from harness import *

USERS = T / "users.json"
USERS.write_text(json.dumps({"Anna": "anna", "Ben": "ben", "Cleo": "cleo"}))
NEWEST = (int(time.time()) - 3600) * 1000
READ = ("--users", USERS, "--tz", "UTC", "--date-order", "dmy")


def history():
    """(sender, text, Unix seconds), of which three are alike within a minute."""
    out = []
    start = NEWEST // 1000 // 60 * 60 - 40 * 120
    for i in range(40):
        out.append((("Anna", "Ben")[i // 2 % 2], f"text {i}\nand more" if i == 7 else f"text {i}", start + 120 * i + i))
    same = start + 120 * 30 + 35
    out += [("Anna", "ok", same + j) for j in range(3)]
    return sorted(out, key=lambda one: one[2])


def stamp(seconds, form):
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).strftime(form)


def write(name, messages, seconds=True):
    lines = [stamp(at, "[%d/%m/%Y, %H:%M:%S] " if seconds else "%d/%m/%Y, %H:%M - ") + f"{sender}: {text}" for sender, text, at in messages]
    (T / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return name


whole = history()
deleted_by_anna, deleted_by_ben = {"text 12"}, {"text 20", "text 33"}
of_anna = [one for one in whole if one[1] not in deleted_by_anna]
oks = [one for one in whole if one[1] == "ok"]
of_ben = [one for one in whole[6:] if one[1] not in deleted_by_ben and one != oks[2]]  # his phone has less
A = write("WhatsApp Chat with Ben.txt", of_anna)
B = write("WhatsApp Chat with Anna.txt", of_ben, seconds=False)
records = []
for sender, text, at in whole:
    other = "ben" if sender == "Anna" else "anna"
    one = {"FromUserId": sender.lower(), "ToUserId": other, "MessageType": 1, "Message": text, "SendMessageTime": at * 1000}
    if text in deleted_by_anna:
        one.update(VisibleTo=["ben"], SendMessageTime=at // 60 * 60_000)  # only the phone without seconds has it
    if text in deleted_by_ben or (sender, text, at) == oks[2]:
        one["VisibleTo"] = ["anna"]
    records.append(one)

case("not without being asked: both files and the two people are named")
result = run(None, "migrate", A, B, *READ)
equal(2, result.code, "exit code") or print(short(result))
matches('"WhatsApp Chat with Ben.txt" and "WhatsApp Chat with Anna.txt" both have the conversation of "anna" and "ben"; .*--merge', result.err, "stderr")
equal("", result.out, "stdout")

case("the plan counts what both have, and what only one has")
result = run(None, "migrate", A, B, *READ, "--merge", "--json")
plan = json_lines(result, "plan")[0]
equal((0, len(whole), len(of_ben) - 1, 4), (result.code, plan["records"], plan["merged"], plan["only_in_one"]), "exit code, records, merged, of one") or print(short(result))
found = [one for one in json_lines(result, "finding") if one["reason"] == "plan.only-in-one"]
equal({A, B}, {one["record_pointer"] for one in found}, "the inputs of what only one has")

for name, first, second in (("one order", A, B), ("the other order", B, A)):
    case(f"{name}: lost answers")
    oracle = Oracle("--fault", "import@*3:drop")
    with oracle:
        result = run(oracle.url, "migrate", first, second, *READ, "--merge", "--execute", "--rate", "off", "--json", *SOON)
        equal(0, result.code, "exit code") or print(short(result))
    check(len(oracle.ledger.hit()) > 5, "lost answers (else this proves nothing)", len(oracle.ledger.hit()))
    check_faithful(oracle.ledger, records)

case("killed again and again")
journal = new_journal()
command = ("migrate", A, B, *READ, "--merge", "--execute", "--rate", "off", "--json", "--journal", journal, *SOON)
oracle = Oracle("--fault", "import@*5:withhold")
with oracle:
    kills = kill_again_and_again(oracle, 50, 9, *command)
    check(kills > 2, "more than two kills (else this proves nothing)", kills)
    oracle.release_all()
    equal(0, run(oracle.url, *command).code, "exit code")
    case("the journal is of a merge")
    result = run(oracle.url, *[word for word in command if word != "--merge"])
    equal(2, result.code, "exit code without --merge")
    equal(0, run(oracle.url, "migrate", "verify", journal).code, "exit code of verify")
check_faithful(oracle.ledger, records)

case("whose export one is must be known where that decides")
a, b = write("a.txt", of_anna), write("b.txt", of_ben, seconds=False)
result = run(None, "migrate", a, b, *READ, "--merge")
equal(2, result.code, "exit code") or print(short(result))
matches("--merge: .* expected --exported-by '[ab].txt'=USER", result.err, "stderr")
result = run(None, "migrate", a, b, *READ, "--merge", "--exported-by", "a.txt=anna", "--exported-by", "b.txt=ben", "--json")
equal((0, 4), (result.code, json_lines(result, "plan")[0]["only_in_one"]), "exit code, of one only") or print(short(result))
for text in ("a.txt=cleo", "b.txt"):
    result = run(None, "migrate", a, b, *READ, "--merge", "--exported-by", text)
    equal(2, result.code, f"exit code of --exported-by {text}")
result = run(None, "migrate", a, b, *READ, "--exported-by", "a.txt=anna")
matches("--exported-by: expected --merge", result.err, "stderr")

case("exports whose messages are alike at one distance are by two clocks, those with nothing in common of two chats")
late = write("WhatsApp Chat with Anna.late.txt", [(sender, text, at + 1800) for sender, text, at in of_ben], seconds=False)
result = run(None, "migrate", A, late, *READ, "--merge")
equal(2, result.code, "exit code") or print(short(result))
matches("alike, but 1800 s apart", result.err, "stderr")
other = write("WhatsApp Chat with Anna.other.txt", [(sender, "other " + text, at) for sender, text, at in of_ben], seconds=False)
result = run(None, "migrate", A, other, *READ, "--merge")
equal(2, result.code, "exit code") or print(short(result))
matches("have no message of .* in common", result.err, "stderr")

case("the same again is refused, under whatever name")
shutil.copy(T / A, T / "copy.txt")
for twice in ((A, A), (A, "copy.txt"), (A, "./" + A), ("WhatsApp*Ben.txt", A)):
    for args in ((), ("--merge",)):
        result = run(None, "migrate", *twice, *READ, *args)
        equal(2, result.code, f"exit code of {twice}") or print(short(result))
        matches("expected each input once, got the content of", result.err, f"stderr of {twice}")

case("Telegram: each account numbers its messages by itself")


def telegram(name, messages, first_id):
    rows = [{"id": first_id + i, "type": "message", "date": stamp(at, "%Y-%m-%dT%H:%M:%S"), "date_unixtime": str(at),
             "from_id": {"Anna": "user1", "Ben": "user2"}[sender], "text": text} for i, (sender, text, at) in enumerate(messages)]
    (T / name).write_text(json.dumps({"name": "x", "type": "personal_chat", "id": 2, "messages": rows}))
    return name


tg = [telegram("tg-a.json", of_anna, 1), telegram("tg-b.json", [one for one in whole[6:] if one[1] not in deleted_by_ben], 1)]
result = run(None, "migrate", *tg, "--merge", "--exported-by", "tg-a.json=user1", "--exported-by", "tg-b.json=user2", "--json")
plan = json_lines(result, "plan")[0]
equal((0, len(whole), 3), (result.code, plan["records"], plan["only_in_one"]), "exit code, records, of one only") or print(short(result))

case("dumps of a service: what two have is one, what one has stays in both lists")
zim = [{"Id": f"z{i}", "FromUserId": one["FromUserId"], "ToUserId": one["ToUserId"], "MessageType": 1, "Message": "the same",
        "SendMessageTime": one["SendMessageTime"] // 60_000 * 60_000} for i, one in enumerate(records)]
left, right = write_records(zim[:30], "left.jsonl"), write_records(zim[20:], "right.jsonl")
oracle = Oracle()
with oracle:
    result = run(oracle.url, "migrate", left, right, "--merge", "--execute", "--rate", "off", "--json")
    equal(0, result.code, "exit code") or print(short(result))
    equal((10, 0), tuple(json_lines(result, "plan")[0][name] for name in ("merged", "only_in_one")), "merged, of one only")
check_faithful(oracle.ledger, zim)
finish()
