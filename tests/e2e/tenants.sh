#!/usr/bin/env bash
# AppIds are worlds of their own: users, messages, secrets.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh" || exit 1

ONE=11111111111111111111111111111111 TWO=2222222222abcdef2222222222abcdef BIG=4294967295
printf '%s\n' "$ONE" "$TWO" >>"$T/secrets"
as() { # APPID SECRET: whose calls follow
  APP=$1 SECRET=$2
}
PROBE='{"FromUserId":"ann","ToUserId":"bob"}'

worlds() { # HOW: checks the worlds 777 and 888
  as 777 $ONE
  register ann bob
  imp "$1: a message of 777" 0 '' 'MessageBody={"Message":"of 777"}'
  first=$(member MsgId)

  as 888 $TWO
  row "$1: ann of 777 is nobody to 888" 660500002 QueryPeerMsg "$PROBE"
  row "$1: she is new to 888" 0 UserRegister "$(users ann bob)"
  expect_json '(.ErrorList // []) == []'
  row "$1: and has no messages" 0 QueryPeerMsg "$PROBE"
  expect_json '.List == []'
  imp "$1: a message of 888" 0 '' 'MessageBody={"Message":"of 888"}'
  row "$1: it is there" 0 QueryPeerMsg "$PROBE"
  expect_json '[.List[].MsgBody] == ["of 888"]'
  row "$1: clearing it" 0 ClearPeerMessage "$PROBE"

  as 777 $ONE
  row "$1: 777 is as it was" 0 QueryPeerMsg "$PROBE"
  expect_json '[.List[].MsgBody] == ["of 777"]'
  expect_equal "$first" "\"$(msg_ids "$T/body")\"" MsgId

  for pair in "777 $TWO" "888 $ONE"; do
    # shellcheck disable=SC2086
    as $pair
    row "$1: the secret of the other is wrong for ${pair% *}" 100000005 QueryPeerMsg "$PROBE"
  done
  as 999 $ONE
  row "$1: 999 is nobody's" 100000011 QueryPeerMsg "$PROBE"
}

start_mock --app 777:$ONE --app 888:$TWO --app $BIG:$ONE
worlds --app
as $BIG $ONE
row 'the largest AppId' 0 UserRegister "$(users ann bob)"

# --- a nonce is used up in its own world only (reported there, A) --------------------------------------------------------------------

for world in "777 $ONE" "888 $TWO"; do
  # shellcheck disable=SC2086
  as $world
  WHAT="a nonce that is new to ${world% *}"
  query QueryPeerMsg SignatureNonce=4fd24687296dd9f3
  send POST "$PROBE"
  expect_code 0
  expect_no_warn
done
expect_log '(.app_id | tostring) == "888" and .code == 0'
stop_mock TERM

# --- the same from a file --------------------------------------------------------------------------------------------------------------

printf '777:%s\n888:%s\n' "$ONE" "$TWO" >"$T/apps"
start_mock --app-file "$T/apps"
worlds --app-file
stop_mock TERM
start_mock --app-file "$T/apps" --app $BIG:$ONE
as $BIG $ONE
row 'a file and a flag: the one of the flag' 0 UserRegister "$(users ann bob)"
as 888 $TWO
row 'a file and a flag: one of the file' 0 UserRegister "$(users ann bob)"

# --- a new start is a new world ----------------------------------------------------------------------------------------------------------

imp 'a message before the end' 0 ''
stop_mock TERM
start_mock --app-file "$T/apps"
row 'after a restart nobody is registered' 660500002 QueryPeerMsg "$PROBE"

finish
