#!/usr/bin/env bash
# docs/zim-api.md section 1: the order in which a request with several mistakes is judged (A), and clocks
# other than a frozen one.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh" || exit 1

start_mock --body-limit 100000
register ann bob

# --- everything wrong, then repaired from the first check to the last -------------------------------------------------------

WRONG=([0]=Action= [1]=AppId=x [2]=Timestamp= [3]=SignatureNonce= [4]=SignatureVersion= [5]=Signature=)
BAD_BODY='{"FromUserId":1'
next() { # CODE: what the request gets with all that is still wrong
  WHAT="still wrong: ${WRONG[*]}, and the body"
  query QueryPeerMsg "${WRONG[@]}"
  send POST "$BAD_BODY"
  expect_code "$1"
}
now
next 100000006
WRONG[0]=Action=Nonsense
next 100000007
WRONG[0]=Action=QueryPeerMsg
next 100000001
WRONG[1]=AppId=999 # well-formed, but nobody's
next 100000002
WRONG[2]=Timestamp=yesterday
next 100000003
WRONG[2]=Timestamp=$((NOW - 5000)) # well-formed, but too old
next 100000008
WRONG[3]=SignatureNonce=0123456789abcdef
next 100000013
WRONG[4]=SignatureVersion=1.0
next 100000014
WRONG[4]=SignatureVersion=2.0
next 100000009
WRONG[5]=Signature=tooshort
next 100000005
WRONG[5]=Signature=0123456789abcdef0123456789abcdef # well-formed, but wrong
next 100000011
WRONG[1]=AppId=$APP
next 100000004
WRONG[2]=Timestamp=$NOW
next 100000005
unset 'WRONG[5]'
next 660000002
BAD_BODY='{"FromUserId":"nobody","ToUserId":"bob"}'
next 660500002
BAD_BODY='{"FromUserId":"ann","ToUserId":"bob"}'
next 0

WHAT='a wrong signature is seen before a body that is too large'
repeat 100001 x >"$T/large"
query QueryPeerMsg Signature=0123456789abcdef0123456789abcdef
send POST "@$T/large"
expect_code 100000005
WHAT='a body that is too large is seen before what the operation thinks of it'
call QueryPeerMsg "@$T/large"
expect_code 100000012
WHAT='no POST, but first the signature'
query QueryPeerMsg Signature=0123456789abcdef0123456789abcdef
send GET -
expect_code 100000005
stop_mock TERM

# --- the mock's clock ---------------------------------------------------------------------------------------------------

clock() { # FLAG SECONDS: the mock's clock is that far from this machine's; 60 s are left for a slow machine
  start_mock --clock "$1"
  WHAT="--clock $1: its own time"
  TIMESTAMP=$((EPOCHSECONDS + $2))
  call UserRegister "$(users ann bob)"
  expect_code 0
  for distance in -540 540; do
    WHAT="--clock $1: $distance s from its time"
    query QueryPeerMsg Timestamp=$((EPOCHSECONDS + $2 + distance))
    send POST "$BAD_BODY"
    expect_code 0
  done
  for distance in -661 661; do
    WHAT="--clock $1: $distance s from its time"
    query QueryPeerMsg Timestamp=$((EPOCHSECONDS + $2 + distance))
    send POST "$BAD_BODY"
    expect_code 100000004
  done
  imp "--clock $1: a minute ago in its time" 0 '' SendMessageTime=$(((TIMESTAMP - 60) * 1000))
  imp "--clock $1: in its future" 660800046 '' SendMessageTime=$(((EPOCHSECONDS + $2 + 120) * 1000))
  TIMESTAMP=''
  stop_mock TERM
}
clock offset:+90s 90
clock offset:-10m -600
clock offset:+3h 10800
clock offset:-2d -172800

finish
