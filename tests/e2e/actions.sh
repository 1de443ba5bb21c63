#!/usr/bin/env bash
# docs/zim-api.md section 1: Action. What is emulated, what is only known, what is misspelt.
# shellcheck disable=SC2016 # jq's variables
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh" || exit 1

start_mock
register ann bob

# --- all five answer -----------------------------------------------------------------------------------------------------------

row UserRegister 0 UserRegister '{"UserInfo":[{"UserId":"cid"}]}'
imp ImportPeerMsg 0 ''
row QueryPeerMsg 0 QueryPeerMsg '{"FromUserId":"ann","ToUserId":"bob"}'
row ClearPeerMessage 0 ClearPeerMessage '{"FromUserId":"ann","ToUserId":"bob"}'
row RevokePeerMessage 660000022 RevokePeerMessage '{"FromUserId":"ann","ToUserId":"bob","MsgSeq":987654321}'

# --- known, not emulated -------------------------------------------------------------------------------------------------------

for action in CreateGroup InviteUsersIntoGroup KickoutGroupUser ImportGroupMsg QueryGroupMsg; do
  row "$action is known" 100000007 $action '{}'
  expect_json '.Message | contains($action) and test("emulat|implement|known|support"; "i")' --arg action $action
done
near() { # MISSPELT NEAREST
  row "$1 is not $2" 100000007 "$1" '{}'
  expect_json '.Message | test("(^|[^A-Za-z])" + $near + "($|[^A-Za-z])")' --arg near "$2"
}
get() { # NAME ACTION [TEXT]: a GET, with everything in the query
  WHAT=$1
  query "$2"
  QUERY+=${3-}
  send GET - --globoff
}
# The operation's own parameters are not looked at, nor is a body.
for own in 'UserId[]=ann&UserId[]=bob' UserId=ann 'UserId[0]=ann' GroupId=g; do
  get "a GET operation with $own" QueryUserOnlineState "&$own"
  expect_code 100000007
  expect_no_warn
done
for action in C2cReadReceipt C2cDeliveryReceipt GroupReadReceipt GroupDeliveryReceipt; do
  row "$action is known" 100000007 $action 'no JSON'
  expect_explain 'action.emulated'
done
get 'QueryAppCommunityList is known' QueryAppCommunityList
expect_explain 'action.emulated'
row 'a GET operation by POST' 660000002 DismissGroup '{}'
expect_explain 'http.method-is-get: expected GET, got POST'
get 'a POST operation by GET' SendPeerMessage
expect_code 660000002
expect_explain 'http.method-is-post: expected POST, got GET'

# They are authenticated like any other.
signed_wrongly() { # CODE EXPLAIN ACTION [PARAMETER=VALUE | -PARAMETER]...
  WHAT="$3 with ${*:4}"
  query "${@:3}"
  send POST '{}'
  expect_code "$1"
  expect_explain "$2"
}
for action in SendRoomMessage SendPeerMessage ModifyUserInfo QueryPeerMsg; do
  signed_wrongly 100000001 AppId $action -AppId
  signed_wrongly 100000009 Signature $action -Signature
  signed_wrongly 100000011 AppId $action AppId=4294967295
  signed_wrongly 100000004 '9000 s' $action Timestamp=$((EPOCHSECONDS + 9000))
  signed_wrongly 100000005 Signature $action Signature=00000000000000000000000000000000
done
signed_wrongly 100000007 'action.known.*auth-api.zego.im' CgiDescribeZIMAudioLicense
near QueryUsersOnlineStatus QueryUserOnlineState
row 'a name nobody knows' 100000007 Xyzzy '{}'
WHAT='both get another Message'
expect_json '.Message | test("known, but|known but|not emulated"; "i") | not'

# --- misspelt: the nearest name is in Message ------------------------------------------------------------------------------------

near ImportPeerMsgs ImportPeerMsg
near ImportPeerMesg ImportPeerMsg
near importpeermsg ImportPeerMsg # exact case
near importPeerMsg ImportPeerMsg
near QueryPerMsg QueryPeerMsg
near QueryPeerMsg2 QueryPeerMsg
near UserRegistr UserRegister
near UsersRegister UserRegister
near RevokePeerMesage RevokePeerMessage
near ClearPeerMessages ClearPeerMessage
row 'the action in the body' 100000006 '' '{"Action":"QueryPeerMsg"}'

WHAT='an unreasonably long name' # must not be echoed without bound, nor break the header
call "$(repeat 4000 A)" '{}'
expect_code 100000007
row 'a name outside ASCII' 100000007 'Import%E5%AD%97' '{}'
row 'a name with a line break' 100000007 'Import%0d%0aX-Injected:%201' '{}'
WHAT='it did not become a header'
expect_equal 0 "$(grep -ci '^X-Injected' "$T/headers")" 'X-Injected headers'

finish
