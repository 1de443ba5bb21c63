#!/usr/bin/env bash
# A secret or a signature that a caller put into a wrong place: it comes out of no answer, log or journal. And what
# health tells to whom. stop_mock searches the log for all of them.
. "$(dirname "$0")/lib.sh" || exit 1
. "$(dirname "$0")/control.lib.sh" || exit 1

OTHER_SECRET=0d15ea5e0d15ea5e0d15ea5e0d15ea5e UNKNOWN=5ca1ab1e5ca1ab1e5ca1ab1e5ca1ab1e
printf '%s\n' "$OTHER_SECRET" "$UNKNOWN" >>"$T/secrets"
PROBE='{"FromUserId":"ann","ToUserId":"bob"}'
start_mock --app "777:$OTHER_SECRET"
OWN_APP=$(jq .app_id <<<"$READY") OWN_SECRET=$OTHER_SECRET
APP=$OWN_APP SECRET=$OWN_SECRET

# --- answers ----------------------------------------------------------------------------------------------------------

silent() { # NAME BODY: the request with $QUERY is answered without any secret or signature
  WHAT=$1
  send POST "$2"
  expect_equal '' "$(grep -iFf <(cat "$T/secrets" "$T/signatures") "$T/headers" "$T/body")" 'of secrets in the answer'
}
at_path() { # PATH
  WHAT="at the path /$1" SENT=$WHAT
  curl -q -sS -i --noproxy '*' --max-time 30 -d "$PROBE" "$URL/$1?Action=QueryPeerMsg" >"$T/answer"
  expect_equal '' "$(grep -iFf <(cat "$T/secrets" "$T/signatures") "$T/answer")" 'of secrets in the answer'
  expect 'it says what is wrong' grep -q 'expected the path /' "$T/answer"
}
for separator in ';' '%3B' '%26' ',' '|' '%0A' '%3F' '%20%20'; do
  query QueryPeerMsg
  QUERY=${QUERY//&/$separator}
  silent "a query with '$separator' between" "$PROBE"
  expect_refused
  QUERY="Action=QueryPeerMsg$separator$QUERY"
  silent "and Action before it" "$PROBE"
  query QueryPeerMsg
  QUERY="${QUERY/SignatureNonce=/SignatureNonce=x${separator}Sign%61ture%3D$SIGNATURE$separator}"
  silent "within the nonce, the name escaped" "$PROBE"
  query QueryPeerMsg
  QUERY="${QUERY/Timestamp=/Timestamp=x${separator}Signature=$SIGNATURE$separator}"
  silent "within the timestamp" "$PROBE"
  query QueryPeerMsg
  QUERY="${QUERY/SignatureVersion=/SignatureVersion=x${separator}Signature=$SIGNATURE$separator}"
  silent "within the version" "$PROBE"
  query QueryPeerMsg
  QUERY="$QUERY&x${separator}Signature%3D$SIGNATURE=1"
  silent "within a name" "$PROBE"
done
for value in "$APP:$SECRET" "$SECRET" "888:$UNKNOWN" "$UNKNOWN" "%22$APP:$SECRET%22"; do
  query QueryPeerMsg AppId="$value" Signature=x
  silent "AppId=$value" "$PROBE"
  expect_code 100000001
done
for secret in "$SECRET" 9193cc662a4c0ec135ec71fb57194b38; do # the other App's, too
  query QueryPeerMsg SignatureNonce="$secret"
  silent "the secret $secret as nonce" "$PROBE"
  query QueryPeerMsg SignatureNonce="${secret^^}"
  silent "in upper case" "$PROBE"
  query QueryPeerMsg SignatureNonce="0123456789012345678901234567890123456789$secret"
  silent "cut off in what is quoted of the nonce" "$PROBE"
  query QueryPeerMsg "$secret=1"
  silent "as a name" "$PROBE"
  query "$secret" AppId=999
  silent "as Action, of an App of nobody" "$PROBE"
  query QueryPeerMsg Timestamp="$secret"
  silent "as Timestamp" "$PROBE"
  query QueryPeerMsg
  silent "as user" "{\"FromUserId\":\"$secret\",\"ToUserId\":\"bob\",\"$secret\":1}"
  query UserRegister
  silent "as a name in the body" "{\"UserInfo\":[{\"UserId\":\"ann\",\"$secret\":1}]}"
  query QueryPeerMsg
  silent "in a body that is no JSON" "$secret"
  at_path "$secret"
done
query QueryPeerMsg
at_path "x;Signature=$SIGNATURE"
at_path "x%3BSignature%3d$SIGNATURE"

# --- the journal ------------------------------------------------------------------------------------------------------

for path in '{}/requests' '{}/requests?action=QueryPeerMsg' unmatched tenants/12345/requests; do
  ctl GET "$path"
  WHAT="$path tells no secret and no signature"
  expect_ctl 200
  expect_equal '' "$(jq . <<<"$CTL" | grep -iFf <(cat "$T/secrets" "$T/signatures") | head -n 3)" 'of secrets'
done
WHAT='what is no number is not shown as an AppId'
ctl GET unmatched
expect_ctl 200 '[.requests[].app_id] | unique - ["***", "", 999] == []'
expect_log '.app_id == "***"'

# --- messages of the control API --------------------------------------------------------------------------------------

for body in "{\"app_id\":\"99:$UNKNOWN\",\"server_secret\":\"x\"}" "{\"app_id\":99,\"server_secret\":[\"$UNKNOWN\"]}" \
  "{\"server_secret\":$UNKNOWN}" "{\"plan\":\"$UNKNOWN\"}" "{\"$UNKNOWN\":1}" "{\"clock\":\"$UNKNOWN\"}" \
  "{\"profile\":{\"base\":\"$UNKNOWN\"}}" "{\"profile\":{\"settings\":{\"zeros\":\"$UNKNOWN\"}}}"; do
  WHAT="a tenant made with $body"
  ctl POST tenants "$body"
  expect_ctl 400 ".error | contains(\"$UNKNOWN\") | not"
done
ctl POST tenants/12345/wait "{\"timeout\":\"$UNKNOWN\"}"
expect_ctl 400 ".error | contains(\"$UNKNOWN\") | not"
ctl GET "tenants/777:$UNKNOWN"
expect_ctl 404 ".error | contains(\"$UNKNOWN\") | not"
stop_mock TERM

# --- health -----------------------------------------------------------------------------------------------------------

health() { # [curl args]: CTL
  CTL_STATUS=$(curl -q -sS --noproxy '*' --max-time 60 -o "$T/ctl" -w '%{http_code}' "$@" "$URL/_zimmock/v1/health")
  CTL=$(<"$T/ctl") SENT="GET health $*"
}
ONLY_OK='. == {status: "ok"}' ALL='.status == "ok" and .pid > 0 and .url != null and .ca != null'
start_mock
WHAT='health tells all to a program of this machine, and to a web page or another name that it answers'
health
expect_ctl 200 "$ALL"
for header in 'Host: evil.example' 'Host: [::1].evil.example' 'Host: localhost:80.evil.example' 'Host: localhost:evil' 'Host: mock:7480' 'Host: 192.0.2.1' 'Origin: http://evil.example' 'Origin: null'; do
  health -H "$header"
  expect_ctl 200 "$ONLY_OK"
done
stop_mock TERM
echo s3cr3t-token >"$T/token"
start_mock --control-token-file "$T/token"
WHAT='with a token, to who has it'
health
expect_ctl 200 "$ONLY_OK"
health -H 'Authorization: Bearer s3cr3t-token' -H 'Host: mock:7480'
expect_ctl 200 "$ALL"
WHAT='the programs cope with it'
"$ZIMMOCK" healthcheck --control "$URL" >"$T/health" 2>&1
expect_equal "0 ok: zimmock at $URL/_zimmock/v1" "$? $(<"$T/health")"
"$ZIMMOCK" env --control "$URL" >"$T/env" 2>&1
expect_equal 1 $? 'exit code'
expect 'env says what is missing' grep -q 'expected Bearer' "$T/env"
stop_mock TERM
start_mock --listen 0.0.0.0:0
URL=${URL/0.0.0.0/127.0.0.1}
WHAT='on an address that others reach, to nobody'
health
expect_ctl 200 "$ONLY_OK"
finish
