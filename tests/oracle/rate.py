"""--rate 20 over 200 records: never more than 20 imports in any sliding second, measured by the oracle. That it
does not idle is for the simulated time of tests/client/rate_limiter_test.cpp."""
from harness import *

RATE = 20
records = plain(20, 10)  # 200 records, each for one user alone: 200 imports
for record in records:
    record["VisibleTo"] = [record["FromUserId"]]
with Oracle("--rate", RATE) as oracle:
    result = migrate(oracle, file_of(records), "--execute", "--rate", RATE, "--lanes", 8)
check_faithful(oracle.ledger, records)
check_verified(result, 200)
for action in ("UserRegister", "ImportPeerMsg", "QueryPeerMsg"):
    case(f"the busiest sliding second of {action}")
    most = busiest_second(call["arrival"] for call in oracle.ledger.of(action))
    check(most <= RATE, f"at most {RATE}", most)
case("the service never had to say wait")
equal([], [call["n"] for call in oracle.ledger.calls if call["code"]], "refused calls")

case("another rate")
with Oracle("--rate", 50) as oracle:
    result = migrate(oracle, file_of(records), "--execute", "--rate", 50, "--lanes", 3)
check_verified(result, 200)
most = busiest_second(call["arrival"] for call in oracle.ledger.imports)
check(most <= 50, "at most 50", most)
finish()
