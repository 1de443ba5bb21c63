"""Every record arrives exactly once in each intended list, in order, with every field right; nothing else is sent."""
import json

from harness import *

case("a generated history, several lanes")
records = texts(12, 25, seed=3)
with Oracle("--delay-ms", 4) as oracle:
    result = migrate(oracle, file_of(records), "--execute", "--rate", "off", "--lanes", 8)
check_faithful(oracle.ledger, records)
check_verified(result, imports_of(records))
case("it does use its lanes: calls of different lanes are under way at once")
calls = sorted(oracle.ledger.imports, key=lambda call: call["arrival"])
check(any(b["arrival"] < a["done"] for a, b in zip(calls, calls[1:])), "an overlap", "none")
case("and keeps its connections")
connections = {call["connection"] for call in oracle.ledger.calls}
check(len(connections) <= 2 * 8 + 2, "at most one connection a lane and phase", len(connections))
case("every list is read back after its last import")
last = {lane: calls[-1]["done"] for lane, calls in by_lane(oracle.ledger.applied).items()}
read = {}
for call in oracle.ledger.of("QueryPeerMsg"):
    read[(call["body"]["FromUserId"], call["body"]["ToUserId"])] = call["arrival"]
equal([], [lane for lane in last if read.get(lane, 0) < last[lane]], "lists not read back")

case("one lane: strictly one call at a time, oldest first over all conversations")
records = texts(4, 15, seed=4)
with Oracle() as oracle:
    result = migrate(oracle, file_of(records), "--execute", "--rate", "off", "--lanes", 1)
check_faithful(oracle.ledger, records)
check_verified(result, imports_of(records))
times = [call["body"]["SendMessageTime"] for call in oracle.ledger.imports]
equal(sorted(times), times, "times of the imports as they came")

case("fixtures/migration/conversations.jsonl, moved to now")
path = FIXTURES / "conversations.jsonl"
records = read_records(path)
with Oracle() as oracle:
    before = int(time.time() * 1000)
    result = migrate(oracle, path, "--execute", "--rate", "off", "--time-shift", "newest=now")
shift = shift_between(records, oracle.ledger.applied)
check_faithful(oracle.ledger, records, shift)
check_verified(result, 752)
newest = max(record["SendMessageTime"] for record in records) + shift
check(before - 1000 <= newest <= before + 30_000, f"the newest record at {before}, when the run began", newest)

case("a file out of order, with CRLF, blank lines, a byte order mark and no line break at its end")
records = texts(3, 20, seed=5)
shuffled = records[10:] + records[:10]
text = "\ufeff" + "\r\n\r\n".join(json.dumps({k: v for k, v in r.items() if k != "_line"}) for r in shuffled)
(T / "odd.jsonl").write_bytes(text.encode())
with Oracle() as oracle:
    result = migrate(oracle, T / "odd.jsonl", "--execute", "--rate", "off")
check_faithful(oracle.ledger, shuffled)
check_verified(result, imports_of(shuffled))

case("an interrupted run is not resumable, and the output says so")
matches(r"(?i)(cannot|not) be? ?resum", result.out, "stdout")
case("what cannot be verified is named")
for name in ("SearchedContent", "Priority", "Uid"):
    matches(name, result.out, "stdout")

case("clocks: a client whose rate is off by far does not matter to the order inside a list")
records = plain(2, 30)
with Oracle("--delay-ms", 1, "--seed", 7) as oracle:
    result = migrate(oracle, file_of(records), "--execute", "--rate", 500, "--lanes", 4)
check_faithful(oracle.ledger, records)
check_verified(result, 120)

finish()
