"""Descriptors that are closed, full or never read, and SIGHUP. ZIMMOCK: the program."""
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(1, os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "support", "py"))
import program  # noqa: E402
from program import LIMIT, ZIMMOCK, call, check, connect, ended, environment, equal, record, register, run, started, target  # noqa: E402

FULL, CLOSED, NO_INPUT = "2>/dev/full", "2>&-", "0<&- 2>&-"


def redirected(redirection, *args, env):
    """The program with what a shell makes of its descriptors; stderr is kept where it still can be."""
    script = f'exec "$0" "$@" {redirection}'
    command = ["sh", "-c", script, ZIMMOCK, *args]
    try:
        return subprocess.run(command, env=env, stdin=subprocess.DEVNULL, capture_output=True, timeout=LIMIT, check=False)
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, "alive", b"", b"")


def keeps_its_code(env, control):
    """Whatever becomes of stderr, a command ends as it does with a good one; without stdout, it fails and says so."""
    there = environment(ZIM_ENDPOINT=control, ZIMMOCK_CONTROL=control)
    nowhere = environment(ZIM_ENDPOINT="http://127.0.0.1:1", ZIMMOCK_CONTROL="http://127.0.0.1:1")
    rows = [  # exit code (None: whatever it is with a good stderr), what is printed on stdout, environment, arguments
        (None, False, env, "exec --log off -- true"), (3, False, env, "exec --log off -- sh -c exit\t3"), (2, False, env, "exec"),
        (127, False, env, "exec -- ./nothere"), (1, False, env, "exec --log json -- sh -c curl\t-so\tout\t$ZIM_ENDPOINT\t-d\t{}"),
        (2, False, env, "nothing"), (0, True, env, "--help"), (2, False, env, "serve --port 99999"), (2, False, env, "proxy --upstream bad"),
        (0, True, env, "ca --ca-dir ca"), (2, False, env, "sign --action Nope"), (0, True, env, "sign"),
        (2, False, env, "migrate nothere"), (0, True, env, "migrate in.jsonl"), (0, True, env, "migrate in.jsonl --json"),
        (1, True, env, "migrate bad.jsonl --format zim"), (2, False, env, "migrate status nothere"),
        (5, False, nowhere, "query --as ann --peer bob"), (0, True, there, "query --as ann --peer bob --all"),
        (0, True, there, "view --as ann --peer bob --sdk 2.8.0"), (0, True, env, "list rules"), (0, True, env, "list rules --json"), (2, False, env, "list nothing"),
        (2, False, env, "contract explain nothing"), (0, True, env, "contract explain 660800046"),
        (5, False, nowhere, "env"), (0, True, there, "env"), (1, False, there, "tenant show --app-id 4"),
        (0, True, there, "state export"), (2, False, there, "clock set noon"), (0, True, there, "device list"),
        (2, False, there, "fault add nope"), (2, False, there, "requests --action Nope"), (0, True, there, "requests --limit 1"),
        (1, True, there, "verify --action UserRegister --count 77"), (0, True, there, "wait --action UserRegister"),
        (5, False, nowhere, "healthcheck"),
    ]
    for expected, prints, variables, text in rows:
        args = [word.replace("\t", " ") for word in text.split(" ")]
        plain = redirected("", *args, env=variables)
        if expected is None:
            expected = plain.returncode
        equal(f"{text}: exit code", expected, plain.returncode)
        check(f"{text}: stdout", (len(plain.stdout) > 0) == prints, plain.stdout)
        for redirection in FULL, CLOSED, NO_INPUT:
            got = redirected(redirection, *args, env=variables)
            equal(f"{text} {redirection}: exit code", expected, got.returncode)
            check(f"{text} {redirection}: stdout", (len(got.stdout) > 0) == prints, got.stdout)
        for redirection in (">/dev/full", ">&-") if prints else ():
            got = redirected(redirection, *args, env=variables)
            equal(f"{text} {redirection}: exit code", expected or 1, got.returncode)
            lines = [line for line in got.stderr.decode().splitlines() if line.startswith("zimmock: stdout: could not write: ")]
            check(f"{text} {redirection}: it is said once, and nothing crashes", len(lines) == 1 and b"terminate" not in got.stderr, got.stderr)


def nobody_reads(arguments, command, reply):
    """More log lines than a pipe holds, and nobody who reads them: every call is answered, and SIGTERM ends it."""
    pipe_reader, pipe_writer = os.pipe()
    with started(*arguments, command=command, stderr=pipe_writer) as (process, ready):
        connection = connect(ready["url"])
        for number in range(60):
            # A line of the log holds the action.
            code, _ = call(connection, "X" * 5000, {})
            if code != reply:
                check(f"{command}, stderr unread: call {number} is answered", False, code)
                break
        else:
            check(f"{command}, stderr unread: 60 calls are answered", True)
        process.send_signal(signal.SIGTERM)
        equal(f"{command}, stderr unread: exit code on SIGTERM", {"serve": 0, "proxy": 1}[command], ended(process))
    os.close(pipe_reader)
    os.close(pipe_writer)


def dropped_lines_are_counted():
    """More lines than the queue holds, and nobody who reads until the end: the log says how many are missing, and where."""
    reader, writer = os.pipe()
    calls = 2000
    lines = []
    missing = []  # what is said of them
    with started("--log", "json", stderr=writer) as (process, ready), os.fdopen(reader, "rb") as log:
        os.close(writer)
        connection = connect(ready["url"])
        for _ in range(calls):
            call(connection, "X" * 5000, {})
        while sum(missing) + len(lines) < calls:
            line = program.json.loads(log.readline())
            if line.get("level") == "warning" and "missing here" in line["message"]:
                missing.append(int(line["message"].split()[0]))
            else:
                lines.append(line)
        process.send_signal(signal.SIGTERM)
        equal("dropped lines: exit code", 0, ended(process))
    check("dropped lines are told", len(missing) > 0, lines[-1])
    equal("dropped lines and the others are all the calls", calls, sum(missing) + len(lines))


def exec_unread():
    script = ('for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do '
              'curl -s --max-time 250 "$ZIM_ENDPOINT/?Action=$LONG" -d "{}" || exit 9; done >/dev/null 2>&1; exit 7')
    pipe_reader, pipe_writer = os.pipe()
    process = subprocess.Popen([ZIMMOCK, "exec", "--log", "json", "--ca-dir", "ca", "--", "sh", "-c", script],
                               env=environment(LONG="X" * 5000), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=pipe_writer)
    equal("exec, stderr unread: the command's exit code", 7, ended(process))
    os.close(pipe_reader)
    os.close(pipe_writer)


def read_late():
    """A log that is read only after the mock has been told to stop is whole."""
    reader, writer = os.pipe()
    with started("--log", "json", stderr=writer) as (process, ready):
        os.close(writer)
        connection = connect(ready["url"])
        for _ in range(20):
            call(connection, "X" * 5000, {})
        process.send_signal(signal.SIGTERM)
        with os.fdopen(reader, "rb") as log:
            lines = log.read().splitlines()
        equal("a log that is read late: lines", 20, len(lines))
        check("a log that is read late: whole lines", all(line.startswith(b'{"time":') and line.endswith(b"}") for line in lines), lines[-1])
        equal("a log that is read late: exit code", 0, ended(process))


def closed_descriptors():
    """With stdin and stderr closed, no connection takes their numbers: answers stay answers."""
    with started("--log", "json", through=("sh", "-c", 'exec "$0" "$@" 0<&- 2>&-')) as (process, ready):
        connections = [connect(ready["url"]) for _ in range(3)]
        for connection in connections:
            connection.connect()
        for turn in range(2):
            for number, connection in enumerate(connections):
                try:
                    code, _ = call(connection, "UserRegister", {"UserInfo": [{"UserId": f"u{turn}{number}"}]})
                except Exception as error:  # whatever else came over the connection
                    code = repr(error)
                equal(f"stdin and stderr closed: connection {number}, call {turn}", 0, code)
        process.send_signal(signal.SIGTERM)
        equal("stdin and stderr closed: exit code on SIGTERM", 0, ended(process))


def hang_up():
    """SIGHUP ends what serves, as SIGTERM does; where nohup has it ignored, it does nothing."""
    for command, arguments, code in (("serve", (), 0), ("proxy", ("--upstream", "http://127.0.0.1:1"), 3)):
        with started(*arguments, command=command) as (process, _):
            process.send_signal(signal.SIGHUP)
            equal(f"{command}: exit code on SIGHUP", code, ended(process))
        ignoring = {"preexec_fn": lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN)}
        with started(*arguments, command=command, **ignoring) as (process, ready):
            process.send_signal(signal.SIGHUP)
            code_of_call, _ = call(connect(ready["url"]), "UserRegister", {"UserInfo": [{"UserId": "ann"}]}) if command == "serve" else (0, 0)
            equal(f"{command}, SIGHUP ignored: still answers", 0, code_of_call)
            check(f"{command}, SIGHUP ignored: still runs", process.poll() is None)
            process.send_signal(signal.SIGTERM)
            equal(f"{command}, SIGHUP ignored: exit code on SIGTERM", code, ended(process))


def hang_up_migration():
    with started("--log", "off", "--clock", "real") as (process, ready):
        register(ready["url"], "ann", "bob")
        env = environment(ZIM_ENDPOINT=ready["url"])
        now_ms = int(time.time() * 1000)
        with open("long.jsonl", "w", encoding="utf-8") as file:
            file.writelines(record(f"m{i}", f"text {i}", now_ms - 600_000 + i * 1000) for i in range(150))
        command = ["migrate", "long.jsonl", "--execute", "--journal", "long.journal", "--settle", "200ms", "--progress", "off"]
        migration = subprocess.Popen([ZIMMOCK, *command, "--rate", "10"], env=env, stdin=subprocess.DEVNULL,
                                     stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        run("wait", "--action", "ImportPeerMsg", "--count", "3", "--timeout", "250s", env=environment(ZIMMOCK_CONTROL=ready["url"]))
        migration.send_signal(signal.SIGHUP)
        migration.send_signal(signal.SIGHUP)  # a terminal that goes away sends two
        told = migration.communicate(timeout=LIMIT)[1]
        equal("migrate: exit code on SIGHUP", 130, migration.returncode)
        check("migrate: SIGHUP is told", b"interrupted" in told, told)
        resumed = run(*command, "--rate", "off", env=env)
        equal("migrate: resumes after SIGHUP", 0, resumed.returncode)
        check("migrate: resumed and verified", b"300 of 300 imports are in ZIM" in resumed.stdout, resumed.stdout)


def main():
    folder = tempfile.mkdtemp()
    os.chdir(folder)
    try:
        now_ms = int(time.time() * 1000)
        with open("in.jsonl", "w", encoding="utf-8") as file:
            file.writelines(record(f"m{i}", f"text {i}", now_ms - 60_000 + i * 1000) for i in range(3))
        with open("bad.jsonl", "w", encoding="utf-8") as file:
            file.write("{]\n")
        with started("--log", "off") as (_, ready):
            register(ready["url"], "ann", "bob")
            equal("history", 0, run("migrate", "in.jsonl", "--execute", "--journal", "j", "--settle", "200ms",
                                    env=environment(ZIM_ENDPOINT=ready["url"])).returncode)
            run("device", "set", "ann", "2.8.0", env=environment(ZIMMOCK_CONTROL=ready["url"]))
            keeps_its_code(environment(), ready["url"])
        nobody_reads(("--log", "json"), "serve", 100000007)
        nobody_reads(("--log", "text"), "serve", 100000007)
        with started("--log", "off") as (_, ready):
            nobody_reads(("--upstream", ready["url"], "--log", "json"), "proxy", 100000007)
        dropped_lines_are_counted()
        exec_unread()
        read_late()
        closed_descriptors()
        hang_up()
        hang_up_migration()
    finally:
        os.chdir("/")
        shutil.rmtree(folder)
    program.finish(300)


if __name__ == "__main__":
    main()
