#!/usr/bin/env python3
"""zimmock exec: a command that knows only the vendor's address, against a mock of its own."""
import contextlib
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import time

sys.path.insert(1, os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "support", "py"))
import program  # noqa: E402
from program import SECRET, ZIMMOCK, case, check, ended, environment, equal, leaks, refuses, target, wait_for, zim  # noqa: E402

VENDOR = "https://zim-api.zego.im"
JSON = "Content-Type: application/json"
ANN, BOB = '{"UserInfo":[{"UserId":"ann"}]}', '{"UserInfo":[{"UserId":"bob"}]}'
NOTHING_SENT = r"^zimmock: exec: the command sent no request to the mock; .*--hermetic$"
LOST = ("--fault", "drop-reply,action=ImportPeerMsg,nth=1")


def variables(**more):
    return environment(ZIM_APP_ID=None, ZIM_SERVER_SECRET=None, **more)


def ex(*words, stdin=None, **more):
    return zim("exec", "--rate", "off", *words, env=variables(**more), stdin=stdin)


def curl(action, body, **changed):
    return ("curl", "-sS", f"{VENDOR}{target(action, **changed)}", "-H", JSON, "-d", body)


def json_of(done):
    """The document on stdout; {} and a failed check where it is none."""
    try:
        return json.loads(done.out)
    except ValueError:
        check("a JSON document on stdout", False, done)
        return {}


def configured(*bodies):
    """curl that sends a signed UserRegister for each body over one connection."""
    calls = [f'url = "{VENDOR}{target("UserRegister")}"\nheader = "{JSON}"\ndata = {json.dumps(body)}\noutput = "/dev/null"\n'
             for body in bodies]
    pathlib.Path("config").write_text("next\n".join(calls), encoding="utf-8")
    return "curl", "-sS", "-K", os.path.abspath("config")


# --- curl without a flag, and what the command gets -------------------------------------------------------------


def curl_without_a_flag():
    case("curl without a flag, to every vendor host")
    lines = []
    for host in ("zim-api", "zim-api-sha", "zim-api-hkg", "zim-api-fra", "zim-api-lax", "zim-api-bom", "zim-api-sgp"):
        body = json.dumps({"UserInfo": [{"UserId": host}]})
        lines.append(f"curl -sS 'https://{host}.zego.im{target('UserRegister')}' -H '{JSON}' -d '{body}' || exit\n")
    pathlib.Path("hosts.sh").write_text("".join(lines), encoding="utf-8")
    equal("good answers", 7, ex("--", "sh", "hosts.sh").expect(0, err=None).out.count('"Code":0'))
    case("another host is refused")
    ex("--", "curl", "-sS", "https://example.com/").expect(56, err="403")
    case("a request in absolute form, as axios 1.7 sends it, is served")
    script = 'curl -s --noproxy "*" --request-target "$1" "$HTTPS_PROXY" -H "$2" -d "$3"'
    done = ex("--", "sh", "-c", script, "sh", VENDOR + target("UserRegister"), JSON, ANN).expect(0, err=None)
    equal("Code", 0, json_of(done).get("Code"))
    case("plain proxying of another host is refused")
    ex("--", "sh", "-c", 'curl -s -i -x "$HTTPS_PROXY" http://example.com/; exit 4').expect(
        4, out=("^HTTP/1.1 405 ", "X-Zimmock-Explain: proxy: expected CONNECT"))


def what_the_command_gets(folder):
    case("the variables")
    nowhere = "http://192.0.2.1:1"
    proxies = {name: nowhere for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "HTTPS_PROXY", "https_proxy")}
    own = {**proxies, "NO_PROXY": "*", "no_proxy": "zego.im", "SSL_CERT_FILE": "/nowhere", "KEPT": "yes"}
    got = json_of(ex("--", "jq", "-nc", "env", **own))
    loopback = r"http://127[.]0[.]0[.]1:[0-9]+"
    check("HTTPS_PROXY on loopback", re.fullmatch(loopback, got["HTTPS_PROXY"]), got)
    equal("https_proxy", got["HTTPS_PROXY"], got["https_proxy"])
    equal("NO_PROXY and no_proxy", ["localhost,127.0.0.1,::1"] * 2, [got["NO_PROXY"], got["no_proxy"]])
    equal("other proxies", [None] * 4, [got.get(name) for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy")])
    equal("the CA for every stack", [f"{folder}/.local/share/zimmock/ca/ca.pem"] * 4,
          [got[name] for name in ("SSL_CERT_FILE", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")])
    equal("the App, and what was there before", ("12345", SECRET, "yes"),
          (got["ZIM_APP_ID"], got["ZIM_SERVER_SECRET"], got["KEPT"]))
    check("ZIM_ENDPOINT on loopback", re.fullmatch(loopback, got["ZIM_ENDPOINT"]), got)
    equal("ZIMMOCK_CONTROL", got["ZIM_ENDPOINT"] + "/_zimmock/v1", got["ZIMMOCK_CONTROL"])
    equal("Code", 0, json_of(ex("--", *curl("UserRegister", ANN), **own)).get("Code"))

    case("the variables of another App, and no proxy")
    got = json_of(ex("--app", "7:seventhsecret", "--proxy-listen", "off", "--", "jq", "-nc", "env"))
    equal("the App, and HTTPS_PROXY", ("7", "seventhsecret", None), (got["ZIM_APP_ID"], got["ZIM_SERVER_SECRET"], got.get("HTTPS_PROXY")))

    case("our own client follows the variables")
    pathlib.Path("one.jsonl").write_text(program.record("1", "hi", int(time.time()) * 1000 - 60_000), encoding="utf-8")
    path = f"{os.path.dirname(ZIMMOCK)}:{os.environ['PATH']}"
    ex("--", ZIMMOCK, "migrate", "one.jsonl", "--execute", PATH=path).expect(0, out="verified: all 2 of 2")

    case("stdin, stdout and arguments are untouched")
    equal("stdout", b"one\0two", ex("--", "cat", stdin=b"one\0two").raw)
    done = ex("--", "printf", "<%s>", "[1,2]", "{}", "", "a b", "-x", "--allow", "--", "serve")
    equal("stdout", "<[1,2]><{}><><a b><-x><--allow><--><serve>", done.out)

    case("the signal mask and dispositions are those we were started with")
    signals = ("sed", "-nE", r"s/^(Sig(Blk|Ign)):.*(.{7})$/\1 \3/p", "/proc/self/status")  # 1 to 28: glibc keeps 32 and 33 for itself
    outside = subprocess.run(signals, env=variables(), stdout=subprocess.PIPE, encoding="ascii", check=True).stdout
    equal("SigBlk and SigIgn", outside.rstrip(), ex("--", *signals).out)


# --- exit codes, and when nothing was tested --------------------------------------------------------------------


def exit_codes():
    for code in (4, 255):
        case(f"exit code {code}")
        ex("--", "sh", "-c", f"exit {code}").expect(code, err=NOTHING_SENT)
    case("a command that sends nothing and says that all is well")
    ex("--", "true").expect(3, err=NOTHING_SENT)
    ex("--findings", "ignore", "--", "true").expect(3)
    case("a client that refuses the certificate, and hides it")
    no_ca = os.path.abspath("no_ca")
    pathlib.Path(no_ca).write_bytes(program.run("ca", "--ca-dir", "other-ca").stdout)
    twice = 'curl -sS --cacert "$0" "$@"; curl -sS --cacert "$0" "$@"; exit 0'
    ex("--", "sh", "-c", twice, no_ca, VENDOR + target("UserRegister"), "-d", "{}").expect(
        3, err=r"sent no request to the mock: of 2 TLS connections none came to a request, so the client does not trust.*"
               r'\$SSL_CERT_FILE.*php -d curl\.cainfo="\$SSL_CERT_FILE"')
    case("its own exit code stays, and the reason is told")
    done = ex("--", "curl", "-sS", "--cacert", no_ca, VENDOR + target("UserRegister"), "-d", "{}")
    done.expect(err="of 1 TLS connection none came to a request")
    check("curl's exit code", done.code not in (0, 3), done)
    case("ended by a signal")
    ex("--", "sh", "-c", "kill -TERM $$").expect(143)


def refusals():
    def refused(what, code, pattern, *words):
        refuses(what, code, pattern, "exec", *words, env=variables())

    refused("a command that is not there", 127, 'exec: "no-such-command": could not run: No such file', "--", "no-such-command")
    pathlib.Path("data").write_text("data\n", encoding="utf-8")
    refused("a file that is not executable", 126, 'data": could not run: Permission denied', "--", os.path.abspath("data"))
    refused("no command", 2, "expected -- and a command", "--rate", "off")
    refused("no command after --", 2, "expected -- and a command", "--")
    refused("a command without --", 2, '"true": not expected', "true")
    refused("a misspelt flag", 2, "--hermtic.*did you mean.*--hermetic", "--hermtic", "--", "true")
    refused("findings that are none", 2, '--findings: expected fail, ignore, got "pass"', "--findings", "pass", "--", "true")
    refused("a rule that is none", 2, r'--allow: expected the id of a rule.*"body.is-jsn"; did you mean body\.is-json',
            "--allow", "body.is-jsn", "--", "true")
    refused("a proxy of its own and --hermetic", 2, "--hermetic", "--hermetic", "--proxy-listen", "127.0.0.1:0", "--", "true")
    refused("a mock that cannot start", 2, "--plan", "--plan", "gold", "--", "touch", os.path.abspath("ran"))
    case("then the command is not run")
    check("no file ran", not os.path.exists("ran"), os.listdir())


# --- findings, and what is none ---------------------------------------------------------------------------------


def findings():
    empty = '{"UserInfo":[]}'
    four = configured(empty, ANN, empty, '{"UserInfo":[{"UserId":"bob"}],"Extra":1}')
    case("findings are printed with their number, and end it with 1")
    done = ex("--", *four).expect(1, err=(
        r"^zimmock: exec: 2 × register\.list-not-empty: /UserInfo: expected [^\n]+, got [^\n]+\n",
        r"\nzimmock: exec: 1 × body\.member-known: [^\n]*Extra[^\n]*\n",
        r"\nzimmock: exec: 3 of 4 requests broke the contract; [^\n]*--allow[^\n]*$"))
    equal("lines on stderr", 3, len(done.err.splitlines()))
    case("a warning alone ends it with 1")
    done = ex("--allow", "register.list-not-empty", "--", *four).expect(1)
    equal("lines on stderr", 2, len(done.err.splitlines()))
    case("what is allowed is no finding")
    ex("--allow", "register.list-not-empty", "--allow", "body.member-known", "--", *four).expect(0, err=None)
    case("findings ignored")
    ex("--findings", "ignore", "--", *four).expect(0, err=None)
    case("a failing command's code stays, and the findings say what may be behind it")
    ex("--", "sh", "-c", " ".join(four) + "; exit 9").expect(9, err=r"2 × register\.list-not-empty")
    case("a wrong signature")
    done = ex("--", *curl("UserRegister", "{}", Signature="0" * 32)).expect(1, err=r"1 × auth\.signature-matches")
    equal("secrets on stderr", [], [word for word in leaks(done.err) if word == SECRET])
    case("one broken rule is one line, however often and in whatever forms it is broken")
    ex("--", *configured(*(f'{{"UserInfo":[{{"UserId":"u{i}"}}],"Extra{i}":1}}' for i in range(23)))).expect(
        1, err=r"^zimmock: exec: 23 × body\.member-known: [^\n]*Extra0[^\n]* \(the first of 23 forms\)\n[^\n]*23 of 23 requests[^\n]*$")


def no_findings():
    case("the vendor's own nonces are noted, and fail nothing")
    for nonce in ("15215528852396", "k3f9x0zq1bd"):
        done = ex("--", *curl("UserRegister", ANN, SignatureNonce=nonce))
        done.expect(0, err=r"^zimmock: exec: note: 1 × auth\.nonce-form: [^\n]*$")
        equal("Code", 0, json_of(done).get("Code"))
    case("a profile that has them refused makes them a breach")
    ex("--profile", "strict", "--", *curl("UserRegister", ANN, SignatureNonce="k3f9x0zq1bd")).expect(
        1, err=r"1 × auth\.nonce-form: .*1 of 1 requests broke the contract")
    case("registering a user again")
    ex("--", *configured(ANN, ANN, '{"UserInfo":[{"UserId":"ann"},{"UserId":"bob"}]}')).expect(
        0, err=r"^zimmock: exec: note: 2 × register\.user-is-new: [^\n]*$")
    case("an operation that zimmock does not emulate")
    ex("--", *curl("SendPeerMessage", "{}")).expect(0, err=(
        r"^zimmock: exec: nothing was judged: the request was for an operation that zimmock does not emulate\n",
        r"note: 1 × action\.emulated: .*SendPeerMessage"))


# --- duplicates, and what is written at the end -----------------------------------------------------------------


def import_script():
    """import.sh sends a signed ImportPeerMsg until an answer with Code 0 comes, and then ends with $1."""
    body = {"FromUserId": "ann", "ToUserId": "bob", "MessageType": 1, "Priority": 2, "MessageBody": {"Message": "hello"},
            "SendMessageTime": int(time.time()) * 1000 - 60_000, "ImportedUserId": "ann"}
    call = f"curl -s{{}} \"{VENDOR}/?$('{ZIMMOCK}' sign --action {{}})\" -H '{JSON}' -d '{{}}'"
    pathlib.Path("import.sh").write_text("\n".join((
        call.format("S -o /dev/null", "UserRegister", ANN), call.format("S -o /dev/null", "UserRegister", BOB), "for try in 1 2 3; do",
        "  " + call.format("", "ImportPeerMsg", json.dumps(body)) + " | grep '\"Code\":0' && exit $1", "done", "exit 9\n")), encoding="utf-8")
    return "sh", os.path.abspath("import.sh")


def read(name):
    return pathlib.Path(name).read_text(encoding="utf-8")


def duplicates():
    script = import_script()
    case("a message that is stored twice, because it was sent again without a look")
    ex(*LOST, "--state-out", "state", "--requests-out", "requests", "--", *script, 0).expect(1, err=(
        "1 × ImportPeerMsg: the same message was sent again after an attempt without a usable answer, and is stored twice",
        "1 message is stored twice; --allow-duplicates lets that pass"))
    case("what the mock held at the end, and what it was sent")
    equal("messages stored", 2, len(re.findall('"Message":"hello"', read("state"))))
    requests = [json.loads(line) for line in read("requests").splitlines()]
    equal("requests", ["ImportPeerMsg", "ImportPeerMsg", "UserRegister", "UserRegister"], sorted(one["action"] for one in requests))
    equal("attempts", [2, 1], sorted((one["attempt"]["number"] for one in requests if one["action"] == "ImportPeerMsg"), reverse=True))
    equal("mode", 0o600, os.stat("state").st_mode & 0o777)
    equal("secrets", [], [name for name in ("state", "requests") if SECRET in read(name)])
    ex(*LOST, "--allow-duplicates", "--", *script, 0).expect(0)
    ex(*LOST, "--findings", "ignore", "--", *script, 0).expect(0)
    case("a lost request that is sent again is stored once")
    ex("--fault", "reset,action=ImportPeerMsg,nth=1", "--", *script, 0).expect(0, err=None)
    case("they are the same as the commands print, and written when the command fails")
    now = '"$0" "$1" 0; "$2" state export >state.now; "$2" requests --json >requests.now; exit 7'
    ex("--state-out", "state", "--requests-out", "requests", "--", "sh", "-c", now, *script, ZIMMOCK).expect(7)
    equal("state", read("state.now"), read("state"))
    equal("requests", read("requests.now"), read("requests"))
    for option in ("--state-out", "--requests-out"):
        refuses(option + " where nothing can be written", 2, f"{option}: .*/none/x: could not write: No such file",
                "exec", option, os.path.abspath("none/x"), "--", "touch", os.path.abspath("ran"), env=variables())
    case("then the command is not run")
    check("no file ran", not os.path.exists("ran"), os.listdir())
    equal("files left", [], list(pathlib.Path(".").glob("*.tmp")))
    case("a line a request only with --log")
    done = ex("--log", "json", "--", *configured(ANN)).expect(0)
    equal("the action", "UserRegister", json.loads(done.err)["action"])


# --- signals ----------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def running(*command):
    """exec in a process group of its own, once the command has made the file up; its stdout goes to b_out."""
    pathlib.Path("up").unlink(missing_ok=True)
    with open("b_out", "wb") as out:
        process = subprocess.Popen([ZIMMOCK, "exec", "--", *command], env=variables(), stdin=subprocess.DEVNULL, stdout=out,
                                   stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        wait_for("the command running", lambda: os.path.exists("up"))
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def signals():
    sleeper = "touch up; exec sleep 1000"
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name)
        case(f"{name} is passed on")
        with running("sh", "-c", sleeper) as process:
            process.send_signal(number)
            equal("exit code", 128 + number, ended(process))
        case(f"a command that handles {name} decides how it ends")
        with running("bash", "-c", f"trap 'kill %1; exit 7' {name}; sleep 1000 & touch up; wait") as process:
            process.send_signal(number)
            equal("exit code", 7, ended(process))
    case("Ctrl-C reaches the command by itself, and once")
    with running("sh", "-c", sleeper) as process:
        os.killpg(process.pid, signal.SIGINT)
        equal("exit code", 130, ended(process))
    with running("bash", "-c", "trap 'echo INT; kill %1; exit 7' INT; sleep 1000 & touch up; wait; wait") as process:
        os.killpg(process.pid, signal.SIGINT)
        equal("exit code", 7, ended(process))
    equal("what it printed", "INT\n", read("b_out"))


with program.own_folder() as work:
    curl_without_a_flag()
    what_the_command_gets(work)
    exit_codes()
    refusals()
    findings()
    no_findings()
    duplicates()
    signals()
program.finish(100, commands_may_print_secrets=True)
