#!/usr/bin/env bash
# What every end-to-end script shares: a mock on free ports, signatures made by md5sum, requests made by curl.
# Expectations come from the contract alone, so client and mock cannot agree on a shared mistake.
#
# A script sources this file, calls start_mock, makes checks and ends with `finish`.
# WHAT names the case in failure messages. Every answer is also held to what docs/zim-api.md section 1
# promises of all answers (HTTP 200, application/json, Code, Message, RequestId) and searched for the secret and for
# signatures.
# shellcheck disable=SC2034 # globals are read by the scripts
set -u
# shellcheck source=tests/support/mock.sh
. "$(dirname "${BASH_SOURCE[0]}")/../support/mock.sh" || exit 1
export LC_ALL=C # lengths are bytes
unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY all_proxy ALL_PROXY CURL_CA_BUNDLE SSL_CERT_FILE SSL_CERT_DIR

: "${ZIMMOCK:?path of the zimmock binary}"
for tool in curl jq md5sum openssl; do
  command -v "$tool" >/dev/null || { echo "FAIL: $tool is not installed"; exit 1; }
done

APP=12345
SECRET=9193cc662a4c0ec135ec71fb57194b38
T=$(mktemp -d "${TMPDIR:-/tmp}/zimmock-e2e.XXXXXX")
PIDS=() CHECKS=0 FAILURES=0 FINISHED=no
WHAT='' SENT='' STATUS='' SENT_SIGNATURE='' CODE='' BODY='' HEADERS='' EXPLAIN='' WARN=''
TIMESTAMP=''       # set: sign with this instead of the current second (for a frozen clock)
RATE=off           # of the mocks to start; empty: their default
CURL_ARGS=()       # added to every curl, e.g. --cacert
: >"$T/signatures" # neither these nor the secrets may come back
: >"$T/secrets"
: >"$T/answers"

cleanup() {
  local rc=$? pid
  for pid in "${PIDS[@]}"; do kill -KILL "$pid" 2>/dev/null; done
  if [[ -n ${E2E_KEEP-} ]]; then echo "kept: $T"; else rm -rf "$T"; fi
  [[ $FINISHED == yes ]] || { echo "FAIL: the script ended before its end"; rc=1; }
  exit "$rc"
}
trap cleanup EXIT
trap 'exit 1' INT TERM HUP PIPE

# --- checks ----------------------------------------------------------------------------------------------------------

pass() { CHECKS=$((CHECKS + 1)); }

fail() { # EXPECTED GOT
  CHECKS=$((CHECKS + 1)) FAILURES=$((FAILURES + 1))
  local i=1
  while [[ ${BASH_SOURCE[i]-} == *lib.sh || ${BASH_SOURCE[i]-} == */bodies.sh ]]; do i=$((i + 1)); done
  printf 'FAIL: %s:%s: %s\n  sent     %s\n  expected %s\n  got      %s\n' "${BASH_SOURCE[i]##*/}" \
    "${BASH_LINENO[i - 1]}" "$WHAT" "${SENT:0:1500}" "$1" "${2:0:1500}"
}

answer() { printf 'HTTP %s, Explain "%s", Warn "%s", body %s' "$STATUS" "$EXPLAIN" "$WARN" "$BODY"; }

matches() { # TEXT REGEX, whatever the case
  local rc
  shopt -s nocasematch
  [[ $1 =~ $2 ]]
  rc=$?
  shopt -u nocasematch
  return "$rc"
}

expect() { # NAME COMMAND...: the command succeeds
  WHAT=$1
  shift
  if "$@" >"$T/expect"; then pass; else fail "success of: $*" "status $?"; fi
}
expect_equal() { if [[ $2 == "$1" ]]; then pass; else fail "${3-}${3+ = }$1" "$2"; fi; } # EXPECTED GOT [OF WHAT]

# N or N|M. A refusal must also say why: `rule-id: /pointer: expected X, got Y`, in ASCII.
expect_code() {
  if [[ -z $CODE || "|$1|" != *"|$CODE|"* ]]; then
    fail "Code $1" "$(answer)"
  elif [[ $CODE != 0 && ! $EXPLAIN =~ ^[A-Za-z0-9_.-]+:\ .*expected\ .+,\ got\ .+ ]]; then
    fail 'X-Zimmock-Explain: rule-id: /pointer: expected X, got Y' "$(answer)"
  elif [[ $EXPLAIN$WARN =~ [^[:print:]$'\n'] ]]; then
    fail 'headers in ASCII' "$(answer)"
  else
    pass
  fi
}
expect_refused() { if [[ -n $CODE && $CODE != 0 ]]; then expect_code "$CODE"; else fail 'a refusal' "$(answer)"; fi; }
expect_explain() { if matches "$EXPLAIN" "$1"; then pass; else fail "X-Zimmock-Explain matching $1" "$(answer)"; fi; }
expect_warn() { if matches "$WARN" "$1"; then pass; else fail "X-Zimmock-Warn matching $1" "$(answer)"; fi; }
expect_no_warn() { if [[ -z $WARN ]]; then pass; else fail 'no X-Zimmock-Warn' "$(answer)"; fi; }
expect_json() { # JQ-EXPR [jq args]: true of the answer. jq 1.6 reads MsgId as a double: use msg_ids for those
  local expr=$1
  shift
  if jq -e "$@" "$expr" <<<"$BODY" >"$T/jq" 2>&1; then pass; else fail "true of $expr $*" "$(answer) ($(<"$T/jq"))"; fi
}
expect_log() { # JQ-EXPR: true of a line of the log, which may lag behind the answer
  if until_true is_logged "$1"; then pass; else fail "a log line with $1" "$(tail -n 5 "$T/log")"; fi
}
is_logged() { jq -Rne "[inputs | fromjson? | objects | select($1)] != []" "$T/log" >/dev/null 2>&1; }

finish() { # ends the script: 0 if there were checks and all held
  local own=$CHECKS # before those that are made for every script
  [[ ${#PIDS[@]} == 0 ]] || stop_mock TERM
  WHAT='every answer has Code, Message and RequestId' SENT='(all of the above)'
  local bad
  bad=$(jq -c 'select(((.Code | type) == "number" and (.Message | type) == "string" and (.RequestId | type) == "string"
    and (.RequestId | test("^[0-9]+$")) and (.Code != 0 or .Message == "success")) | not)' "$T/answers" 2>&1)
  expect_equal '' "$bad"
  FINISHED=yes
  echo "${0##*/}: $own checks, $FAILURES failed"
  ((own > 0 && FAILURES == 0))
  exit
}

# --- the mock --------------------------------------------------------------------------------------------------------

start_mock() { # [serve flags]: MOCK_PID, URL, TLS_URL, CA, PROXY, CONTROL_URL; empty is what it has not
  local flags=()
  [[ " $* " == *' --listen '* ]] || flags+=(--port 0)
  [[ " $* " == *' --ca-dir '* ]] || flags+=(--ca-dir "$T/ca")
  [[ -z $RATE ]] || flags+=(--rate "$RATE")
  printf '%s\n' "$SECRET" >>"$T/secrets"
  launch "$T/ready" "$T/out" "$T/log" "$ZIMMOCK" serve "${flags[@]}" "$@"
  MOCK_PID=$LAUNCHED
  { read -r URL; read -r TLS_URL; read -r CA; read -r PROXY; read -r CONTROL_URL; } < \
    <(of_ready url tls_url ca proxy_url control_url)
}

wait_exit() { # PID: EXIT_CODE, or "alive" when it does not end
  if ! until_true is_gone "$1"; then
    EXIT_CODE=alive
    kill -KILL "$1"
    wait "$1" 2>/dev/null
  else
    wait "$1" 2>/dev/null
    EXIT_CODE=$?
  fi
}

stop_mock() { # SIGNAL: it must exit with 0, and must have told nobody a secret or a signature
  kill -"$1" "$MOCK_PID" 2>/dev/null
  wait_exit "$MOCK_PID"
  local pid
  for pid in "${PIDS[@]}"; do [[ $pid == "$MOCK_PID" ]] || kill -KILL "$pid" 2>/dev/null; done
  PIDS=()
  WHAT="the mock ends on SIG$1" SENT="SIG$1"
  expect_equal 0 "$EXIT_CODE" 'exit code'
  WHAT='no secret and no signature in stdout or log'
  expect_equal '' "$(grep -hiFf "$T/secrets" "$T/out" "$T/log"; grep -hiFf "$T/signatures" "$T/out" "$T/log")"
}

# --- requests --------------------------------------------------------------------------------------------------------

now() { NOW=${TIMESTAMP:-$EPOCHSECONDS}; }
new_nonce() { printf -v NONCE '%08x%08x' "$SRANDOM" "$SRANDOM"; }
md5() { # TEXT: SUM
  SUM=$(printf '%s' "$1" | md5sum)
  SUM=${SUM%% *}
}
sign() { # APPID NONCE SECRET TIMESTAMP: SIGNATURE
  md5 "$1$2$3$4"
  SIGNATURE=$SUM
  echo "$SIGNATURE" >>"$T/signatures"
}

# query ACTION [NAME=VALUE | -NAME]...: QUERY, signed over what is really sent unless Signature itself is given.
# Values go into the URL as they are.
query() {
  local -A p=([Action]=$1 [AppId]=$APP [SignatureVersion]=2.0)
  local name
  shift
  new_nonce
  now
  p[SignatureNonce]=$NONCE p[Timestamp]=$NOW
  for name; do [[ $name == -* ]] || p[${name%%=*}]=${name#*=}; done
  sign "${p[AppId]}" "${p[SignatureNonce]}" "$SECRET" "${p[Timestamp]}"
  [[ -v p[Signature] ]] || p[Signature]=$SIGNATURE
  SENT_SIGNATURE=${p[Signature],,}
  [[ ${#SENT_SIGNATURE} -lt 32 ]] || echo "$SENT_SIGNATURE" >>"$T/signatures"
  for name; do [[ $name != -* ]] || unset "p[${name#-}]"; done
  QUERY=''
  for name in "${!p[@]}"; do QUERY+="&$name=${p[$name]}"; done
  QUERY=${QUERY#&}
}

send() { # METHOD BODY [curl args]: the request with $QUERY. BODY `-`: none. Sets STATUS CODE BODY HEADERS EXPLAIN WARN
  local method=$1 data=() line
  [[ $2 == - ]] || data=(--data-binary "$2")
  [[ $2 == - || "${*:3}" == *Content-Type:* ]] || data+=(-H 'Content-Type: application/json')
  SENT="$method $URL/?$QUERY ${*:3}"$'\n'"           ${2:0:1000}"
  shift 2
  : >"$T/headers"
  : >"$T/body"
  STATUS=$(curl -q -sS --noproxy '*' --max-time "$HANG" -X "$method" -D "$T/headers" -o "$T/body" -w '%{http_code}' \
    "${CURL_ARGS[@]}" "${data[@]}" "$@" "$URL/?$QUERY" 2>"$T/curl_error")
  CURL_STATUS=$?
  HEADERS=$(<"$T/headers") BODY=$(tr -d '\0' <"$T/body") CODE='' EXPLAIN='' WARN=''
  [[ $CURL_STATUS == 0 || -n $BODY ]] || BODY="(curl $CURL_STATUS: $(<"$T/curl_error"))"
  [[ $BODY =~ \"Code\"[[:space:]]*:[[:space:]]*(-?[0-9]+) ]] && CODE=${BASH_REMATCH[1]}
  while IFS= read -r line; do
    line=${line%$'\r'}
    case ${line,,} in
      x-zimmock-explain:*) EXPLAIN+=${EXPLAIN:+$'\n'}${line#*: } ;;
      x-zimmock-warn:*) WARN+=${WARN:+$'\n'}${line#*: } ;;
    esac
  done <"$T/headers"
  [[ $CURL_STATUS == 0 ]] || return
  printf '%s\n' "$BODY" >>"$T/answers"
  [[ $STATUS == 200 ]] || fail 'HTTP 200' "$(answer)"
  [[ ${HEADERS,,} == *content-type:\ application/json* ]] || fail 'Content-Type: application/json' "$HEADERS"
  [[ $HEADERS$BODY != *"$SECRET"* ]] || fail 'an answer without the secret' "$HEADERS$BODY"
  line=${HEADERS,,}${BODY,,}
  [[ $line != *"$SIGNATURE"* ]] || fail 'an answer without the right signature' "$HEADERS$BODY"
  [[ ${#SENT_SIGNATURE} -lt 32 || $line != *"$SENT_SIGNATURE"* ]] || fail 'an answer without the signature sent' "$HEADERS$BODY"
}

call() { # ACTION BODY [curl args]: a well-signed POST
  query "$1"
  send POST "${@:2}"
}
row() { # NAME CODE ACTION BODY [EXPLAIN-REGEX [WARN-REGEX]]
  WHAT=$1
  call "$3" "$4"
  expect_code "$2"
  [[ -z ${5-} ]] || expect_explain "$5"
  [[ -z ${6-} ]] || expect_warn "$6"
}

# calls ACTION: a body a line on stdin, sent in order over one connection by one curl process. `calls -`: each line
# begins with an action and an AppId of its own. ANSWERS: a file with all answers; CODES: their codes.
calls() {
  local dir=$T/calls line n=0 sums i name app=$APP action=$1 queries=()
  rm -rf "$dir"
  mkdir "$dir"
  now
  while IFS= read -r line; do
    [[ $1 != - ]] || { action=${line%% *} line=${line#* } && app=${line%% *} line=${line#* }; }
    printf -v name '%05d' "$n"
    new_nonce
    queries[n++]="Action=$action&AppId=$app&SignatureNonce=$NONCE&Timestamp=$NOW&SignatureVersion=2.0"
    printf '%s' "$line" >"$dir/$name.json"
    printf '%s' "$app$NONCE$SECRET$NOW" >"$dir/$name.sign"
  done
  mapfile -t sums < <(cd "$dir" && md5sum -- *.sign)
  for ((i = 0; i < n; i++)); do
    printf -v name '%05d' "$i"
    echo "${sums[i]%% *}" >>"$T/signatures"
    ((i == 0)) || echo next
    printf '%s\n' "url = \"$URL/?${queries[i]}&Signature=${sums[i]%% *}\"" \
      "data-binary = \"@$dir/$name.json\"" 'header = "Content-Type: application/json"' 'noproxy = "*"' 'write-out = "\n"' "max-time = $HANG"
  done >"$dir/config"
  SENT="$n calls of $1 over one connection"
  ANSWERS=$T/calls/answers
  curl -q -sS -K "$dir/config" >"$ANSWERS" 2>"$T/curl_error"
  cat "$ANSWERS" >>"$T/answers"
  mapfile -t CODES < <(jq .Code "$ANSWERS")
}
expect_codes() { # N: all of them
  local other
  other=$(printf '%s\n' "${CODES[@]}" | grep -vx "$1" | sort | uniq -c)
  if [[ ${#CODES[@]} -gt 0 && -z $other ]]; then pass; else fail "only Code $1" "${#CODES[@]} answers, others: $other $(<"$T/curl_error")"; fi
}

# shellcheck source=tests/e2e/bodies.sh
. "$(dirname "${BASH_SOURCE[0]}")/bodies.sh" || exit 1
