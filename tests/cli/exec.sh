#!/usr/bin/env bash
# zimmock exec: a command that knows only the vendor's address, against a mock of its own.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh" || exit 1

VENDOR=https://zim-api.zego.im
JSON='Content-Type: application/json'
CREDENTIALS=no
printf '%s\n' "$SECRET" >>"$T/secrets"

ex() { zim exec --rate off "$@"; } # ARGS: as zim
expect_silent() { expect_equal '' "$ERR" stderr; }
# The mock's side of it must not tell the secret; what a command prints is its own affair.
no_secret_on_stderr() { expect_equal '' "$(grep -iFf "$T/secrets" "$T/z_err")" 'secrets on stderr'; }

# --- curl without a flag ----------------------------------------------------------------------------------------------

WHAT='curl without a flag, to the vendor'
query UserRegister
ex -- curl -sS "$VENDOR/?$QUERY" -H "$JSON" -d '{"UserInfo":[{"UserId":"ann"}]}'
expect_rc 0
expect_silent
expect_out_json '.Code == 0'

WHAT='every vendor host'
for host in zim-api zim-api-sha zim-api-hkg zim-api-fra zim-api-lax zim-api-bom zim-api-sgp; do
  query UserRegister
  printf 'curl -sS "https://%s.zego.im/?%s" -H "%s" -d "%s" || exit\n' "$host" "$QUERY" "$JSON" \
    "{\\\"UserInfo\\\":[{\\\"UserId\\\":\\\"$host\\\"}]}"
done >"$T/hosts.sh"
ex -- sh "$T/hosts.sh"
expect_rc 0
expect_silent
expect_equal 7 "$(grep -o '"Code":0' <<<"$OUT" | wc -l)" 'good answers'

WHAT='another host is refused'
ex -- curl -sS https://example.com/
expect_err '403'
expect_rc 56
WHAT='a request in absolute form, as axios 1.7 sends it, is served'
query UserRegister
# shellcheck disable=SC2016 # for the inner shell
ex -- sh -c 'curl -s --noproxy "*" --request-target "$1" "$HTTPS_PROXY" -H "$2" -d "$3"' sh "$VENDOR/?$QUERY" "$JSON" \
  '{"UserInfo":[{"UserId":"ann"}]}'
expect_rc 0
expect_silent
expect_out_json '.Code == 0'
WHAT='plain proxying of another host is refused'
# shellcheck disable=SC2016 # for the inner shell
ex -- sh -c 'curl -s -i -x "$HTTPS_PROXY" http://example.com/; exit 4'
expect_out '^HTTP/1.1 405 '
expect_out 'X-Zimmock-Explain: proxy: expected CONNECT'
expect_rc 4

# --- what the command gets --------------------------------------------------------------------------------------------

WHAT='the variables'
EXTRA_ENV=(HTTP_PROXY=http://192.0.2.1:1 http_proxy=http://192.0.2.1:1 ALL_PROXY=http://192.0.2.1:1 all_proxy=http://192.0.2.1:1
  HTTPS_PROXY=http://192.0.2.1:1 https_proxy=http://192.0.2.1:1 NO_PROXY='*' no_proxy=zego.im SSL_CERT_FILE=/nowhere KEPT=yes)
ex -- jq -nc env
expect_out_json '.HTTPS_PROXY | test("^http://127[.]0[.]0[.]1:[0-9]+$")'
expect_out_json '.https_proxy == .HTTPS_PROXY and .NO_PROXY == "localhost,127.0.0.1,::1" and .no_proxy == .NO_PROXY'
expect_out_json '[.HTTP_PROXY, .http_proxy, .ALL_PROXY, .all_proxy] == [null, null, null, null]'
expect_out_json '.SSL_CERT_FILE == $ca and .CURL_CA_BUNDLE == $ca and .REQUESTS_CA_BUNDLE == $ca and .NODE_EXTRA_CA_CERTS == $ca' \
  --arg ca "$T/.local/share/zimmock/ca/ca.pem"
expect_out_json '.ZIM_APP_ID == "12345" and .ZIM_SERVER_SECRET == $secret and .KEPT == "yes"' --arg secret "$SECRET"
expect_out_json '(.ZIM_ENDPOINT | test("^http://127[.]0[.]0[.]1:[0-9]+$")) and .ZIMMOCK_CONTROL == .ZIM_ENDPOINT + "/_zimmock/v1"'
query UserRegister
ex -- curl -sS "$VENDOR/?$QUERY" -H "$JSON" -d '{"UserInfo":[{"UserId":"ann"}]}'
expect_out_json '.Code == 0'
EXTRA_ENV=()

WHAT='the variables of another App, and no proxy'
ex --app 7:seventhsecret --proxy-listen off -- jq -nc env
expect_out_json '.ZIM_APP_ID == "7" and .ZIM_SERVER_SECRET == "seventhsecret" and .HTTPS_PROXY == null'

WHAT='our own client follows the variables'
EXTRA_ENV=(PATH="$(dirname "$ZIMMOCK"):$PATH")
printf '{"Id":"1","FromUserId":"ann","ToUserId":"bob","MessageType":1,"Message":"hi","SendMessageTime":%d}\n' \
  $((EPOCHSECONDS * 1000 - 60000)) >"$T/one.jsonl"
ex -- "$ZIMMOCK" migrate "$T/one.jsonl" --execute
expect_rc 0
expect_out 'verified: all 2 of 2'
EXTRA_ENV=()

WHAT='stdin, stdout and arguments are untouched'
printf 'one\0two' >"$T/in"
STDIN=$T/in
ex -- cat
expect_equal "$(od -c <"$T/in")" "$(od -c <"$T/z_out")" stdout
STDIN=/dev/null
ex -- printf '<%s>' '[1,2]' '{}' '' 'a b' -x --allow -- serve
expect_equal '<[1,2]><{}><><a b><-x><--allow><--><serve>' "$OUT" stdout

WHAT='the signal mask and dispositions are those we were started with'
SIGNALS=(sed -nE 's/^(Sig(Blk|Ign)):.*(.{7})$/\1 \3/p' /proc/self/status) # 1 to 28: glibc keeps 32 and 33 for itself
environment
outside=$(timeout "$HANG" "${ENV[@]}" "${SIGNALS[@]}")
ex -- "${SIGNALS[@]}"
expect_equal "$outside" "$OUT" 'SigBlk and SigIgn'

# --- exit codes -------------------------------------------------------------------------------------------------------

for code in 4 255; do
  WHAT="exit code $code"
  ex -- sh -c "exit $code"
  expect_rc "$code"
  expect_err '^zimmock: exec: the command sent no request to the mock; .*--hermetic$'
done

# --- nothing was tested -----------------------------------------------------------------------------------------------

WHAT='a command that sends nothing and says that all is well'
ex -- true
expect_rc 3
expect_err '^zimmock: exec: the command sent no request to the mock; .*--hermetic$'
ex --findings ignore -- true
expect_rc 3
WHAT='a client that refuses the certificate, and hides it'
query UserRegister
"$ZIMMOCK" ca --ca-dir "$T/other-ca" >"$T/no_ca"
# shellcheck disable=SC2016 # for the inner shell
ex -- sh -c 'curl -sS --cacert "$0" "$@"; curl -sS --cacert "$0" "$@"; exit 0' "$T/no_ca" "$VENDOR/?$QUERY" -d '{}'
expect_rc 3
expect_err 'sent no request to the mock: of 2 TLS connections none came to a request, so the client does not trust.*\$SSL_CERT_FILE.*php -d curl\.cainfo="\$SSL_CERT_FILE"'
WHAT='its own exit code stays, and the reason is told'
ex -- curl -sS --cacert "$T/no_ca" "$VENDOR/?$QUERY" -d '{}'
if [[ $RC != 0 && $RC != 3 ]]; then pass; else fail "curl's exit code" "$(printed)"; fi
expect_err 'of 1 TLS connection none came to a request'
WHAT='ended by a signal'
# shellcheck disable=SC2016 # for the inner shell
ex -- sh -c 'kill -TERM $$'
expect_rc 143
refuses 'a command that is not there' 127 'exec: "no-such-command": could not run: No such file' exec -- no-such-command
echo data >"$T/data"
refuses 'a file that is not executable' 126 'data": could not run: Permission denied' exec -- "$T/data"
refuses 'no command' 2 'expected -- and a command' exec --rate off
refuses 'no command after --' 2 'expected -- and a command' exec --
refuses 'a command without --' 2 '"true": not expected' exec true
refuses 'a misspelt flag' 2 '--hermtic.*did you mean.*--hermetic' exec --hermtic -- true
refuses 'findings that are none' 2 '--findings: expected fail, ignore, got "pass"' exec --findings pass -- true
refuses 'a rule that is none' 2 '--allow: expected the id of a rule.*"body.is-jsn"; did you mean body\.is-json' exec --allow body.is-jsn -- true
refuses 'a proxy of its own and --hermetic' 2 '--hermetic' exec --hermetic --proxy-listen 127.0.0.1:0 -- true
refuses 'a mock that cannot start' 2 '--plan' exec --plan gold -- touch "$T/ran"
WHAT='then the command is not run'
if [[ ! -e $T/ran ]]; then pass; else fail 'no such file' "$T/ran"; fi

# --- findings ---------------------------------------------------------------------------------------------------------

requests() { # BODY...: the file $T/config for curl -K, a signed UserRegister for each
  local body
  for body; do
    query UserRegister
    printf '%s\n' next "url = \"$VENDOR/?$QUERY\"" "header = \"$JSON\"" "data = \"${body//\"/\\\"}\"" 'output = "/dev/null"'
  done | tail -n +2 >"$T/config"
}
CURL=(curl -sS -K "$T/config")
requests '{"UserInfo":[]}' '{"UserInfo":[{"UserId":"ann"}]}' '{"UserInfo":[]}' '{"UserInfo":[{"UserId":"bob"}],"Extra":1}'
WHAT='findings are printed with their number, and end it with 1'
ex -- "${CURL[@]}"
expect_rc 1
expect_err $'^zimmock: exec: 2 × register\.list-not-empty: /UserInfo: expected [^\n]+, got [^\n]+\n'
expect_err $'\nzimmock: exec: 1 × body\.member-known: [^\n]*Extra[^\n]*\n'
expect_err $'\nzimmock: exec: 3 of 4 requests broke the contract; [^\n]*--allow[^\n]*$'
expect_equal 3 "$(wc -l <"$T/z_err")" 'lines on stderr'
WHAT='a warning alone ends it with 1'
ex --allow register.list-not-empty -- "${CURL[@]}"
expect_rc 1
expect_equal 2 "$(wc -l <"$T/z_err")" 'lines on stderr'
WHAT='what is allowed is no finding'
ex --allow register.list-not-empty --allow body.member-known -- "${CURL[@]}"
expect_rc 0
expect_silent
WHAT='findings ignored'
ex --findings ignore -- "${CURL[@]}"
expect_rc 0
expect_silent
WHAT="a failing command's code stays, and the findings say what may be behind it"
ex -- sh -c "curl -sS -K $T/config; exit 9"
expect_rc 9
expect_err '2 × register\.list-not-empty'
WHAT='a wrong signature'
query UserRegister Signature=00000000000000000000000000000000
ex -- curl -sS "$VENDOR/?$QUERY" -H "$JSON" -d '{}'
expect_rc 1
expect_err '1 × auth\.signature-matches'
no_secret_on_stderr
WHAT='one broken rule is one line, however often and in whatever forms it is broken'
bodies=()
for ((i = 0; i < 23; i++)); do bodies+=("{\"UserInfo\":[{\"UserId\":\"u$i\"}],\"Extra$i\":1}"); done
requests "${bodies[@]}"
ex -- "${CURL[@]}"
expect_rc 1
expect_err $'^zimmock: exec: 23 × body\\.member-known: [^\n]*Extra0[^\n]* \\(the first of 23 forms\\)\n[^\n]*23 of 23 requests[^\n]*$'

# --- what is no finding -----------------------------------------------------------------------------------------------

WHAT="the vendor's own nonces are noted, and fail nothing"
for nonce in 15215528852396 k3f9x0zq1bd; do
  query UserRegister SignatureNonce=$nonce
  ex -- curl -sS "$VENDOR/?$QUERY" -H "$JSON" -d '{"UserInfo":[{"UserId":"ann"}]}'
  expect_rc 0
  expect_out_json '.Code == 0'
  expect_err $'^zimmock: exec: note: 1 × auth\\.nonce-form: [^\n]*$'
done
WHAT='a profile that has them refused makes them a breach'
ex --profile strict -- curl -sS "$VENDOR/?$QUERY" -H "$JSON" -d '{"UserInfo":[{"UserId":"ann"}]}'
expect_rc 1
expect_err '1 × auth\.nonce-form: .*1 of 1 requests broke the contract'
WHAT='registering a user again'
requests '{"UserInfo":[{"UserId":"ann"}]}' '{"UserInfo":[{"UserId":"ann"}]}' '{"UserInfo":[{"UserId":"ann"},{"UserId":"bob"}]}'
ex -- "${CURL[@]}"
expect_rc 0
expect_err $'^zimmock: exec: note: 2 × register\\.user-is-new: [^\n]*$'
WHAT='an operation that zimmock does not emulate'
query SendPeerMessage
ex -- curl -sS "$VENDOR/?$QUERY" -H "$JSON" -d '{}'
expect_rc 0
expect_err $'^zimmock: exec: nothing was judged: the request was for an operation that zimmock does not emulate\n'
expect_err 'note: 1 × action\.emulated: .*SendPeerMessage'

# --- duplicates, and what is written at the end -----------------------------------------------------------------------

import() { # TEXT: a signed ImportPeerMsg in $T/import.sh, which sends it until an answer with Code 0 comes
  cat >"$T/import.sh" <<SH
for user in ann bob; do
  curl -sS -o /dev/null "$VENDOR/?\$("$ZIMMOCK" sign --action UserRegister)" -H "$JSON" -d '{"UserInfo":[{"UserId":"'\$user'"}]}'
done
body='{"FromUserId":"ann","ToUserId":"bob","MessageType":1,"Priority":2,"MessageBody":{"Message":"$1"},"SendMessageTime":$((EPOCHSECONDS * 1000 - 60000)),"ImportedUserId":"ann"}'
for try in 1 2 3; do
  curl -s "$VENDOR/?\$("$ZIMMOCK" sign --action ImportPeerMsg)" -H "$JSON" -d "\$body" | grep '"Code":0' && exit \$2
done
exit 9
SH
}
import hello
LOST=drop-reply,action=ImportPeerMsg,nth=1
WHAT='a message that is stored twice, because it was sent again without a look'
ex --fault $LOST --state-out "$T/state" --requests-out "$T/requests" -- sh "$T/import.sh" 0 0
expect_rc 1
expect_err '1 × ImportPeerMsg: the same message was sent again after an attempt without a usable answer, and is stored twice'
expect_err '1 message is stored twice; --allow-duplicates lets that pass'
WHAT='what the mock held at the end, and what it was sent'
expect_equal 2 "$(grep -c '"Message":"hello"' "$T/state")" 'messages stored'
expect_equal '["ImportPeerMsg","ImportPeerMsg","UserRegister","UserRegister"]' "$(jq -sc 'map(.action) | sort' "$T/requests")" requests
expect_equal '[2,1]' "$(jq -sc 'map(select(.action == "ImportPeerMsg") | .attempt.number) | sort | reverse' "$T/requests")" attempts
expect_equal 600 "$(stat -c %a "$T/state")" mode
expect_equal '' "$(grep -lFf "$T/secrets" "$T/state" "$T/requests")" 'secrets'
ex --fault $LOST --allow-duplicates -- sh "$T/import.sh" 0 0
expect_rc 0
ex --fault $LOST --findings ignore -- sh "$T/import.sh" 0 0
expect_rc 0
WHAT='a lost request that is sent again is stored once'
ex --fault reset,action=ImportPeerMsg,nth=1 -- sh "$T/import.sh" 0 0
expect_rc 0
expect_silent
WHAT='they are the same as the commands print'
# shellcheck disable=SC2016 # for the inner shell
ex --state-out "$T/state" --requests-out "$T/requests" -- \
  sh -c 'sh "$0" 0 7; "$1" state export >"$2/state.now"; "$1" requests --json >"$2/requests.now"; exit 7' "$T/import.sh" "$ZIMMOCK" "$T"
expect_rc 7 # and they are written when the command fails
expect_equal "$(<"$T/state.now")" "$(<"$T/state")" state
expect_equal "$(<"$T/requests.now")" "$(<"$T/requests")" requests
for option in --state-out --requests-out; do
  refuses "$option where nothing can be written" 2 "$option: .*/none/x: could not write: No such file" exec $option "$T/none/x" -- touch "$T/ran"
done
WHAT='then the command is not run'
if [[ ! -e $T/ran ]]; then pass; else fail 'no such file' "$T/ran"; fi
expect_equal '' "$(compgen -G "$T/*.tmp")" 'files left'

WHAT='a line a request only with --log'
requests '{"UserInfo":[{"UserId":"ann"}]}'
ex --log json -- "${CURL[@]}"
expect_rc 0
expect_equal UserRegister "$(jq -r .action "$T/z_err")"

# --- signals ----------------------------------------------------------------------------------------------------------

background() { # COMMAND...: PID, in a process group of its own, once the command has made the file $T/up
  rm -f "$T/up"
  environment
  set -m
  "${ENV[@]}" "$ZIMMOCK" exec -- "$@" >"$T/b_out" 2>"$T/b_err" </dev/null &
  PID=$!
  set +m
  PIDS+=("$PID")
  until_true test -e "$T/up" || fail 'the command running' "$(cat "$T/b_err")"
}
ended_with() { # CODE
  wait_exit "$PID"
  PIDS=()
  expect_equal "$1" "$EXIT_CODE" 'exit code'
}
SLEEPER="touch $T/up; exec sleep 1000"
for signal in TERM HUP; do
  SENT="SIG$signal" WHAT="SIG$signal is passed on"
  background sh -c "$SLEEPER"
  kill -"$signal" "$PID"
  ended_with $((128 + $(kill -l "$signal")))
  WHAT="a command that handles SIG$signal decides how it ends"
  background bash -c "trap 'kill %1; exit 7' $signal; sleep 1000 & touch $T/up; wait"
  kill -"$signal" "$PID"
  ended_with 7
done
SENT='SIGINT to the group' WHAT='Ctrl-C reaches the command by itself, and once'
background sh -c "$SLEEPER"
kill -INT -"$PID"
ended_with 130
background bash -c "trap 'echo INT; kill %1; exit 7' INT; sleep 1000 & touch $T/up; wait; wait"
kill -INT -"$PID"
ended_with 7
expect_equal INT "$(cat "$T/b_out")" 'what it printed'

finish
