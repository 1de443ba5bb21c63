"""fixtures/migration/broken.jsonl: every broken line is reported with its number, nothing is sent; --bad skip imports
the good ones."""
import json
import re
import urllib.request

from harness import *

PATH = FIXTURES / "broken.jsonl"
SHIFT = ("--time-shift", "newest=now")
FINE = {1, 8, 16, 25, 33, 36}
# What the table in the README says is wrong, as something that the finding must say.
SAYS = {2: "FF0C", 3: "32", 4: "32", 5: "ToUserId", 6: "MessageType", 7: "MessageType", 9: "99", 10: "MessageType",
        11: "MessageType", 12: "Message", 13: "2048", 14: "5120", 15: "1024", 17: "200", 18: "SubMsgType", 19: "64",
        20: "SearchedContent", 21: "Width", 22: "500", 23: "150", 24: "20", 26: "VisibleTo", 27: "VisibleTo",
        28: "SendMessageTime", 29: "SendMessageTime", 30: "SendMessageTme", 31: "Message", 32: "", 34: "object",
        35: "UTF-8"}
POINTERS = {2: "/FromUserId", 3: "/FromUserId", 4: "/ToUserId", 6: "/MessageType", 7: "/MessageType", 9: "/MessageType",
            10: "/MessageType", 11: "/MessageType", 17: "/SubMsgType", 18: "/SubMsgType", 19: "/SearchedContent",
            20: "/SearchedContent", 28: "/SendMessageTime", 29: "/SendMessageTime", 30: "/SendMessageTme"}
lines_of_file = PATH.read_bytes().split(b"\n")


def good_records():
    return [{**json.loads(lines_of_file[number - 1]), "_line": number} for number in sorted(FINE)]


for args in ((), ("--execute",)):
    case(f"migrate broken.jsonl {' '.join(args)}")
    with Oracle() as oracle:
        result = migrate(oracle, PATH, "--json", "--max-examples", 0, *SHIFT, *args)
    equal(1, result.code, "exit code")
    equal([], oracle.ledger.calls, "calls")
    found = [json.loads(line) for line in result.lines if json.loads(line)["type"] == "finding"]
    bad = {}
    for one in found:
        if one["weight"] == "bad":
            bad.setdefault(one["line"], []).append(one)
    equal(sorted(SAYS), sorted(bad), "lines with findings")
    for number, word in SAYS.items():
        text = json.dumps(bad.get(number, []), ensure_ascii=False)
        check(word in text, f"line {number}: something with {word}", text)
    for number, pointer in POINTERS.items():
        pointers = [one["pointer"] for one in bad.get(number, [])]
        check(pointer in pointers, f"line {number}: the pointer {pointer}", pointers)
    for number, ones in bad.items():
        for one in ones:
            check(one["reason"] and one["expected"] and one["got"] is not None, "reason, expected and got", one)
case("line 2 names the index")
check(any("5" in one["got"] + one["expected"] for one in bad.get(2, [])), "index 5", bad.get(2))

case("for people: every line, with its number")
result = run(None, "migrate", PATH, "--max-examples", 0, *SHIFT)
equal(1, result.code, "exit code")
named = {int(number) for number in re.findall(r"(?m)^ +line (\d+): ", result.out)}
check(set(SAYS) <= named, f"lines {sorted(SAYS)}", sorted(named))
matches(r"^nothing was sent: 30 of 36", result.last, "the last line")
case("all output is ASCII, whatever the input holds")
check(result.out.isascii(), "ASCII", [line for line in result.lines if not line.isascii()])

case("--bad skip: the good ones arrive, the bad are left out, and that is no success")
with Oracle() as oracle:
    result = migrate(oracle, PATH, "--execute", "--bad", "skip", "--rate", "off", *SHIFT)
good = good_records()
equal(11, imports_of(good), "imports of the fine lines, as documented")
equal(3, result.code, "exit code") or print(short(result))
matches(r"11 of 11 imports.*30 of 36 records were left out", result.last, "the last line")
check_faithful(oracle.ledger, good, shift_between(good, oracle.ledger.applied))
case("--bad skip as a plan sends nothing")
with Oracle() as oracle:
    equal(0, migrate(oracle, PATH, "--bad", "skip", *SHIFT).code, "exit code")
equal([], oracle.ledger.calls, "calls")

case("one Id twice: the second is not imported")
records = plain(1, 4)
records[2]["Id"] = records[1]["Id"]
with Oracle() as oracle:
    result = migrate(oracle, file_of(records), "--execute", "--rate", "off", "--bad", "skip")
equal(3, result.code, "exit code")
check_faithful(oracle.ledger, [record for record in records if record["_line"] != 3])
matches("line 3", result.out, "stdout")

case("a record without a time is not dated now by mistake")
records = plain(1, 3)
del records[1]["SendMessageTime"]
result = run(None, "migrate", file_of(records))
equal(1, result.code, "exit code")
matches("line 2: /SendMessageTime", result.out, "stdout")

case("the file changes between plan and sending: nothing wrong is sent")
records = plain(1, 200)
path = file_of(records, "changing.jsonl")
with Oracle("--delay-ms", 10) as oracle:
    process = start(oracle.url, "migrate", path, "--execute", "--rate", "off", "--lanes", 1)
    while json.load(urllib.request.urlopen(oracle.url + "/count"))["import"] < 5 and process.poll() is None:
        time.sleep(0.005)
    with open(path, "r+b") as file:
        content = file.read()
        file.seek(0)
        file.write(content.replace(b"text", b"TEXT"))
    result = ended(process)
check_not_verified(result, (1,))
matches("changed", result.out + result.err, "the output")
equal([], [c["body"]["MessageBody"]["Message"] for c in oracle.ledger.imports if "TEXT" in c["body"]["MessageBody"]["Message"]],
      "changed texts sent")
finish()
