"""Ctrl-C: exit 130, calls under way are finished, what the client reports is what the oracle has, and the same command
goes on to the end, with nothing twice. Twice Ctrl-C, and SIGKILL, too."""
import json
import signal

from harness import *

records = plain(6, 20)  # 240 imports


def verdict_of(result):
    return json.loads(result.last)["verdict"] if result.last else ""


def go_on(oracle, journal, file_records=records, *args):
    """The same command once more."""
    result = migrate(oracle, file_of(file_records), "--execute", "--rate", "off", "--json", "--lanes", 8, "--journal", journal,
                     *SOON, *args)
    imports = imports_of(file_records)
    equal(0, result.code, "exit code of the same command again") or print(short(result))
    equal(f"verified: all {imports} of {imports} imports are in ZIM, in order", verdict_of(result), "its verdict")
    return imported_of(result)


def check_prefixes(ledger):
    for key, calls in calls_by_list(ledger.applied).items():
        wanted = expected_lists(records)[key][:len(calls)]
        equal([body["SendMessageTime"] for body in wanted], [call["body"]["SendMessageTime"] for call in calls],
              f"the first records of {key}, in order")


for name in ("SIGINT", "SIGTERM"):
    for lanes in (1, 8):
        case(f"{name} in the middle of importing, {lanes} lanes")
        journal = new_journal()
        oracle = Oracle("--fault", "import@101+:withhold")
        with oracle:
            process = start(oracle.url, "migrate", file_of(records), "--execute", "--rate", "off", "--json", "--lanes", lanes,
                            "--journal", journal, *SOON)
            oracle.wait_for("import", 100 + lanes, process)
            process.send_signal(getattr(signal, name))
            matches("(?i)interrupted", process.stderr.readline(), "stderr")  # only then has it been seen
            oracle.release_all()
            result = ended(process)
        ledger = oracle.ledger
        applied = len(ledger.applied)
        equal(130, result.code, "exit code") or print(short(result))
        imported = imported_of(result)
        equal((applied, 0, 240 - applied), tuple(imported.get(part) for part in ("imported", "unresolved", "not_sent")),
              "imported as in the ledger, none in doubt as calls under way are finished, the rest not sent")
        equal(100 + lanes, applied, "applied: what was under way, and nothing after it")
        check_house_rules(ledger)
        check_prefixes(ledger)
        matches(rf"^not verified: {applied} of 240 .*interrupted; the same command goes on from there$", verdict_of(result), "the verdict")
        last = max(call["arrival"] for call in ledger.imports)
        equal([], [call for call in ledger.of("QueryPeerMsg") if call["arrival"] > last], "reading back after that")
        with oracle.restarted() as again:
            imported = go_on(again, journal)
        equal((applied, 240, 0), tuple(imported.get(part) for part in ("before", "imported", "looks")),
              "by earlier runs, imported, looks: nothing was in doubt")
        check_faithful(again.ledger, records)

for how, signals in (("Ctrl-C twice", (signal.SIGINT, signal.SIGINT)), ("SIGKILL", (signal.SIGKILL,))):
    case(f"{how}: it ends at once, and the same command finds out what became of the calls under way")
    journal, before = new_journal(), 0
    oracle = Oracle("--fault", "import@61+:withhold")
    with oracle:
        process = start(oracle.url, "migrate", file_of(records), "--execute", "--rate", "off", "--json", "--lanes", 8, "--journal",
                        journal, *SOON)
        oracle.wait_for("import", 68, process)
        process.send_signal(signals[0])
        if len(signals) > 1:
            line = process.stderr.readline()  # only then has the first been seen
            matches("(?i)interrupted.*once more: at once", line, "stderr")
            process.send_signal(signals[1])
        result = ended(process)  # although nothing that is under way is ever answered
    equal(130 if len(signals) > 1 else -signal.SIGKILL, result.code, "exit code")
    check("verified" not in result.out, "no verdict", result.out)
    with oracle.restarted() as again:
        status = run(None, "migrate", "status", journal, "--json")
        status = json.loads(status.last)
        check(status["open"] >= 8 and status["done"] < 240 and not status["running"], "imports in doubt, and no end", status)
        imported = go_on(again, journal)
    equal(status["open"], imported.get("recovered", 0) + imported.get("sent_again", 0), "those in doubt: found, or sent again")
    check_faithful(again.ledger, records)

case("killed again and again: the same command comes to the end, and nothing is twice")
journal = new_journal()
oracle = Oracle("--fault", "import@*5:withhold")  # so no run makes more than 40 imports
with oracle:
    kills = kill_again_and_again(oracle, 150, 15, "migrate", file_of(records), "--execute", "--rate", "off", "--lanes", 8, "--journal", journal, *SOON)
    check(kills > 3, "more than three kills (else this proves nothing)", kills)
    oracle.release_all()
    go_on(oracle, journal)
    report = json.loads(run(None, "migrate", "report", journal, "--json").last)
    equal([0] * kills, [1 - bool(one["ended_ms"] == 0) for one in report["runs"][:-1]], "runs without an end")
check_faithful(oracle.ledger, records)

case("Ctrl-C while waiting for the rate limit: an end long before the four minutes that it would take")
with Oracle() as oracle:
    process = start(oracle.url, "migrate", file_of(records), "--execute", "--rate", 1, "--json")
    oracle.wait_for("import", 1, process)
    process.send_signal(signal.SIGINT)
    result = ended(process)
equal(130, result.code, "exit code")

case("Ctrl-C while the service says wait")
journal = new_journal()
oracle = Oracle("--fault", "import@5+:code=660300005")
with oracle:
    process = start(oracle.url, "migrate", file_of(records), "--execute", "--rate", "off", "--json", "--journal", journal)
    oracle.wait_for("import", 4, process)
    process.send_signal(signal.SIGINT)
    result = ended(process)
equal(130, result.code, "exit code")
imported = imported_of(result)
equal((4, 0), (imported["imported"], imported["unresolved"]), "imports reported, and none in doubt: it was told they were not taken")
with oracle.restarted() as again:
    equal(0, go_on(again, journal).get("looks"), "looks")
check_faithful(again.ledger, records)

case("Ctrl-C while an import is in doubt: long before its ten minutes are over, and the same command settles it")
journal = new_journal()
few = plain(1, 5)
with Oracle("--fault", "import@3:drop-before") as oracle:
    process = start(oracle.url, "migrate", file_of(few), "--execute", "--rate", "off", "--json", "--lanes", 1, "--journal", journal)
    oracle.wait_for("query", 3, process)  # the first look for it, after --settle; then it waits ten minutes
    process.send_signal(signal.SIGINT)
    result = ended(process)
equal(130, result.code, "exit code")
equal(1, imported_of(result).get("unresolved"), "unresolved")

case("Ctrl-C while reading back")
short_records, journal = plain(4, 5), new_journal()
with Oracle("--fault", "query@11+:withhold") as oracle:
    process = start(oracle.url, "migrate", file_of(short_records), "--execute", "--rate", "off", "--lanes", 1, "--json",
                    "--journal", journal)
    oracle.wait_for("query", 11, process)
    process.send_signal(signal.SIGINT)
    matches("(?i)interrupted", process.stderr.readline(), "stderr")
    oracle.release_all()
    result = ended(process)
    equal(130, result.code, "exit code")
    check("verified: all" not in result.out, "no word of all verified", result.out)
    equal(40, oracle.count("import"), "imports applied")
    go_on(oracle, journal, short_records)
check_faithful(oracle.ledger, short_records)

case("for people: one word on stderr, no crash, a number in the last line")
with Oracle("--fault", "import@21+:withhold") as oracle:
    process = start(oracle.url, "migrate", file_of(records), "--execute", "--rate", "off", "--lanes", 4)
    oracle.wait_for("import", 24, process)
    process.send_signal(signal.SIGINT)
    word = process.stderr.readline()
    oracle.release_all()
    result = ended(process)
equal(130, result.code, "exit code")
matches("(?i)interrupted", word, "stderr")
equal("", result.err, "the rest of stderr")
matches(r"^not verified: 24 of 240", result.last, "the last line")
equal(24, len(oracle.ledger.applied), "imports applied")
finish()
