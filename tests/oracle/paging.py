"""Reading back: by Next alone, over short and empty pages; and services whose lists cannot be read or are not in order."""
import json

from harness import *

LONG = plain(1, 230)
for record in LONG:
    record["VisibleTo"] = [record["FromUserId"]]

for seed in range(1, 6):
    case(f"short and empty pages, seed {seed}")
    with Oracle("--seed", seed) as oracle:
        result = migrate(oracle, file_of(LONG), "--execute", "--rate", "off")
        check_verified(result, 230)
        whole = run(oracle.url, "query", "--as", "u0a", "--peer", "u0b", "--all", "--json")
    queries = oracle.ledger.of("QueryPeerMsg")
    check(len(queries) >= 2 * 3, "several pages", len(queries))
    equal([], [call["body"]["Limit"] for call in queries if not 1 <= call["body"]["Limit"] <= 100], "limits")
    stored = oracle.ledger.lists[("u0a", "u0b")]
    equal([message["MsgId"] for message in reversed(stored)], [json.loads(line)["MsgId"] for line in whole.lines],
          "MsgIds of query --all, newest first, exact beyond 2^53")


# Every list is looked at once before its first import; what counts from there on is reading back.
def unreadable(fault, codes, *words, lists=6):
    case(fault)
    records = plain(3, 10) if lists == 6 else LONG[:10]
    with Oracle("--fault", fault) as oracle:
        result = migrate(oracle, file_of(records), "--execute", "--rate", "off", "--lanes", 1)
    equal(imports_of(records), len(oracle.ledger.applied), "imports applied")
    check_not_verified(result, codes)
    matches(r"(?m)^ *! ", result.out, "a line under !")
    for word in words:
        matches(word, result.out, "stdout")
    return oracle.ledger, result


ledger, result = unreadable("query@7+:same-next", (1, 5), "Next")
check(len(ledger.of("QueryPeerMsg")) < 100, "an end soon", len(ledger.of("QueryPeerMsg")))
ledger, result = unreadable("query@7+:code=660000002", (1, 5), "660000002", "6 ! unreadable")
ledger, result = unreadable("query@9:code=660500002", (1, 5), "660500002", "1 ! unreadable")
ledger, result = unreadable("query@2+:html=503", (1, 5), lists=1)
ledger, result = unreadable("query@2+:half", (1, 5), lists=1)
ledger, result = unreadable("query@2+:drop", (1, 5), lists=1)
case("what only reading back kept from being verified may be retried: exit 5")
equal(5, result.code, "exit code")

case("a list that is not in the order of time")
with Oracle("--fault", "query@1+:misorder") as oracle:
    result = migrate(oracle, file_of(plain(3, 10)), "--execute", "--rate", "off")
check_not_verified(result, (1,))
matches("order", result.last, "the last line")
finish()
