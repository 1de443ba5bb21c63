"""What the Python scripts of the command line share: checks that are counted, the program's environment, a mock of its
own, and signed calls."""
import contextlib
import hashlib
import http.client
import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
import urllib.parse

ZIMMOCK = os.path.realpath(os.environ["ZIMMOCK"])
APP, SECRET = "12345", "9193cc662a4c0ec135ec71fb57194b38"
LIMIT = 300  # seconds until a process counts as hanging; sanitizers and busy machines are slow
checks = failures = 0


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


def environment(**more):
    """PATH, HOME (a temporary folder), the credentials, and what a sanitizer needs; nothing else of the caller's."""
    kept = {name: os.environ[name] for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LSAN_OPTIONS")
            if name in os.environ}
    return {"PATH": os.environ["PATH"], "HOME": os.getcwd(), "LC_ALL": "C.UTF-8", "ZIM_APP_ID": APP, "ZIM_SERVER_SECRET": SECRET,
            **kept, **more}


def run(*args, env=None, **more):
    return subprocess.run([ZIMMOCK, *args], env=env or environment(), timeout=LIMIT, stdin=subprocess.DEVNULL,
                          **({"capture_output": True} if "stdout" not in more and "stderr" not in more else {}), **more)


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


@contextlib.contextmanager
def started(*args, command="serve", env=None, **more):
    """A process that listens, and what its ready file says. It is killed in the end, if it still runs."""
    folder = tempfile.mkdtemp(dir=".")
    ready = os.path.join(folder, "ready")
    arguments = [ZIMMOCK, command, "--port", "0", "--ready-file", ready, *args]
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


def target(action, **changed):
    """A signed request line's target."""
    nonce, now = secrets.token_hex(8), str(int(time.time()))
    query = {"Action": action, "AppId": APP, "SignatureVersion": "2.0", "SignatureNonce": nonce, "Timestamp": now,
             "Signature": hashlib.md5((APP + nonce + SECRET + now).encode()).hexdigest(), **changed}
    return "/?" + urllib.parse.urlencode(query)


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
