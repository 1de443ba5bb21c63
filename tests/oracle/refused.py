"""Answers that refuse: the record, the credentials; what is said, how it ends, and that the rest arrives."""
import json

from harness import *


def line_and_viewer(call):
    return line_of[call["body"]["SendMessageTime"]], call["body"]["ImportedUserId"]


def check_quarantined(refused, journal):
    lines = [json.loads(line) for line in pathlib.Path(f"{journal}.quarantine.jsonl").read_text().splitlines()]
    equal(sorted(map(line_and_viewer, refused)), sorted((one["line"], one["viewer"]) for one in lines),
          "lines and viewers in the quarantine file")
    equal({660800045}, {one["code"] for one in lines}, "codes in it")
    check(all("660800045" in one["reason"] and one["peer"] != one["viewer"] for one in lines), "reason and peer", lines)


def views_of(refused):
    """How many of them were for the sender's list, and how many for the receiver's."""
    to_sender = sum(call["body"]["ImportedUserId"] == call["body"]["FromUserId"] for call in refused)
    return to_sender, len(refused) - to_sender


records = plain(8, 8)
line_of = {record["SendMessageTime"]: record["_line"] for record in records}

case("--gap continue, 660800045 for every 7th import: reported, all others arrive")
journal = new_journal()
with Oracle("--fault", "import@*7:code=660800045") as oracle:
    result = migrate(oracle, file_of(records), "--execute", "--rate", "off", "--json", "--lanes", 3, "--gap", "continue",
                     "--journal", journal)
    case("the same command again sends nothing, and reports the same")
    again = migrate(oracle, file_of(records), "--execute", "--rate", "off", "--json", "--gap", "continue", "--journal", journal)
check_house_rules(oracle.ledger)
refused = oracle.ledger.hit("code")
equal(18, len(refused), "refused imports")
equal(128, len(oracle.ledger.imports), "calls: a refused one is not repeated, not by another run either")
equal(110, len(oracle.ledger.applied), "applied")
for ended_run in (result, again):
    equal(3, ended_run.code, "exit code: verified, but not all") or print(short(ended_run))
    imported = imported_of(ended_run)
    equal((110, 18, 0), tuple(imported.get(name) for name in ("imported", "quarantined", "not_sent")), "the report")
    equal([(660800045, 18)], [(group["code"], group["count"]) for group in imported.get("refusals", [])], "codes in the report")
    equal([], imported.get("stopped_lists"), "lists that stopped")
    equal([], json_lines(ended_run, "mismatch"), "mismatches: what is refused is not looked for")
    equal("verified: all 110 of 110 imports are in ZIM, in order; 18 were refused and are quarantined",
          json.loads(ended_run.last)["verdict"], "the verdict")
    to_sender, to_receiver = views_of(refused)
    check_balance(ended_run, {"read": 64, "imported": 64 - to_sender, "quarantined": to_sender},
                  {"read": 64, "imported": 64 - to_receiver, "quarantined": to_receiver})
equal((0, 128), (imported_of(result).get("before"), imported_of(again).get("before")), "by earlier runs")
check_quarantined(refused, journal)

case("--gap stop, the default: a list ends before the message that is refused")
journal = new_journal()
with Oracle("--fault", "import@*7:code=660800045") as oracle:
    result = migrate(oracle, file_of(records), "--execute", "--rate", "off", "--json", "--lanes", 3, "--journal", journal)
    sent = oracle.count("import")
    case("the same command again sends nothing")
    again = migrate(oracle, file_of(records), "--execute", "--rate", "off", "--json", "--journal", journal)
    equal(sent, oracle.count("import"), "imports applied")
check_house_rules(oracle.ledger)
refused = oracle.ledger.hit("code")
check(len(refused) > 3, "refused imports (else this proves nothing)", len(refused))
for key, calls in calls_by_list(oracle.ledger.imports).items():
    equal([], [call["n"] for call in calls[:-1] if call["faults"]], f"imports after a refused one in {key}")
not_sent = 128 - len(oracle.ledger.imports)
# A list whose last message is refused has come to its end.
last_of = {key: bodies[-1]["SendMessageTime"] for key, bodies in expected_lists(records).items()}
stopped = [call for key, calls in calls_by_list(refused).items() for call in calls
           if call["body"]["SendMessageTime"] != last_of[key]]
check(len(stopped) > 3, "refused in the middle of a list", len(stopped))
for ended_run in (result, again):
    equal(6, ended_run.code, "exit code: lists that did not come to their end") or print(short(ended_run))
    imported = imported_of(ended_run)
    equal((sent, len(refused), not_sent), tuple(imported.get(name) for name in ("imported", "quarantined", "not_sent")), "the report")
    equal(sorted((line_and_viewer(call), "gap") for call in stopped),
          sorted(((one["line"], one["viewer"]), one["at"]) for one in imported["stopped_lists"]), "lists that stopped, and where")
    applied = {(key, call["body"]["SendMessageTime"]) for key, calls in calls_by_list(oracle.ledger.imports).items() for call in calls}
    planned = {(key, body["SendMessageTime"]) for key, bodies in expected_lists(records).items() for body in bodies}
    equal(sorted((key[0], line_of[at]) for key, at in planned - applied),
          sorted((one["viewer"], one["line"]) for one in json_lines(ended_run, "mismatch")), "what is reported under +")
    matches(rf"^not verified: {sent} of {128 - len(refused)} .*{not_sent} missing.*{len(stopped)} lists stopped on the way; "
            rf"{len(refused)} were refused and are quarantined", json.loads(ended_run.last)["verdict"], "the verdict")
check_quarantined(refused, journal)
case("then with --gap continue, which another run may choose: it goes on behind what was refused")
with oracle.restarted() as oracle:
    result = migrate(oracle, file_of(records), "--execute", "--rate", "off", "--json", "--gap", "continue", "--journal", journal)
check_house_rules(oracle.ledger)
equal(3, result.code, "exit code") or print(short(result))
equal((128, 128 - len(refused)), (len(oracle.ledger.imports), len(oracle.ledger.applied)), "imports sent and applied")
for key, calls in calls_by_list(oracle.ledger.imports).items():
    times = [call["body"]["SendMessageTime"] for call in calls]
    equal(sorted(set(times)), times, f"each once and in order in {key}")
check_quarantined(refused, journal)

case("the same for people")
with Oracle("--fault", "import@*7:code=660800045") as oracle:
    result = migrate(oracle, file_of(records), "--execute", "--rate", "off", "--gap", "continue")
equal(3, result.code, "exit code") or print(short(result))
matches(r"refused 18: code 660800045.*; lines 1?\d, ", result.out, "stdout")
matches(r"(?m)^quarantined: 18 lines in .*quarantine\.jsonl$", result.out, "stdout")
matches(r"110 = same, 0 \+ missing, 0 - extra, 0 \* differ", result.out, "stdout")
with Oracle("--fault", "import@9:code=660800045") as oracle:
    result = migrate(oracle, file_of(records), "--execute", "--rate", "off", "--lanes", 1)
check_not_verified(result, (6,))
hit = line_and_viewer(oracle.ledger.hit()[0])
matches(rf'(?m)^  the list of "{hit[1]}" with "u\d[ab]" stopped at line {hit[0]}, refused \(--gap continue goes on\): .*660800045',
        result.out, "stdout")
matches(r"(?m)^ +\+ .*line \d+", result.out, "stdout")

for code in (100000005, 100000004, 100000011, 3):
    case(f"credentials refused in the middle with {code}")
    with Oracle("--fault", f"import@30+:code={code}") as oracle:
        result = migrate(oracle, file_of(records), "--execute", "--rate", "off", "--lanes", 4)
    check_not_verified(result, (7,))
    matches(str(code), result.out + result.err, "the code in the output")
    equal(29, len(oracle.ledger.applied), "imports applied")
    check(len(oracle.ledger.imports) <= 29 + 4, "no more than a call a lane after that", len(oracle.ledger.imports))
    matches("29 of 128", result.last, "the last line")

case("credentials refused at once: nothing but one call")
with Oracle() as oracle:
    result = migrate(oracle, file_of(records), "--execute", ZIM_SERVER_SECRET="0" * 32)
check_not_verified(result, (7,))
matches("100000005", result.last, "the last line")
check(len(oracle.ledger.calls) <= 2 and not oracle.ledger.imports, "one call", [c["action"] for c in oracle.ledger.calls])

case("credentials refused once in the middle: the same command goes on from there")
journal = new_journal()
with Oracle("--fault", "import@30:code=100000005") as oracle:
    result = migrate(oracle, file_of(records), "--execute", "--rate", "off", "--journal", journal)
    check_not_verified(result, (7,))
    case("also when they were refused to the next run, at once")
    result = migrate(oracle, file_of(records), "--execute", "--rate", "off", "--journal", journal, ZIM_SERVER_SECRET="0" * 32)
    check_not_verified(result, (7,))
    check_verified(migrate(oracle, file_of(records), "--execute", "--rate", "off", "--journal", journal), 128)
wrong = [why for why in oracle.ledger.complaints if why.endswith("another signature")]
check(1 <= len(wrong) <= 4, "calls with the wrong secret: at most one a lane", wrong)
oracle.ledger.complaints = [why for why in oracle.ledger.complaints if why not in wrong]
check_faithful(oracle.ledger, records)

case("credentials refused while reading back; then the same command verifies, and sends nothing")
journal = new_journal()
lists = len(expected_lists(records))  # each is looked at once before its first import
with Oracle("--fault", f"query@{lists + 2}-{lists + 9}:code=100000005") as oracle:
    result = migrate(oracle, file_of(records), "--execute", "--rate", "off", "--lanes", 1, "--journal", journal)
    check_not_verified(result, (7,))
    equal(128, oracle.count("import"), "imports applied")
with oracle.restarted() as oracle:
    check_verified(migrate(oracle, file_of(records), "--execute", "--rate", "off", "--journal", journal), 128)
check_faithful(oracle.ledger, records)

case("a code nobody knows may mean anything: looked for, and sent again only if it is not there")
records = plain(4, 5)
with Oracle("--fault", "import@5:code=123456789", "--fault", "import@9:code-after=123456789") as oracle:
    result = migrate(oracle, file_of(records), "--execute", "--rate", "off", "--lanes", 2, "--json", *SOON)
check_faithful(oracle.ledger, records)
equal(0, result.code, "exit code") or print(short(result))
imported = imported_of(result)
equal((1, 1), (imported.get("recovered"), imported.get("sent_again")), "recovered, sent again")
equal(41, len(oracle.ledger.imports), "calls")
finish()
