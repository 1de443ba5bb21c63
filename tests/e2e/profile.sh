#!/usr/bin/env bash
# docs/zim-api.md section 10: the strict profile refuses what the default one accepts and reports.
# Codes nobody documents are not judged.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh" || exit 1

PROBE='{"FromUserId":"ann","ToUserId":"bob"}'
now
MINUTE_AGO=$(((NOW - 60) * 1000))

nonce() { # NAME NONCE: a query with it
  WHAT=$1
  query QueryPeerMsg SignatureNonce="$2"
  send POST "$PROBE"
}
body_with() { # FIELD: an import with that field, both where messages and where their bodies have it
  message "$1={}" "MessageBody={\"Message\":\"hi\",\"$1\":{}}"
  WHAT=$1
  call ImportPeerMsg "$MESSAGE"
}
at() { # NAME MS: an import sent then
  WHAT=$1
  message SendMessageTime="$2"
  call ImportPeerMsg "$MESSAGE"
}

# --- strict ------------------------------------------------------------------------------------------------------------------------

start_mock --profile strict
register ann bob a-b
imp 'a good import' 0 '' SendMessageTime="$MINUTE_AGO"
expect_no_warn
row 'a good query' 0 QueryPeerMsg "$PROBE"
expect_no_warn

for form in 20210308070223 4fd24687296dd9f 4fd24687296dd9f31 4fd24687296dd9fg nonce; do
  nonce "a nonce that is not 16 hex characters: $form" "$form"
  expect_refused
  expect_explain nonce
done
nonce 'a nonce of 16 hex characters' 4fd24687296dd9f3
expect_code 0
nonce 'the same nonce again' 4fd24687296dd9f3
expect_refused
expect_explain nonce
nonce 'another nonce' 4fd24687296dd9f4
expect_code 0
WHAT='the same nonce for another operation'
query ImportPeerMsg SignatureNonce=4fd24687296dd9f4
message
send POST "$MESSAGE"
expect_refused
expect_explain nonce

row 'a hyphen in the viewer of a query' 660000002 QueryPeerMsg '{"FromUserId":"a-b","ToUserId":"ann"}' /FromUserId
row 'a hyphen in the other of a query' 660000002 QueryPeerMsg '{"FromUserId":"ann","ToUserId":"a-b"}' /ToUserId
imp 'a hyphen in an import is in order' 0 '' 'ToUserId="a-b"'

for field in OfflinePush HasReceipt; do
  body_with $field
  expect_refused
  expect_explain $field
done
at 'an older one after a newer one' $((MINUTE_AGO - 1))
expect_refused
expect_explain 'SendMessageTime'
at 'one of the same ms' "$MINUTE_AGO"
expect_code 0
at 'a newer one' $((MINUTE_AGO + 1))
expect_code 0
WHAT='what was refused is not in the list'
list ann bob
expect_json "[.List[].MsgTime - $MINUTE_AGO] == [1, 0, 0]"
row 'a member nobody knows is still ignored' 0 QueryPeerMsg "{\"x\":1,${PROBE#\{}" '' '/x'
stop_mock TERM

# --- default, by name: the same is accepted and reported -----------------------------------------------------------------------------

start_mock --profile default
register ann bob a-b
nonce 'a nonce of 14 digits' 20210308070223
expect_code 0
nonce 'the same nonce again' 20210308070223
expect_code 0
expect_warn nonce
row 'a hyphen in a query' 0 QueryPeerMsg '{"FromUserId":"a-b","ToUserId":"ann"}'
expect_no_warn
for field in OfflinePush HasReceipt; do
  body_with $field
  expect_code 0
  expect_warn $field
done
at 'a newer one' $((MINUTE_AGO + 30000))
at 'an older one after it' "$MINUTE_AGO"
expect_code 0
expect_warn 'SendMessageTime|order|older'
stop_mock TERM

# --- settings of a file --------------------------------------------------------------------------------------------------------------

for zeros in absent null; do
  printf '{"settings":{"zeros":"%s"}}' $zeros >"$T/zeros.json"
  start_mock --profile "$T/zeros.json"
  register ann bob
  WHAT="an empty list where zeros are $zeros"
  list ann bob
  expect_code 0
  if [[ $zeros == absent ]]; then expect_json 'has("List") or has("Next") | not'; else expect_json '.List == null and has("List") and .Next == 0'; fi
  imp 'an import' 0 ''
  WHAT="a list where zeros are $zeros"
  list ann bob
  expect_json '(.List | length) == 1 and (.List[0] | has("IsEmpty")) == $sent' --argjson sent "$([[ $zeros == null ]] && echo true || echo false)"
  stop_mock TERM
done
start_mock
register ann bob
for number in 1.0 1e0 10e-1; do
  imp "an integer written $number" 0 '' MessageType=$number Priority=$number
  row "a Limit written $number" 0 QueryPeerMsg "{\"FromUserId\":\"ann\",\"ToUserId\":\"bob\",\"Limit\":$number}"
done
stop_mock TERM
printf '{"settings":{"refuse_numbers_with_point":true}}' >"$T/point.json"
start_mock --profile "$T/point.json"
register ann bob
imp 'an integer written 1.0 where the profile refuses it' 660000002 '/MessageType' MessageType=1.0
stop_mock TERM

# --- a profile nobody knows --------------------------------------------------------------------------------------------------------------

WHAT='--profile with a file that is not there' SENT='serve --profile'
"$ZIMMOCK" serve --port 0 --ca-dir "$T/ca" --ready-file "$T/none" --profile "$T/missing.json" >"$T/out" 2>"$T/log" </dev/null &
PIDS=("$!")
wait_exit "$!"
PIDS=()
expect_equal refused "$([[ $EXIT_CODE == [1-9]* ]] && echo refused || echo "$EXIT_CODE")" 'exit code'
expect_equal no "$([[ -e $T/none ]] && echo yes || echo no)" 'a ready file'

finish
