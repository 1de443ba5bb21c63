"""What the Python tests of the program share: checks that are counted, the program's environment, the one way to start
what listens (a mock, a proxy, a service of the tests), and signed calls. ZIMMOCK: the program."""
import contextlib
import http.client
import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
import urllib.parse

import contract

ZIMMOCK = os.path.realpath(os.environ.get("ZIMMOCK", "ZIMMOCK-is-not-set"))
APP, SECRET = "12345", "9193cc662a4c0ec135ec71fb57194b38"
LIMIT = 300  # seconds until a process counts as hanging; sanitizers and busy machines are slow
checks = failures = 0


# --- checks -----------------------------------------------------------------------------------------------------


def check(what, good, got=""):
    global checks, failures
    checks += 1
    if not good:
        failures += 1
        print(f"FAIL: {what}: got {str(got)[:1500]!r}", flush=True)


def equal(what, expected, got):
    check(f"{what}: expected {expected!r}", expected == got, got)


def finish(at_least):
    print(f"{os.path.basename(sys.argv[0])}: {checks} checks, {failures} failed")
    sys.exit(0 if checks >= at_least and failures == 0 else 1)


# --- the program ------------------------------------------------------------------------------------------------


def environment(**more):
    """PATH, HOME (a temporary folder), the credentials, and what a sanitizer needs; nothing else of the caller's. None
    leaves one out."""
    kept = {name: os.environ[name] for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LSAN_OPTIONS")
            if name in os.environ}
    out = {"PATH": os.environ["PATH"], "HOME": os.getcwd(), "TMPDIR": os.getcwd(), "LC_ALL": "C.UTF-8", "ZIM_APP_ID": APP,
           "ZIM_SERVER_SECRET": SECRET, **kept, **more}
    return {name: value for name, value in out.items() if value is not None}


def run(*args, env=None, **more):
    captured = {} if "stdout" in more or "stderr" in more else {"capture_output": True}
    more = {key: value for key, value in {"stdin": subprocess.DEVNULL, **captured, **more}.items() if value is not None}
    return subprocess.run([ZIMMOCK, *args], env=env or environment(), timeout=LIMIT, check=False, **more)


def wait_for(what, condition):
    """The condition's value once it is true; the script ends when it does not become so."""
    until = time.monotonic() + LIMIT
    while time.monotonic() < until:
        if value := condition():
            return value
        time.sleep(0.02)
    sys.exit(f"FAIL: {what} did not happen within {LIMIT} s")


def ended(process):
    """The exit code, or "alive" of a process that does not end."""
    try:
        return process.wait(LIMIT)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return "alive"


# --- what listens -----------------------------------------------------------------------------------------------


@contextlib.contextmanager
def started(*args, command="serve", env=None, through=(), **more):
    """A process that listens, and what its ready file says. It is killed in the end, if it still runs. `through`: what
    is run with the program as its arguments, such as a shell that changes its descriptors."""
    folder = tempfile.mkdtemp(dir=".")
    ready = os.path.join(folder, "ready")
    arguments = [*through, ZIMMOCK, command, *([] if "--listen" in args else ["--port", "0"]), "--ready-file", ready, *args]
    if command == "serve":
        arguments += ["--rate", "off", "--ca-dir", os.path.join(folder, "ca")]
    more = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, **more}
    process = subprocess.Popen(arguments, env=env or environment(), **more)
    try:
        wait_for(f"{command}'s ready file", lambda: os.path.exists(ready) or process.poll() is not None)
        if process.poll() is not None:
            sys.exit(f"FAIL: {' '.join(arguments)} ended with {process.returncode}")
        with open(ready, encoding="utf-8") as file:
            yield process, json.load(file)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def script_that_listens(script, *args):
    """A service of the tests in a process of its own, and the first line it prints, which is JSON and says where it is."""
    command = [sys.executable, "-B", str(script), *map(str, args)]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    line = process.stdout.readline()
    if not line:
        raise RuntimeError(f"{' '.join(command)} ended with {process.wait()} before it listened")
    return process, json.loads(line)


# --- calls ------------------------------------------------------------------------------------------------------


def target(action, **changed):
    """A signed request line's target."""
    return contract.target(action, APP, SECRET, secrets.token_hex(8), int(time.time()), **changed)


def connect(url):
    return http.client.HTTPConnection(urllib.parse.urlsplit(url).netloc, timeout=LIMIT)


def call(connection, action, body, **changed):
    """The answer's Code, with the response. On a kept-alive connection."""
    connection.request("POST", target(action, **changed), json.dumps(body), {"Content-Type": "application/json"})
    response = connection.getresponse()
    return json.loads(response.read())["Code"], response


def register(url, *users):
    code, _ = call(connect(url), "UserRegister", {"UserInfo": [{"UserId": user} for user in users]})
    equal(f"{users} are registered", 0, code)


def record(identity, text, time_ms, sender="ann", receiver="bob"):
    return json.dumps({"Id": identity, "FromUserId": sender, "ToUserId": receiver, "MessageType": 1, "Message": text,
                       "SendMessageTime": time_ms}, ensure_ascii=False) + "\n"
