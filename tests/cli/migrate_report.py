"""zimmock migrate status and report: JSON held to its schema, equal however often a run was killed; the page in a real
browser, with a hostile journal and with a huge one. ZIMMOCK: the program; argument: the schema. Without a Chromium the
page is only parsed, and that is said."""
import contextlib
import html.parser
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

import jsonschema

import browser

sys.path.insert(1, os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "support", "py"))
import program  # noqa: E402
from program import LIMIT, ZIMMOCK, check, environment, started  # noqa: E402

HOSTILE = ["<script>broken=1<script>", "<img src=x onerror=broken=1>", "&lt;b&gt;#%zimm@x"]
WHY = "660700002: </script><img src=x onerror=\"window.broken=1\">\u202e"


def client(url):
    return environment(ZIM_ENDPOINT=url)


def command(journal, *more):
    return [ZIMMOCK, "migrate", "input.jsonl", "--execute", "--journal", journal, "--bad", "quarantine", "--settle", "200ms",
            "--sign-skew", "597s", "--progress", "off", *more]


def ask(*words):
    return subprocess.run([ZIMMOCK, "migrate", *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          encoding="utf-8", check=False, timeout=LIMIT)


def report_of(journal):
    done = ask("report", journal, "--json")
    check("a report ends with 0", done.returncode == 0, (done.returncode, done.stderr))
    report = json.loads(done.stdout)
    found = [f"{'/'.join(map(str, e.absolute_path))}: {e.message[:200]}" for e in VALIDATOR.iter_errors(report)]
    check("the report is what its schema says", not found, found[:3])
    for view in ("sender", "receiver"):
        if report["balance"]:
            one = report["balance"][view]
            check(f"the balance of the {view} holds", one["read"] == sum(one.values()) - one["read"], one)
    for name in ("planned", "done", "quarantined", "open", "waiting"):
        check(f"the lists add up to {name}", report[name] == sum(one[name] for one in report["conversations"]), report[name])
    check("every import is in a slice", report["done"] == sum(count for _, count in report["timing"]["slices"]), report["timing"])
    check("every import is in a run", report["done"] == sum(run["imports"] for run in report["runs"]), report["runs"])
    return report


def lasting(value):
    """Without what depends on when and how often it ran."""
    if isinstance(value, list):
        return [lasting(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {name: lasting(item) for name, item in value.items() if name not in ("runs", "timing", "recovered", "imported", "endpoint")}


def write_input():
    now = int(time.time() * 1000)
    users = ["ann", "bob", *HOSTILE]
    with open("input.jsonl", "w", encoding="utf-8") as file:
        for i in range(120):
            record = {"Id": f"m{i}", "FromUserId": users[i % 5], "ToUserId": users[(i + 1 + i // 5 % 3) % 5], "MessageType": 1,
                      "Message": f"message {i}", "SendMessageTime": now - 3600000 + i * 1000}
            if i in (7, 70):
                record["MessageType"] = 4711
            file.write(json.dumps(record) + "\n")


def bad_lists():
    """Whose lists miss the two bad records of the input."""
    with open("input.jsonl", encoding="utf-8") as file:
        bad = [record for record in map(json.loads, file) if record["MessageType"] == 4711]
    pairs = [(one["FromUserId"], one["ToUserId"]) for one in bad]
    return sorted((*pair, 1) for one in pairs for pair in (one, one[::-1]))


def killed_and_calm():
    """The same migration undisturbed and killed on its way; what is said of it meanwhile."""
    with started() as (_, ready):
        url = ready["url"]
        done = subprocess.run(command("calm.journal", "--rate", "off"), env=client(url), check=False, stdout=subprocess.PIPE)
        check("the undisturbed run ends with 3: records were left out", done.returncode == 3, done.stdout[-500:])
    calm = report_of("calm.journal")
    check("bad records have their lines", [one["lines"] for one in calm["bad"]] == [[8, 71]], calm["bad"])
    check("and are counted in both users' lists of the conversation", sorted(
        (one["viewer"], one["peer"], one["bad"]) for one in calm["conversations"] if one["bad"]) == bad_lists(), calm["conversations"])
    check("nobody waited without a rate", calm["timing"]["waited_ms"]["rate_limit"] == 0, calm["timing"])
    status = json.loads(ask("status", "calm.journal", "--json").stdout)
    check("nothing runs, so there is no rate", status["per_second"] is None and status["left_ms"] is None, status)
    kills = 0
    with started() as (_, ready):
        url = ready["url"]
        while kills < 6:
            before = done_in("wild.journal")
            # 10 a second, so that no run can come to its end before it is killed, however late that is.
            process = subprocess.Popen(command("wild.journal", "--rate", "10"), env=client(url), stdout=subprocess.DEVNULL)
            until = time.monotonic() + LIMIT
            while process.poll() is None and done_in("wild.journal") < before + 12 and time.monotonic() < until:
                time.sleep(0.01)
            if kills == 2:
                while_it_runs()
            process.kill()
            if process.wait() != -signal.SIGKILL:
                break
            kills += 1
        killed = report_of("wild.journal")
        check("a killed run is said to be killed", killed["runs"][-1]["killed"] and killed["runs"][-1]["exit"] == -1, killed["runs"])
        check("there were kills", kills == 6, kills)
        done = subprocess.run(command("wild.journal", "--rate", "60"), env=client(url), check=False, stdout=subprocess.PIPE)
        check("after the kills the same command ends as the undisturbed run", done.returncode == 3, done.stdout[-500:])
    wild = report_of("wild.journal")
    check("the report is the same", lasting(wild) == lasting(calm), (lasting(wild), lasting(calm)))
    check("the last run waited for its rate", wild["runs"][-1]["waited_ms"]["rate_limit"] > 0, wild["runs"][-1])
    check("each kill is a run", [run["killed"] for run in wild["runs"]] == [True] * kills + [False], wild["runs"])


def done_in(journal):
    """Imports made or recovered, without starting the program for it."""
    try:
        with contextlib.closing(sqlite3.connect(f"file:{journal}?mode=ro", uri=True)) as database:
            return database.execute("SELECT count(*) FROM import WHERE outcome IN (1, 2)").fetchone()[0]
    except sqlite3.OperationalError:  # not there yet, or not filled
        return 0


def while_it_runs():
    status = json.loads(ask("status", "wild.journal", "--json").stdout)
    check("a running migration has a rate", status["running"] and status["per_second"] > 0 and status["left_ms"] > 0, status)
    text = ask("status", "wild.journal").stdout
    check("and says it", "/s over the last " in text and ", ETA " in text, text)
    check("the report is there meanwhile", report_of("wild.journal")["running"])


def spoil(journal):
    """Refusals, a doubt, and many more lists than a page shows."""
    database = sqlite3.connect(journal)
    database.execute("UPDATE import SET outcome=3, code=660700002, why=? WHERE (list, place) IN "
                     "(SELECT list, place FROM import ORDER BY 1, 2 LIMIT 3)", [WHY])
    database.execute("UPDATE import SET outcome=0 WHERE (list, place) IN "
                     "(SELECT list, place FROM import ORDER BY 1 DESC, 2 LIMIT 1)")
    database.executemany("INSERT INTO list VALUES(?, ?, ?, 5, '', x'', x'')",
                         ((1000 + 2 * i + side, f"viewer{i:06}{'ab'[side]}", f"viewer{i:06}{'ba'[side]}") for i in range(100000) for side in (0, 1)))
    database.commit()
    database.close()


def over_weeks():
    """Three runs of minutes, ten days apart, and one of two days: few slices, and none of the time between."""
    shutil.copy("calm.journal", "long.journal")
    day, start = 86400000, 1700000000000
    runs = [(start, start + 60000), (start + 10 * day, start + 10 * day + 200000), (start + 20 * day, start + 22 * day)]
    database = sqlite3.connect("long.journal")
    database.execute("DELETE FROM run")
    database.executemany("INSERT INTO run(started_ms, ended_ms, verdict, exit_code) VALUES(?, ?, 'stopped', 5)", runs)
    keys = database.execute("SELECT list, place FROM import ORDER BY list, place").fetchall()
    for i, key in enumerate(keys):
        first, last = runs[i * 3 // len(keys)]
        at = first + (last - first) * (i % (len(keys) // 3)) // (len(keys) // 3)
        database.execute("UPDATE import SET ended_ms=? WHERE (list, place) = (?, ?)", [at, *key])
    database.commit()
    database.close()
    timing = report_of("long.journal")["timing"]
    starts = [slice_start for slice_start, _ in timing["slices"]]
    check("slices are no longer than need be", 40 < len(starts) <= 200, (len(starts), timing["slice_ms"]))
    gaps = [later - earlier for earlier, later in zip(starts, starts[1:]) if later - earlier != timing["slice_ms"]]
    check("a pause between two runs has no slices", len(gaps) == 2 and min(gaps) > 9 * day, gaps)


class Scripts(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.inside, self.data = [], False, ""

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.inside = tag == "script" and dict(attrs).get("id") == "report"

    def handle_endtag(self, tag):
        self.inside = False

    def handle_data(self, data):
        if self.inside:
            self.data += data


def parsed(file):
    """The page by another parser: it loads nothing, and what came out of the journal makes no element."""
    with open(file, encoding="utf-8") as text:
        page = Scripts()
        page.feed(text.read())
    check("no element of a hostile text", not [tag for tag, _ in page.tags if tag in ("img", "link", "iframe")], page.tags)
    check("two scripts", len([tag for tag, _ in page.tags if tag == "script"]) == 2, page.tags)
    check("nothing is loaded", not [attrs for _, attrs in page.tags if {"src", "href"} & set(attrs)], page.tags)
    data = json.loads(page.data)
    check("the ids are there as they are", set(HOSTILE) <= set(data["users"]), data["users"][:9])
    check("the reasons are there as they are", not data["refused"] or data["refused"][0]["why"] == WHY, data["refused"])


def text_of(page, selector):
    return page.value(f"document.querySelector({json.dumps(selector)}).innerText")


def shown(page):
    return page.value("document.querySelectorAll('#lists tbody tr').length")


def calm_page(chromium, url):
    page = chromium.open(url)
    check("the verdict comes first", text_of(page, "h1") == "Migration: verified, with records left out", text_of(page, "h1"))
    check("with its sentence", text_of(page, "#verdict").startswith("verified: all 236 of 236"), text_of(page, "#verdict"))
    balance = text_of(page, "#balance")
    check("the balance is an equation", "= 118" in balance and "+ 2" in balance and "The numbers add up." in balance, balance)
    check("the rate is drawn", page.value("document.querySelectorAll('#chart .bar').length") > 0)
    check("and labelled", "imports/s, in slices of 1.0 s" in page.value("document.getElementById('chart').textContent"))
    check("all lists are shown", shown(page) == page.value("report.rows.length"), shown(page))
    check("hostile ids are text", all(one in text_of(page, "#lists") for one in HOSTILE), text_of(page, "#lists"))
    check("lines of what cannot be imported", "8, 71" in text_of(page, "#quarantine"), text_of(page, "#quarantine"))
    check("nothing was fetched", all(one.startswith("file://") for one in page.requested()), page.requested())
    check("the lists say what was left out of them", page.value("report.rows.filter(row => leftOut(row) > 0).length") == 4,
          page.value("report.rows"))
    page.click("button[data-show=quarantined]")
    check("and a filter finds them", shown(page) == 4 and "finished, but for the quarantined" in text_of(page, "#lists tbody"), text_of(page, "#lists"))
    page.click("button[data-show=all]")
    page.narrow(375)
    for table in ("#balance", "#runs", "#told"):
        check(f"at 375 px no word of the first column of {table} is broken", page.broken_words(table + " tbody th") == [],
              page.broken_words(table + " tbody th"))
    page.narrow(1400)
    for scheme in ("light", "dark"):
        page.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        levels = [sum(map(int, page.value(f"getComputedStyle(document.body).{what}")[4:-1].split(","))) for what in ("color", "backgroundColor")]
        check(f"readable in {scheme}", (levels[0] < 200 and levels[1] > 600) if scheme == "light" else (levels[0] > 600 and levels[1] < 200), levels)
    clean(page)


def clean(page):
    check("nothing hostile ran", page.value("window.broken === undefined && document.images.length === 0"))
    check("no complaint", not page.errors(), page.errors())


def wild_page(chromium, url):
    page = chromium.open(url)
    check("kills are counted", text_of(page, "#kills") == "7 runs, 6 of them killed: they ended without a verdict.", text_of(page, "#kills"))
    check("killed runs are marked", page.value("document.querySelectorAll('#runs td.bad').length") == 6)
    waits = text_of(page, "#waits")
    check("waits have their reason", "rate limit" in waits and "20 calls a second" in waits, waits)
    clean(page)


def long_page(chromium, url):
    page = chromium.open(url)
    check("pauses are drawn", page.value("document.querySelectorAll('#chart .pause').length") == 2)
    ends = page.value("Array.from(document.querySelectorAll('#chart text'), t => t.getBBox()).filter(b => b.y > 200).map(b => [b.x, b.x + b.width])")
    check("times below the chart are apart", all(left[1] < right[0] for left, right in zip(ends, ends[1:])) and len(ends) > 2, ends)
    clean(page)


def huge_page(chromium, url):
    page = chromium.open(url)  # 200,000 lists, within browser.LIMIT_S
    check("the first thousand are shown", shown(page) == 1000, shown(page))
    check("and that is said", text_of(page, "#shown").startswith("the first 1,000 of 200,0"), text_of(page, "#shown"))
    check("refusals by reason, as text", WHY in text_of(page, "#quarantine"), text_of(page, "#quarantine"))
    page.click("button[data-show=quarantined]")
    check("a filter leaves the quarantined", 4 <= shown(page) < 9, shown(page))
    check("the address has it", page.value("location.hash") == "#show=quarantined", page.value("location.hash"))
    page.click("button[data-show=doubt]")
    check("a filter leaves what is in doubt", shown(page) == 1 and "in doubt" in text_of(page, "#lists tbody"), text_of(page, "#lists tbody"))
    page.value("document.querySelector('button[data-show=unfinished]').focus()")
    page.call("Input.dispatchKeyEvent", type="keyDown", key="Enter", code="Enter", windowsVirtualKeyCode=13, text="\r")
    check("a filter works by the keyboard", page.value("document.querySelector('button[data-show=unfinished]').ariaPressed") == "true")
    page.click("#search")
    page.call("Input.insertText", text="VIEWER099999")
    check("a search leaves one conversation's lists", shown(page) == 2, shown(page))
    again = chromium.open(page.value("location.href"))
    check("a link restores both", shown(again) == 2 and text_of(again, "#shown") == text_of(page, "#shown"), text_of(again, "#shown"))
    clean(again)


def refusals():
    done = ask("report", "calm.journal", "--html", "calm.journal")
    check("the journal is not written over", done.returncode == 2 and "a file of its own" in done.stderr, (done.returncode, done.stderr))
    done = ask("report", "calm.journal", "--html", "no/such/folder.html")
    check("a page that cannot be written is said", done.returncode != 0 and "folder.html" in done.stderr, (done.returncode, done.stderr))
    report = report_of("calm.journal")
    for name, value in (("format_version", 2), ("state", 1), ("more", 1), ("runs", {})):
        check(f"the schema refuses {name} {value!r}", list(VALIDATOR.iter_errors({**report, name: value})))
    for name in report:
        check(f"the schema needs {name}", list(VALIDATOR.iter_errors({key: value for key, value in report.items() if key != name})))


def main():
    write_input()
    killed_and_calm()
    refusals()
    over_weeks()
    for name in ("calm", "wild", "long"):
        done = ask("report", name + ".journal", "--html", name + ".html")
        check("the text is on stdout as well", done.returncode == 0 and "the numbers add up" in done.stdout, done.stdout)
        parsed(name + ".html")
    spoil("wild.journal")
    done = ask("report", "wild.journal", "--html", "huge.html")
    check("a text names a thousand lists, and says so", "lists more: --json has them" in done.stdout and len(done.stdout) < 500000, done.stdout[-300:])
    parsed("huge.html")
    path = browser.find()
    if not path:
        print("chromium is not installed: the pages were parsed, not opened")
        return
    with browser.Browser(path) as chromium:
        for test, name in ((calm_page, "calm"), (wild_page, "wild"), (long_page, "long"), (huge_page, "huge")):
            test(chromium, "file://" + os.path.abspath(name + ".html"))


with open(sys.argv[1], encoding="utf-8") as schema_file:
    SCHEMA = json.load(schema_file)
jsonschema.Draft202012Validator.check_schema(SCHEMA)
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
with tempfile.TemporaryDirectory(prefix="zimmock-report.") as folder:
    os.chdir(folder)
    main()
    os.chdir("/")
program.finish(1)
