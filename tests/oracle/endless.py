"""Reading back from a service that never comes to an end, or that goes away meanwhile: an end all the same, and soon."""
from harness import *

case("a Next that is always new, and never anything more: an end all the same")
records = plain(1, 3)
with Oracle("--fault", "query@3+:fresh-next") as oracle:
    result = run(oracle.url, "migrate", file_of(records), "--execute", "--rate", "off")
    check_not_verified(result, (1, 5))
    case("query --all against the same")
    result = run(oracle.url, "query", "--as", "u0a", "--peer", "u0b", "--all", "--json")
    check(result.code > 0, "an exit code other than 0", repr(result))
case("lists that cannot be read are not imported into")
with Oracle("--fault", "query@1+:fresh-next") as oracle:
    result = run(oracle.url, "migrate", file_of(records), "--execute", "--rate", "off")
    check_not_verified(result, (1, 5, 6))
    equal(0, oracle.count("import"), "imports applied")
case("query --all against one Next for ever")
with Oracle("--fault", "query@3+:same-next") as oracle:
    migrate(oracle, file_of(records), "--execute", "--rate", "off", "--lanes", 2)
    result = run(oracle.url, "query", "--as", "u0a", "--peer", "u0b", "--all", "--json")
    equal(1, result.code, "exit code") or print(short(result))
    matches("Next", result.err, "stderr")

case("the service goes away while reading back: exit 5, and soon; when it is back, the same command verifies and sends nothing")
records, journal = plain(40, 1), new_journal()
with Oracle("--fault", "query@84+:withhold") as oracle:
    process = start(oracle.url, "migrate", file_of(records), "--execute", "--rate", "off", "--connect-timeout", 2,
                    "--journal", journal)
    oracle.wait_for("query", 86, process)
result = ended(process)
equal(5, result.code, "exit code")
with oracle.restarted() as again:
    check_verified(migrate(again, file_of(records), "--execute", "--rate", "off", "--journal", journal), 80)
check_faithful(again.ledger, records)
finish()
