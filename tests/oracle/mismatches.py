"""A service that answers success and keeps something else: each is found and reported under the right mark."""
import json

from harness import *


def run_with(fault, records, *args):
    with Oracle("--fault", fault) as oracle:
        result = migrate(oracle, file_of(records), "--execute", "--rate", "off", "--lanes", 1, "--json", *args)
    equal(imports_of(records), len(oracle.ledger.applied), "imports applied")
    marks = [line for line in map(json.loads, result.lines) if line["type"] == "mismatch"]
    compared = [line for line in map(json.loads, result.lines) if line["type"] == "compared"]
    return oracle.ledger, result, marks, (compared or [{}])[0]


def check_found(fault, records, expected, names=""):
    """expected: (same, missing, extra, differ); one mismatch names the line of the record that was hit."""
    case(f"import@{N}:{fault}")
    ledger, result, marks, compared = run_with(f"import@{N}:{fault}", records)
    equal(expected, tuple(compared.get(name) for name in ("same", "missing", "extra", "differ")),
          "same, missing, extra, differ") or print(short(result))
    same, missing, extra, differ = expected
    equal(["*"] * differ + ["+"] * missing + ["-"] * extra, sorted(one["mark"] for one in marks), "marks")
    hit = ledger.hit()[0]
    line = next(r["_line"] for r in records if r["SendMessageTime"] == hit["body"]["SendMessageTime"])
    viewer = hit["body"]["ImportedUserId"]
    if differ or missing:
        check(any(one.get("line") == line and one["viewer"] == viewer for one in marks), f"line {line} in {viewer}'s list",
              marks)
    if names:
        check(any(names in one["what"] for one in marks), f"a mismatch that names {names}", marks)
    equal(1, result.code, "exit code")
    verdict = json.loads(result.last).get("verdict", "")
    matches(rf"^not verified: {same} of {imports_of(records)} ", verdict, "the verdict")


records = plain(3, 10)  # 60 imports
N, ALL = 23, 60
check_found("corrupt=body", records, (ALL - 1, 0, 0, 1), "MsgBody")
check_found("corrupt=sender", records, (ALL - 1, 0, 0, 1), "Sender")
check_found("corrupt=type", records, (ALL - 1, 0, 0, 1), "MsgType")
check_found("corrupt=payload", records, (ALL - 1, 0, 0, 1), "Payload")
check_found("lose", records, (ALL - 1, 1, 0, 0))
check_found("twice", records, (ALL, 0, 1, 0))
check_found("extra", records, (ALL, 0, 1, 0))
check_found("time=1", records, (ALL - 1, 0, 0, 1), "MsgTime")
check_found("time=-1", records, (ALL - 1, 0, 0, 1), "MsgTime")
check_found("swap", records, (ALL - 2, 0, 0, 2))
check_found("delete", records, (ALL - 1, 0, 0, 1), "deleted")
check_found("recall", records, (ALL - 1, 0, 0, 1), "recalled")
check_found("both", records, (ALL, 0, 1, 0))

case("custom messages: a changed SubMsgType is seen")
custom = [{**record, "MessageType": 200, "SubMsgType": 7} for record in records]
check_found("corrupt=subtype", custom, (ALL - 1, 0, 0, 1))

case("media: one changed character of the returned document is seen")
media = [{**record, "MessageType": 12, "Message": json.dumps(
    {"Uid": "u", "Url": f"https://m.example/{record['Id']}", "FileName": "ä b.txt", "Size": 5})} for record in records]
check_found("corrupt=body", media, (ALL - 1, 0, 0, 1))

case("one list for both: ImportedUserId ignored throughout")
ledger, result, marks, compared = run_with("import@1+:both", records)
equal((ALL, 0, ALL, 0), tuple(compared.get(name) for name in ("same", "missing", "extra", "differ")), "same, missing, extra, differ")
equal(1, result.code, "exit code")

case("--allow-extra: more in the list than planned is no failure, and is counted all the same")
ledger, result, marks, compared = run_with("import@5:extra", records, "--allow-extra")
equal(0, result.code, "exit code")
equal(1, compared.get("extra"), "extra")
case("but what is missing is one")
ledger, result, marks, compared = run_with("import@5:lose", records, "--allow-extra")
equal(1, result.code, "exit code")

case("of true repetitions, one lost")
twins = plain(1, 6)
for record in twins:
    record.update(Message="again", SendMessageTime=twins[0]["SendMessageTime"], FromUserId="u0a", ToUserId="u0b")
ledger, result, marks, compared = run_with("import@7:lose", twins)
equal((11, 1, 0, 0), tuple(compared.get(name) for name in ("same", "missing", "extra", "differ")), "same, missing, extra, differ")
equal(1, result.code, "exit code")
case("and one doubled")
ledger, result, marks, compared = run_with("import@7:twice", twins)
equal((12, 0, 1, 0), tuple(compared.get(name) for name in ("same", "missing", "extra", "differ")), "same, missing, extra, differ")

case("all marks at once, for people")
with Oracle("--fault", "import@10:lose", "--fault", "import@20:extra", "--fault", "import@30:corrupt=body",
            "--fault", "query@1-99:code=660000002") as oracle:
    result = migrate(oracle, file_of(records), "--execute", "--rate", "off", "--lanes", 1)
check_not_verified(result, (1, 5))
matches(r"(?m)^ *! .*660000002", result.out, "stdout")
with Oracle("--fault", "import@10:lose", "--fault", "import@20:extra", "--fault", "import@30:corrupt=body") as oracle:
    result = migrate(oracle, file_of(records), "--execute", "--rate", "off", "--lanes", 1)
check_not_verified(result, (1,))
matches(r"58 = same, 1 \+ missing, 1 - extra, 1 \* differ", result.out, "stdout")
for mark in "+-*":
    matches(rf"(?m)^ *\{mark} .*u\d[ab]", result.out, "stdout")

case("what somebody else put there before is extra")
first, second = plain(1, 5), plain(1, 5)
for i, record in enumerate(second):
    record.update(Message=f"later {i}", Id=f"later{i}")
with Oracle() as oracle:
    check_verified(migrate(oracle, file_of(first, "first.jsonl"), "--execute", "--rate", "off"), 10)
    result = migrate(oracle, file_of(second, "second.jsonl"), "--execute", "--rate", "off")
    check_not_verified(result, (1,))
    matches(r"10 = same, 0 \+ missing, 10 - extra", result.out, "stdout")
    case("--verify-only reads and sends nothing")
    before = len(result.lines)
    again = migrate(oracle, T / "first.jsonl", "--verify-only", "--allow-extra")
    check_verified(again, 10)
equal(20, len(oracle.ledger.imports), "imports in all")
finish()
