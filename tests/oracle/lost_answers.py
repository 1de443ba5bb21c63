"""Answers that never come, or cannot be used: each import in doubt is looked for in its list. What is there is never sent
again; what is not is sent again, but only when the lost call cannot land any more, and in its order. So all is verified in
the end, each message once.
"""
import json

from harness import *


def check_not_early(ledger, hit):
    """The hit imports were sent again, the same to the byte, and not while the lost call could still land."""
    for call in hit:
        again = [one for one in ledger.imports if one["n"] > call["n"] and one["body"] == call["body"]]
        if not check(len(again) == 1, "sent once more, as it was", [one["n"] for one in again]):
            continue
        expires = call["timestamp"] + contract.SIGNATURE_SECONDS
        check(again[0]["at"] > expires, f"not before its signature has expired, {expires}", again[0]["at"])
        between = [one for one in ledger.imports if call["n"] < one["n"] < again[0]["n"]]
        check(between, "the other lists went on meanwhile", "nothing between")
        equal([], [one["n"] for one in between if list_of_call(one) == list_of_call(call)], "calls of its list in between")


def check_lost(fault, applied_too, *args, sign_skew="597s"):
    records = plain(6, 5)
    with Oracle("--fault", f"import@17:{fault}", "--fault", f"import@40:{fault}") as oracle:
        result = migrate(oracle, file_of(records), "--execute", "--rate", "off", "--lanes", 3, "--json", "--settle", "100ms",
                         "--sign-skew", sign_skew, *args)
    ledger = oracle.ledger
    hit = ledger.hit()
    equal(2, len(hit), "answers lost (else this proves nothing)")
    equal([applied_too] * 2, [call["applied"] for call in hit], "applied all the same")
    check_faithful(ledger, records)
    bodies = [json.dumps(call["body"], sort_keys=True) for call in ledger.imports]
    if applied_too:
        equal([], sorted({body for body in bodies if bodies.count(body) > 1}), "imports sent twice")
    else:
        check_not_early(ledger, hit)
    equal(0, result.code, "exit code") or print(short(result))
    equal("verified: all 60 of 60 imports are in ZIM, in order", json.loads(result.last)["verdict"], "the verdict")
    imported = imported_of(result)
    equal((60 - 2 * applied_too, 2 * applied_too, 2 * (not applied_too)),
          tuple(imported.get(name) for name in ("imported", "recovered", "sent_again")), "imported, recovered, sent again")
    check(imported.get("looks", 0) >= (2 if applied_too else 4), "looks at lists: two before anything is sent again", imported)
    recovered = [call["body"]["ImportedUserId"] == call["body"]["FromUserId"] for call in hit if applied_too]
    check_balance(result, {"read": 30, "imported": 30 - recovered.count(True), "recovered": recovered.count(True)},
                  {"read": 30, "imported": 30 - recovered.count(False), "recovered": recovered.count(False)})
    return ledger


for fault, applied in (("drop", True), ("drop-before", False), ("reset", True), ("html=502", False),
                       ("html-after=502", True), ("html-after=200", True), ("half", True), ("array", True),
                       ("code=1", False), ("code-after=1", True), ("code-after=100000015", True),
                       ("code-after=105001", True)):
    case(f"import answered with {fault}")
    check_lost(fault, applied)
case("an answer later than --timeout")
check_lost("withhold", True, "--timeout", "3")
case("held up somewhere, and landing long after the client gave up, and after its first look")
check_lost("held=look", True, "--timeout", "2", sign_skew="590s")  # 8 s for the first look
case("held up for so long that its signature has expired")
check_lost("held=expiry", False, "--timeout", "2")

for tag in ("on", "off"):
    case(f"true repetitions in doubt, --tag {tag}: found by what they are, or by how many there are")
    repeated = plain(2, 8)
    for record in repeated:
        del record["Id"]
        record.update(Message="again", SendMessageTime=repeated[0]["SendMessageTime"])
    with Oracle("--fault", "import@5:drop", "--fault", "import@9:drop-before", "--fault", "import@14:drop",
                "--fault", "import@20:drop-before") as oracle:
        result = migrate(oracle, file_of(repeated), "--execute", "--rate", "off", "--json", "--tag", tag, *SOON)
    equal(0, result.code, "exit code") or print(short(result))
    check_faithful(oracle.ledger, repeated, tagged=tag == "on")
    equal((2, 2), tuple(imported_of(result).get(name) for name in ("recovered", "sent_again")), "recovered, sent again")

case("the last record of a list: its answer is lost, it is found, and all is verified")
records = plain(1, 4)
with Oracle("--fault", "import@8:drop") as oracle:
    result = migrate(oracle, file_of(records), "--execute", "--rate", "off", "--lanes", 1, *SOON)
check_faithful(oracle.ledger, records)
check_verified(result, 8)
matches(r"(?m)^  in doubt: 1 found in their lists, 0 sent again; lists looked at \d+ times$", result.out, "stdout")

case("every answer is lost: everything is found")
records = plain(5, 6)
with Oracle("--fault", "import@1+:drop") as oracle:
    result = migrate(oracle, file_of(records), "--execute", "--rate", "off", "--json", *SOON)
check_faithful(oracle.ledger, records)
equal(60, len(oracle.ledger.imports), "calls")
equal(0, result.code, "exit code") or print(short(result))
equal((0, 60, 0), tuple(imported_of(result).get(name) for name in ("imported", "recovered", "sent_again")), "the report")

case("nothing ever arrives: each list stops at its first record after five tries; the same command goes on when it can")
records, journal = plain(2, 6), new_journal()
with Oracle("--fault", "import@1-20:drop-before") as oracle:
    args = ("--execute", "--rate", "off", "--json", "--journal", journal, "--settle", "100ms", "--sign-skew", "598s")
    result = migrate(oracle, file_of(records), *args)
    equal(6, result.code, "exit code: lists that did not come to their end") or print(short(result))
    imported = imported_of(result)
    equal((0, 4, 20, 16), tuple(imported.get(name) for name in ("imported", "unresolved", "not_sent", "sent_again")), "the report")
    equal([(1, "doubt"), (1, "doubt"), (2, "doubt"), (2, "doubt")],
          sorted((one["line"], one["at"]) for one in imported["stopped_lists"]), "lists that stopped, and where")
    check_balance(result, {"read": 12, "unresolved": 2, "waiting": 10}, {"read": 12, "unresolved": 2, "waiting": 10})
    matches("^not verified: 0 of 24 .*24 missing.*4 lists stopped on the way", json.loads(result.last)["verdict"], "the verdict")
    equal(0, oracle.count("import"), "imports applied")
    result = migrate(oracle, file_of(records), *args)
    equal(0, result.code, "exit code of the same command again") or print(short(result))
check_faithful(oracle.ledger, records)
equal(20 + 24, len(oracle.ledger.imports), "calls")

case("in doubt, and its list cannot be read: that list stops, the others arrive; the same command goes on")
records, journal = plain(3, 6), new_journal()
with Oracle("--fault", "import@7:drop", "--fault", "query@7-11:code=660000002") as oracle:
    args = ("--execute", "--rate", "off", "--json", "--journal", journal, *SOON)
    result = migrate(oracle, file_of(records), *args)
    equal(6, result.code, "exit code") or print(short(result))
    imported = imported_of(result)
    equal(1, imported.get("unresolved"), "unresolved")
    equal(36 - 1, imported["imported"] + imported["not_sent"], "the rest")
    matches("660000002", result.out, "why")
    result = migrate(oracle, file_of(records), *args)
    equal(0, result.code, "exit code of the same command again") or print(short(result))
    equal((35, 1, 0), tuple(imported_of(result).get(name) for name in ("imported", "recovered", "sent_again")), "the report")
check_faithful(oracle.ledger, records)

case("lost answers of registering and reading are asked again")
records = plain(3, 5)
with Oracle("--fault", "register@1:drop", "--fault", "query@2:drop", "--fault", "query@4:html=502",
            "--fault", "query@6:half", "--fault", "query@11:drop", "--fault", "query@13:html=502") as oracle:
    result = migrate(oracle, file_of(records), "--execute", "--rate", "off", "--lanes", 1)
check_verified(result, 30)
equal(30, len(oracle.ledger.applied), "imports applied")

case("no service any more in the middle: exit 5, and what was sent is counted right")
records, journal = plain(4, 30), new_journal()
oracle = Oracle("--fault", "import@61+:withhold")
args = ("--execute", "--rate", "off", "--json", "--connect-timeout", 2, "--journal", journal, *SOON)
with oracle:
    process = start(oracle.url, "migrate", file_of(records), *args)
    oracle.wait_for("import", 64, process)
result = ended(process)
equal(5, result.code, "exit code") or print(short(result))
imported = imported_of(result)
applied = len(oracle.ledger.applied)
check(imported["imported"] <= applied <= imported["imported"] + imported["unresolved"],
      f"{applied} applied: at least the imported, at most the unresolved beside them", imported)
matches(oracle.url.split("//")[1], result.out + result.err, "the endpoint in the output")
matches("the same command goes on", json.loads(result.last)["verdict"], "the verdict")
case("when it is back, the same command goes on: all is there, nothing twice")
with oracle.restarted() as again:
    result = migrate(again, file_of(records), *args)
equal(0, result.code, "exit code") or print(short(result))
equal("verified: all 240 of 240 imports are in ZIM, in order", json.loads(result.last)["verdict"], "the verdict")
check_faithful(again.ledger, records)
finish()
