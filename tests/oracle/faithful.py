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
last = {key: calls[-1]["done"] for key, calls in calls_by_list(oracle.ledger.applied).items()}
read = {}
for call in oracle.ledger.of("QueryPeerMsg"):
    read[(call["body"]["FromUserId"], call["body"]["ToUserId"])] = call["arrival"]
equal([], [key for key in last if read.get(key, 0) < last[key]], "lists not read back")

case("one lane: strictly one call at a time, oldest first over all conversations")
records = texts(4, 15, seed=4)
with Oracle() as oracle:
    result = migrate(oracle, file_of(records), "--execute", "--rate", "off", "--lanes", 1)
check_faithful(oracle.ledger, records)
check_verified(result, imports_of(records))
times = [call["body"]["SendMessageTime"] for call in oracle.ledger.imports]
equal(sorted(times), times, "times of the imports as they came")

case("the same file into another service: the same tags")
tags = {(list_of_call(call), call["body"]["SendMessageTime"], call["body"]["MessageBody"]["Message"]): tag_of(call)
        for call in oracle.ledger.applied}
with Oracle("--seed", 2) as oracle:
    migrate(oracle, file_of(records), "--execute", "--rate", "off", "--lanes", 3)
again = {(list_of_call(call), call["body"]["SendMessageTime"], call["body"]["MessageBody"]["Message"]): tag_of(call)
         for call in oracle.ledger.applied}
equal(tags, again, "tags of the same records")

case("true repetitions, without an id: a tag each")
repeated = plain(2, 8)
for record in repeated:
    del record["Id"]
    record.update(Message="again", SendMessageTime=repeated[0]["SendMessageTime"])
with Oracle() as oracle:
    result = migrate(oracle, file_of(repeated), "--execute", "--rate", "off")
check_faithful(oracle.ledger, repeated)
check_verified(result, 32)

case("--tag off: ExtendedData is the record's own, to the byte")
with Oracle() as oracle:
    result = migrate(oracle, file_of(records), "--execute", "--rate", "off", "--tag", "off")
check_faithful(oracle.ledger, records, tagged=False)
check_verified(result, imports_of(records))
with Oracle() as oracle:
    result = migrate(oracle, file_of(repeated), "--execute", "--rate", "off", "--tag", "off")
check_faithful(oracle.ledger, repeated, tagged=False)
check_verified(result, 32)

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
check(before - 1000 <= newest <= time.time() * 1000, f"the newest record at {before}, when the run began, or a little later", newest)

case("the one record whose own ExtendedData leaves no room is named, and nothing else is held back")
full = texts(1, 4)
full[2]["ExtendedData"] = "x" * 1024
with Oracle() as oracle:
    result = migrate(oracle, file_of(full), "--execute", "--rate", "off")
    equal(1, result.code, "exit code")
    matches("plan.tag-too-long(?s:.*)line 3: /ExtendedData.*1024", result.out, "stdout")
    matches("--tag off", result.out, "the way out")
equal([], oracle.ledger.calls, "calls")
with Oracle() as oracle:
    result = migrate(oracle, file_of(full), "--execute", "--rate", "off", "--bad", "quarantine")
rest = [full[0], full[1], full[3]]
check_faithful(oracle.ledger, rest)
equal(3, result.code, "exit code") or print(short(result))
matches(f"^verified: all {imports_of(rest)} of {imports_of(rest)} imports are in ZIM, in order; 1 of 4 records were left out",
        result.last, "the last line")
with Oracle() as oracle:
    result = migrate(oracle, file_of(full), "--execute", "--rate", "off", "--tag", "off")
check_faithful(oracle.ledger, full, tagged=False)
check_verified(result, imports_of(full))

case("as much of its own as the tag leaves room for, and a byte more")
roomy = plain(1, 4)
for record, own in zip(roomy, ("x" * 976, json.dumps({"a": "x" * 986}), "y", "")):
    record["ExtendedData"] = own
with Oracle() as oracle:
    result = migrate(oracle, file_of(roomy), "--execute", "--rate", "off")
check_faithful(oracle.ledger, roomy)
check_verified(result, 8)
sizes = sorted(len(call["body"]["MessageBody"]["ExtendedData"]) for call in oracle.ledger.applied)
equal([1024] * 4, sizes[-4:], "bytes of the largest")
for record in roomy[:2]:
    record["ExtendedData"] = record["ExtendedData"].replace("x", "xx", 1)
result = run(None, "migrate", file_of(roomy))
equal(1, result.code, "exit code")
matches("nothing was sent: 2 of 4 records cannot be imported", result.last, "the last line")

case("a file out of order, with CRLF, blank lines, a byte order mark and no line break at its end")
records = texts(3, 20, seed=5)
shuffled = records[10:] + records[:10]
text = "\ufeff" + "\r\n\r\n".join(json.dumps({k: v for k, v in r.items() if k != "_line"}) for r in shuffled)
(T / "odd.jsonl").write_bytes(text.encode())
with Oracle() as oracle:
    result = migrate(oracle, T / "odd.jsonl", "--execute", "--rate", "off")
check_faithful(oracle.ledger, shuffled)
check_verified(result, imports_of(shuffled))

case("an interrupted run can be taken up again, and the output says how")
matches(r"(?m)^journal: .*\.journal; after an interruption the same command goes on$", result.out, "stdout")
case("the numbers add up")
views = re.findall(r"(?m)^(?:sender|receiver)'s +(\d+) read = (\d+) imported \+ 0 recovered \+ 0 quarantined \+ (\d+) skipped "
                   r"\+ 0 unresolved$", result.out)
equal(2, len(views), "lines of the balance")
for read, imported, skipped in views:
    equal((60, 60), (int(read), int(imported) + int(skipped)), "read, and what became of it")
equal(imports_of(shuffled), sum(int(imported) for _, imported, _ in views), "imports in the balance")
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
