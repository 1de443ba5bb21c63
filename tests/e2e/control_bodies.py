#!/usr/bin/env python3
"""Bodies of control calls: who may not call is refused by the head alone; only a state is large, and it is not held whole."""

import contextlib
import http.client
import json
import os
import pathlib
import socket
import sys
import tempfile
import urllib.parse

sys.path.insert(1, os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "support", "py"))
import program  # noqa: E402
from program import equal, started  # noqa: E402

MIB = 1 << 20
CONTROL = "/_zimmock/v1"


class Mock:
    """A mock without TLS, by its sockets."""

    def __init__(self, process, ready):
        self.process, self.port = process, urllib.parse.urlsplit(ready["url"]).port

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


@contextlib.contextmanager
def mock_of(*flags):
    with started("--tls-listen", "off", "--log", "off", *flags) as (process, ready):
        yield Mock(process, ready)


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


def refused_by_the_head():
    token = pathlib.Path("token")
    token.write_text("s3cr3t-token\n")
    loopback = "Host: 127.0.0.1"
    with mock_of("--control-token-file", str(token)) as mock:
        equal("no token", "HTTP/1.1 401 Unauthorized", answer_to_head(mock, head(CONTROL + "/tenants", loopback)))
        equal("a wrong token", "HTTP/1.1 401 Unauthorized",
              answer_to_head(mock, head(CONTROL + "/tenants/12345/state", loopback, "Authorization: Bearer no")))
        equal("another path", "HTTP/1.1 404 Not Found", answer_to_head(mock, head("/_zimmock/v2/tenants", loopback)))
        known = "Authorization: Bearer s3cr3t-token"
        equal("no such call", "HTTP/1.1 404 Not Found", answer_to_head(mock, head(CONTROL + "/nowhere", loopback, known)))
        equal("another method", "HTTP/1.1 405 Method Not Allowed",
              answer_to_head(mock, head(CONTROL + "/tenants", loopback, known, method="PUT")))
        equal("no such tenant", "HTTP/1.1 404 Not Found",
              answer_to_head(mock, head(CONTROL + "/tenants/7/state", loopback, known)))
    with mock_of() as mock:
        equal("a web page", "HTTP/1.1 403 Forbidden",
              answer_to_head(mock, head(CONTROL + "/tenants", loopback, "Origin: http://evil.example")))
        equal("another name", "HTTP/1.1 403 Forbidden", answer_to_head(mock, head(CONTROL + "/tenants", "Host: evil.example")))
    with mock_of("--listen", "0.0.0.0:0") as mock:
        equal("an address that others reach", "HTTP/1.1 403 Forbidden",
              answer_to_head(mock, head(CONTROL + "/tenants/12345/state", loopback, method="PUT")))
        with mock.connect() as connection:  # a small body that is refused does not end the connection
            for _ in range(2):
                connection.sendall((head(CONTROL + "/tenants", loopback, length=5) + "12345").encode())
                answer = http.client.HTTPResponse(connection)
                answer.begin()
                answer.read()
                equal("one connection", 403, answer.status)


def small_bodies(mock):
    status, text = mock.call("POST", "/tenants", b" " * (MIB - 2) + b"{}")
    equal("1 MiB", 201, status)
    for size in (MIB + 1, 5 * MIB):
        status, text = mock.call("POST", "/tenants", b" " * size)
        expected = (f"body: expected at most {MIB} bytes, got {size}; only the import of a state (PUT or POST .../state) may "
                    "be larger")
        equal(f"{size} bytes", (400, expected), (status, json.loads(text)["error"]))
    growth = grown(mock, lambda: mock.call("POST", "/tenants/12345/verify", b" " * (128 * MIB)))
    equal("a body that is too large is not held", True, growth < 64 * MIB)
    with mock.connect() as connection:  # as curl -X POST sends it
        connection.sendall(f"POST {CONTROL}/tenants HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        equal("no body, and no length", 201, answer.status)


def message(number):
    return json.dumps({"FromUserId": "alice", "ToUserId": "bob", "MessageType": 1, "Message": f"m{number}",
                       "SendMessageTime": 1_790_000_000_000 + number})


def states(mock):
    state = "/tenants/12345/state"
    document = "\n".join(message(number) for number in range(2000)).encode()  # no line break at the end
    pieces = [document[at:at + 997] for at in range(0, len(document), 997)]
    status, text = mock.call("PUT", state, iter(pieces))  # chunked
    equal("a state that is cut anywhere", (200, {"users": 2, "devices": 0, "messages": 4000}), (status, json.loads(text)))
    before = mock.call("GET", state)
    equal("its export", 4003, before[1].count("\n"))
    for method in ("PUT", "POST"):
        status, text = mock.call(method, state, iter([*pieces, b'\n{"Record":"user"}\n', document]))
        equal(f"{method} of a state with a bad line", (400, True), (status, json.loads(text)["error"].startswith("line 2001: ")))
        equal("which changes nothing", before, mock.call("GET", state))
    with mock.connect() as connection:
        connection.sendall(head(CONTROL + state, "Host: localhost", length=len(document), method="PUT").encode())
        connection.sendall(document[:len(document) // 2])
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(65536):
            pass
    equal("a state that is cut off changes nothing", before, mock.call("GET", state))
    status, text = mock.call("POST", state, message(1).encode() + b"\n" + b"x" * (MIB + 1))
    equal("a line that is too long", (400, f"line 2: expected at most {MIB} bytes, got more"),
          (status, json.loads(text)["error"]))
    blank = b" " * (MIB // 16 - 1) + b"\n"
    growth = grown(mock, lambda: equal("a large state", 200, mock.call("POST", state, iter([blank] * 2048))[0]))
    equal("which is not held whole", True, growth < 64 * MIB)
    equal("and had nothing", before, mock.call("GET", state))


with tempfile.TemporaryDirectory(prefix="zimmock-bodies.") as folder:
    os.chdir(folder)
    refused_by_the_head()
    with mock_of() as mock:
        small_bodies(mock)
        states(mock)
    os.chdir("/")
program.finish(1)
