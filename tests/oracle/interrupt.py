"""Ctrl-C: exit 130, calls under way are finished, and what the client reports is what the oracle has."""
import json
import signal
import urllib.request

from harness import *


def applied(oracle, action):
    with urllib.request.urlopen(oracle.url + "/count") as answer:
        return json.load(answer)[action]


def interrupt_at(count, action, signals, *args, records=None, flags=()):
    """Runs until `count` calls of the action have been applied, then sends the signal."""
    with Oracle("--delay-ms", 15, *flags) as oracle:
        process = start(oracle.url, "migrate", file_of(records), "--execute", "--rate", "off", "--json", *args)
        while applied(oracle, action) < count and process.poll() is None:
            time.sleep(0.005)
        process.send_signal(signals)
        result = ended(process, 30)
    return oracle.ledger, result


records = plain(6, 100)  # 1200 imports
for name in ("SIGINT", "SIGTERM"):
    for lanes in (1, 8):
        case(f"{name} in the middle of importing, {lanes} lanes")
        ledger, result = interrupt_at(150, "import", getattr(signal, name), "--lanes", lanes, records=records)
        equal(130, result.code, "exit code") or print(short(result))
        lines = [json.loads(line) for line in result.lines]
        imported = [line for line in lines if line["type"] == "imported"]
        if check(len(imported) == 1, "a report of what was imported", repr(result)):
            equal(len(ledger.applied), imported[0]["imported"], "imports reported, as in the ledger")
            equal([], imported[0]["in_doubt"], "in doubt: calls under way are finished")
            equal(1200 - len(ledger.applied), imported[0]["not_sent"], "not sent")
        check(150 <= len(ledger.applied) < 1200, "150 and more, but not all", len(ledger.applied))
        check_house_rules(ledger)
        for lane, calls in by_lane(ledger.applied).items():
            wanted = planned_lists(records)[lane][:len(calls)]
            equal([body["SendMessageTime"] for body in wanted], [call["body"]["SendMessageTime"] for call in calls],
                  f"the first records of {lane}, in order")
        verdict = lines[-1].get("verdict", "")
        matches(rf"^not verified: {len(ledger.applied)} of 1200 .*interrupted", verdict, "the verdict")
        check(not ledger.of("QueryPeerMsg"), "no reading back after that", len(ledger.of("QueryPeerMsg")))

case("Ctrl-C while waiting for the rate limit ends at once")
with Oracle() as oracle:
    process = start(oracle.url, "migrate", file_of(records), "--execute", "--rate", 1, "--json")
    while applied(oracle, "import") < 1 and process.poll() is None:
        time.sleep(0.005)
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    result = ended(process, 30)
    check(time.monotonic() - began < 5, "less than 5 s", time.monotonic() - began)
equal(130, result.code, "exit code")

case("Ctrl-C while the service says wait")
with Oracle("--fault", "import@5+:code=660300005") as oracle:
    process = start(oracle.url, "migrate", file_of(records), "--execute", "--rate", "off", "--json")
    while applied(oracle, "import") < 4 and process.poll() is None:
        time.sleep(0.005)
    process.send_signal(signal.SIGINT)
    result = ended(process, 30)
equal(130, result.code, "exit code")
imported = [line for line in map(json.loads, result.lines) if line["type"] == "imported"]
equal([4], [line["imported"] for line in imported], "imports reported")

case("Ctrl-C while reading back")
short_records = plain(4, 5)
with Oracle("--fault", "query@3+:late=0.3") as oracle:
    process = start(oracle.url, "migrate", file_of(short_records), "--execute", "--rate", "off", "--lanes", 1, "--json")
    while applied(oracle, "query") < 3 and process.poll() is None:
        time.sleep(0.005)
    process.send_signal(signal.SIGINT)
    result = ended(process, 30)
equal(130, result.code, "exit code")
check("verified: all" not in result.out, "no word of all verified", result.out)
equal(40, len(oracle.ledger.applied), "imports applied")

case("for people: one word on stderr, no crash, a number in the last line")
with Oracle("--delay-ms", 15) as oracle:
    process = start(oracle.url, "migrate", file_of(records), "--execute", "--rate", "off")
    while applied(oracle, "import") < 20 and process.poll() is None:
        time.sleep(0.005)
    process.send_signal(signal.SIGINT)
    result = ended(process, 30)
equal(130, result.code, "exit code")
matches("(?i)interrupted", result.err, "stderr")
matches(rf"^not verified: {len(oracle.ledger.applied)} of 1200", result.last, "the last line")
finish()
