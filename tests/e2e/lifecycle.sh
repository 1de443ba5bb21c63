#!/usr/bin/env bash
# The program: ready line and ready file, signals, ports in use, flags, log.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh" || exit 1

# ends FLAGS...: the program ends by itself: EXIT_CODE, $T/end_out, $T/end_log
ends() {
  SENT="zimmock $*"
  rm -f "$T/none"
  "$ZIMMOCK" "$@" >"$T/end_out" 2>"$T/end_log" </dev/null &
  PIDS+=("$!")
  wait_exit "$!"
  unset 'PIDS[-1]'
}
yes_if() { if "$@"; then echo yes; else echo no; fi; }
fails() { # NAME CODE|nonzero FLAGS...: and says why in one line, without becoming ready
  WHAT=$1
  ends "${@:3}"
  if [[ $2 == nonzero ]]; then
    expect_equal yes "$(yes_if test "$EXIT_CODE" != alive -a "$EXIT_CODE" != 0)" "a failure; $EXIT_CODE is one"
  else
    expect_equal "$2" "$EXIT_CODE" 'exit code'
  fi
  expect_equal yes "$(yes_if test -s "$T/end_log")" 'something on stderr'
  expect_equal '' "$(<"$T/end_out")" stdout
  expect_equal no "$(yes_if test -e "$T/none")" 'a ready file'
}
SERVE=(serve --ca-dir "$T/ca" --ready-file "$T/none")

# --- the ready line and the ready file -----------------------------------------------------------------------------------------------

start_mock
WHAT='the ready file is whole as soon as it is there' SENT='serve --ready-file'
expect_equal '12345 true true true true true' "$(jq -r --argjson pid "$MOCK_PID" '"\(.app_id)
  \(.pid == $pid) \(.url | test("^http://127.0.0.1:[0-9]+$")) \(.tls_url | test("^https://127.0.0.1:[0-9]+$"))
  \(has("control_url")) \(.ca | type == "string")"' <<<"$READY" 2>&1 | xargs)" 'app_id and the others'
expect_equal yes "$(yes_if openssl x509 -noout -in "$CA")" 'a certificate at .ca'
WHAT='the first line of stdout is the same'
until_true test -s "$T/out" # it may come a moment after the file
expect_equal "$(jq -cS . <<<"$READY")" "$(head -n 1 "$T/out" | jq -cS .)"
row 'it answers as soon as it says so' 0 UserRegister "$(users ann bob)"
WHAT='HTTP and HTTPS have a port each'
expect_equal yes "$(yes_if test "${URL##*:}" != "${TLS_URL##*:}")" 'different ports'

# --- the log: one JSON line a request ---------------------------------------------------------------------------------------------------

row 'a good query' 0 QueryPeerMsg '{"FromUserId":"ann","ToUserId":"bob"}'
expect_log '.action == "QueryPeerMsg" and (.app_id | tostring) == "12345" and .code == 0'
row 'a refused import' 660000002 ImportPeerMsg '{"FromUserId":"ann","ToUserId":"字"}'
expect_log '.action == "ImportPeerMsg" and .code == 660000002 and (.rule | type == "string" and . != "") and (.explain | type) == "string"'
WHAT='the explanation is that of the header'
expect_log "(.rule // \"\") as \$rule | .code == 660000002 and \$rule != \"\" and ($(json "$EXPLAIN") | startswith(\$rule))"
WHAT='a refused signature'
query QueryPeerMsg Signature=0123456789abcdef0123456789abcdef
send POST '{}'
expect_code 100000005
expect_log '.code == 100000005 and .rule != null'
WHAT='every line of the log is JSON' SENT='(all of the above)'
expect_equal '' "$(jq -R 'fromjson? // "no JSON: \(.)" | strings' "$T/log")"

# --- a port in use ------------------------------------------------------------------------------------------------------------------------

fails 'a port in use' nonzero "${SERVE[@]}" --listen "${URL#*//}" --tls-listen 127.0.0.1:0
expect_equal 1 "$(wc -l <"$T/end_log")" 'lines on stderr'
expect_equal yes "$(yes_if grep -q "${URL##*:}" "$T/end_log")" 'the port is named'
fails 'a port of HTTPS in use' nonzero "${SERVE[@]}" --listen 127.0.0.1:0 --tls-listen "${TLS_URL#*//}"
expect_equal 1 "$(wc -l <"$T/end_log")" 'lines on stderr'
row 'the first mock still answers' 0 QueryPeerMsg '{"FromUserId":"ann","ToUserId":"bob"}'

# --- signals, with connections that are open and idle -----------------------------------------------------------------------------------------

idle() { # opens two connections: one that asked before and may ask again (fd 7), one that never asked (fd 8)
  local line='' address=${URL#*//}
  WHAT='an idle connection'
  exec 7<>"/dev/tcp/${address%:*}/${address##*:}" 8<>"/dev/tcp/${address%:*}/${address##*:}"
  query QueryPeerMsg
  SENT=$QUERY
  printf 'POST /?%s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 2\r\n\r\n{}' "$QUERY" >&7
  IFS= read -r -t "$HANG" line <&7
  expect_equal 'HTTP/1.1 200' "${line:0:12}" 'the first line of the answer'
}
ends_on() { # SIGNAL
  idle
  local began=$EPOCHSECONDS
  stop_mock "$1"
  WHAT="SIG$1 ends it, although a connection could be kept for 60 s" SENT="SIG$1"
  expect_equal yes "$(yes_if test $((EPOCHSECONDS - began)) -lt 50)" 'less than 50 s'
  exec 7>&- 8>&-
}
ends_on TERM
start_mock
ends_on INT
start_mock
PORT=${URL##*:}
stop_mock TERM
WHAT='a port is free again after the end'
start_mock --listen "127.0.0.1:$PORT" --tls-listen 127.0.0.1:0
expect_equal "http://127.0.0.1:$PORT" "$URL" url
row 'and answers' 0 UserRegister "$(users ann)"
stop_mock TERM

# --- a ready file is never seen half-written -----------------------------------------------------------------------------------------------------

WHAT='whoever looks all the time sees nothing or all of the ready file'
for round in 1 2 3; do
  SENT="serve, start $round"
  rm -f "$T/none"
  "$ZIMMOCK" "${SERVE[@]}" --port 0 --rate off >"$T/out" 2>"$T/log" </dev/null &
  pid=$!
  PIDS=("$pid")
  deadline=$((EPOCHSECONDS + HANG)) seen=''
  while ((EPOCHSECONDS < deadline)); do
    [[ -e $T/none ]] && { seen=$(<"$T/none"); break; }
  done
  expect_equal "$pid" "$(jq .pid <<<"$seen" 2>&1)" pid
  kill -TERM "$pid"
  wait_exit "$pid"
  PIDS=()
  expect_equal 0 "$EXIT_CODE" 'exit code'
done

# --- flags ------------------------------------------------------------------------------------------------------------------------------------------

fails 'an unknown flag of ca' 2 ca --ca-dri "$T/ca"
fails 'a flag without its value' 2 "${SERVE[@]}" --port
fails 'a port beyond 65535' nonzero "${SERVE[@]}" --port 65536
fails 'a plan nobody sells' nonzero "${SERVE[@]}" --port 0 --plan gold
fails 'a rate that is none' nonzero "${SERVE[@]}" --port 0 --rate fast
fails 'a clock that is none' nonzero "${SERVE[@]}" --port 0 --clock tomorrow
fails 'a frozen clock without its time' nonzero "${SERVE[@]}" --port 0 --clock frozen:noon
fails 'an app without its secret' nonzero "${SERVE[@]}" --port 0 --app 777
fails 'an app that is no number' nonzero "${SERVE[@]}" --port 0 --app seven:0123456789abcdef0123456789abcdef
fails 'an app file that is not there' nonzero "${SERVE[@]}" --port 0 --app-file "$T/missing"

# --- addresses others can reach ------------------------------------------------------------------------------------------------------------------------

start_mock --listen 0.0.0.0:0 --tls-listen 127.0.0.1:0
WHAT='a listener beyond loopback is warned of' SENT='serve --listen 0.0.0.0:0'
expect_equal yes "$(yes_if until_true grep -qiE 'loopback|warn|reachable|expose' "$T/log")" 'a warning on stderr'
stop_mock TERM

finish
