"""Answers that refuse: the record, the credentials; what is said, how it ends, and that the rest arrives."""
import json

from harness import *


def report(result, kind):
    found = [json.loads(line) for line in result.lines if json.loads(line)["type"] == kind]
    return found[0] if found else {}


case("660800045 for every 7th import: reported, and all others arrive")
records = plain(8, 8)
with Oracle("--fault", "import@*7:code=660800045") as oracle:
    result = migrate(oracle, file_of(records), "--execute", "--rate", "off", "--json", "--lanes", 3)
check_house_rules(oracle.ledger)
refused = oracle.ledger.hit("code")
equal(18, len(refused), "refused imports")
equal(128, len(oracle.ledger.imports), "calls: a refused one is not repeated")
equal(110, len(oracle.ledger.applied), "applied")
equal(1, result.code, "exit code") or print(short(result))
imported = report(result, "imported")
equal((110, 18, 0), (imported.get("imported"), imported.get("refused"), imported.get("not_sent")), "the report")
equal([660800045], [group["code"] for group in imported.get("refusals", [])], "codes in the report")
missing = [line for line in map(json.loads, result.lines) if line["type"] == "mismatch"]
line_of = {record["SendMessageTime"]: record["_line"] for record in records}
equal(sorted(line_of[call["body"]["SendMessageTime"]] for call in refused),
      sorted(one["line"] for one in missing if one["mark"] == "+"), "lines under +")
equal([], [one for one in missing if one["mark"] != "+"], "other marks")
verdict = report(result, "summary").get("verdict", "")
matches(r"^not verified: 110 of 128 .*18 missing", verdict, "the verdict")
case("the same for people")
with Oracle("--fault", "import@*7:code=660800045") as oracle:
    result = migrate(oracle, file_of(records), "--execute", "--rate", "off")
check_not_verified(result, (1,))
matches(r"refused 18: code 660800045", result.out, "stdout")
matches(r"110 = same, 18 \+ missing, 0 - extra, 0 \* differ", result.out, "stdout")
matches(r"(?m)^ +\+ .*line \d+", result.out, "stdout")

for code in (100000005, 100000004, 100000011, 3):
    case(f"credentials refused in the middle with {code}")
    with Oracle("--fault", f"import@30+:code={code}") as oracle:
        result = migrate(oracle, file_of(records), "--execute", "--rate", "off", "--lanes", 4)
    check_not_verified(result, (7,))
    matches(str(code), result.out + result.err, "the code in the output")
    equal(29, len(oracle.ledger.applied), "imports applied")
    check(len(oracle.ledger.imports) <= 29 + 4, "no more than a call a lane after that", len(oracle.ledger.imports))
    matches("29 of 128", result.last, "the last line")

case("credentials refused at once: nothing but one call")
with Oracle() as oracle:
    result = migrate(oracle, file_of(records), "--execute", ZIM_SERVER_SECRET="0" * 32)
check_not_verified(result, (7,))
matches("100000005", result.last, "the last line")
check(len(oracle.ledger.calls) <= 2 and not oracle.ledger.imports, "one call", [c["action"] for c in oracle.ledger.calls])

case("credentials refused while reading back")
with Oracle("--fault", "query@2+:code=100000005") as oracle:
    result = migrate(oracle, file_of(records), "--execute", "--rate", "off")
check_not_verified(result, (7,))
equal(128, len(oracle.ledger.applied), "imports applied")

case("a code nobody knows may mean anything: never sent twice, never counted as there")
with Oracle("--fault", "import@5:code=123456789", "--fault", "import@9:code-after=123456789") as oracle:
    result = migrate(oracle, file_of(plain(4, 5)), "--execute", "--rate", "off", "--lanes", 2)
check_not_verified(result, (1,))
bodies = [json.dumps(call["body"], sort_keys=True) for call in oracle.ledger.imports]
equal(len(set(bodies)), len(bodies), "calls, none sent twice")
matches("123456789", result.out, "the code in the output")
finish()
