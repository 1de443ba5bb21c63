#!/usr/bin/env python3
"""Bodies of control calls: who may not call is refused by the head alone; only a state is large, and it is not held whole."""

import http.client
import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import urllib.parse

MIB = 1 << 20
CONTROL = "/_zimmock/v1"
checks = failures = 0


def check(what, expected, got):
    global checks, failures
    checks += 1
    if got == expected:
        return
    failures += 1
    print(f"FAIL: {what}\n  expected {expected!r}\n  got      {got!r}"[:3000])


class Mock:
    def __init__(self, folder, *flags):
        ready = pathlib.Path(folder, "ready")
        ready.unlink(missing_ok=True)
        command = [os.environ["ZIMMOCK"], "serve", "--tls-listen", "off", "--log", "off", "--ready-file", str(ready), *flags]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE)
        line = self.process.stdout.readline()  # comes when it listens
        if not line:
            raise SystemExit("FAIL: no mock: " + " ".join(command))
        parts = urllib.parse.urlsplit(json.loads(line)["url"])
        self.port = parts.port

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.process.terminate()
        self.process.wait(60)
        self.process.stdout.close()

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port), timeout=60)

    def call(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            connection.request(method, CONTROL + path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def peak_bytes(self):
        """The most memory it had so far; None where the system does not tell."""
        try:
            lines = pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        except OSError:
            return None
        return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:")), None)


def grown(mock, act):
    before = mock.peak_bytes()
    act()
    after = mock.peak_bytes()
    return 0 if before is None else after - before


def answer_to_head(mock, head):
    """The status line that answers a head while its body is on its way. A byte of the body comes each second, so that the
    server cannot take it for one that has ended."""
    with mock.connect() as connection:
        connection.sendall(head.encode())
        connection.settimeout(1)
        for _ in range(30):
            try:
                return connection.recv(65536).split(b"\r\n")[0].decode()
            except socket.timeout:
                connection.sendall(b"x")
        return "no answer before the end of the body"


def head(target, *headers, length=1 << 30, method="POST"):
    lines = [f"{method} {target} HTTP/1.1", *headers, f"Content-Length: {length}"]
    return "\r\n".join(lines) + "\r\n\r\n"


def refused_by_the_head(folder):
    token = pathlib.Path(folder, "token")
    token.write_text("s3cr3t-token\n")
    loopback = "Host: 127.0.0.1"
    with Mock(folder, "--listen", "127.0.0.1:0", "--control-token-file", str(token)) as mock:
        check("no token", "HTTP/1.1 401 Unauthorized", answer_to_head(mock, head(CONTROL + "/tenants", loopback)))
        check("a wrong token", "HTTP/1.1 401 Unauthorized",
              answer_to_head(mock, head(CONTROL + "/tenants/12345/state", loopback, "Authorization: Bearer no")))
        check("another path", "HTTP/1.1 404 Not Found", answer_to_head(mock, head("/_zimmock/v2/tenants", loopback)))
        known = "Authorization: Bearer s3cr3t-token"
        check("no such call", "HTTP/1.1 404 Not Found", answer_to_head(mock, head(CONTROL + "/nowhere", loopback, known)))
        check("another method", "HTTP/1.1 405 Method Not Allowed",
              answer_to_head(mock, head(CONTROL + "/tenants", loopback, known, method="PUT")))
        check("no such tenant", "HTTP/1.1 404 Not Found",
              answer_to_head(mock, head(CONTROL + "/tenants/7/state", loopback, known)))
    with Mock(folder, "--listen", "127.0.0.1:0") as mock:
        check("a web page", "HTTP/1.1 403 Forbidden",
              answer_to_head(mock, head(CONTROL + "/tenants", loopback, "Origin: http://evil.example")))
        check("another name", "HTTP/1.1 403 Forbidden", answer_to_head(mock, head(CONTROL + "/tenants", "Host: evil.example")))
    with Mock(folder, "--listen", "0.0.0.0:0") as mock:
        check("an address that others reach", "HTTP/1.1 403 Forbidden",
              answer_to_head(mock, head(CONTROL + "/tenants/12345/state", loopback, method="PUT")))
        with mock.connect() as connection:  # a small body that is refused does not end the connection
            for _ in range(2):
                connection.sendall((head(CONTROL + "/tenants", loopback, length=5) + "12345").encode())
                answer = http.client.HTTPResponse(connection)
                answer.begin()
                answer.read()
                check("one connection", 403, answer.status)


def small_bodies(mock):
    status, text = mock.call("POST", "/tenants", b" " * (MIB - 2) + b"{}")
    check("1 MiB", 201, status)
    for size in (MIB + 1, 5 * MIB):
        status, text = mock.call("POST", "/tenants", b" " * size)
        expected = (f"body: expected at most {MIB} bytes, got {size}; only the import of a state (PUT or POST .../state) may "
                    "be larger")
        check(f"{size} bytes", (400, expected), (status, json.loads(text)["error"]))
    growth = grown(mock, lambda: mock.call("POST", "/tenants/12345/verify", b" " * (128 * MIB)))
    check("a body that is too large is not held", True, growth < 64 * MIB)
    with mock.connect() as connection:  # as curl -X POST sends it
        connection.sendall(f"POST {CONTROL}/tenants HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        check("no body, and no length", 201, answer.status)


def message(number):
    return json.dumps({"FromUserId": "alice", "ToUserId": "bob", "MessageType": 1, "Message": f"m{number}",
                       "SendMessageTime": 1_790_000_000_000 + number})


def states(mock):
    state = "/tenants/12345/state"
    document = "\n".join(message(number) for number in range(2000)).encode()  # no line break at the end
    pieces = [document[at:at + 997] for at in range(0, len(document), 997)]
    status, text = mock.call("PUT", state, iter(pieces))  # chunked
    check("a state that is cut anywhere", (200, {"users": 2, "devices": 0, "messages": 4000}), (status, json.loads(text)))
    before = mock.call("GET", state)
    check("its export", 4003, before[1].count("\n"))
    for method in ("PUT", "POST"):
        status, text = mock.call(method, state, iter([*pieces, b'\n{"Record":"user"}\n', document]))
        check(f"{method} of a state with a bad line", (400, True), (status, json.loads(text)["error"].startswith("line 2001: ")))
        check("which changes nothing", before, mock.call("GET", state))
    with mock.connect() as connection:
        connection.sendall(head(CONTROL + state, "Host: localhost", length=len(document), method="PUT").encode())
        connection.sendall(document[:len(document) // 2])
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(65536):
            pass
    check("a state that is cut off changes nothing", before, mock.call("GET", state))
    status, text = mock.call("POST", state, message(1).encode() + b"\n" + b"x" * (MIB + 1))
    check("a line that is too long", (400, f"line 2: expected at most {MIB} bytes, got more"),
          (status, json.loads(text)["error"]))
    blank = b" " * (MIB // 16 - 1) + b"\n"
    growth = grown(mock, lambda: check("a large state", 200, mock.call("POST", state, iter([blank] * 2048))[0]))
    check("which is not held whole", True, growth < 64 * MIB)
    check("and had nothing", before, mock.call("GET", state))


with tempfile.TemporaryDirectory(prefix="zimmock-bodies.") as folder:
    refused_by_the_head(folder)
    with Mock(folder, "--listen", "127.0.0.1:0") as mock:
        small_bodies(mock)
        states(mock)
print(f"control_bodies.py: {checks} checks, {failures} failed")
sys.exit(failures > 0)
