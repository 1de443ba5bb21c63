#!/usr/bin/env python3
"""Completeness: every row of a table has what belongs to it. The rows are those that the program prints; no source is
parsed. The control comes first: to each table it adds a row that has nothing, and every check must find that one.

Elsewhere: that code checks each rule that a request can break is for tests/mock_server/rules_checked_test.cpp, and that
the mock refuses for it is for docs.kill_table. ZIMMOCK: the program; ZIMMOCK_SOURCE: the folder of the sources.
"""
import collections
import functools
import json
import os
import pathlib
import re
import subprocess
import sys

sys.path.insert(1, os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "support", "py"))
from program import ZIMMOCK, check, equal, finish  # noqa: E402

SOURCE = pathlib.Path(os.environ["ZIMMOCK_SOURCE"])


def printed(*words):
    return subprocess.run([ZIMMOCK, *words], check=True, stdout=subprocess.PIPE, encoding="utf-8").stdout


def tables():
    """{kind: rows}, as the program has them. Its subcommands are in its help only."""
    out = {kind: json.loads(printed("list", kind, "--json"))
           for kind in ("actions", "codes", "settings", "faults", "formats", "control")}
    out["rules"] = json.loads(printed("contract", "list", "--json"))
    out["commands"] = [{"name": name} for name in re.findall(r"(?m)^  ([a-z]+) {2,}\S", printed("--help"))]
    return out


# --- where something is looked for ------------------------------------------------------------------------------


@functools.lru_cache(maxsize=None)
def text_of(*places, ending=""):
    """All text of these files and folders. What this test itself says is no evidence."""
    files = [file for place in places for file in ([SOURCE / place] if (SOURCE / place).is_file() else (SOURCE / place).rglob("*"))]
    return "\n".join(file.read_text(encoding="utf-8", errors="replace") for file in sorted(files)
                     if file.is_file() and file.name.endswith(ending) and SOURCE / "tests/house" not in file.parents)


@functools.lru_cache(maxsize=None)
def words_of(*places, ending=""):
    return frozenset(re.findall(r"\w+", text_of(*places, ending=ending)))


def there(pattern):
    return any(SOURCE.glob(pattern))


# --- what belongs to a row: (what it lacks, whether it has it) --------------------------------------------------


def of_operation(row, _):
    if row["emulated"] != "yes":
        return
    file = re.sub(r"([a-z])([A-Z])", r"\1_\2", row["name"]).lower()
    yield f"contracts/api/operations/{file}.cpp", there(f"contracts/api/operations/{file}.cpp")
    yield f"mock_server/handlers/{file}.cpp", there(f"mock_server/handlers/{file}.cpp")
    yield "a case that calls it", row["name"] in words_of("contracts/cases", "tests/e2e")


def of_rule(row, all_tables):
    yield "an id family.words-with-hyphens", re.fullmatch(r"[a-z-]+\.[a-z0-9-]+", row["name"])
    yield "an id of its own", [other["name"] for other in all_tables["rules"]].count(row["name"]) == 1
    yield "a case", row["cases"] > 0
    if row["code"]:
        code = str(row["code"])
        yield f"a test that expects {code}", code in words_of("tests/e2e", "tests/mock_server", "tests/contracts")
        yield f"its code {code} in a table", code in [other["name"] for other in all_tables["codes"]]
        yield "a wrong mock in docs/kill-table.md", f"| `{row['name']}/" in text_of("docs/kill-table.md")


def of_setting(row, _):
    yield "code that uses it", row["name"] in words_of("mock_server", "contracts/api/request_body.cpp", "contracts/api/operations",
                                                       "contracts/api/message_body.cpp")
    yield "a test that sets it", row["name"] in words_of("tests", ending=".cpp") | words_of("tests", ending=".sh")


def of_fault(row, _):
    yield "an e2e test that observes it", re.search(rf"fault '{row['name']}[,=']", text_of("tests/e2e/faults.sh"))


def of_control(row, _):
    method, path = row["name"].split(" ")
    path = re.sub(r"\{\w*_?id\}$", "", path.partition("/v1/")[2].replace("tenants/{app_id}", "{}"))
    path = re.escape(path).replace(r"\{", ".").replace(r"\}", ".")
    yield "an e2e test that makes it", re.search(rf"(ctl {method}|-X {method} .*|-d .*) ?['\"]?[^ \n]*{path}", text_of(
        "tests/e2e/control.sh", "tests/e2e/faults.sh", "tests/e2e/control.lib.sh"))


def of_command(row, _):
    yield f"cli/commands/{row['name']}.cpp", there(f"cli/commands/{row['name']}.cpp")
    yield "a test that runs it", run_by_a_test(row["name"])


@functools.lru_cache(maxsize=None)
def run_by_a_test(name):
    return re.search(rf'ZIMMOCK"? {name}|zimmock {name}|"{name}"', text_of("tests"))


def of_format(row, _):
    yield f"client/formats/{row['name']}*.cpp", there(f"client/formats/{row['name']}*.cpp")


CHECKS = {"actions": of_operation, "rules": of_rule, "settings": of_setting, "faults": of_fault, "control": of_control,
          "commands": of_command, "formats": of_format}
# A row of each table that has nothing, and all that it lacks.
NOTHING = {
    "actions": ({"name": "FlyToMoon", "emulated": "yes"}, 3),
    "rules": ({"name": "Moon Rule", "code": 999999999, "cases": 0}, 5),
    "settings": ({"name": "moon_setting"}, 2),
    "faults": ({"name": "moon-fault"}, 1),
    "control": ({"name": "POST /_zimmock/v1/tenants/{app_id}/moon/{moon_id}"}, 1),
    "commands": ({"name": "moonwalk"}, 2),
    "formats": ({"name": "moonbase"}, 1),
}


def lacking(all_tables):
    """{(kind, name): what it lacks}, and how much was looked for."""
    out, looked = collections.defaultdict(list), 0
    for kind, of_row in CHECKS.items():
        for row in all_tables[kind]:
            for what, has in of_row(row, all_tables):
                looked += 1
                if not has:
                    out[kind, row["name"]].append(what)
    return dict(out), looked


def control(real):
    """Each of the rows that have nothing is found, with all that it lacks; so is an id that two rules have."""
    before, _ = lacking(real)
    for kind, (row, lacks) in NOTHING.items():
        found, _ = lacking({**real, kind: [*real[kind], row]})
        equal(f"control: what {row['name']} of {kind} lacks", lacks, len(found.get((kind, row["name"]), ())))
        equal(f"control: what else {kind} lack by it", before, {key: what for key, what in found.items() if key[1] != row["name"]})
    twice = real["rules"][0]
    found, _ = lacking({**real, "rules": [*real["rules"], twice]})
    check("control: a rule's id that is there twice", "an id of its own" in found.get(("rules", twice["name"]), ()), found)


def main():
    real = tables()
    control(real)
    for kind, rows in real.items():
        check(f"the program prints {kind}", len(rows) >= 5, rows)
    equal("the subcommands of the help, which are files", sorted(file.stem for file in (SOURCE / "cli/commands").glob("*.cpp")),
          sorted(row["name"] for row in real["commands"]))
    found, looked = lacking(real)
    for (kind, name), what in found.items():
        check(f"{kind}: {name} has {', '.join(what)}", False, "none")
    check("it looked for much", looked > 500, looked)
    print(f"tables: looked for {looked} things")
    finish(10)


if __name__ == "__main__":
    main()
