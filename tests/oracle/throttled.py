"""660300005 and its like are waited out: nothing is lost, nothing doubled, order kept."""
import json

from harness import *

case("every 10th import is told to wait")
records = plain(10, 8)
with Oracle("--fault", "import@*10:code=660300005") as oracle:
    result = migrate(oracle, file_of(records), "--execute", "--rate", "off", "--lanes", 8)
hit = oracle.ledger.hit()
check(len(hit) >= 16, "at least 16 calls told to wait", len(hit))
check_faithful(oracle.ledger, records)
check_verified(result, 160)
case("the next call of that lane is the same one, about a second later")
for key, calls in calls_by_list(oracle.ledger.imports).items():
    for call, after in zip(calls, calls[1:]):
        if call["faults"]:
            equal(call["body"], after["body"], f"the call after call {call['n']} in {key}")
            check(after["arrival"] - call["done"] >= 0.5, "half a second's pause at least", after["arrival"] - call["done"])

case("code 7, too many requests a second")
records = plain(2, 5)
with Oracle("--fault", "import@3-5:code=7") as oracle:
    result = migrate(oracle, file_of(records), "--execute", "--rate", "off")
check_faithful(oracle.ledger, records)
check_verified(result, 20)

case("a service that is stricter than the client was told")
records = plain(3, 5)
with Oracle("--rate", 5) as oracle:
    result = migrate(oracle, file_of(records), "--execute", "--rate", "off", "--lanes", 4, "--json")
refused = [call for call in oracle.ledger.imports if call["code"] == 660300005]
check(len(refused) > 0, "calls told to wait (else this proves nothing)", len(refused))
check_faithful(oracle.ledger, records)
equal(0, result.code, "exit code")
equal("verified: all 30 of 30 imports are in ZIM, in order", json.loads(result.last)["verdict"], "the verdict")
imported = imported_of(result)
equal((30, 0, 0, 0, 0), tuple(imported[name] for name in ("imported", "quarantined", "looks", "sent_again", "unresolved")),
      "the report: told to wait is not in doubt")

case("registering and reading are told to wait, too")
with Oracle("--fault", "register@1:code=660700001", "--fault", "query@1-2:code=660300005") as oracle:
    result = migrate(oracle, file_of(plain(1, 5)), "--execute", "--rate", "off")
check_verified(result, 10)
equal(5, len({call["body"]["SendMessageTime"] for call in oracle.ledger.applied}), "records")
finish()
