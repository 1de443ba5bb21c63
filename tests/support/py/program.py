"""What the Python tests of the program share: checks that are counted, the program's environment, the one way to start
what listens (a mock, a proxy, a service of the tests), and signed calls. ZIMMOCK: the program."""
import contextlib
import http.client
import json
import os
import pathlib
import re
import secrets
import subprocess
import sys
import tempfile
import time
import urllib.parse

import contract

ZIMMOCK = os.path.realpath(os.environ.get("ZIMMOCK", "ZIMMOCK-is-not-set"))
APP, SECRET = "12345", "9193cc662a4c0ec135ec71fb57194b38"
SOON = ("--settle", "100ms", "--sign-skew", "597s")  # what is in doubt is settled within 4 s
PEERS = ("bob", "cleo", "dora")
LIMIT = 300  # seconds until a process counts as hanging; sanitizers and busy machines are slow
checks = failures = 0
_case, _printed, _signatures, _answers = [""], [], set(), []


# --- checks -----------------------------------------------------------------------------------------------------


def case(what):
    """Names the checks that follow, until the next one."""
    _case[0] = what


def check(what, good, got=""):
    global checks, failures
    checks += 1
    if not good:
        failures += 1
        where = f"{_case[0]}: " if _case[0] else ""
        print(f"FAIL: {where}{what}: got {str(got)[:1500]!r}", flush=True)


def equal(what, expected, got):
    check(f"{what}: expected {expected!r}", expected == got, got)


def found(pattern, text):
    """Whatever the case; a dot is any character."""
    return re.search(pattern, text, re.IGNORECASE | re.DOTALL)


def leaks(text):
    """The secrets and signatures in a text."""
    return [word for word in (SECRET, *_signatures) if word.lower() in text.lower()]


def is_whole(answer):
    """Code, Message and RequestId, as every answer has them."""
    return isinstance(answer.get("Code"), int) and isinstance(answer.get("Message"), str) and \
        re.fullmatch("[0-9]+", str(answer.get("RequestId"))) and (answer["Code"] != 0 or answer["Message"] == "success")


def finish(at_least, commands_may_print_secrets=False):
    """Ends the script. Nothing that zim() printed may have a secret or a signature, and every answer to post() is whole."""
    case("")
    if not commands_may_print_secrets:
        equal("secrets and signatures in what was printed", [], [text for text in _printed if leaks(text)])
    equal("answers without Code, Message and RequestId", [], [answer for answer in _answers if not is_whole(answer)])
    print(f"{os.path.basename(sys.argv[0])}: {checks} checks, {failures} failed")
    sys.exit(0 if checks >= at_least and failures == 0 else 1)


# --- the program ------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def own_folder():
    """A folder to work in that is gone afterwards; what is made there is for its owner alone, as secrets must be."""
    with tempfile.TemporaryDirectory(prefix="zimmock-cli.") as folder:
        os.chdir(folder)
        os.umask(0o077)
        try:
            yield pathlib.Path(folder)
        finally:
            os.chdir("/")


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


class Done:
    """How a run of the program ended. `raw`: stdout as bytes."""

    def __init__(self, args, code, raw, err):
        self.args, self.code, self.raw = [str(arg) for arg in args], code, raw
        self.out, self.err = (text.decode("utf-8", "replace").replace("\0", "").rstrip("\n") for text in (raw, err))
        self.lines = self.out.splitlines()

    def __repr__(self):
        return f"exit {self.code} of {' '.join(self.args)}\n--- stdout\n{self.out}\n--- stderr\n{self.err}"

    def expect(self, *codes, out=(), err=()):
        """Checks its exit code, one of these, and what stdout and stderr match, each a regular expression or several; None:
        that there is nothing."""
        if codes:
            check(f"exit code {' or '.join(map(str, codes))}", self.code in codes, self)
        for name, text, patterns in (("stdout", self.out, out), ("stderr", self.err, err)):
            if patterns is None:
                check(f"nothing on {name}", text == "", self)
            for pattern in (patterns,) if isinstance(patterns, str) else patterns or ():
                check(f"{name} that matches {pattern}", found(pattern, text), self)
        return self

    def json(self):
        """The JSON documents of stdout, one a line."""
        return [json.loads(line) for line in self.lines]

    def of_type(self, kind):
        """The one line of --json of that type."""
        return next((line for line in self.json() if line.get("type") == kind), {})


def _noted(done):
    _printed.extend((done.out, done.err))
    return done


def noted(args, code, out, err):
    """How a process ended whose stdout and stderr are in these files."""
    return _noted(Done(args, code, pathlib.Path(out).read_bytes(), pathlib.Path(err).read_bytes()))


def zim(*args, env=None, stdin=None):
    """A run of the program in this folder."""
    done = run(*map(str, args), env=env, **({"stdin": None, "input": stdin} if stdin is not None else {}))
    return _noted(Done(args, done.returncode, done.stdout, done.stderr))


def refuses(what, codes, pattern, *args, env=None):
    """It ends with one of these codes, and with one line on stderr that matches; stdout has nothing."""
    case(what)
    done = zim(*args, env=env).expect(*([codes] if isinstance(codes, int) else codes), out=None, err=pattern)
    check("one line on stderr, which begins with zimmock:", re.fullmatch(r"zimmock: [^\n]*", done.err), done)


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


@contextlib.contextmanager
def mock(*args):
    """A mock, of which what its ready file says. It ends with 0 when it is told to, having told nobody a secret."""
    with tempfile.TemporaryFile(dir=".") as log:
        with started(*args, stdout=log, stderr=log) as (process, ready):
            yield ready
            process.terminate()
            equal("the mock's exit code on SIGTERM", 0, ended(process))
        log.seek(0)
        equal("secrets and signatures in what the mock printed", [], leaks(log.read().decode("utf-8", "replace")))


class Background:
    """The program on its way, in this folder."""

    def __init__(self, *args, env):
        self.args, self.files = [str(arg) for arg in args], [tempfile.mkstemp(dir=".", prefix="b_")[1] for _ in range(2)]
        with open(self.files[0], "wb") as out, open(self.files[1], "wb") as err:
            self.process = subprocess.Popen([ZIMMOCK, *self.args], env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=err)
        self.pid = self.process.pid

    def wait_for(self, what, condition):
        """Until it is true; the script ends where the program has ended before."""
        wait_for(what, lambda: condition() or self.process.poll() is not None)
        check(what, condition(), self.texts())

    def texts(self):
        return [pathlib.Path(file).read_text(encoding="utf-8", errors="replace") for file in self.files]

    def ended(self, number=None):
        """How it ended, after that signal if one is given."""
        if number:
            self.process.send_signal(number)
        return noted(self.args, ended(self.process), *self.files)


class Mock:
    """What a test of the client asks of a running mock, given its ready file's document. `env`: what the program gets."""

    def __init__(self, ready, **more):
        self.url, self.control_url = ready["url"], ready["control_url"]
        self.env = environment(ZIM_ENDPOINT=self.url, ZIMMOCK_CONTROL=self.control_url, **more)

    def zim(self, *args, **more):
        return zim(*args, env={**self.env, **more})

    def background(self, *args):
        return Background(*args, env=self.env)

    def sent(self, action, code=None):
        """How many such requests it has answered; with that code, or ok."""
        connection = connect(self.url)
        connection.request("GET", f"/_zimmock/v1/tenants/{APP}/requests/count?action={action}" + (f"&code={code}" if code else ""))
        return json.loads(connection.getresponse().read())["count"]

    @contextlib.contextmanager
    def fault(self, words):
        self.zim("fault", "add", words).expect(0)
        yield
        self.zim("fault", "clear").expect(0)

    def check_nothing_twice(self, each=10):
        """The whole history() is in ann's lists, each message once."""
        for peer in PEERS:
            rows = self.zim("query", "--as", "ann", "--peer", peer, "--all", "--json").json()
            texts = [row["MsgBody"] for row in rows if row.get("MsgSeq")]
            equal(f"texts in ann's list with {peer}, and different ones", (each, each), (len(texts), len(set(texts))))


@contextlib.contextmanager
def fresh_mock(*args):
    """An empty service, and no journal."""
    for file in pathlib.Path(".").glob("*.journal*"):
        file.unlink()
    with mock(*args) as ready:
        yield Mock(ready)


def script_that_listens(script, *args):
    """A service of the tests in a process of its own, and the first line it prints, which is JSON and says where it is."""
    command = [sys.executable, "-B", str(script), *map(str, args)]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    line = process.stdout.readline()
    if not line:
        raise RuntimeError(f"{' '.join(command)} ended with {process.wait()} before it listened")
    return process, json.loads(line)


# --- calls ------------------------------------------------------------------------------------------------------


def target(action, AppId=APP, SignatureNonce=None, **changed):  # pylint: disable=invalid-name
    """A signed request line's target. What is given beside comes instead, after signing."""
    made = contract.target(action, AppId, SECRET, SignatureNonce or secrets.token_hex(8), int(time.time()), **changed)
    _signatures.add(signature_of(made))
    return made


def signature_of(made):
    return urllib.parse.parse_qs(made.partition("?")[2])["Signature"][0]


def connect(url):
    return http.client.HTTPConnection(urllib.parse.urlsplit(url).netloc, timeout=LIMIT)


def call(connection, action, body, **changed):
    """The answer's Code, with the response. On a kept-alive connection."""
    connection.request("POST", target(action, **changed), json.dumps(body), {"Content-Type": "application/json"})
    response = connection.getresponse()
    return json.loads(response.read())["Code"], response


def post(url, action, body, path=None, **headers):
    """The answer's Code, headers and document. An answer of the API is HTTP 200 and JSON, has no secret in it, and says in
    ASCII why it refuses."""
    connection, path = connect(url), path or target(action)
    headers = {"Content-Type": "application/json", **headers}
    connection.request("POST", path, body if isinstance(body, str) else json.dumps(body), headers)
    response = connection.getresponse()
    text = response.read().decode()
    check(f"{action}: HTTP 200 and JSON", (response.status, response.headers.get_content_type()) == (200, "application/json"), text)
    equal(f"{action}: secrets and signatures in the answer", [], leaks(text + str(response.headers)))
    document, explain = json.loads(text), response.headers.get("X-Zimmock-Explain", "")
    if document["Code"]:
        check(f"{action}: rule-id: /pointer: expected X, got Y, in ASCII",
              re.match(r"[A-Za-z0-9_.-]+: .*expected .+, got .+", explain) and re.fullmatch("[ -~]*", explain), explain)
    _answers.append(document)
    return document["Code"], response.headers, document


def register(url, *users):
    code, _ = call(connect(url), "UserRegister", {"UserInfo": [{"UserId": user} for user in users]})
    equal(f"{users} are registered", 0, code)


def record(identity, text, time_ms, sender="ann", receiver="bob"):
    return json.dumps({"Id": identity, "FromUserId": sender, "ToUserId": receiver, "MessageType": 1, "Message": text,
                       "SendMessageTime": time_ms}, ensure_ascii=False) + "\n"


def history(count, sender="ann"):
    """So many records of one user with bob, cleo and dora in turn, a second apart, ending a minute ago."""
    newest = int(time.time()) * 1000 - 60_000
    return "".join(record(f"m{i}", f"text {i}", newest - (count - i) * 1000, sender, PEERS[i % 3]) for i in range(1, count + 1))


def write(file, text):
    pathlib.Path(file).write_text(text, encoding="utf-8")
