#!/usr/bin/env bash
# zimmock contract list, explain and run: the suite against the mock, a mock at a URL, and what is none.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh" || exit 1

HANG=240 # a whole suite takes its time under sanitizers

# --- the suite against the mock ---------------------------------------------------------------------------------------

CREDENTIALS=no
WHAT='the mock conforms, with no rule not exercised'
zim contract run --target mock --report "junit:$T/j.xml" --report "html:$T/h.html" --report "json:$T/r.json"
expect_rc 0
expect_out ' failed 0 .* not applicable 0 · NOT EXERCISED 0 - conforms$'
OUT=$(<"$T/r.json")
expect_out_json '.outcome == "conforms" and .contract_version == "2026-08" and (.cases | length) > 800'
expect_out_json '[.rules[] | select(.verdict != "pass")] == []'
expect_out_json '[.rules[] | select(.passed == 0)] == []'
WHAT='the reports are there'
expect_equal 0 "$(python3 -c 'import sys, xml.etree.ElementTree as x; print(sum(int(s.get("failures")) for s in x.parse(sys.argv[1]).iter("testsuite")))' "$T/j.xml")" 'failures in JUnit'
expect_equal 1 "$(grep -c '</html>' "$T/h.html")" 'end of the page'

WHAT='a selection'
zim contract run --only 'import.priority' --skip 'import.other-*'
expect_rc 0
expect_out 'Total 3 · passed 3 '
WHAT='one case by its name'
zim contract run --only 'user-id.allowed[char=!]' --report json
expect_rc 0
expect_out_json '[.cases[].name] == ["user-id.allowed[char=!]"]'
refuses 'a pattern that matches nothing' 2 '"no-such-case" matches no case and no rule' contract run --only no-such-case
refuses 'a known failure that matches nothing' 2 'matches no case' contract run --known-failing 'x.*'
refuses 'an unknown format' 2 'expected FORMAT or FORMAT:FILE .* got "juint:x"; did you mean junit' contract run --report juint:x
refuses 'two reports on stdout' 2 'only one report can go to stdout' contract run --report json --report md
refuses 'no such file' 2 'known.txt' contract run --known-failing "@$T/known.txt"
printf '# nothing fails here\nimport.priorities[priority=1]  # it does not\n' >"$T/known.txt"
WHAT='a known failure that passes fails the run'
zim contract run --only import.priority --known-failing "@$T/known.txt"
expect_rc 1
expect_out 'FIXED: import.priorities\[priority=1\]'
refuses 'a report that cannot be written, before a call is made' 2 '--report: .*r\.json: could not write: No such file' \
  contract run --target http://127.0.0.1:1 --only import.priority --report "json:$T/no/such/folder/r.json"
WHAT='a dry run sends nothing'
zim contract run --only 'import.to-oneself' --target http://127.0.0.1:1 --allow-writes --dry-run
expect_rc 0
expect_out 'POST "ImportPeerMsg"'
expect_out '2 calls of 1 cases; 0 cases would not be applicable. Nothing was sent.$'

# --- list and explain -------------------------------------------------------------------------------------------------

WHAT='every rule, with its page'
zim contract list --json
expect_rc 0
expect_out_json 'length > 120 and all(.[]; .cases > 0 and .page != "" and .read == "2026-08")'
zim contract list --mark assumed --json
expect_out_json 'length > 0 and all(.[]; .mark == "assumed")'
zim contract list --cases --binds server --json
expect_out_json 'length > 100 and all(.[]; .kind | IN("accepts", "refuses", "behaves"))'
WHAT='a rule is explained'
zim contract explain query.next-is-opaque
expect_rc 0
expect_out 'assumed, binds server and client'
expect_out 'next_bits'
WHAT='a code is explained'
zim contract explain 660300005
expect_rc 0
expect_out 'rate.per-operation'
refuses 'a code that nobody has' 2 'no code 4711' contract explain 4711
refuses 'a rule that nobody has' 2 'did you mean query.limit' contract explain query.limt

# --- a service at a URL -----------------------------------------------------------------------------------------------

start_mock
CREDENTIALS=yes
WHAT='without writes, only what writes nothing'
zim contract run --target "$URL" --rate 0
expect_rc 3
expect_out 'not applicable: needs writes, which were not allowed \(--allow-writes\)'
WHAT='with writes, all that needs no steering'
zim contract run --target "$URL" --rate 0 --allow-writes --report "json:$T/url.json" --report "console"
expect_rc 0
expect_out ' failed 0 · '
expect_out 'not the real service'
OUT=$(<"$T/url.json")
expect_out_json '[.cases[] | select(.verdict == "fail" or .verdict == "not_exercised")] == []'
expect_out_json '[.cases[] | select(.verdict == "pass")] | length > 650'
expect_out_json '[.cases[] | select(.needs | index("clock")) | .verdict] | unique == ["not_applicable"]'
WHAT='over TLS the same'
zim contract run --target "$TLS_URL" --ca-file "$CA" --rate 0 --allow-writes --report "json:$T/tls.json"
expect_rc 0
verdicts() { jq -c '[.cases[] | [.name, .verdict]]' "$1"; }
expect_equal "$(verdicts "$T/url.json" | md5sum)" "$(verdicts "$T/tls.json" | md5sum)" 'verdicts over TLS'
WHAT='a budget of calls'
zim contract run --target "$URL" --rate 0 --allow-writes --max-calls 30
expect_rc 3
expect_out ', 30 calls in '
expect_out 'the 30 calls of --max-calls are used up'
WHAT='a wrong secret: the first rules say so'
EXTRA_ENV=(ZIM_SERVER_SECRET=00000000000000000000000000000000)
zim contract run --target "$URL" --rate 0 --only auth.signature-matches
expect_rc 1
EXTRA_ENV=()
CREDENTIALS=no
refuses 'no credentials' 2 'ZIM_SERVER_SECRET' contract run --target "$URL"
CREDENTIALS=yes

# --- what is no such service ------------------------------------------------------------------------------------------

cat >"$T/always.py" <<'PY'
import http.server, os, signal, sys
STATUS, TYPE, BODY = int(sys.argv[1]), sys.argv[2], sys.argv[3].encode()
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    def do_POST(self):
        if len(sys.argv) > 4: os.kill(int(open(sys.argv[4]).read()), signal.SIGINT)
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(STATUS)
        self.send_header("Content-Type", TYPE)
        self.send_header("Content-Length", str(len(BODY)))
        self.end_headers()
        self.wfile.write(BODY)
        self.wfile.flush()
    do_GET = do_POST
    def log_message(self, *_): pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
PY
always() { # STATUS TYPE BODY [PID FILE, of whom to interrupt]: ALWAYS is its URL
  exec {ALWAYS_FD}< <(exec python3 "$T/always.py" "$@")
  ALWAYS_PID=$!
  read -r port <&"$ALWAYS_FD"
  ALWAYS=http://127.0.0.1:$port
}

WHAT='a server that answers everything with {"Code":0}'
always 200 application/json '{"Code":0}'
zim contract run --target "$ALWAYS" --rate 0 --allow-writes
expect_rc 1
expect_out 'FAILED: auth.signature-malformed'
expect_out '/Code: expected 100000005 \(signature error\), got 0 \(success\)'
expect_out 'answer.request-id \(documented\)'
expect_out "zimmock contract run --target '$ALWAYS'"
expect_out ' - violated$'
kill "$ALWAYS_PID"

WHAT="nginx's page for what is not there"
NGINX_404=$'<html>\r\n<head><title>404 Not Found</title></head>\r\n<body>\r\n<center><h1>404 Not Found</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n'
always 404 text/html "$NGINX_404"
zim contract run --target "$ALWAYS" --rate 0
expect_rc 12
expect_out 'expected a JSON object with Code, got HTTP 404, "text/html"'
expect_out ' - unusable answers$'
kill "$ALWAYS_PID"

WHAT='a run that is interrupted says so, and its reports are written'
always 200 application/json '{"Code":660500002,"Message":"x","RequestId":"1"}' "$T/pid"
(
  echo "$BASHPID" >"$T/pid"
  ZIM_APP_ID=12345 ZIM_SERVER_SECRET=0123456789abcdef0123456789abcdef exec "$ZIMMOCK" contract run --target "$ALWAYS" \
    --rate 1 --report "json:$T/cut.json"
) >"$T/cut.out" 2>&1
expect_equal "$?" 130 'exit code'
expect_equal "$(jq -c '[.outcome, .why]' "$T/cut.json")" '["incomplete","interrupted"]' 'the report'
kill "$ALWAYS_PID"

WHAT='a closed port'
zim contract run --target "$ALWAYS" --rate 0 --report md
expect_rc 11
expect_out 'could not connect'

finish_cli
