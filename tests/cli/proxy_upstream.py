#!/usr/bin/env python3
"""proxy --upstream: what passes is unchanged, judged and recorded without secrets; `contract judge` finds the same in the
recording."""
import contextlib
import http.server
import json
import os
import pathlib
import re
import resource
import signal
import sys
import threading
import time
import urllib.parse

sys.path.insert(1, os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "support", "py"))
import program  # noqa: E402
from program import APP, SECRET, case, check, connect, ended, equal, leaks, post, refuses, started, target, zim  # noqa: E402

USERS = {"FromUserId": "alice", "ToUserId": "bob"}
KEPT = "5 calls judged: the client broke none, the service none"
now_ms = int(time.time()) * 1000


def text(message, owner="alice", at=None, **more):
    return {**USERS, "MessageType": 1, "Priority": 2, "MessageBody": {"Message": message}, "SendMessageTime": at or now_ms - 5000,
            "ImportedUserId": owner, **more}


class Proxy:
    """A running proxy; once it has ended, `done` is how."""

    def __init__(self, process, ready):
        self.process, self.ready, self.url, self.done = process, ready, ready["url"], None


@contextlib.contextmanager
def proxy(upstream, *args, end=signal.SIGTERM, **more):
    args = ("--upstream", upstream, *args)
    with open("p_out", "wb") as out, open("p_err", "wb") as err, \
            started(*args, command="proxy", stdout=out, stderr=err, **more) as (process, ready):
        running = Proxy(process, ready)
        yield running
        process.send_signal(end)
        running.done = program.noted(("proxy", *args), ended(process), "p_out", "p_err")


def entries(name):
    return json.loads(pathlib.Path(name).read_text(encoding="utf-8"))["log"]["entries"]


def json_lines(done):
    return [json.loads(line) for line in done.err.splitlines() if line.startswith("{")]


def findings(done):
    """Of the log, a JSON line a request."""
    return [finding for line in json_lines(done) for finding in line.get("findings") or ()]


def none_told(words, *texts):
    equal("words that must not be told", [], [word for word in words if any(word in one for one in texts)])


def read(name):
    return pathlib.Path(name).read_text(encoding="utf-8", errors="replace")


def judge(har, *args):
    return zim("contract", "judge", har, *args)


def code_of(name, expected, url, action, body, **more):
    code, headers, document = post(url, action, body, **more)
    equal(f"{name}: Code", expected, code)
    return headers, document


# --- what is right ----------------------------------------------------------------------------------------------


def everything_kept(upstream):
    with proxy(upstream, "--har", "traffic.har", end=signal.SIGINT) as running:
        case("the first line is that of the ready file, with the url on loopback")
        equal("the first line", running.ready, json.loads(read("p_out")))
        check("http://127.0.0.1:PORT", re.fullmatch(r"http://127\.0\.0\.1:[0-9]+", running.url), running.url)
        case("an archive is there before any traffic")
        log = json.loads(read("traffic.har"))["log"]
        equal("the archive", ([], "1.2", "zimmock"), (log["entries"], log["version"], log["creator"]["name"]))
        code_of("a registration through the proxy", 0, running.url, "UserRegister", {"UserInfo": [{"UserId": "alice"}, {"UserId": "bob"}]})
        for n in (1, 2, 3):
            code_of(f"import {n}", 0, running.url, "ImportPeerMsg", text(str(n), at=now_ms - 5000 + n))
        headers, _ = code_of("a query", 0, running.url, "QueryPeerMsg", USERS)
        case("the archive is whole while traffic goes on")
        equal("entries", 5, len(entries("traffic.har")))
        case("headers come through, both ways, and nothing is added")
        check("the headers of the mock", headers["Content-Type"] == "application/json" and "X-Zimmock-Warn" not in headers, headers)
    case("nothing broken")
    running.done.expect(0, err=("zimmock: " + KEPT, "QueryPeerMsg app 12345 code 0"))
    case("the archive")
    for entry in entries("traffic.har"):
        check("the signature is redacted", "Signature=***" in entry["request"]["url"], entry["request"]["url"])
        equal("Code, status, method", (0, 200, "POST"), (
            json.loads(entry["response"]["content"]["text"])["Code"], entry["response"]["status"], entry["request"]["method"]))
        equal("headers of the listener's own", [], [one["name"] for one in entry["request"]["headers"]
                                                    if one["name"].lower() in ("remote_addr", "local_addr")])
    equal("mode", 0o600, os.stat("traffic.har").st_mode & 0o777)
    case("contract judge finds the same")
    done = judge("traffic.har").expect(0, out=(rf"\n{KEPT}$", "client kept +auth.nonce-fresh +5", r"server kept +query.item-members +1",
                                               "server kept +query.msg-id-exact +1"))
    check("no word on a signature that was redacted", "auth.signature-matches" not in done.out, done)
    case("contract judge --json")
    document = json.loads(judge("traffic.har", "--json").expect(0).out)
    equal("the document", ("kept", 5, 0, [], 5), (*(document[name] for name in ("verdict", "calls", "client_broke", "findings")),
                                                  document["entries"]["total"]))
    case("contract judge of stdin")
    zim("contract", "judge", "-", stdin=pathlib.Path("traffic.har").read_bytes()).expect(0)


def control_api(upstream):
    """The mock would take the proxy, a program of its own machine that sends a Host of its own, for its owner."""
    def not_control(what, path, **headers):
        case(f"{what}: {path}")
        connection = connect(running.url)
        connection.putrequest("GET", path, skip_host="Host" in headers)
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders()
        answer = connection.getresponse()
        body = answer.read().decode()
        check("no answer of the control API", answer.status != 200 and "server_secret" not in body and '"tenants"' not in body, body)
        return answer.status, body

    with proxy(upstream, "--har", "control.har", "--log", "json") as running:
        status, body = not_control("the control API through the proxy", f"/_zimmock/v1/tenants/{APP}", Host="evil.example")
        equal("status", 403, status)
        check("it says why", "control API of a mock is not passed on" in body, body)
        for path in ("/x/../_zimmock/v1/tenants", "/./_zimmock/v1/tenants", "//_zimmock/v1/tenants"):
            not_control("as", path)
        port = urllib.parse.urlsplit(upstream).port
        status, body = not_control("a target that names another host", f"@127.0.0.1:{port}/_zimmock/v1/tenants")
        equal("status", 400, status)
        check("it says why", "expected a path that begins with /" in body, body)


def secrets_in_wrong_places(upstream):
    for log in ("json", "text"):
        case(f"a secret or a signature in a wrong place, --log {log}")
        with proxy(upstream, "--har", "leaks.har", "--log", log) as running:
            signed = target("QueryPeerMsg")
            post(running.url, "QueryPeerMsg", USERS, path="/?Action=QueryPeerMsg;" + signed[2:].replace("&", ";"))
            post(running.url, "QueryPeerMsg", USERS, path=urllib.parse.unquote(target("QueryPeerMsg", AppId=f"{APP}:{SECRET}")))
            signed = target("QueryPeerMsg", SignatureNonce=SECRET)
            post(running.url, "QueryPeerMsg", {**USERS, "Nested": [{"Signature": program.signature_of(signed)}]}, path=signed)
            signed = target("QueryPeerMsg")
            post(running.url, "QueryPeerMsg", f"Sign%61ture%3d{program.signature_of(signed)};x=1", path=signed)
        case(f"not in the archive, in the log ({log}) or in the summary")
        equal("entries", 4, len(entries("leaks.har")))
        equal("leaks", [], leaks(read("leaks.har") + read("p_err") + read("p_out")))
        case("nor in what contract judge says of the archive")
        judge("leaks.har").expect(1)


# --- what is wrong ----------------------------------------------------------------------------------------------


def something_broken(upstream):
    with proxy(upstream, "--har", "traffic.har", "--log", "json") as running:
        headers, _ = code_of("a refusal comes through", 660000002, running.url, "ImportPeerMsg",
                             {**USERS, "MessageType": 99, "Priority": 2, "MessageBody": {"Message": "x"}, "ImportedUserId": "alice"})
        check("explained", "import.type" in headers["X-Zimmock-Explain"], headers)
        again = target("QueryPeerMsg")
        post(running.url, "QueryPeerMsg", USERS, path=again)
        case("a nonce again: the mock warns, and that comes through")
        headers, _ = code_of("again", 0, running.url, "QueryPeerMsg", USERS, path=again,
                             **{"Authorization": "Bearer bearer-token-1", "Cookie": "id=cookie-value-1"})
        check("X-Zimmock-Warn", "auth.nonce-fresh" in headers["X-Zimmock-Warn"], headers)
        code_of("a wrong signature", 100000005, running.url, "QueryPeerMsg", USERS,
                path=target("QueryPeerMsg", Signature="0123456789abcdef0123456789abcdef"))
        case("a request that is not of this API passes unjudged")
        connection = connect(running.url)
        connection.request("GET", "/elsewhere")
        equal("status", 404, connection.getresponse().status)
        connection.close()
    case("findings")
    running.done.expect(1, err=(
        "zimmock: 4 calls judged: the client broke 3 rules, the service none; 1 other requests passed on unjudged",
        r"client BROKEN +import\.type +1 of 1", r"client import\.type: /MessageType: expected .*, got 99 \(call 1\)",
        r"client auth\.nonce-fresh: .* again \(call 3\)", r"client auth\.signature-matches: "))
    case("a JSON line a request")
    equal("lines", 5, len(json_lines(running.done)))
    equal("findings", ["auth.nonce-fresh", "auth.signature-matches", "import.type"], sorted({one["rule"] for one in findings(running.done)}))
    case("no secret in the archive or the log")
    none_told(("bearer-token-1", "cookie-value-1", SECRET), read("traffic.har"), running.done.err)
    equal("leaks", [], leaks(read("traffic.har") + running.done.err))
    case("contract judge finds the same but the signature, which is redacted")
    judge("traffic.har").expect(1, out=(r"client import\.type: /MessageType: expected .*, got 99 \(entry 1\)",
                                        r"client auth\.nonce-fresh: .* \(entry 3\)",
                                        "4 calls judged: .*; 1 of 5 entries skipped: 1 of something else$"))
    case("--allow")
    two = ("--allow", "import.type", "--allow", "auth.nonce-fresh")
    # The refused signature is the client's where it cannot be checked.
    judge("traffic.har", *two).expect(0, 1, out=r"client allowed +import\.type")
    judge("traffic.har", *two, "--allow", "auth.signature-matches").expect(0)


def notes(upstream):
    case("the vendor's nonces, a user again, an operation that is not emulated, the same message twice")
    with proxy(upstream, "--har", "notes.har", "--log", "json") as running:
        for nonce in ("15215528852396", "k3f9x0zq1bd"):
            post(running.url, "UserRegister", {"UserInfo": [{"UserId": "alice"}]}, path=target("UserRegister", SignatureNonce=nonce))
        post(running.url, "SendPeerMessage", {})
        twice = text("twice", at=int(time.time()) * 1000 - 1000)
        code_of("an import", 0, running.url, "ImportPeerMsg", twice)
        code_of("the same import", 0, running.url, "ImportPeerMsg", twice)
    running.done.expect(0, err=(
        r"client \(note\) auth\.nonce-form: [^\n]* \(2 times in 2 forms, first in call 1\)", r"client noted +register\.user-is-new +2 of 2",
        r"note: ImportPeerMsg: the same message was sent again after it had been accepted: two messages \(call 5\)", "zimmock: " + KEPT))
    equal("severities", {"note"}, {one["severity"] for one in findings(running.done)})
    judge("notes.har").expect(0, out=KEPT + "$")


def broken_each_time(upstream):
    case("a rule that is broken with other milliseconds each time is one line")
    with proxy(upstream, "--har", "order.har", "--log", "off") as running:
        for n in (1, 2, 3, 4):
            code_of("an import that is earlier than the one before", 0, running.url, "ImportPeerMsg",
                    text(str(n), owner="bob", at=now_ms - 5000 - n * 100))
    running.done.expect(1, err=r"client import\.oldest-first: [^\n]*, got 100 ms earlier \(3 times in 3 forms, first in call 2\)")
    equal("lines", 1, len(re.findall(r"(?m)^client import\.oldest-first: ", running.done.err)))
    case("--json has each of them")
    document = json.loads(judge("order.har", "--json").expect(1).out)
    equal("counts", [1, 1, 1], [one["count"] for one in document["findings"]
                                if (one["rule"], one["severity"]) == ("import.oldest-first", "breach")])


class Wrong(http.server.BaseHTTPRequestHandler):
    """A service whose answers lack what they must have, and tell what they were sent."""
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(200)
        for name, value in (("Content-Type", "application/json"), ("Content-Length", "10"), ("Set-Cookie", "session=cookie-value-2"),
                            ("X-Seen", ",".join(sorted(name.lower() for name in self.headers)))):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(b'{"Code":0}')

    def log_message(self, *_):
        pass


def a_wrong_service():
    """Its URL, where nobody answers any more."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Wrong)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_address[1]}"
    with proxy(url, "--har", "traffic.har", "--log", "off", end=signal.SIGINT) as running:
        case("what the upstream gets: the headers sent, and none added")
        connection = connect(running.url)
        connection.putrequest("POST", target("ImportPeerMsg"), skip_accept_encoding=True)
        for name, value in (("X-Mine", "1"), ("Connection", "X-Hop"), ("X-Hop", "1"), ("Content-Type", "application/json"),
                            ("Content-Length", "2")):
            connection.putheader(name, value)
        connection.endheaders(b"{}")
        answer = connection.getresponse()
        equal("X-Seen", "content-length,content-type,host,x-mine", answer.headers["X-Seen"])
        equal("Set-Cookie", "session=cookie-value-2", answer.headers["Set-Cookie"])
        answer.read()
    case("the service is told apart from the client")
    running.done.expect(1, err=(r"server BROKEN +answer\.message", r"server BROKEN +import\.answer-ids", r"client BROKEN +body\.member-present"))
    none_told(("cookie-value-2",), read("traffic.har"))
    server.shutdown()
    server.server_close()
    return url


def nobody_there(url, upstream):
    case("an upstream that is gone")
    with proxy(url, "--har", "traffic.har", end=signal.SIGINT) as running:
        connection = connect(running.url)
        connection.request("POST", target("QueryPeerMsg"), json.dumps(USERS), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        equal("status and type", (502, "text/plain"), (answer.status, answer.headers["Content-Type"]))
        body = answer.read().decode()
        check("it says why", re.match(r"zimmock proxy: http://127\.0\.0\.1:[0-9]+: could not connect: ", body), body)
    running.done.expect(3, err=r"QueryPeerMsg app 12345 status 502 \| http://127\.0\.0\.1:[0-9]+: could not connect")
    entry = entries("traffic.har")[0]
    equal("the status in the archive", 0, entry["response"]["status"])
    check("its error", "could not connect" in (entry.get("_error") or entry["response"]["_error"]), entry)
    case("nothing passed, and --quiet")
    with proxy(upstream, "--quiet") as running:
        pass
    check("no summary", "judged" not in running.done.expect(3).err, running.done)


def cannot_be_written(upstream):
    if os.access("/dev/full", os.W_OK):
        refuses("a full disk at the start", 1, "/dev/full: could not write the archive: No space", "proxy", "--upstream", upstream,
                "--har", "/dev/full")
    case("a full disk later on")
    few = 8 * 1024  # bytes: a few entries
    with proxy(upstream, "--har", "small.har", "--log", "off", end=signal.SIGINT,
               preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (few, resource.RLIM_INFINITY))) as running:
        for n in range(10):
            code_of(f"call {n} is answered all the same", 0, running.url, "QueryPeerMsg", USERS)
    running.done.expect(1, err=r"small\.har: could not write the archive: File too large; recording has ended")
    case("what was recorded until then is whole")
    check("entries", entries("small.har"), "none")


def usage(upstream):
    refuses("no such file", 2, r"none\.har: could not open", "contract", "judge", os.path.abspath("none.har"))
    pathlib.Path("bad.har").write_text('{"log":{}}\n', encoding="utf-8")
    refuses("not an archive", 2, r"bad\.har: /log/entries: expected an array", "contract", "judge", os.path.abspath("bad.har"))
    refuses("an unknown rule", 2, r"--allow: expected the id of a rule .*did you mean import\.type", "contract", "judge", "traffic.har",
            "--allow", "import.typ")
    refuses("an upstream that is none", 2, "--upstream: .*expected", "proxy", "--upstream", "nowhere")
    refuses("a log that is none", 2, "--log: expected json, text, off", "proxy", "--upstream", upstream, "--log", "loud")
    refuses("an address in use", 1, "could not listen", "proxy", "--upstream", upstream, "--listen", upstream.removeprefix("http://"))
    refuses("a CA file that is none", 2, "could not read the CA file", "proxy", "--upstream", upstream, "--ca-file", os.path.abspath("none.pem"))
    case("zero checks are no success")
    pathlib.Path("other.har").write_text('{"log":{"entries":[{"request":{"method":"GET","url":"https://example.com/"}}]}}', encoding="utf-8")
    judge("other.har").expect(3, out="nothing was judged; 1 of 1 entries skipped: 1 of something else$")


with program.own_folder():
    with program.mock() as mock:
        everything_kept(mock["url"])
        control_api(mock["url"])
        secrets_in_wrong_places(mock["url"])
        something_broken(mock["url"])
        notes(mock["url"])
        broken_each_time(mock["url"])
        nobody_there(a_wrong_service(), mock["url"])
        cannot_be_written(mock["url"])
        usage(mock["url"])
program.finish(100)
