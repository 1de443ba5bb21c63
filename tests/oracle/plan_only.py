"""The plan alone sends nothing, needs no network and no credentials, and counts right."""
import json

from harness import *

with Oracle() as oracle:
    for args in ([], ["--json"], ["--time-shift", "newest=now"], ["--too-old", "skip"], ["--rate", "off", "--lanes", "9"]):
        case(f"migrate FILE {' '.join(args)} sends nothing")
        good = file_of(texts(5, 20))
        result = migrate(oracle, good, *args)
        equal(0, result.code, "exit code")
        matches("nothing was sent", result.last, "the last line")
    case("a plan of broken records sends nothing")
    equal(1, migrate(oracle, FIXTURES / "broken.jsonl").code, "exit code")
equal([], oracle.ledger.calls, "calls that the oracle saw")

case("no network, no endpoint, no credentials")
bare = {"ZIM_APP_ID": None, "ZIM_SERVER_SECRET": None}
result = run(None, "migrate", good, **bare)
equal(0, result.code, "exit code")
result = run("http://127.0.0.1:1", "migrate", good)
equal(0, result.code, "exit code with a closed port as endpoint")

case("the counts of the plan, from the file alone")
for path, shift in ((good, []), (FIXTURES / "conversations.jsonl", ["--time-shift", "newest=now", "--tag", "off"])):
    records = read_records(path)
    lists = expected_lists(records)
    result = run(None, "migrate", path, "--json", *shift, **bare)
    plan = json.loads(result.lines[0])
    users = {user for record in records for user in (record["FromUserId"], record["ToUserId"])}
    conversations = {frozenset(key) for key in lists}
    imports = sum(map(len, lists.values()))
    to_sender = sum(body["FromUserId"] == key[0] for key, bodies in lists.items() for body in bodies)
    one_sided = sum(len(set(r.get("VisibleTo", "both"))) == 1 for r in records)
    last, ties = {}, 0
    for record in records:
        pair = frozenset((record["FromUserId"], record["ToUserId"]))
        ties += last.get(pair) == record["SendMessageTime"]
        last[pair] = record["SendMessageTime"]
    equal({"records": len(records), "users": len(users), "conversations": len(conversations), "imports": imports,
           "imports_to_sender": to_sender, "imports_to_receiver": imports - to_sender, "one_sided": one_sided,
           "bad": 0, "too_old": 0, "left_out": 0, "out_of_order": 0, "same_time": ties},
          {name: plan.get(name) for name in ("records", "users", "conversations", "imports", "imports_to_sender",
                                             "imports_to_receiver", "one_sided", "bad", "too_old", "left_out",
                                             "out_of_order", "same_time")}, "counts")
    equal({"register": -(-len(users) // 100), "import": imports},
          {name: plan["calls"][name] for name in ("register", "import")}, "calls")
case("what is documented of fixtures/migration")
equal((390, 752, 28), (len(records), imports, one_sided), "records, imports, one-sided")

case("the estimate at a rate")
for rate in (20, 7):
    plan = json.loads(run(None, "migrate", good, "--json", "--rate", rate).lines[0])
    least = plan["calls"]["import"] * 1000 / rate
    check(least * 0.9 <= plan["estimate_ms"] <= least * 1.5 + 5000, f"about {least} ms", plan["estimate_ms"])

case("out of order is noticed and said, with both lines")
records = plain(1, 6)
records[3]["SendMessageTime"], records[4]["SendMessageTime"] = records[4]["SendMessageTime"], records[3]["SendMessageTime"]
result = run(None, "migrate", file_of(records, "unordered.jsonl"), "--json")
equal(1, json.loads(result.lines[0])["out_of_order"], "out_of_order")
equal(0, result.code, "exit code")

finish()
