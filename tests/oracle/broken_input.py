"""fixtures/migration/broken.jsonl: every broken line is reported with its number, nothing is sent; --bad quarantine
imports the good ones and writes the others down."""
import json
import re

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


def quarantined_in(path):
    """Its lines without what is for `migrate retry`: the record, at the first finding of each."""
    lines = [json.loads(line) for line in pathlib.Path(path).read_text(encoding="utf-8").splitlines()]
    seen = set()
    for line in lines:
        again = line["line"] in seen
        seen.add(line["line"])
        equal((not again, again), ("record" in line, line.get("further_reason", False)), f"line {line['line']}: with a record, once")
        for name in ("record", "format", "further_reason"):
            line.pop(name, None)
    return lines


def findings_of(result):
    return [{name: one[name] for name in ("line", "record_pointer", "id", "from", "to", "time_ms", "reason", "pointer",
                                          "expected", "got")} for one in json_lines(result, "finding") if one["weight"] == "bad"]


def by_line_and_reason(findings):
    return sorted(findings, key=lambda one: (one["line"], one["reason"], one["pointer"]))


JOURNAL = new_journal()
for args in ((), ("--execute", "--journal", JOURNAL)):
    case(f"migrate broken.jsonl {' '.join(map(str, args))}")
    with Oracle() as oracle:
        result = migrate(oracle, PATH, "--json", "--max-examples", 0, *SHIFT, *args)
    equal(1, result.code, "exit code")
    equal([], oracle.ledger.calls, "calls")
    equal([], list(T.glob(JOURNAL.name + "*")), "a journal or anything beside it, when nothing will be sent")
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
check('"marta\uff0clindqvist"' in result.out, "what was got, as it is written", result.out)
case("all output is ASCII in the C locale, whatever the input holds")
result = run(None, "migrate", PATH, "--max-examples", 0, *SHIFT, LC_ALL="C")
check(result.out.isascii(), "ASCII", [line for line in result.lines if not line.isascii()])

case("--bad quarantine: the good ones arrive, the bad are left out, and that is no success")
with Oracle() as oracle:
    result = migrate(oracle, PATH, "--execute", "--bad", "quarantine", "--rate", "off", "--json", "--max-examples", 0,
                     "--journal", JOURNAL, *SHIFT)
    good = good_records()
    equal(11, imports_of(good), "imports of the fine lines, as documented")
    equal(3, result.code, "exit code") or print(short(result))
    verdict = json.loads(result.last)["verdict"]
    matches(r"^verified: all 11 of 11 imports.*30 of 36 records were left out", verdict, "the verdict")
    case("the quarantine file has every finding of every bad line, as reported, and nothing else")
    file = f"{JOURNAL}.quarantine.jsonl"
    found = findings_of(result)
    equal(set(SAYS), {one["line"] for one in found}, "lines with findings")
    equal(by_line_and_reason(found), by_line_and_reason(quarantined_in(file)), "the file")
    equal([(file, len(found))], [(one["file"], one["lines"]) for one in json_lines(result, "quarantined")],
          "what is said of the file")
    case("read = imported + quarantined + skipped, for either list")
    to_sender = sum(r["FromUserId"] in r.get("VisibleTo", [r["FromUserId"]]) for r in good)
    to_receiver = sum(r["ToUserId"] in r.get("VisibleTo", [r["ToUserId"]]) for r in good)
    equal(11, to_sender + to_receiver, "imports")
    check_balance(result, {"read": 36, "imported": to_sender, "quarantined": 30, "skipped": 6 - to_sender},
                  {"read": 36, "imported": to_receiver, "quarantined": 30, "skipped": 6 - to_receiver})
    case("again: nothing more is sent, and the file is the same")
    before, calls = pathlib.Path(file).read_bytes(), oracle.count("import")
    result = migrate(oracle, PATH, "--execute", "--bad", "quarantine", "--rate", "off", "--journal", JOURNAL, *SHIFT)
    equal(3, result.code, "exit code")
    equal(before, pathlib.Path(file).read_bytes(), "the file")
    equal(calls, oracle.count("import"), "imports")
check_faithful(oracle.ledger, good, shift_between(good, oracle.ledger.applied))
case("--bad quarantine as a plan sends nothing and writes nothing")
JOURNAL = new_journal()
with Oracle() as oracle:
    equal(0, migrate(oracle, PATH, "--bad", "quarantine", "--journal", JOURNAL, *SHIFT).code, "exit code")
equal([], oracle.ledger.calls, "calls")
equal([], list(T.glob(JOURNAL.name + "*")), "files")
case("but with --quarantine it writes what would be left out")
result = run(None, "migrate", PATH, "--bad", "quarantine", "--quarantine", T / "left-out", "--json", "--max-examples", 0, *SHIFT)
equal(0, result.code, "exit code")
equal(by_line_and_reason(findings_of(result)), by_line_and_reason(quarantined_in(T / "left-out")), "the file")

case("one Id twice: the second is not imported")
records = plain(1, 4)
records[2]["Id"] = records[1]["Id"]
with Oracle() as oracle:
    result = migrate(oracle, file_of(records), "--execute", "--rate", "off", "--bad", "quarantine", "--quarantine", T / "same-id")
equal(3, result.code, "exit code")
check_faithful(oracle.ledger, [record for record in records if record["_line"] != 3])
matches("line 3", result.out, "stdout")
equal([(3, "plan.same-id")], [(one["line"], one["reason"]) for one in quarantined_in(T / "same-id")], "the quarantine file")

case("one Id in two conversations: two messages, both imported")
records = plain(1, 4)
records[2].update(Id=records[1]["Id"], ToUserId="another")
with Oracle() as oracle:
    result = migrate(oracle, file_of(records), "--execute", "--rate", "off")
equal(0, result.code, "exit code") or print(short(result))
check_faithful(oracle.ledger, records)

case("one Id twice, with what differs")
records = plain(1, 4)
records[1] = {**records[0], "_line": 2}
records[3]["Id"] = records[2]["Id"]
result = run(None, "migrate", file_of(records), "--json")
equal(1, result.code, "exit code")
found = findings_of(result)
equal([(2, "plan.same-record"), (4, "plan.same-id")], sorted((one["line"], one["reason"]) for one in found), "the findings")
got = {one["line"]: one["got"] for one in found}
matches("as in line 1, with the same content$", got[2], "line 2")
matches("as in line 3, which is another message$", got[4], "line 4")

case("a record without a time is not dated now by mistake")
records = plain(1, 3)
del records[1]["SendMessageTime"]
result = run(None, "migrate", file_of(records))
equal(1, result.code, "exit code")
matches("line 2: /SendMessageTime", result.out, "stdout")

case("the file changes between plan and sending: nothing wrong is sent")
records = plain(1, 200)
path = file_of(records, "changing.jsonl")
with Oracle("--fault", "import@6+:withhold") as oracle:
    process = start(oracle.url, "migrate", path, "--execute", "--rate", "off", "--lanes", 1)
    oracle.wait_for("import", 6, process)
    with open(path, "r+b") as file:
        content = file.read()
        file.seek(0)
        file.write(content.replace(b"text", b"TEXT"))
    oracle.release_all()
    result = ended(process)
check_not_verified(result, (1,))
matches("changed", result.out + result.err, "the output")
equal([], [c["body"]["MessageBody"]["Message"] for c in oracle.ledger.imports if "TEXT" in c["body"]["MessageBody"]["Message"]],
      "changed texts sent")
finish()
