#!/usr/bin/env bash
# proxy --upstream: what passes is unchanged, judged and recorded without secrets; `contract judge` finds the same in
# the recording.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh" || exit 1

CREDENTIALS=no
HAR=$T/traffic.har

start_proxy() { # [proxy flags]: PROXY_PID, PROXY_URL; stderr in $T/p_err
  rm -f "$T/p_ready"
  environment
  set -m # a background job without job control starts with SIGINT ignored
  "${ENV[@]}" "$ZIMMOCK" proxy --ready-file "$T/p_ready" "$@" >"$T/p_out" 2>"$T/p_err" </dev/null &
  PROXY_PID=$!
  set +m
  PIDS+=("$PROXY_PID")
  until_true is_there "$T/p_ready" "$PROXY_PID"
  PROXY_URL=$(jq -r .url "$T/p_ready" 2>/dev/null)
  if [[ -z $PROXY_URL ]]; then echo "FAIL: no ready proxy: $*"; cat "$T/p_err"; exit 1; fi
}

stop_proxy() { # SIGNAL: RC, OUT (stdout), ERR (stderr)
  kill -"$1" "$PROXY_PID"
  wait_exit "$PROXY_PID"
  local pid kept=()
  for pid in "${PIDS[@]}"; do [[ $pid == "$PROXY_PID" ]] || kept+=("$pid"); done
  PIDS=("${kept[@]}")
  RC=$EXIT_CODE OUT=$(<"$T/p_out") ERR=$(<"$T/p_err") SENT="SIG$1"
  cat "$T/p_out" "$T/p_err" >>"$T/printed"
}

same() { # FILE JQ-EXPR: of the archive
  if jq -e "$2" "$1" >"$T/jq" 2>&1; then pass; else fail "true of $1: $2" "$(<"$T/jq")"; fi
}

start_mock
UPSTREAM=$URL

# --- everything kept --------------------------------------------------------------------------------------------------

CREDENTIALS=yes
start_proxy --upstream "$UPSTREAM" --har "$HAR"
WHAT='the first line is that of the ready file, with the url on loopback'
expect_equal "$(<"$T/p_ready")" "$(<"$T/p_out")"
if [[ $PROXY_URL =~ ^http://127\.0\.0\.1:[0-9]+$ ]]; then pass; else fail 'http://127.0.0.1:PORT' "$PROXY_URL"; fi
WHAT='an archive is there before any traffic'
same "$HAR" '.log.entries == [] and .log.version == "1.2" and .log.creator.name == "zimmock"'
URL=$PROXY_URL
row 'a registration through the proxy' 0 UserRegister '{"UserInfo":[{"UserId":"alice"},{"UserId":"bob"}]}'
NOW_MS=$((EPOCHSECONDS * 1000))
for n in 1 2 3; do
  row "import $n" 0 ImportPeerMsg \
    "{\"FromUserId\":\"alice\",\"ToUserId\":\"bob\",\"MessageType\":1,\"Priority\":2,\"MessageBody\":{\"Message\":\"$n\"},\"SendMessageTime\":$((NOW_MS - 5000 + n)),\"ImportedUserId\":\"alice\"}"
done
row 'a query' 0 QueryPeerMsg '{"FromUserId":"alice","ToUserId":"bob"}'
WHAT='the archive is whole while traffic goes on'
same "$HAR" '.log.entries | length == 5'
WHAT='headers come through, both ways, and nothing is added'
if [[ $HEADERS == *'Content-Type: application/json'* && $HEADERS != *X-Zimmock-Warn* ]]; then pass; else fail 'the headers of the mock' "$HEADERS"; fi
stop_proxy INT
WHAT='nothing broken'
expect_rc 0
expect_err 'zimmock: 5 calls judged: the client broke none, the service none'
expect_err 'QueryPeerMsg app 12345 code 0'
WHAT='the archive'
same "$HAR" '[.log.entries[] | .request.url | test("Signature=\\*\\*\\*")] | all'
same "$HAR" '[.log.entries[] | (.response.content.text | fromjson | .Code == 0) and .response.status == 200 and .request.method == "POST"] | all'
same "$HAR" '[.log.entries[].request.headers[].name | ascii_downcase | select(. == "remote_addr" or . == "local_addr")] == []'
expect_equal 600 "$(stat -c %a "$HAR")" mode

WHAT='contract judge finds the same'
zim contract judge "$HAR"
expect_rc 0
expect_out $'\n''5 calls judged: the client broke none, the service none$'
expect_out 'client kept +auth.nonce-fresh +5'
expect_out 'server kept +query.item-members +1'
expect_out 'server kept +query.msg-id-exact +1'
if [[ $OUT != *auth.signature-matches* ]]; then pass; else fail 'no word on a signature that was redacted' "$OUT"; fi
WHAT='contract judge --json'
zim contract judge "$HAR" --json
expect_rc 0
expect_out_json '.verdict == "kept" and .calls == 5 and .client_broke == 0 and .findings == [] and .entries.total == 5'
WHAT='contract judge of stdin'
STDIN=$HAR
zim contract judge -
STDIN=/dev/null
expect_rc 0

# --- the control API of a mock behind it ---------------------------------------------------------------------------------

# The mock would take the proxy, a program of its own machine that sends a Host of its own, for its owner.
start_proxy --upstream "$UPSTREAM" --har "$T/control.har" --log json
not_control() { # NAME TARGET [curl args]: not passed on
  WHAT=$1 SENT=$2
  OUT=$(curl -q -sS --noproxy '*' --path-as-is --max-time 30 -w '\n%{http_code}' "${@:3}" "$PROXY_URL$2" 2>&1)
  if [[ $OUT != *server_secret* && $OUT != *'"tenants"'* && $OUT != *$'\n'200 ]]; then pass; else fail 'no answer of the control API' "$OUT"; fi
}
not_control 'the control API through the proxy' "/_zimmock/v1/tenants/$APP" -H 'Host: evil.example'
expect_out $'control API of a mock is not passed on.*\n403$'
for target in /x/../_zimmock/v1/tenants /./_zimmock/v1/tenants //_zimmock/v1/tenants; do not_control "as $target" "$target"; done
not_control 'a target that names another host' '' --request-target "@127.0.0.1:${UPSTREAM##*:}/_zimmock/v1/tenants"
expect_out $'expected a path that begins with /.*\n400$'
stop_proxy TERM

# --- secrets and signatures in wrong places ------------------------------------------------------------------------------

for log in json text; do
  start_proxy --upstream "$UPSTREAM" --har "$T/leaks.har" --log $log
  URL=$PROXY_URL
  WHAT='a secret or a signature in a wrong place'
  query QueryPeerMsg
  QUERY="Action=QueryPeerMsg;${QUERY//&/;}"
  send POST '{"FromUserId":"alice","ToUserId":"bob"}'
  query QueryPeerMsg AppId="$APP:$SECRET"
  send POST '{"FromUserId":"alice","ToUserId":"bob"}'
  query QueryPeerMsg SignatureNonce="$SECRET"
  send POST "{\"FromUserId\":\"alice\",\"ToUserId\":\"bob\",\"Nested\":[{\"Signature\":\"$SIGNATURE\"}]}"
  query QueryPeerMsg
  send POST "Sign%61ture%3d$SIGNATURE;x=1"
  stop_proxy TERM
  WHAT="not in the archive, in the log ($log) or in the summary"
  expect_equal 4 "$(jq '.log.entries | length' "$T/leaks.har")" entries
  printf '%s\n' "$SECRET" >"$T/not_told"
  expect_equal '' "$(grep -hFf "$T/not_told" "$T/leaks.har" "$T/p_err" "$T/p_out")"
  expect_equal '' "$(grep -hFf "$T/signatures" "$T/leaks.har" "$T/p_err" "$T/p_out")"
  WHAT="nor in what contract judge says of the archive"
  zim contract judge "$T/leaks.har"
  expect_rc 1
done

# --- something broken -------------------------------------------------------------------------------------------------

start_proxy --upstream "$UPSTREAM" --har "$HAR" --log json
URL=$PROXY_URL
row 'a refusal comes through, explained' 660000002 ImportPeerMsg \
  '{"FromUserId":"alice","ToUserId":"bob","MessageType":99,"Priority":2,"MessageBody":{"Message":"x"},"ImportedUserId":"alice"}' 'import\.type'
query QueryPeerMsg
send POST '{"FromUserId":"alice","ToUserId":"bob"}'
WHAT='a nonce again'
send POST '{"FromUserId":"alice","ToUserId":"bob"}' -H 'Authorization: Bearer bearer-token-1' -H 'Cookie: id=cookie-value-1'
expect_code 0
WHAT='the mock warns, and that comes through'
expect_warn 'auth\.nonce-fresh'
query QueryPeerMsg Signature=0123456789abcdef0123456789abcdef
WHAT='a wrong signature'
send POST '{"FromUserId":"alice","ToUserId":"bob"}'
expect_code 100000005
WHAT='a request that is not of this API passes unjudged'
expect_equal 404 "$(curl -q -sS --noproxy '*' -o /dev/null -w '%{http_code}' "$URL/elsewhere")"
stop_proxy TERM
WHAT='findings'
expect_rc 1
expect_err 'zimmock: 4 calls judged: the client broke 3 rules, the service none; 1 other requests passed on unjudged'
expect_err 'client BROKEN +import\.type +1 of 1'
expect_err 'client import\.type: /MessageType: expected .*, got 99 \(call 1\)'
expect_err 'client auth\.nonce-fresh: .* again \(call 3\)'
expect_err 'client auth\.signature-matches: '
WHAT='a JSON line a request'
expect_equal 5 "$(grep -c '^{' "$T/p_err")" lines
expect_equal '["auth.nonce-fresh","auth.signature-matches","import.type"]' \
  "$(grep '^{' "$T/p_err" | jq -cs 'map(.findings // [] | map(.rule)) | flatten | unique')" findings
WHAT='no secret in the archive or the log'
printf '%s\n' bearer-token-1 cookie-value-1 "$SECRET" >"$T/not_told"
expect_equal '' "$(grep -hFf "$T/not_told" "$HAR" "$T/p_err")"
expect_equal '' "$(grep -hFf "$T/signatures" "$HAR" "$T/p_err")"
WHAT='contract judge finds the same but the signature, which is redacted'
zim contract judge "$HAR"
expect_rc 1
expect_out 'client import\.type: /MessageType: expected .*, got 99 \(entry 1\)'
expect_out 'client auth\.nonce-fresh: .* \(entry 3\)'
expect_out '4 calls judged: .*; 1 of 5 entries skipped: 1 of something else$'
WHAT='--allow'
zim contract judge "$HAR" --allow import.type --allow auth.nonce-fresh
expect_out 'client allowed +import\.type'
expect_rc '0|1' # the refused signature is the client's where it cannot be checked
zim contract judge "$HAR" --allow import.type --allow auth.nonce-fresh --allow auth.signature-matches
expect_rc 0

# --- what is no breach, and how often a rule is named -----------------------------------------------------------------

start_proxy --upstream "$UPSTREAM" --har "$T/notes.har" --log json
URL=$PROXY_URL
WHAT="the vendor's nonces, a user again, an operation that is not emulated, the same message twice"
for nonce in 15215528852396 k3f9x0zq1bd; do
  query UserRegister SignatureNonce=$nonce
  send POST '{"UserInfo":[{"UserId":"alice"}]}' # who is registered
done
query SendPeerMessage
send POST '{}'
again="{\"FromUserId\":\"alice\",\"ToUserId\":\"bob\",\"MessageType\":1,\"Priority\":2,\"MessageBody\":{\"Message\":\"twice\"},\"SendMessageTime\":$((EPOCHSECONDS * 1000 - 1000)),\"ImportedUserId\":\"alice\"}"
row 'an import' 0 ImportPeerMsg "$again"
row 'the same import' 0 ImportPeerMsg "$again"
stop_proxy TERM
expect_rc 0
expect_err $'client \\(note\\) auth\\.nonce-form: [^\n]* \\(2 times in 2 forms, first in call 1\\)'
expect_err 'client noted +register\.user-is-new +2 of 2'
expect_err 'note: ImportPeerMsg: the same message was sent again after it had been accepted: two messages \(call 5\)'
expect_err 'zimmock: 5 calls judged: the client broke none, the service none'
expect_equal '["note"]' "$(grep '^{' "$T/p_err" | jq -cs 'map(.findings // [] | map(.severity)) | flatten | unique')" severities
zim contract judge "$T/notes.har"
expect_rc 0
expect_out '5 calls judged: the client broke none, the service none$'

start_proxy --upstream "$UPSTREAM" --har "$T/order.har" --log off
URL=$PROXY_URL
for n in 1 2 3 4; do
  row "an import that is earlier than the one before" 0 ImportPeerMsg \
    "{\"FromUserId\":\"alice\",\"ToUserId\":\"bob\",\"MessageType\":1,\"Priority\":2,\"MessageBody\":{\"Message\":\"$n\"},\"SendMessageTime\":$((NOW_MS - 5000 - n * 100)),\"ImportedUserId\":\"bob\"}"
done
stop_proxy TERM
WHAT='a rule that is broken with other milliseconds each time is one line'
expect_rc 1
expect_equal 1 "$(grep -c '^client import\.oldest-first: ' "$T/p_err")" lines
expect_err $'client import\\.oldest-first: [^\n]*, got 100 ms earlier \\(3 times in 3 forms, first in call 2\\)'
WHAT='--json has each of them'
zim contract judge "$T/order.har" --json
expect_rc 1
expect_out_json '[.findings[] | select(.rule == "import.oldest-first" and .severity == "breach") | .count] == [1, 1, 1]'

# --- a service that is wrong ------------------------------------------------------------------------------------------

cat >"$T/wrong.py" <<'PY'
import http.server, sys
class Wrong(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = b'{"Code":0}'
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Set-Cookie", "session=cookie-value-2")
        self.send_header("X-Seen", ",".join(sorted(name.lower() for name in self.headers)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *args):
        pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Wrong)
print(server.server_address[1], flush=True)
server.serve_forever()
PY
exec {wrong}< <(exec python3 "$T/wrong.py")
WRONG_PID=$!
PIDS+=("$WRONG_PID")
read -r port <&"$wrong"
start_proxy --upstream "http://127.0.0.1:$port" --har "$HAR" --log off
query ImportPeerMsg
WHAT='what the upstream gets: the headers sent, and none added'
SENT="POST $PROXY_URL/?$QUERY"
OUT=$(curl -q -sS -i --noproxy '*' -H 'User-Agent:' -H 'Accept:' -H 'X-Mine: 1' -H 'Connection: X-Hop' -H 'X-Hop: 1' \
  -H 'Content-Type: application/json' -d '{}' "$PROXY_URL/?$QUERY")
expect_out 'X-Seen: content-length,content-type,host,x-mine'
expect_out 'Set-Cookie: session=cookie-value-2'
stop_proxy INT
WHAT='the service is told apart from the client'
expect_rc 1
expect_err 'server BROKEN +answer\.message'
expect_err 'server BROKEN +import\.answer-ids'
expect_err 'client BROKEN +body\.member-present'
expect_equal '' "$(grep -hF cookie-value-2 "$HAR")" 'cookies in the archive'

# --- nobody there -----------------------------------------------------------------------------------------------------

kill -KILL "$WRONG_PID" && wait_exit "$WRONG_PID"
PIDS=("$MOCK_PID")
exec {wrong}<&-
start_proxy --upstream "http://127.0.0.1:$port" --har "$HAR"
query QueryPeerMsg
WHAT='an upstream that is gone'
OUT=$(curl -q -sS --noproxy '*' -w ' %{http_code} %{content_type}' -H 'Content-Type: application/json' \
  -d '{"FromUserId":"alice","ToUserId":"bob"}' "$PROXY_URL/?$QUERY")
expect_out '^zimmock proxy: http://127\.0\.0\.1:[0-9]+: could not connect: .*'$'\n'' 502 text/plain$'
stop_proxy INT
expect_rc 3
expect_err 'QueryPeerMsg app 12345 status 502 \| http://127\.0\.0\.1:[0-9]+: could not connect'
same "$HAR" '.log.entries[0].response.status == 0 and (.log.entries[0]._error // .log.entries[0].response._error | test("could not connect"))'

start_proxy --upstream "$UPSTREAM" --quiet
stop_proxy TERM
WHAT='nothing passed, and --quiet'
expect_rc 3
if [[ $ERR != *judged* ]]; then pass; else fail 'no summary' "$ERR"; fi

# --- the archive cannot be written ------------------------------------------------------------------------------------

if [[ -w /dev/full ]]; then
  refuses 'a full disk at the start' 1 '/dev/full: could not write the archive: No space' proxy --upstream "$UPSTREAM" --har /dev/full
fi
environment
WHAT='a full disk later on'
ulimit -S -f 8 # blocks of 1 KiB: a few entries
start_proxy --upstream "$UPSTREAM" --har "$T/small.har" --log off
ulimit -S -f unlimited
URL=$PROXY_URL
for n in 1 2 3 4 5 6 7 8 9 10; do row "call $n is answered all the same" 0 QueryPeerMsg '{"FromUserId":"alice","ToUserId":"bob"}'; done
stop_proxy INT
expect_rc 1
expect_err 'small\.har: could not write the archive: File too large; recording has ended'
WHAT='what was recorded until then is whole'
same "$T/small.har" '.log.entries | length > 0'

# --- usage ------------------------------------------------------------------------------------------------------------

refuses 'no such file' 2 'none\.har: could not open' contract judge "$T/none.har"
echo '{"log":{}}' >"$T/bad.har"
refuses 'not an archive' 2 'bad\.har: /log/entries: expected an array' contract judge "$T/bad.har"
refuses 'an unknown rule' 2 '--allow: expected the id of a rule .*did you mean import\.type' contract judge "$HAR" --allow import.typ
refuses 'an upstream that is none' 2 '--upstream: .*expected' proxy --upstream nowhere
refuses 'a log that is none' 2 '--log: expected json, text, off' proxy --upstream "$UPSTREAM" --log loud
refuses 'an address in use' 1 'could not listen' proxy --upstream "$UPSTREAM" --listen "${UPSTREAM#http://}"
refuses 'a CA file that is none' 2 'could not read the CA file' proxy --upstream "$UPSTREAM" --ca-file "$T/none.pem"
WHAT='zero checks are no success'
echo '{"log":{"entries":[{"request":{"method":"GET","url":"https://example.com/"}}]}}' >"$T/other.har"
zim contract judge "$T/other.har"
expect_rc 3
expect_out 'nothing was judged; 1 of 1 entries skipped: 1 of something else$'

finish_cli
