"""A control API that knows nothing: it records what it is sent and answers what the script has put into a file.

control_stub.py FOLDER writes its port to FOLDER/port and a JSON object a request to FOLDER/seen. FOLDER/answers has
"METHOD /path?query" -> {"status", "json" or "text", "type", "delay_s"}; what is not in it is answered with 404.
"""
import http.server
import json
import os
import sys
import time

FOLDER = sys.argv[1]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        seen = {"method": self.command, "path": self.path, "body": body,
                "headers": {name.lower(): value for name, value in self.headers.items()}}
        with open(os.path.join(FOLDER, "seen"), "a", encoding="utf-8") as out:
            out.write(json.dumps(seen) + "\n")
        with open(os.path.join(FOLDER, "answers"), encoding="utf-8") as answers:
            wanted = json.load(answers).get(f"{self.command} {self.path}")
        if wanted is None:
            wanted = {"status": 404, "json": {"error": f"no such path: {self.path}"}}
        time.sleep(wanted.get("delay_s", 0))
        text = wanted.get("text", json.dumps(wanted.get("json")))
        self.send_response(wanted.get("status", 200))
        self.send_header("Content-Type", wanted.get("type", "application/json"))
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    do_GET = do_POST = do_PUT = do_DELETE = answer

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, *_):  # a client that did not wait for its answer
        pass


server = Server(("127.0.0.1", 0), Handler)
with open(os.path.join(FOLDER, "port.new"), "w", encoding="utf-8") as port:
    port.write(str(server.server_address[1]))
os.rename(os.path.join(FOLDER, "port.new"), os.path.join(FOLDER, "port"))
server.serve_forever()
