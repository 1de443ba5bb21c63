"""A journal that is older than the lists: a restored copy, and a WAL that was cut in half. The run stops before it sends
anything twice, and goes on with --adopt: nothing is lost, nothing is doubled, all is in order."""
import json
import shutil

from harness import *

RECORDS = plain(3, 20)  # 120 imports in 6 lists
ARGS = ("--execute", "--rate", "off", "--json", "--lanes", 4, *SOON)


def killed_at(journal, in_between):
    """A run that is killed in the middle. Before, while its answers are withheld, in_between() is called."""
    oracle = Oracle("--fault", "import@31-34:withhold", "--fault", "import@71-74:withhold")
    with oracle:
        process = start(oracle.url, "migrate", file_of(RECORDS), *ARGS, "--journal", journal)
        for count, then in ((34, in_between), (74, lambda: None)):
            oracle.wait_for("import", count, process)
            then()
            if count == 34:
                oracle.release()
        process.kill()
        equal(-9, ended(process).code, "the killed run's exit code")
        equal(74, oracle.count("import"), "imports applied")
    return oracle


def check_goes_on(oracle, journal):
    with oracle.restarted() as again:
        result = migrate(again, file_of(RECORDS), *ARGS, "--journal", journal)
        equal(1, result.code, "exit code") or print(short(result))
        equal(74, again.count("import"), "imports applied: none more")
        matches(r'stopped: this journal ends at line \d+ of the list of "u\d[ab]" with "u\d[ab]", and the list has line \d+ of '
                r"this history, MsgId \d+: the journal is older than the list .*--adopt$",
                json.loads(result.last)["verdict"], "the verdict")
        result = migrate(again, file_of(RECORDS), *ARGS, "--journal", journal, "--adopt", "--adopt-wait", "0s")
        equal(0, result.code, "exit code with --adopt") or print(short(result))
        equal("verified: all 120 of 120 imports are in ZIM, in order", json.loads(result.last)["verdict"], "the verdict")
        imported = imported_of(result)
        check(imported["adopted"] > 0 and imported["passed_over"] == 0, "some adopted, none passed over", imported)
    check_faithful(again.ledger, RECORDS)
    equal(120, len(again.ledger.applied), "imports applied, each once")


def files_of(journal):
    return [journal.with_name(journal.name + more) for more in ("", "-wal", "-shm")]


case("a copy of the journal, made in the middle of the run, is restored")
journal, copies = new_journal(), []


def copy():
    for file in files_of(journal)[:2]:
        shutil.copyfile(file, T / f"copy-of-{file.name}")
        copies.append(file)


oracle = killed_at(journal, copy)
for file in files_of(journal):
    file.unlink(missing_ok=True)
for file in copies:
    shutil.copyfile(T / f"copy-of-{file.name}", file)
check_goes_on(oracle, journal)

case("the journal's WAL is cut in half")
journal = new_journal()
oracle = killed_at(journal, lambda: None)
wal = files_of(journal)[1]
with open(wal, "r+b") as file:
    file.truncate(wal.stat().st_size // 2)
files_of(journal)[2].unlink(missing_ok=True)
check_goes_on(oracle, journal)
finish()
