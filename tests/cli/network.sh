#!/usr/bin/env bash
# No service, a service that never answers, proxies: what is said, and how it ends.
# A connection that cannot be had is tried for some seconds each time, so this takes a while.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh" || exit 1

printf '{"Id":"1","FromUserId":"ann","ToUserId":"bob","MessageType":1,"Message":"hi","SendMessageTime":%d}\n' \
  $((EPOCHSECONDS * 1000 - 60000)) >"$T/one.jsonl"
EXECUTE=(migrate "$T/one.jsonl" --execute --connect-timeout "$HANG")
QUERY_BOB=(query --as bob --peer ann --connect-timeout "$HANG")

# --- nobody there ---------------------------------------------------------------------------------------------------------

start_mock
LATER=$URL
stop_mock TERM # its ports are closed from here on
ENDPOINT=$LATER
refuses 'query: a closed port' 5 "${LATER#http://}.*(refused|could not connect)" "${QUERY_BOB[@]}"
WHAT='migrate: a closed port'
zim "${EXECUTE[@]}" --json
expect_rc 5
expect_equal 5 "$(tail -n 1 "$T/z_out" | jq .exit)" 'exit in the summary'
expect_equal 1 "$(tail -n 1 "$T/z_out" | jq -r .verdict | grep -cE "^not verified: 0 of 2 .*${LATER#http://}")" 'the verdict, with the endpoint'
ENDPOINT=https://no-such-host.invalid
refuses 'a name that does not exist' 5 'no-such-host\.invalid' "${QUERY_BOB[@]}"

# --- a service that takes connections and never answers -------------------------------------------------------------------

python3 -c 'import signal, socket, sys
listener = socket.create_server(("127.0.0.1", 0), backlog=64)
print(listener.getsockname()[1], flush=True)
signal.pause()' >"$T/mute" &
PIDS+=("$!")
until_true is_there "$T/mute" "$!"
ENDPOINT=http://127.0.0.1:$(<"$T/mute")
refuses 'query: no answer within --timeout' 5 "${ENDPOINT#http://}.*(timed out|timeout|no answer)" "${QUERY_BOB[@]}" --timeout 0.3
WHAT='migrate: no answer within --timeout'
zim "${EXECUTE[@]}" --timeout 0.3
expect_rc 5
ENDPOINT=${ENDPOINT/http/https}
refuses 'query: no TLS handshake within --timeout' 5 "${ENDPOINT#https://}" "${QUERY_BOB[@]}" --timeout 0.3
kill "${PIDS[-1]}"
wait "${PIDS[-1]}" 2>/dev/null
PIDS=()

# --- proxies ----------------------------------------------------------------------------------------------------------------------

start_mock
register ann bob
ENDPOINT=$URL
EXTRA_ENV=("http_proxy=$LATER" "https_proxy=$LATER")
refuses 'http_proxy is honoured' 5 "$URL|${LATER#http://}" "${QUERY_BOB[@]}"
EXTRA_ENV+=("no_proxy=127.0.0.1")
WHAT='no_proxy, too'
zim "${QUERY_BOB[@]}"
expect_rc 0
EXTRA_ENV=()

finish_cli
