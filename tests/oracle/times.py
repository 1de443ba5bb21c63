"""The retention window: --too-old stop, skip and clamp; --time-shift keeps every gap."""
import json

from harness import *

DAY = 86_400_000
NOW = int(time.time() * 1000)
AGES = (40, 35, 30.2, 12, 10.5, 10, 5, 0.1)  # in days; the first three are outside of 30


def records_of(ages=AGES):
    out = plain(1, len(ages))
    for record, age in zip(out, ages):
        record["SendMessageTime"] = NOW - int(age * DAY)
    return out


old = records_of()
kept = old[3:]

case("--too-old stop, which is the default")
for args in ((), ("--too-old", "stop")):
    with Oracle() as oracle:
        result = migrate(oracle, file_of(old), "--execute", "--rate", "off", *args)
    equal(1, result.code, "exit code")
    equal([], oracle.ledger.calls, "calls")
    matches("3 of 8", result.last, "the last line")
    for number in (1, 2, 3):
        matches(rf"line {number}: /SendMessageTime", result.out, "stdout")
    check("line 4:" not in result.out, "no word of line 4", result.out)

case("--too-old skip")
with Oracle() as oracle:
    result = migrate(oracle, file_of(old), "--execute", "--rate", "off", "--too-old", "skip")
equal(3, result.code, "exit code") or print(short(result))
check_faithful(oracle.ledger, kept)
matches("10 of 10 imports.*3 of 8 records were left out", result.last, "the last line")

case("--too-old clamp")
with Oracle() as oracle:
    result = migrate(oracle, file_of(old), "--execute", "--rate", "off", "--too-old", "clamp")
check_house_rules(oracle.ledger)
equal(0, result.code, "exit code") or print(short(result))
equal(16, len(oracle.ledger.applied), "imports applied")
for key, calls in calls_by_list(oracle.ledger.applied).items():
    times = [call["body"]["SendMessageTime"] for call in calls]
    equal([record["Message"] for record in old], [call["body"]["MessageBody"]["Message"] for call in calls], f"texts of {key}")
    equal([record["SendMessageTime"] for record in kept], times[3:], f"times that did fit, unmoved, in {key}")
    check(times == sorted(times) and len(set(times)) == 8, f"times in order and apart in {key}", times)
    check(all(NOW - 30 * DAY <= at <= NOW - 29.9 * DAY for at in times[:3]), "clamped to the window's edge", times[:3])

for days, count in ((7, 6), (45, 0), (90, 0)):
    case(f"--retention-days {days}")
    result = run(None, "migrate", file_of(old), "--json", "--retention-days", days)
    equal(count, json.loads(result.lines[0])["too_old"], "too old")
for plan, count in (("free", 6), ("pro", 3), ("enterprise", 0)):
    case(f"--plan {plan}")
    result = run(None, "migrate", file_of(old), "--json", "--plan", plan)
    equal(count, json.loads(result.lines[0])["too_old"], "too old")

case("what fits now but not when its turn comes")
slow = plain(1, 1000)  # 1000 s left, 2000 imports at 1 a second; 100 s for a slow machine
for record in slow:
    record["SendMessageTime"] = int(time.time() * 1000) - 30 * DAY + 1_000_000
result = run(None, "migrate", file_of(slow), "--json", "--rate", 1)
late = json.loads(result.lines[0])["too_old"]
check(490 <= late <= 550, "about 500 of 1000", late)

case("--time-shift newest=now keeps every gap, to the millisecond")
before = time.time()
gaps = [record for record in records_of([400, 399.99999, 399.5, 390, 390, 381]) if record]
with Oracle() as oracle:
    result = migrate(oracle, file_of(gaps), "--execute", "--rate", "off", "--time-shift", "newest=now")
shift = shift_between(gaps, oracle.ledger.applied)
check_faithful(oracle.ledger, gaps, shift)
check_verified(result, 12)
newest = max(record["SendMessageTime"] for record in gaps) + shift
check(before * 1000 - 1 <= newest <= time.time() * 1000, "the newest at the time of the run", newest)
case("another run of the same command keeps what the first has decided: the same times, so nothing is sent and all is there")
for more, records in ((("--time-shift", "newest=now"), gaps), (("--too-old", "clamp"), old), (("--too-old", "skip"), old)):
    journal = new_journal()
    with Oracle() as oracle:
        first = migrate(oracle, file_of(records), "--execute", "--rate", "off", "--journal", journal, *more)
        applied = oracle.count("import")
        time.sleep(0.01)  # another millisecond at least
        again = migrate(oracle, file_of(records), "--execute", "--rate", "off", "--journal", journal, *more)
        equal((first.code, first.last), (again.code, again.last), f"the end, {more}") or print(short(again))
        equal(applied, oracle.count("import"), "imports")
    check(applied >= 10, "imports (else this proves nothing)", applied)
    check_house_rules(oracle.ledger)
case("records in the future are brought back by it, too")
future = records_of([-10, -11, -12])
with Oracle() as oracle:
    result = migrate(oracle, file_of(future), "--execute", "--rate", "off", "--time-shift", "newest=now")
check_faithful(oracle.ledger, future, shift_between(future, oracle.ledger.applied))
check_verified(result, 6)
case("without it they are refused")
with Oracle() as oracle:
    result = migrate(oracle, file_of(future), "--execute")
equal(1, result.code, "exit code")
equal([], oracle.ledger.calls, "calls")
matches("line 1: /SendMessageTime", result.out, "stdout")

case("--time-shift by a duration")
with Oracle() as oracle:
    result = migrate(oracle, file_of(kept), "--execute", "--rate", "off", "--time-shift=-2h")
check_faithful(oracle.ledger, kept, -7_200_000)
check_verified(result, 10)
case("--time-shift newest=TIME")
at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(NOW / 1000 - 86400))
with Oracle() as oracle:
    result = migrate(oracle, file_of(kept), "--execute", "--rate", "off", "--time-shift", f"newest={at}")
shift = (NOW // 1000 - 86400) * 1000 - max(record["SendMessageTime"] for record in kept)
check_faithful(oracle.ledger, kept, shift)

case("shift and skip together: 400 days of history, the last 30 arrive")
with Oracle() as oracle:
    spread = records_of([400, 390.1, 389.9, 361, 360])
    result = migrate(oracle, file_of(spread), "--execute", "--rate", "off", "--time-shift", "newest=now", "--too-old", "skip")
equal(3, result.code, "exit code")
check_faithful(oracle.ledger, spread[2:], shift_between(spread, oracle.ledger.applied))
finish()
