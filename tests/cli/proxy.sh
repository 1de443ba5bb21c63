#!/usr/bin/env bash
# serve --proxy-listen: CONNECT and requests in absolute form for the vendor's seven hosts, and for nothing else. serve --die-with-parent.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh" || exit 1

HOSTS=(zim-api zim-api-sha zim-api-hkg zim-api-fra zim-api-lax zim-api-bom zim-api-sgp)
CREDENTIALS=no

via_proxy() { # curl args: OUT (with the head of what the proxy or the mock said), RC
  SENT="curl $*"
  OUT=$(curl -q -sS -i --max-time "$HANG" --proxy "$PROXY" --cacert "$CA" "$@" 2>&1)
  RC=$?
  ERR=''
}

# --- tunnels ----------------------------------------------------------------------------------------------------------

start_mock
WHAT='no proxy unless asked for'
expect_equal null "$(jq .proxy_url <<<"$READY")" proxy_url
stop_mock TERM

start_mock --proxy-listen 127.0.0.1:0
WHAT='the ready line names the proxy'
if [[ $PROXY =~ ^http://127\.0\.0\.1:[0-9]+$ ]]; then pass; else fail 'http://127.0.0.1:PORT' "$READY"; fi
for host in "${HOSTS[@]}"; do
  WHAT="$host.zego.im through the proxy"
  query UserRegister
  via_proxy "https://$host.zego.im/?$QUERY" -H 'Content-Type: application/json' \
    -d "{\"UserInfo\":[{\"UserId\":\"of-$host\"}]}"
  expect_rc 0
  expect_out '200 Connection established'
  expect_out '"Code":0'
done
WHAT='a host in upper case'
via_proxy "https://ZIM-API.ZEGO.IM/?$QUERY" -d '{}'
expect_out '"RequestId"'
WHAT='two requests over one tunnel'
via_proxy "https://zim-api.zego.im/?$QUERY" "https://zim-api.zego.im/?$QUERY"
expect_equal 1 "$(grep -c 'Connection established' <<<"$OUT")" tunnels
expect_equal 2 "$(grep -o '"RequestId"' <<<"$OUT" | wc -l)" answers

WHAT='requests in absolute form, over http and https'
for url in http://zim-api.zego.im https://zim-api-fra.zego.im:443; do
  query UserRegister
  via_proxy --noproxy '*' --request-target "$url/?$QUERY" "$PROXY" -H 'Content-Type: application/json' -d '{"UserInfo":[]}'
  expect_out 'X-Zimmock-Explain: register\.list-not-empty'
done
WHAT='with a body that comes later, and a second request on the connection, for another host'
exec {plain}<>"/dev/tcp/127.0.0.1/${PROXY##*:}"
query UserRegister
body='{"UserInfo":[{"UserId":"in-absolute-form"}]}'
printf 'POST http://zim-api.zego.im/?%s HTTP/1.1\r\nHost: zim-api.zego.im\r\nContent-Type: application/json\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n' \
  "$QUERY" "${#body}" >&"$plain"
read -r line <&"$plain"
expect_equal $'HTTP/1.1 100 Continue\r' "$line"
printf '%sGET http://example.com/ HTTP/1.1\r\nHost: example.com\r\n\r\n' "$body" >"$T/rest"
cat "$T/rest" >&"$plain" # at once: the answer to the first ends the connection
OUT=$(timeout "$HANG" cat <&"$plain")
exec {plain}>&-
expect_equal 1 "$(grep -c '^HTTP/1.1 200 ' <<<"$OUT")" answers
expect_equal 1 "$(grep -c '^HTTP/1.1 ' <<<"$OUT")" answers
expect_out '"Code":0'

# --- a tunnel leads to the API, never to the control API --------------------------------------------------------------

no_control() { # URL PATH curl args: there is no control API, and no secret in the answer
  WHAT="control at $1$2 ${*:3}" SENT="curl ${*:3} $1$2"
  OUT=$(curl -q -sS --max-time 30 --cacert "$CA" -w '\n%{http_code}' "${@:3}" "$1$2" 2>&1)
  if [[ $OUT == *$'\n'404 && $OUT != *"$SECRET"* && $OUT != *server_secret* && $OUT != *status*ok* ]]; then
    pass
  else
    fail 'HTTP 404 and nothing of the control API' "$OUT"
  fi
}
no_control_through_tunnels() {
  local host
  for host in zim-api.zego.im 127.0.0.1 localhost; do
    no_control https://zim-api.zego.im "/_zimmock/v1/tenants/$APP" --proxy "$PROXY" -H "Host: $host"
    no_control https://zim-api.zego.im "/_zimmock/v1/tenants/$APP" --proxy "$PROXY" -H "Host: $host" -X DELETE
    no_control https://zim-api.zego.im /_zimmock/v1/health --proxy "$PROXY" -H "Host: $host"
    for url in http://zim-api.zego.im https://zim-api.zego.im http://zim-api.zego.im/; do
      no_control "$PROXY" /x --noproxy '*' --request-target "$url/_zimmock/v1/tenants/$APP" -H "Host: $host"
      no_control "$PROXY" /x --noproxy '*' --request-target "$url/_zimmock/v1/tenants/$APP" -H "Host: $host" -X DELETE
    done
  done
}
control_answers() { # URL: the tenant is still there
  WHAT="the control API at $1"
  OUT=$(curl -q -sS --noproxy '*' --max-time 30 --cacert "$CA" "$1/tenants/$APP" 2>&1)
  expect_out_json '.app_id == 12345 and has("server_secret")'
}
no_control_through_tunnels
no_control "$TLS_URL" "/_zimmock/v1/tenants/$APP" --noproxy '*'
control_answers "$CONTROL_URL"
stop_mock TERM

start_mock --listen off --tls-listen 127.0.0.1:0 --proxy-listen 127.0.0.1:0
WHAT='without HTTP the control API is where control_url says: at the TLS address'
expect_equal "$TLS_URL/_zimmock/v1" "$CONTROL_URL" control_url
control_answers "$TLS_URL/_zimmock/v1"
no_control_through_tunnels
control_answers "$TLS_URL/_zimmock/v1"
stop_mock TERM
start_mock --proxy-listen 127.0.0.1:0

# --- what is refused --------------------------------------------------------------------------------------------------

refused_by_proxy() { # NAME STATUS GOT curl args: the answer says what is accepted, and that it went nowhere
  WHAT=$1
  via_proxy "${@:4}"
  expect_out "(^|"$'\n'")HTTP/1.1 $2 "
  expect_out "X-Zimmock-Explain: proxy: expected CONNECT to port 443 of zim-api\.zego\.im, .*zim-api-sgp\.zego\.im, or a request for a URL there, got \"$3"
  expect_out 'nothing leaves this machine'
  if [[ $OUT != *secretsecret* ]]; then pass; else fail 'no query in the answer' "$OUT"; fi
}
refused_by_proxy 'another host' 403 'CONNECT example\.com:443"' https://example.com/
refused_by_proxy 'a host below a vendor host' 403 'CONNECT x\.zim-api\.zego\.im:443"' https://x.zim-api.zego.im/
refused_by_proxy 'another port' 403 'CONNECT zim-api\.zego\.im:8443"' https://zim-api.zego.im:8443/
refused_by_proxy 'loopback, so that nobody reaches this machine by it' 403 'CONNECT 127\.0\.0\.1:443"' https://127.0.0.1/ --noproxy ''
refused_by_proxy 'plain proxying of another port' 405 'GET http://zim-api\.zego\.im:8080/"' 'http://zim-api.zego.im:8080/?Signature=secretsecret'
expect_out 'Allow: CONNECT'
refused_by_proxy 'plain proxying of a large body' 405 'POST http://example\.com/"' http://example.com/ -d "@$ZIMMOCK"
refused_by_proxy 'a request to the proxy itself' 405 'GET /"' --noproxy '*' "$PROXY/?Signature=secretsecret"
refuses 'an address in use' 1 'could not listen: .*port 0 for a free one' serve --port 0 --ca-dir "$T/ca" --proxy-listen "${PROXY#http://}"
stop_mock TERM

WHAT='an open tunnel does not keep it from ending'
start_mock --proxy-listen 127.0.0.1:0
exec {tunnel}<>"/dev/tcp/127.0.0.1/${PROXY##*:}"
printf 'CONNECT zim-api.zego.im:443 HTTP/1.1\r\n\r\n' >&"$tunnel"
read -r line <&"$tunnel"
expect_equal $'HTTP/1.1 200 Connection established\r' "$line"
stop_mock TERM
exec {tunnel}>&-

refuses 'a proxy without TLS' 2 '--proxy-listen: expected TLS' serve --listen 127.0.0.1:0 --tls-listen off --proxy-listen 127.0.0.1:0
refuses 'an address that is none' 2 '--proxy-listen: expected HOST:PORT' serve --proxy-listen here

# --- --die-with-parent ------------------------------------------------------------------------------------------------

gone() { # PID: it ended; nobody may have waited for it yet
  local stat
  stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 0
  stat=${stat##*) }
  [[ $stat == Z* ]]
}
if [[ $(uname -s) == Linux ]]; then
  WHAT='the mock ends when its parent is killed'
  bash -c '"$1" serve --port 0 --ca-dir "$2/ca" --die-with-parent --ready-file "$2/child" >"$2/c_out" 2>"$2/c_err" </dev/null &
    wait' parent "$ZIMMOCK" "$T" &
  parent=$!
  until_true is_there "$T/child" "$parent"
  child=$(jq .pid "$T/child")
  PIDS+=("$child")
  if gone "$child"; then fail 'a living mock' "$(cat "$T/c_err")"; else pass; fi
  { kill -KILL "$parent" && wait "$parent"; } 2>/dev/null
  if until_true gone "$child"; then pass; else fail 'a mock that ended' "$(ps -o pid,ppid,stat,args -p "$child")"; fi
  expect_equal '' "$(cat "$T/c_err")" 'its stderr'

  WHAT='the thread that started it may end' # PR_SET_PDEATHSIG would end the mock
  support=$(cd "$(dirname "${BASH_SOURCE[0]}")/../support/py" && pwd)
  (cd "$T" && PYTHONPATH=$support python3 -B -) <<'PY'
import contextlib, subprocess, sys, threading
import program
with contextlib.ExitStack() as stack:
    found = []
    thread = threading.Thread(target=lambda: found.append(stack.enter_context(program.started("--die-with-parent"))))
    thread.start()
    thread.join()
    mock, _ = found[0]
    try:
        mock.wait(0.3)
        sys.exit("the mock ended with the thread")
    except subprocess.TimeoutExpired:
        mock.terminate()
    sys.exit(mock.wait(30))
PY
  expect_equal 0 $? 'exit code'
else
  refuses '--die-with-parent elsewhere' 1 'Linux' serve --port 0 --ca-dir "$T/ca" --die-with-parent
fi

PIDS=()
finish_cli
