"""report_forms.py WRITE_REPORT SCHEMA: the reports of a made-up run, read by others' parsers."""
import json
import subprocess
import sys
import xml.etree.ElementTree as ET

import jsonschema

write_report, schema_file = sys.argv[1:]
checks = failures = 0


def report(name):
    return subprocess.run([write_report, name], check=True, stdout=subprocess.PIPE).stdout


def check(what, good, got=""):
    global checks, failures
    checks += 1
    if not good:
        failures += 1
        print(f"FAIL: {what}: got {got!r}")


def errors_of(validator, document):
    return [f"{'/'.join(map(str, e.absolute_path))}: {e.message[:200]}" for e in validator.iter_errors(document)]


with open(schema_file, encoding="utf-8") as file:
    schema = json.load(file)
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)
run = json.loads(report("json"))
check("the run is what its schema says", not errors_of(validator, run), errors_of(validator, run)[:3])
for path, value in [(("cases", 0, "verdict"), "good"), (("cases", 0, "calls", 0, "request", "more"), 1),
                    (("rules", 0, "code"), "7"), (("format_version",), 2), (("outcome",), "fine")]:
    broken = json.loads(report("json"))
    at = broken
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value
    check(f"the schema refuses {value!r} at {path}", errors_of(validator, broken))
for name in schema["required"]:
    check(f"the schema needs {name}", errors_of(validator, {k: v for k, v in run.items() if k != name}))

suites = ET.fromstring(report("junit"))
tests = suites.findall("testsuite/testcase")
names = [(t.get("classname"), t.get("name")) for t in tests]
check("names are unique", len(set(names)) == len(names), [n for n in names if names.count(n) > 1])
check("tests are counted", int(suites.get("tests")) == len(tests), suites.attrib)
for suite in suites:
    own = suite.findall("testcase")
    check("a suite is one family", {t.get("classname").split(".")[0] for t in own} == {suite.get("name")}, suite.get("name"))
    for name, kind in (("tests", None), ("failures", "failure"), ("skipped", "skipped")):
        found = len([t for t in own if kind is None or t.find(kind) is not None])
        check(f"{suite.get('name')}: {name} are counted", int(suite.get(name)) == found, (suite.get(name), found))
    properties = {p.get("name"): p.get("value") for p in suite.findall("properties/property")}
    check("a suite names contract and target", properties == {"contract version": run["contract_version"], "target": run["target"]}, properties)
for one in run["cases"]:
    found = [t for t in tests if (t.get("classname"), t.get("name")) == (one["rule"], one["name"])]
    check(f"{one['name']} is one test", len(found) == 1, names)
    failure, skipped = found[0].find("failure"), found[0].find("skipped")
    words = {"fixed": "passes though listed as failing"}.get(one["verdict"], one["verdict"].replace("_", " "))
    if one["verdict"] == "pass":
        check(f"{one['name']} passes", failure is None and skipped is None, ET.tostring(found[0]))
    elif one["verdict"] in ("fail", "fixed"):
        check(f"{one['name']} fails and says how to reproduce it", failure is not None and "zimmock contract run" in failure.text
              and failure.get("message").startswith(words), ET.tostring(found[0]))
    else:
        check(f"{one['name']} is skipped, and as what", skipped is not None and skipped.get("message").startswith(words), ET.tostring(found[0]))
hostile = [t for t in tests if "<&>" in t.get("name")]
check("hostile text is text", len(hostile) == 1 and "</script><img" in hostile[0].find("failure").text, hostile)
unasked = [t for t in tests if t.get("classname") == "query.newest-first"]
check("a rule without a case is skipped", len(unasked) == 1 and unasked[0].find("skipped").get("message") == "not exercised: no case ran", names)
answers = [t for t in tests if t.get("classname") == "answer.request-id"]
check("a broken answer fails its rule", len(answers) == 1 and "number 1" in answers[0].find("failure").text, names)
print(f"report_forms.py: {checks} checks, {failures} failed")
sys.exit(failures > 0)
