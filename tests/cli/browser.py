"""A headless Chromium, driven over its DevTools protocol through a pipe: no port, nothing but Python's own library."""
import json
import os
import select
import shutil
import subprocess
import tempfile
import time

LIMIT_S = 60


def find():
    """The browser's path, or None."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        path = shutil.which(name)
        if path:
            return path
    return None


class Browser:
    def __init__(self, path):
        self.profile = tempfile.mkdtemp(prefix="zimmock-browser.")
        to_read, self.to_write = os.pipe()
        self.from_read, from_write = os.pipe()

        def place():  # Chromium reads commands at 3 and answers at 4
            os.dup2(os.dup(to_read), 13)
            os.dup2(os.dup(from_write), 14)
            os.dup2(13, 3)
            os.dup2(14, 4)

        self.process = subprocess.Popen(
            [path, "--remote-debugging-pipe", "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
             "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
             "--window-size=1400,1000", f"--user-data-dir={self.profile}"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, close_fds=False, preexec_fn=place)
        os.close(to_read)
        os.close(from_write)
        self.buffer, self.events, self.last_id = b"", [], 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.profile, ignore_errors=True)

    def message(self, until):
        while b"\0" not in self.buffer:
            if not select.select([self.from_read], [], [], max(0, until - time.monotonic()))[0]:
                raise TimeoutError(f"the browser said nothing for {LIMIT_S} s")
            got = os.read(self.from_read, 1 << 16)
            if not got:
                raise EOFError("the browser ended: " + self.process.stderr.read().decode(errors="replace")[-2000:])
            self.buffer += got
        line, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(line)

    def call(self, method, session=None, **parameters):
        self.last_id += 1
        wanted = self.last_id
        request = {"id": wanted, "method": method, "params": parameters}
        if session:
            request["sessionId"] = session
        data = json.dumps(request).encode() + b"\0"
        while data:
            data = data[os.write(self.to_write, data):]
        until = time.monotonic() + LIMIT_S
        while True:
            got = self.message(until)
            if got.get("id") != wanted:
                self.events.append(got)
            elif "error" in got:
                raise RuntimeError(f"{method}: {got['error']}")
            else:
                return got["result"]

    def open(self, url):
        return Page(self, url)


class Page:
    def __init__(self, browser, url):
        self.browser = browser
        target = browser.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = browser.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(domain + ".enable")
        self.call("Page.navigate", url=url)
        until = time.monotonic() + LIMIT_S
        while not self.seen("Page.loadEventFired"):
            browser.events.append(browser.message(until))

    def call(self, method, **parameters):
        return self.browser.call(method, self.session, **parameters)

    def seen(self, method):
        return [e["params"] for e in self.browser.events if e.get("sessionId") == self.session and e.get("method") == method]

    def errors(self):
        """What the page complained about."""
        thrown = [e["exceptionDetails"].get("exception", {}).get("description", "?") for e in self.seen("Runtime.exceptionThrown")]
        return thrown + [e["entry"]["text"] for e in self.seen("Log.entryAdded") if e["entry"]["level"] == "error"]

    def requested(self):
        return [e["request"]["url"] for e in self.seen("Network.requestWillBeSent")]

    def value(self, expression):
        got = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in got:
            raise RuntimeError(f"{expression}: {got['exceptionDetails']}")
        return got["result"].get("value")

    def narrow(self, columns):
        """Gives the page that width, in CSS pixels."""
        self.call("Emulation.setDeviceMetricsOverride", width=columns, height=900, deviceScaleFactor=1, mobile=False)

    def broken_words(self, selector):
        """The texts of those elements that go on in a new line after a letter or digit."""
        return self.value("""Array.from(document.querySelectorAll(%s)).filter(node => {
            const walk = document.createTreeWalker(node, NodeFilter.SHOW_TEXT), range = document.createRange();
            let before = '', bottom = null;
            for (let text = walk.nextNode(); text; text = walk.nextNode()) {
              for (let i = 0; i < text.data.length; i++) {
                range.setStart(text, i);
                range.setEnd(text, i + 1);
                const box = range.getBoundingClientRect();
                if (!box.height) continue;
                if (bottom !== null && box.top >= bottom - 1 && /[A-Za-z0-9]/.test(before)) return true;
                before = text.data[i];
                bottom = box.bottom;
              }
            }
            return false;
          }).map(node => node.textContent)""" % json.dumps(selector))

    def click(self, selector):
        """As a hand does it: at the middle of what is seen."""
        spot = self.value("""(() => { const node = document.querySelector(%s); if (!node) return null;
            node.scrollIntoView({block: 'center'}); const r = node.getBoundingClientRect();
            return {x: r.x + r.width / 2, y: r.y + r.height / 2}; })()""" % json.dumps(selector))
        if not spot:
            raise RuntimeError(f"nothing to click at {selector}")
        for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=spot["x"], y=spot["y"], button="left", clickCount=1)

    def press(self, key, code):
        for kind in ("rawKeyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code)
