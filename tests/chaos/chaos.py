#!/usr/bin/env python3
"""The proof that a migration loses nothing and doubles nothing, however often it is killed.

    chaos.py run --input FILE.jsonl --client PATH --kills N --seed S [fault flags] [--client-arg=ARG]... [--json OUT]
    chaos.py compare [--input FILE.jsonl] --client PATH     the report after 100 kills is that of an undisturbed run
    chaos.py control NAME --client PATH     read_back, intents, expiry, naive: exit 0 if an invariant broke
    chaos.py short --client PATH            generated input, all points, all faults, all controls; the ctest
    chaos.py table --client PATH            the long form, as Markdown
    chaos.py selftest                       the judge, the service and the driver, each made to find what is wrong

Fault flags are those of service.py. The client may be given by the environment variable ZIMMOCK instead.
Exit codes: 0 all invariants hold (control: one broke); 1 they do not; 2 usage.
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import shlex
import subprocess
import sys
import tempfile
import time

from driver import APP, NAMED, POINTS, SECRET, Chaos, Result, Service
from judge import judge
from ledger import generate, read_lines
import service
from expected import expected_imports, request_of, users_of

CONTROL_RECORDS = {"read_back": 140, "intents": 140, "expiry": 180, "naive": 50}
FAULTS = ("--lost-before 0.02 --lost 0.05 --reset 0.02 --late 0.06 --late-seconds 0.3:2.2 --error-after 0.02 "
          "--half 0.02 --in-doubt-code 0.02 --in-doubt-code-before 0.02 --storm 0.03 --slow-query 0.05:0.3 "
          "--query-lag 0.05 --lost-query 0.05 --repeat-page 0.3 --latency 0.004:0.04").split()
COMPARED_FAULTS = "--lost 0.05 --late 0.02 --late-seconds 0.3:2.2 --repeat-page 0.3".split()
RATE_FAULTS = "--lost 0.03 --storm 0.03 --latency 0.004:0.04".split()
# For a client that does not wait: what is late lands after its second look, and long before the signature's end.
EXPIRY_FAULTS = "--lost 0.03 --late 0.12 --late-seconds 0.6:1.6 --latency 0.004:0.04".split()
# Late effects on both sides of the signature's end, which is 2 s away at a skew of 599 s and 4 s at one of 597 s.
LONG_FAULTS = [flag.replace("0.3:2.2", "0.3:4.5") for flag in FAULTS]
CASINO = pathlib.Path(__file__).resolve().parents[3] / "shared" / "data" / "casino" / "casino.jsonl"
COLUMNS = ("input", "imports", "runs", *POINTS, "kills", "lost answers", "late effects", "read-backs", "pages repeated", "duplicates",
           "losses", "order breaks", "seconds")


def cells(name, result):
    judgement, kills = result.judgement, [result.kills.get(point, 0) for point in POINTS]
    return [name, judgement.planned, result.runs, *kills, sum(kills), result.lost_answers,
            result.stats.get("late applied", 0), result.stats.get("calls QueryPeerMsg", 0), result.stats.get("pages repeated", 0), judgement.duplicates,
            judgement.losses + judgement.strangers, judgement.order_breaks, f"{result.seconds:.0f}"]


def row(values):
    return "| " + " | ".join(map(str, values)) + " |"


def tell(name, result):
    """The line of a run, and below it whatever is wrong."""
    print(", ".join(f"{column} {cell}" for column, cell in zip(COLUMNS, cells(name, result))))
    for what, times in (("the journal was lost", result.journals_lost), ("an older journal was put back", result.journals_restored),
                        ("a second run was started", result.second_runs)):
        if times:
            print(f"  {what} {times} times")
    for broken in result.judgement.broken():
        print(f"  does not hold: {broken}")
    for problem in (*result.problems, *result.judgement.words()):
        print(f"  {problem}")
    if result.balances == 0 and result.second_code is not None:
        print("  I5 not checked: the report of the client has no object with read and its parts")
    sys.stdout.flush()


def chaos(options, records, without=None):
    if options.keep:
        options.keep.mkdir(parents=True)
        return Chaos(options, records, options.keep, without).run()
    with tempfile.TemporaryDirectory(prefix="zimmock-chaos.") as folder:
        return Chaos(options, records, pathlib.Path(folder), without).run()


def naive(options, records):
    """The naive loop: no client, no kills; a Result with nothing but the judgement."""
    began, out = time.monotonic(), Result()
    with tempfile.TemporaryDirectory(prefix="zimmock-chaos.") as name:
        folder = pathlib.Path(name)
        bodies = folder / "bodies"
        bodies.write_text("".join(json.dumps(request_of(message)) + "\n" for message in expected_imports(records)), encoding="ascii")
        with Service(folder, [*options.fault_flags, "--seed", options.seed]) as oracle:
            register(oracle, records)
            script = pathlib.Path(__file__).with_name("naive.sh")
            subprocess.run(["bash", str(script), str(bodies), oracle.url, APP, SECRET], stdin=subprocess.DEVNULL,
                           check=True, timeout=options.limit)
            oracle.idle()
            out.stats = oracle.stats()
        out.judgement = judge(records, read_lines(oracle.ledger_path), tagged=False)
    out.seconds, out.runs = time.monotonic() - began, 1
    return out


def register(oracle, records):
    users = users_of(records)
    for first in range(0, len(users), 100):
        oracle.ask(service.contract.target("UserRegister", APP, SECRET, f"{first:016x}", int(time.time())),
                   {"UserInfo": [{"UserId": user} for user in users[first:first + 100]]})


def control(name, options):
    """Whether the control broke what it must break, its result, and the words for both."""
    records = list(generate(10, CONTROL_RECORDS[name], options.seed))
    faults = EXPIRY_FAULTS if name == "expiry" else FAULTS
    options = with_options(options, kills=options.kills or 14, fault_flags=options.fault_flags or faults, rate=0)
    if name == "expiry":
        options = with_options(options, sign_skew="597s")
    if name == "intents":  # else the client stops at the first list that has what its journal does not
        options = with_options(options, client_arg=[*options.client_arg, "--adopt", "--adopt-wait", "0s"])
    result = naive(options, records) if name == "naive" else chaos(options, records, without=name)
    judgement = result.judgement
    # A client that did next to nothing has lost much and proved nothing.
    worked = judgement.applied >= judgement.planned / 2 and not result.problems
    broke = worked and judgement.duplicates + judgement.losses + judgement.strangers > 0
    what = f"{judgement.duplicates} duplicates, {judgement.losses} losses, {judgement.order_breaks} order breaks"
    words = [f"control {name}: {'broke, as it must' if broke else 'DID NOT BREAK'}: {what}"
             f" in {judgement.planned} imports after {result.kills_done} kills, {result.lost_answers} lost answers;"
             f" {result.seconds:.0f} s"]
    words += [f"  {problem}" for problem in (*result.problems, *judgement.words()[:2])]
    return broke, result, "\n".join(words)


def two_at_a_time(function, items):
    """The results in order. Runs mostly wait."""
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        return list(pool.map(function, items))


def controls(options):
    return dict(zip(CONTROL_RECORDS, two_at_a_time(lambda name: control(name, options), CONTROL_RECORDS)))


def with_options(options, **changes):
    return argparse.Namespace(**{**vars(options), **changes})


def command_run(options):
    records = read_lines(options.input)
    if not records:
        print(f"chaos.py: error: {options.input}: expected records, got none", file=sys.stderr)
        return 2
    result = chaos(options, records)
    tell(options.input.name, result)
    if result.kills_done < options.kills:
        print(f"  {result.kills_done} of {options.kills} kills: the client was at its end before")
    if options.json:
        options.json.write_text(json.dumps(result.numbers(), indent=1) + "\n", encoding="utf-8")
    return 0 if result.holds else 1


def command_control(options):
    broke, _, words = control(options.name, options)
    print(words)
    return 0 if broke else 1


def command_short(options):
    began = time.monotonic()
    options = with_options(options, fault_flags=FAULTS, rate=0)
    runs = (("chaos", with_options(options, kills=58), (40, 600), 50),
            ("journal lost", with_options(options, kills=13, lose_every=4), (12, 160), 8),
            ("journal restored", with_options(options, kills=15, restore_every=4), (12, 240), 8),
            ("two at once", with_options(options, kills=6, second_every=2), (12, 120), 3),
            ("rate", with_options(options, kills=6, fault_flags=RATE_FAULTS, rate=60), (12, 80), 3))
    fine = True
    results = two_at_a_time(lambda run: chaos(run[1], list(generate(*run[2], run[1].seed))), runs)
    for (name, each, _, kills_least), result in zip(runs, results):
        tell(name, result)
        unused = [point for point in NAMED if not result.kills[point]] if name == "chaos" else []
        fine = happened(each, result, 2) and fine
        if unused or result.kills_done < kills_least:
            print(f"  {result.kills_done} kills, expected at least {kills_least}; no kill at {unused}")
        fine = fine and result.holds and not unused and result.kills_done >= kills_least
    for broke, _, words in controls(with_options(options, kills=0)).values():
        print(words)
        fine = fine and broke
    print(f"chaos.short: {'all holds' if fine else 'FAILED'}, {time.monotonic() - began:.0f} s")
    return 0 if fine else 1


def happened(options, result, least):
    """Whether what this run is about happened so often; where not, it is said."""
    fine = True
    for what, wanted, times in (("the journal was lost", options.lose_every, result.journals_lost),
                                ("an older journal was put back", options.restore_every, result.journals_restored),
                                ("a second run was started", options.second_every, result.second_runs)):
        if wanted and times < least:
            print(f"  {what} {times} times, expected at least {least}", file=sys.stderr)
            fine = False
    return fine


PAGE_HEAD = """# A migration under a thousand kills

`./dev chaos` makes this page. `zimmock migrate` is killed with SIGKILL again and again, at seven named points and at
random moments, while an oracle of the service ([tests/chaos](../tests/chaos)) that shares no code with it loses calls
and answers, applies calls late, answers with errors after the effect, throttles, is slow to show what it holds, and
repeats the end of a page at the start of the next.
The same command is repeated until it ends by itself, and then once more. The oracle's ledger of what it applied is
held against the input: no tag twice in a list, every message once in each intended list, in order; the report's
numbers add up; the second run applies nothing.

In the row *journal lost* the journal is deleted after every fifth kill, and the command goes on with `--adopt`. In the
row *journal restored* an older copy of the journal, made with SQLite's backup while a run wrote it, takes its place
after every fifth kill: the same command must stop, and goes on with `--adopt`. In the row *two at once* a second run
starts beside every fifth, with the same input and a journal of its own: it must be refused, or stop.

The controls leave one thing out each, and must fail: reading back, durable intents (with `--adopt`, as it would stop at
the first list that has what its journal has not), waiting for the signature's expiry; `naive` is a loop of curl that retries. Input: {input}. Faults (see `tests/chaos/service.py --help`):
`{faults}`.
"""


def command_table(options):
    kills = options.kills or 1050
    options = with_options(options, fault_flags=options.fault_flags or LONG_FAULTS)
    source = options.input or (CASINO if CASINO.exists() else None)
    records = read_lines(source) if source else list(generate(1000, 14_000, options.seed))
    name = source.stem if source else "generated"
    result = chaos(with_options(options, kills=kills), records)
    rows, fine = [cells(name, result)], result.holds and result.kills_done >= min(kills, 1000)
    problems = [*result.problems, *result.judgement.words()]
    for each, changes in (("journal lost", {"lose_every": 5}), ("journal restored", {"restore_every": 5}),
                          ("two at once", {"second_every": 5})):
        with_it = with_options(options, kills=50, **changes)
        outcome = chaos(with_it, list(generate(60, 1200, options.seed)))
        rows.append(cells(each, outcome))
        problems += [*outcome.problems, *outcome.judgement.words()]
        fine = happened(with_it, outcome, 5) and outcome.holds and fine
    for each, (broke, of_control, words) in controls(with_options(options, kills=0)).items():
        print(words, file=sys.stderr)
        rows.append(cells(f"control: {each}", of_control))
        fine = fine and broke
    print(PAGE_HEAD.format(input=name, faults=" ".join(options.fault_flags)))
    print(row(COLUMNS), row("---" for _ in COLUMNS), *map(row, rows), sep="\n")
    print(f"\n{result.verdict or 'no verdict'}. "
          f"{'All invariants hold and every control breaks one.' if fine else 'NOT ALL AS IT MUST BE.'}")
    for problem in problems:
        print(f"- {problem}")
    return 0 if fine else 1


def lasting(value):
    """A report without what depends on when and how often the client ran: timings, runs, recoveries, addresses."""
    if isinstance(value, list):
        return [lasting(item) for item in value]
    if not isinstance(value, dict):
        return value
    out = {name: lasting(item) for name, item in value.items()
           if name not in ("runs", "timing", "recovered", "endpoint", "file")}
    if "imported" in out:
        out["imported"] += value.get("recovered", 0)
    return out


def command_compare(options):
    """The report after kills and faults against that of an undisturbed run."""
    records = read_lines(options.input) if options.input else list(generate(40, 600, options.seed))
    faults = options.fault_flags or COMPARED_FAULTS
    calm = chaos(with_options(options, kills=0, fault_flags=[], keep=None), records)
    wild = chaos(with_options(options, kills=options.kills or 100, fault_flags=faults, keep=None), records)
    for name, result in (("undisturbed", calm), ("disturbed", wild)):
        tell(name, result)
        print(f"  {result.verdict}")
    same = calm.report is not None and lasting(calm.report) == lasting(wild.report)
    print(f"reports {'equal' if same else 'DIFFER'}, but for timings and recoveries")
    if not same:
        for name, result in (("undisturbed", calm), ("disturbed", wild)):
            print(f"  {name}: {json.dumps(lasting(result.report))[:2000]}")
    return 0 if same and calm.holds and wild.holds and wild.kills_done >= (options.kills or 100) else 1


def command_selftest(_options):
    import selftest
    return selftest.main()


def parser_of():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("run", "control", "compare", "short", "table", "selftest"):
        command = commands.add_parser(name)
        command.set_defaults(run=globals()[f"command_{name}"], keep=None)
        command.add_argument("--client", type=absolute, default=os.environ.get("ZIMMOCK"))
        command.add_argument("--client-arg", action="append", default=[], metavar="ARG")
        command.add_argument("--kills", type=int, default=0)
        command.add_argument("--seed", type=int, default=1)
        command.add_argument("--settle", default="100ms")
        command.add_argument("--sign-skew", default="599s" if name in ("short", "control") else "597s")
        command.add_argument("--limit", type=float, default=4 * 3600, metavar="SECONDS")
        command.add_argument("--time-shift", default="newest=now")
        command.add_argument("--lose-every", type=int, default=0, metavar="KILLS",
                             help="delete the journal after so many kills, again and again, and go on with --adopt")
        command.add_argument("--restore-every", type=int, default=0, metavar="KILLS",
                             help="put an older copy of the journal back after so many kills, again and again; the run must "
                                  "stop, and goes on with --adopt")
        command.add_argument("--second-every", type=int, default=0, metavar="RUNS",
                             help="start a second run with a journal of its own beside the first run and every so many")
        command.add_argument("--untagged", action="store_true", help="messages need no tag")
        service.add_fault_options(command)
    commands.choices["run"].add_argument("--input", type=pathlib.Path, required=True)
    commands.choices["table"].add_argument("--input", type=pathlib.Path, help="default: casino, or generated")
    commands.choices["compare"].add_argument("--input", type=pathlib.Path, help="default: generated")
    commands.choices["run"].add_argument("--json", type=pathlib.Path)
    commands.choices["control"].add_argument("name", choices=CONTROL_RECORDS)
    for name in ("run", "control"):
        commands.choices[name].add_argument("--keep", type=absolute, metavar="FOLDER",
                                            help="a new folder for ledger, journal, output and runs, to look into")
    return parser


def absolute(text):
    return pathlib.Path(text).resolve()


def fault_flags(options, parser):
    """The fault flags given, as they are to be handed on; those at their defaults are left out."""
    out = []
    known = argparse.ArgumentParser(add_help=False)
    service.add_fault_options(known)
    for action in known._actions:
        value = getattr(options, action.dest)
        if action.dest != "rate" and value != known.get_default(action.dest):
            out += [action.option_strings[0], ":".join(map(str, value)) if isinstance(value, tuple) else str(value)]
    if options.command != "selftest" and not (options.client and pathlib.Path(options.client).exists()):
        parser.error(f"expected --client with the client's path, got {options.client}")
    return out


def main():
    parser = parser_of()
    options = parser.parse_args()
    options.fault_flags = fault_flags(options, parser)
    return options.run(options)


if __name__ == "__main__":
    sys.exit(main())
