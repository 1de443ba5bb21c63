"""Answers that never come, or cannot be used: a lost answer never leads to a second send of that record.

After each the record is in doubt: it may have been applied. The client may leave out the rest of that list, must say
so, and finds by reading back what is really there.
"""
import json
import urllib.request

from harness import *


def check_lost(fault, applied_too, *args):
    records = plain(6, 10)
    with Oracle("--fault", f"import@17:{fault}", "--fault", f"import@40:{fault}") as oracle:
        result = migrate(oracle, file_of(records), "--execute", "--rate", "off", "--lanes", 3, "--json", *args)
    ledger = oracle.ledger
    equal(2, len(ledger.hit()), "answers lost (else this proves nothing)")
    bodies = [json.dumps(call["body"], sort_keys=True) for call in ledger.imports]
    equal([], sorted({body for body in bodies if bodies.count(body) > 1}), "imports sent twice")
    equal(applied_too, all(call["applied"] for call in ledger.hit()), "applied all the same")
    check_house_rules(ledger)
    lines = [json.loads(line) for line in result.lines]
    imported = [line for line in lines if line["type"] == "imported"][0]
    line_of = {record["SendMessageTime"]: record["_line"] for record in records}
    equal(sorted((line_of[c["body"]["SendMessageTime"]], c["body"]["ImportedUserId"]) for c in ledger.hit()),
          sorted((one["line"], one["viewer"]) for one in imported["in_doubt"]), "lines in doubt")
    equal(120, imported["imported"] + imported["refused"] + imported["not_sent"] + len(imported["in_doubt"]),
          "imported + refused + not sent + in doubt")
    compared = [line for line in lines if line["type"] == "compared"][0]
    equal(len(ledger.applied), compared["same"], "same: what was really applied")
    missing = [line for line in lines if line["type"] == "mismatch"]
    applied = {(lane, call["body"]["SendMessageTime"]) for lane, calls in by_lane(ledger.applied).items() for call in calls}
    planned = {(lane, body["SendMessageTime"]) for lane, bodies in planned_lists(records).items() for body in bodies}
    equal(sorted((lane[0], line_of[at]) for lane, at in planned - applied),
          sorted((one["viewer"], one["line"]) for one in missing if one["mark"] == "+"), "what is reported under +")
    equal([], [one for one in missing if one["mark"] != "+"], "other marks")
    if len(applied) == len(planned):
        equal(0, result.code, "exit code, when all is there in the end")
    else:
        equal(1, result.code, "exit code, when something is not there") or print(short(result))
    return ledger


for fault, applied in (("drop", True), ("drop-before", False), ("reset", True), ("html=502", False),
                       ("html-after=502", True), ("html-after=200", True), ("half", True), ("array", True),
                       ("code=1", False), ("code-after=1", True), ("code-after=100000015", True),
                       ("code-after=105001", True)):
    case(f"import answered with {fault}")
    check_lost(fault, applied)
case("an answer later than --timeout")
check_lost("late=6", True, "--timeout", "2")

case("the last record of a list: its answer is lost, reading back finds it, and all is verified")
records = plain(1, 4)
with Oracle("--fault", "import@8:drop") as oracle:
    result = migrate(oracle, file_of(records), "--execute", "--rate", "off", "--lanes", 1)
check_faithful(oracle.ledger, records)
check_verified(result, 8)

case("every answer is lost: every list stops at its first record")
records = plain(5, 6)
with Oracle("--fault", "import@1+:drop") as oracle:
    result = migrate(oracle, file_of(records), "--execute", "--rate", "off")
equal(10, len(oracle.ledger.imports), "calls: one a list")
check_not_verified(result, (1, 5))
matches("10 of 60", result.last, "the last line")

case("lost answers of registering and reading are asked again")
records = plain(3, 5)
with Oracle("--fault", "register@1:drop", "--fault", "query@2:drop", "--fault", "query@4:html=502",
            "--fault", "query@6:half") as oracle:
    result = migrate(oracle, file_of(records), "--execute", "--rate", "off", "--lanes", 1)
check_verified(result, 30)
equal(30, len(oracle.ledger.applied), "imports applied")

case("no service any more in the middle: exit 5, and what was sent is counted right")
records = plain(4, 100)
oracle = Oracle("--delay-ms", 5)
with oracle:
    process = start(oracle.url, "migrate", file_of(records), "--execute", "--rate", "off", "--json", "--connect-timeout", 2)
    while json.load(urllib.request.urlopen(oracle.url + "/count"))["import"] < 60 and process.poll() is None:
        time.sleep(0.01)
result = ended(process)
equal(5, result.code, "exit code") or print(short(result))
imported = [line for line in map(json.loads, result.lines) if line["type"] == "imported"]
if check(len(imported) == 1, "a report of what was imported", repr(result)):
    sure = imported[0]["imported"]
    doubt = len(imported[0]["in_doubt"])
    applied = len(oracle.ledger.applied)
    check(sure <= applied <= sure + doubt, f"{applied} applied: at least {sure}, at most {sure} and {doubt} in doubt", applied)
matches(oracle.url.split("//")[1], result.out + result.err, "the endpoint in the output")
finish()
