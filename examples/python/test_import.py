"""A test for Python's unittest: `python3 -m unittest`. ZIMMOCK is the program, if it is not on the PATH."""

import hashlib
import http.client
import json
import os
import secrets
import subprocess
import time
import unittest
import urllib.parse
import urllib.request

DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Mock:
    """A mock that is gone with this process, whatever becomes of it."""

    def __init__(self):
        program = os.environ.get("ZIMMOCK", "zimmock")
        self.process = subprocess.Popen(
            [program, "serve", "--port", "0", "--die-with-parent", "--log", "off"],
            stdout=subprocess.PIPE)
        self.ready = json.loads(self.process.stdout.readline())  # printed when it answers

    def close(self):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()

    def control(self, method, path, body=None):
        data = body.encode() if isinstance(body, str) else None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.ready["control_url"] + path, data, method=method)
        with DIRECT.open(request) as answer:
            text = answer.read().decode()
            return json.loads(text) if answer.headers["Content-Type"] == "application/json" else text


def import_text(url, app, text):
    """The client under test."""
    nonce, timestamp = secrets.token_hex(8), str(int(time.time()))
    signed = f"{app['app_id']}{nonce}{app['server_secret']}{timestamp}"
    query = urllib.parse.urlencode({
        "Action": "ImportPeerMsg", "AppId": app["app_id"], "SignatureNonce": nonce, "Timestamp": timestamp,
        "SignatureVersion": "2.0", "Signature": hashlib.md5(signed.encode()).hexdigest()})
    body = {"FromUserId": "alice", "ToUserId": "bob", "ImportedUserId": "alice", "MessageType": 1, "Priority": 2,
            "MessageBody": {"Message": text}}
    request = urllib.request.Request(f"{url}/?{query}", json.dumps(body).encode(), {"Content-Type": "application/json"})
    with DIRECT.open(request) as answer:
        return json.load(answer)["Code"]


class ImportTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.mock = Mock()
        cls.addClassCleanup(cls.mock.close)

    def test_a_lost_answer_does_not_mean_that_nothing_happened(self):
        app = self.mock.control("POST", "/tenants", {})
        tenant = f"/tenants/{app['app_id']}"
        self.mock.control("POST", f"{tenant}/state",
                          '{"Record":"user","UserId":"alice"}\n{"Record":"user","UserId":"bob"}\n')
        self.mock.control("POST", f"{tenant}/faults", {"fault": "drop-reply", "action": "ImportPeerMsg", "nth": 2})

        url = self.mock.ready["url"]
        self.assertEqual(import_text(url, app, "one"), 0)
        with self.assertRaises(http.client.RemoteDisconnected):
            import_text(url, app, "two")
        self.assertEqual(import_text(url, app, "three"), 0)

        lines = map(json.loads, self.mock.control("GET", f"{tenant}/state").splitlines())
        self.assertEqual([line["Message"] for line in lines if "Record" not in line], ["one", "two", "three"])
        verified = self.mock.control("POST", f"{tenant}/verify",
                                     {"action": "ImportPeerMsg", "count": 3, "no_findings": True})
        self.assertTrue(verified["ok"], verified["report"])


if __name__ == "__main__":
    unittest.main()
