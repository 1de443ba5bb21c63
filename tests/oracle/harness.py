"""What every oracle test shares: checks that print what was expected and got, an oracle in a process of its own,
the client under test, and inputs read without any help of the client's.

A test calls these functions and ends with finish(). Environment: ZIMMOCK, the program; FIXTURES, the folder.
"""
import atexit
import json
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(1, str(HERE.parent / "support" / "py"))
import contract  # noqa: E402,F401
import oracle as oracle_module  # noqa: E402
import program  # noqa: E402
from expected import by_list, busiest_second, expected_imports, expected_lists, flat, list_of, object_of  # noqa: E402,F401
from expected import tag_in, users_of, without_tag  # noqa: E402
from program import APP, SECRET, ZIMMOCK, script_that_listens  # noqa: E402,F401
from world import from_json  # noqa: E402

FIXTURES = pathlib.Path(os.environ["FIXTURES"]) / "migration"
T = pathlib.Path(tempfile.mkdtemp(prefix="zimmock-oracle."))
# What is left of a call with these can land for 3 s instead of ten minutes, so an import in doubt is settled in 4 s.
SOON = ("--settle", "100ms", "--sign-skew", "597s")
_state = {"checks": 0, "failures": 0, "what": "", "signatures": set(), "outputs": [], "journals": 0}
_processes = []
HANG_S = 120  # whatever takes longer hangs. It ends a hang and measures nothing


def _clean_up():
    for process in _processes:
        if process.poll() is None:
            process.kill()
    if os.environ.get("ORACLE_KEEP"):
        print(f"kept: {T}")
    else:
        shutil.rmtree(T, ignore_errors=True)


atexit.register(_clean_up)
signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))

# --- checks ---------------------------------------------------------------------------------------------------


def case(what):
    _state["what"] = what


def short(value, length=1500):
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= length else f"{text[:length // 2]} ... {text[-length // 2:]}"


def check(holds, expected, got):
    _state["checks"] += 1
    if holds:
        return True
    _state["failures"] += 1
    frame = sys._getframe(1)
    while frame.f_back and frame.f_code.co_filename == __file__:
        frame = frame.f_back
    print(f"FAIL: {os.path.basename(frame.f_code.co_filename)}:{frame.f_lineno}: {_state['what']}\n"
          f"  expected {short(expected)}\n  got      {short(got)}", flush=True)
    return False


def equal(expected, got, what):
    return check(expected == got, f"{what}: {expected!r}", got)


def matches(regex, text, what):
    return check(re.search(regex, text), f"{what} matching {regex}", text)


def finish():
    """Ends the test; no output of the client may hold the secret or a signature."""
    own = _state["checks"]
    case("no secret and no signature in any output of the client")
    for args, text in _state["outputs"]:
        leaked = [word for word in {SECRET, *_state["signatures"]} if word and word in text.lower()]
        check(not leaked, "neither", f"{leaked} in the output of {args}:\n{text}")
    print(f"{os.path.basename(sys.argv[0])}: {own} checks, {_state['failures']} failed")
    sys.exit(0 if own and not _state["failures"] else 1)


# --- the oracle -----------------------------------------------------------------------------------------------


class Oracle:
    """with Oracle("--fault", ...) as oracle: oracle.url while inside, oracle.ledger after."""

    def __init__(self, *flags):
        fd, path = tempfile.mkstemp(suffix=".ledger", dir=T)
        os.close(fd)
        self.path, self.flags, self.ledger = path, flags, None

    def restarted(self, *flags):
        """The same service, that had gone away: at the same place, with all that it knew."""
        out = Oracle("--go-on", "--port", self.url.rsplit(":", 1)[1], *flags)
        out.path = self.path
        return out

    def count(self, action):
        """How many calls of the action (register, import, query) have been applied so far."""
        with urllib.request.urlopen(self.url + "/count") as answer:
            return json.load(answer)[action]

    def release(self):
        """Lets go the answers that it withholds."""
        urllib.request.urlopen(self.url + "/release").close()

    def release_all(self):
        """Lets them go, and withholds none any more."""
        urllib.request.urlopen(self.url + "/release-all").close()

    def wait_for(self, action, count, process):
        """Until so many calls have been applied, or the process has ended."""
        while self.count(action) < count and process.poll() is None:
            time.sleep(0.005)

    def __enter__(self):
        self.process, ready = script_that_listens(HERE / "oracle.py", "--ledger", self.path, *self.flags)
        _processes.append(self.process)
        self.url = ready["url"]
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        equal(0, self.process.wait(HANG_S), "the oracle's exit code")
        self.process.stdout.close()
        self.ledger = Ledger(json.loads(pathlib.Path(self.path).read_text(encoding="utf-8")))
        _state["signatures"].update(call["signature"] for call in self.ledger.calls)


class Ledger:
    def __init__(self, raw):
        self.calls, self.users, self.complaints = raw["calls"], raw["users"], raw["complaints"]
        self.lists = from_json(raw["lists"])

    def of(self, action, **members):
        return [call for call in self.calls if call["action"] == action
                and all(call[name] == value for name, value in members.items())]

    @property
    def imports(self):
        return self.of("ImportPeerMsg")

    @property
    def applied(self):
        return self.of("ImportPeerMsg", applied=True)

    def hit(self, kind=None):
        """The imports that a fault befell."""
        return [call for call in self.imports if (kind in call["faults"] if kind else call["faults"])]


# --- the client -----------------------------------------------------------------------------------------------


class Ended:
    def __init__(self, args, code, out, err, seconds):
        self.args, self.code, self.out, self.err, self.seconds = args, code, out, err, seconds
        self.lines = out.splitlines()
        self.last = self.lines[-1] if self.lines else ""

    def __repr__(self):
        return f"exit {self.code} of {self.args}\n--- stdout\n{self.out}--- stderr\n{self.err}"


def environment(url, **more):
    return program.environment(**{"HOME": str(T), "TMPDIR": str(T), "ZIM_ENDPOINT": url, **more})


def new_journal():
    """The path of a journal that is not there yet."""
    _state["journals"] += 1
    return T / f"{_state['journals']}.journal"


def start(url, *args, **env):
    """The client as a process whose output goes to pipes; for run() and for tests that send it signals. A migration
    gets a journal of its own unless the test names one."""
    args = [str(arg) for arg in args]
    if args[0] == "migrate" and "--execute" in args and "--journal" not in args:
        args += ["--journal", str(new_journal())]
    process = subprocess.Popen([ZIMMOCK, *args], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, env=environment(url, **env), cwd=T, text=True,
                               encoding="utf-8", errors="surrogateescape")
    _processes.append(process)
    process.began, process.zim_args = time.monotonic(), args
    return process


def ended(process):
    try:
        out, err = process.communicate(timeout=HANG_S)
    except subprocess.TimeoutExpired:
        process.kill()
        out, err = process.communicate()
        check(False, f"an end within {HANG_S} s", f"still running: {process.zim_args}\n{short(out)}\n{short(err)}")
    _state["outputs"].append((process.zim_args, out + err))
    if "--json" in process.zim_args:
        check(all(map(_is_json_object, out.splitlines())), "--json: a JSON object a line on stdout, nothing else", out)
    return Ended(process.zim_args, process.returncode, out, err, time.monotonic() - process.began)


def _is_json_object(line):
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


def run(url, *args, **env):
    return ended(start(url, *args, **env))


def kill_again_and_again(oracle, until, each, *command):
    """Kills the command after `each` more imports, until the service has had `until` of them; how often it was."""
    kills = 0
    while oracle.count("import") < until:
        process = start(oracle.url, *command)
        oracle.wait_for("import", oracle.count("import") + each, process)
        process.kill()
        ended(process)
        kills += 1
    return kills


def migrate(oracle, file, *args, **env):
    return run(oracle.url if oracle else None, "migrate", file, *args, **env)


def json_lines(result, kind):
    """The lines of that type in the output of --json."""
    return [line for line in map(json.loads, result.lines) if line["type"] == kind]


def imported_of(result):
    """The one line of type imported; its parts must add up to what was planned."""
    found, plan = json_lines(result, "imported"), json_lines(result, "plan")
    if not check(len(found) == 1 and len(plan) == 1, "one line of type imported", repr(result)):
        return {}
    parts = ("imported", "recovered", "quarantined", "unresolved", "not_sent")
    equal(plan[0]["imports"], sum(found[0][part] for part in parts), f"the sum of {', '.join(parts)}")
    return found[0]


BALANCE = ("imported", "recovered", "quarantined", "skipped", "unresolved", "waiting")


def check_balance(result, sender, receiver):
    """The line of type balance: both must add up, and be as given (members that are 0 may be left out)."""
    found = json_lines(result, "balance")
    if not check(len(found) == 1, "one line of type balance", repr(result)):
        return
    equal(True, found[0]["holds"], "the balance holds")
    for name, wanted in (("sender", sender), ("receiver", receiver)):
        view = found[0][name]
        equal(view["read"], sum(view[part] for part in BALANCE), f"read of the {name}'s lists: the sum of its parts")
        equal({part: count for part, count in wanted.items() if count}, {part: count for part, count in view.items() if count},
              f"the balance of the {name}'s lists")


# --- inputs ---------------------------------------------------------------------------------------------------


def write_records(records, name="input.jsonl"):
    path = T / name
    path.write_bytes(b"".join(json.dumps(record, ensure_ascii=False).encode() + b"\n" for record in records))
    return path


def read_records(path):
    """The records of a file in which all are fine, each with its line number as _line."""
    out = []
    for number, line in enumerate(pathlib.Path(path).read_bytes().split(b"\n"), 1):
        if line.strip():
            out.append({**json.loads(line), "_line": number})
    return out


# What a source may have in ExtendedData, where the tag goes, too: objects, whose text must stay as it is to the last space
# and digit, and everything else.
OWN_DATA = ('{"i":%}', '{ "n" : 1.50, "big": 12345678901234567890, "u": "\\u00e9é" }', "{}", " { } ", '{"a":{"_zm":"deep"}}',
            '{"ExtendedData":"mine"}', "plain text %", "[1,%]", "%", '"text"', "null", '{"i":%', '{"_zm":"somebody else\'s"}',
            '{"_zm":"0123456789abcdef0123"}', '名 "quoted" \\ \n', " ")


def texts(conversations, each, seed=1, newest_ms=None, gap_ms=1000):
    """Made-up records in time order: ties, both senders, one-sided ones, text beyond ASCII, custom messages."""
    rng = random.Random(seed)
    total = conversations * each
    at = (newest_ms or int(time.time() * 1000) - 60_000) - total * gap_ms
    out = []
    for i in range(total):
        pair = [f"user-{i % conversations}-a", f"user-{i % conversations}-b"]
        at += rng.choice((0, gap_ms, gap_ms, gap_ms // 2))
        rng.shuffle(pair)
        record = {"Id": f"m{i}", "FromUserId": pair[0], "ToUserId": pair[1], "MessageType": 1,
                  "Message": f"{rng.choice(('hi', 'привет', '你好', '👩‍🚀', 'a%20b+c'))} {i}", "SendMessageTime": at}
        if rng.random() < 0.2:
            record.update(MessageType=200, SubMsgType=rng.randrange(201), SearchedContent=f"find {i}")
        if rng.random() < 0.2:
            record["VisibleTo"] = [rng.choice(pair)]
        if i % 2:
            record["ExtendedData"] = OWN_DATA[i // 2 % len(OWN_DATA)].replace("%", str(i))
        if rng.random() < 0.3:
            record["Priority"] = rng.randrange(1, 4)
        out.append({**record, "_line": i + 1})
    return out


def plain(conversations, each):
    """Text, both-sided, no ties: imports = 2 * conversations * each."""
    newest = int(time.time() * 1000) - 60_000
    return [{"Id": f"m{i}", "FromUserId": f"u{i % conversations}a", "ToUserId": f"u{i % conversations}b",
             "MessageType": 1, "Message": f"text {i}", "SendMessageTime": newest - 1000 * (conversations * each - i),
             "_line": i + 1} for i in range(conversations * each)]


def file_of(records, name="input.jsonl"):
    return write_records([{k: v for k, v in record.items() if k != "_line"} for record in records], name)


def sent_message(call):
    """The message that a call asked for."""
    return flat(call["body"])


def tag_of(call):
    return tag_in(sent_message(call)["ExtendedData"])


def list_of_call(call):
    return list_of(call["body"])


def calls_by_list(calls):
    return by_list(calls, of=lambda call: call["body"])


def shift_between(records, calls):
    """How far the client moved the times: newest sent minus newest in the file."""
    return max(call["body"]["SendMessageTime"] for call in calls) - max(r["SendMessageTime"] for r in records)


# --- what must be true of every run ----------------------------------------------------------------------------


def check_house_rules(ledger, tagged=True):
    """Users first and in batches, one call at a time within a lane, nothing the contract does not know, no tag twice."""
    equal([], ledger.complaints, "complaints of the oracle")
    check(len({call["nonce"] for call in ledger.calls}) == len(ledger.calls), "a new nonce for each request",
          f"{len({call['nonce'] for call in ledger.calls})} nonces in {len(ledger.calls)} calls")
    equal([], [c["action"] for c in ledger.calls if c["action"] not in oracle_module.ACTIONS], "other actions")
    registered = {}
    for call in ledger.of("UserRegister", applied=True):
        infos = call["body"]["UserInfo"]
        check(len(infos) <= 100, "at most 100 users in a call", len(infos))
        for info in infos:
            registered.setdefault(info["UserId"], []).append(call["done"])
    twice = [user for user, calls in registered.items() if len(calls) > 1]
    equal([], twice, "users registered twice")
    early = [call["n"] for call in ledger.imports for user in (call["body"]["FromUserId"], call["body"]["ToUserId"])
             if user not in registered or registered[user][0] > call["arrival"]]
    equal([], early, "imports that came before their users were registered")
    tags = {}
    for key, calls in calls_by_list(ledger.imports).items():
        for call in calls:
            text = json.dumps(sent_message(call), sort_keys=True)
            tags.setdefault(tag_of(call), set()).add((key, text))
        overlap = [(a["n"], b["n"]) for a, b in zip(calls, calls[1:]) if b["arrival"] < a["done"]]
        equal([], overlap, f"calls at the same time in {key}")
    tags.pop(None, None)
    if tagged:
        equal({}, {tag: sent for tag, sent in tags.items() if len(sent) > 1}, "one tag for different messages or lists")


def check_faithful(ledger, records, shift_ms=0, tagged=True):
    """Every record exactly once in each intended list, in order, every field right, with a tag of its own; nothing else."""
    check_house_rules(ledger, tagged)
    tags = [tag_of(call) for call in ledger.applied]
    if tagged:
        equal([], [call["n"] for call, tag in zip(ledger.applied, tags) if tag is None], "imports without a tag")
        for key, calls in calls_by_list(ledger.applied).items():
            equal(len(calls), len({tag_of(call) for call in calls}), f"tags in {key}, a message a tag")
    wanted, got = expected_lists(records, shift_ms), calls_by_list(ledger.applied)
    equal(sorted(wanted), sorted(got), "lists imported into")
    priorities = set()
    for key, messages in wanted.items():
        calls = [sent_message(call) for call in got.get(key, [])]
        equal(len(messages), len(calls), f"imports into {key}")
        for want, sent in zip(messages, calls):
            if tagged:
                sent["ExtendedData"] = without_tag(sent["ExtendedData"], want["ExtendedData"])
            if want["Priority"] is None:
                priorities.add(sent["Priority"])
                want = {**want, "Priority": sent["Priority"]}
            if want != sent:
                equal(want, sent, f"the next import into {key}")
                break
    check(len(priorities) <= 1, "one Priority for all records without one", priorities)
    equal(users_of(records), ledger.users, "users registered")


def imports_of(records):
    return len(list(expected_imports(records)))


def check_verified(result, imports):
    equal(0, result.code, "exit code") or print(short(result))
    equal(f"verified: all {imports} of {imports} imports are in ZIM, in order", result.last, "the last line")


def check_not_verified(result, codes):
    check(result.code in codes, f"exit code {codes}", repr(result))
    check(result.last and not result.last.startswith("verified: all") and re.search(r"\d", result.last),
          "a last line that says how many are not there", repr(result))
