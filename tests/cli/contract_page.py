"""The html report of zimmock contract run in a real browser. ZIMMOCK: the program; argument: write_report, which writes
the report of a made-up run. Ends with 77, skipped, where there is no Chromium."""
import json
import os
import subprocess
import sys
import tempfile
from urllib.parse import quote

import browser

sys.path.insert(1, os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "support", "py"))
import program  # noqa: E402
from program import check  # noqa: E402


def rows(page):
    return page.value("Array.from(document.querySelectorAll('tr[data-rule]')).filter(row => row.offsetParent).map(row => row.dataset.rule)")


def detail(page):
    return page.value("document.getElementById('detail').innerText")


def data(page):
    return json.loads(page.value("document.getElementById('run').textContent"))


def cell(name):
    return '.cell[data-case="%s"]' % name.replace("\\", "\\\\").replace('"', '\\"')


def a_run_of_the_mock(chromium, file):
    """As many cells as cases, and the exchange behind each."""
    page = chromium.open("file://" + file)
    run = data(page)
    check("the run has cases", len(run["cases"]) > 0)
    check("a cell for every case", page.value("document.querySelectorAll('.cell').length") == len(run["cases"]))
    check("a row for every rule", page.value("document.querySelectorAll('tr[data-rule]').length") == len(run["rules"]))
    check("every row is shown", len(rows(page)) == len(run["rules"]), len(rows(page)))
    check("nothing else was fetched", all(url.startswith("file://") for url in page.requested()), page.requested())
    for width in (1280, 1400):
        page.narrow(width)
        check(f"at {width} px no rule's id is broken within a word", page.broken_words(".rule") == [], page.broken_words(".rule"))
        check(f"at {width} px nothing overflows", page.value("document.documentElement.scrollWidth") <= width)
    one = next(one for one in run["cases"] if one["calls"])
    page.click(cell(one["name"]))
    shown = detail(page)
    call = one["calls"][0]
    for what, text in (("name", one["name"]), ("target", call["request"]["target"]), ("answer", call["response"]["body"]),
                       ("request", call["request"]["body"]), ("reproduction", one["reproduce"][0])):
        check(f"a click on a cell shows the {what}", text in shown, shown)
    check("no complaint", not page.errors(), page.errors())


def filters(chromium, url):
    page = chromium.open(url)
    run = data(page)
    page.click("button[data-verdict=fail]")
    wanted = [rule["rule"] for rule in run["rules"]
              if "fail" in [rule["verdict"]] + [run["cases"][i]["verdict"] for i in rule["cases"]]]
    check("a filter leaves the rules with a failure", sorted(rows(page)) == sorted(wanted), rows(page))
    check("the filter says that it is on", page.value("document.querySelector('button[data-verdict=fail]').ariaPressed") == "true")
    check("the address has it", page.value("location.hash") == "#verdict=fail", page.value("location.hash"))
    page.click("button[data-mark=documented]")
    both = [rule["rule"] for rule in run["rules"] if rule["rule"] in wanted and rule["mark"] == "documented"]
    check("two filters leave what is in both", sorted(rows(page)) == sorted(both) and 0 < len(both) < len(wanted), rows(page))
    page.click("#clear")
    check("all are shown again", len(rows(page)) == len(run["rules"]), len(rows(page)))
    page.click("#search")
    page.call("Input.insertText", text="send-TIME.one-ms")
    check("a search finds a case by its name", rows(page) == ["import.send-time-not-in-future"], rows(page))
    page.value("document.activeElement.blur()")
    page.click("#clear")
    page.value("document.querySelector('button[data-mark=assumed]').focus()")
    page.call("Input.dispatchKeyEvent", type="keyDown", key="Enter", code="Enter", windowsVirtualKeyCode=13, text="\r")
    assumed = [rule["rule"] for rule in run["rules"] if rule["mark"] == "assumed"]
    check("a filter works by the keyboard", sorted(rows(page)) == sorted(assumed), rows(page))
    check("no complaint", not page.errors(), page.errors())


def links(chromium, url):
    page = chromium.open(url)
    page.click("button[data-verdict=fail]")
    page.click(cell("import/send-time.one-ms-late"))
    shown, found = detail(page), rows(page)
    for text in ("/Code: expected 660800046, got 0", '"Zeichen":"ä"', '{"Code":0,', "zimmock contract run --target", "HTTP 200"):
        check("a click on a cell shows the exchange", text in shown, shown)
    again = chromium.open(page.value("location.href"))
    check("a link restores the case", detail(again) == shown, detail(again))
    check("a link restores the filter", rows(again) == found, rows(again))
    again.press("Escape", 27)
    check("Escape closes the case", "Choose a case" in detail(again), detail(again))
    check("and keeps the filter", rows(again) == found, rows(again))
    rule = chromium.open(url + "#rule=answer.request-id")
    check("a link shows a rule", "A string" in detail(rule) or "RequestId, a string" in detail(rule), detail(rule))
    check("and what the answers broke", "1 broke it" in detail(rule) and "number 1" in detail(rule), detail(rule))
    rule.click("#detail p button")
    check("from there the case is one click away", "POST /?Action=ImportPeerMsg" in detail(rule), detail(rule))
    nothing = chromium.open(url + "#case=" + quote("<img src=x>"))
    check("a link to no case says so", "This run has no <img src=x>." in detail(nothing), detail(nothing))


def colours(chromium, url):
    page = chromium.open(url)
    colour = "getComputedStyle(document.querySelector('.cell.v-%s')).%s"
    green = page.value(colour % ("pass", "backgroundColor"))
    for verdict in ("fail", "known_failure", "fixed", "flaky", "observed", "not_applicable", "not_exercised"):
        got = [page.value(colour % (verdict, where)) for where in ("backgroundColor", "color", "borderTopColor")]
        check(f"{verdict} is not green", green not in got, got)
    letters = page.value("Array.from(document.querySelectorAll('.cell'), cell => cell.textContent).sort().join('')")
    check("no two verdicts have one letter", len(set(letters)) == 8, letters)
    for scheme in ("light", "dark"):
        page.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        text, paper = (page.value(f"getComputedStyle(document.body).{what}") for what in ("color", "backgroundColor"))
        levels = [sum(map(int, colour[4:-1].split(","))) for colour in (text, paper)]
        check(f"readable in {scheme}", (levels[0] < 200 and levels[1] > 600) if scheme == "light" else (levels[0] > 600 and levels[1] < 200), (text, paper))


def hostile(chromium, url):
    page = chromium.open(url)
    name = next(one["name"] for one in data(page)["cases"] if "<&>" in one["name"])
    page.click(cell(name))
    shown = detail(page)
    check("hostile text is shown as text", "</script><img src=x onerror=\"window.broken=1\">" in shown, shown)
    check("bytes are shown", "hex fffe" in shown and "none: no answer in 5 s" in shown, shown)
    check("and makes no element", page.value("document.images.length") == 0)
    check("and runs nothing", page.value("window.broken === undefined"))
    check("no complaint", not page.errors(), page.errors())


def main():
    path = browser.find()
    if not path:
        print("SKIPPED: chromium is not installed")
        return 77
    with tempfile.TemporaryDirectory(prefix="zimmock-page.") as folder, browser.Browser(path) as chromium:
        file = os.path.join(folder, "mock.html")
        done = subprocess.run([os.environ["ZIMMOCK"], "contract", "run", "--target", "mock", "--report", "html:" + file],
                              check=False, stdout=subprocess.DEVNULL)
        check("the suite ran, whatever it found", done.returncode in (0, 1, 3), done.returncode)
        a_run_of_the_mock(chromium, file)
        made_up = os.path.join(folder, "made up.html")
        with open(made_up, "wb") as out:
            subprocess.run([sys.argv[1], "html"], check=True, stdout=out)
        url = "file://" + quote(made_up)
        for test in (filters, links, colours, hostile):
            test(chromium, url)
    program.finish(1)


if __name__ == "__main__":
    sys.exit(main())
