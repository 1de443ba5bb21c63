#!/usr/bin/env bash
# docs/zim-api.md section 2: which characters a user ID may have, by every operation that takes one.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh" || exit 1

start_mock
register ann bob

PUNCTUATION='!#$%&()+-:;<=.>?@[]^_ {}|~'
ALLOWED="${PUNCTUATION}abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
WHAT='the vendor lists 26 characters' SENT='(this script)'
expect_equal 26 "${#PUNCTUATION}"
good=() bad=()
for ((i = 32; i < 127; i++)); do
  printf -v c '%b' "\\x$(printf %x "$i")"
  if [[ $ALLOWED == *"$c"* ]]; then good+=("a${c}z"); else bad+=("a${c}z"); fi
done
WHAT='88 characters are allowed, 7 of the printable ones are not'
expect_equal '88 7' "${#good[*]} ${#bad[*]}"

# --- registering -----------------------------------------------------------------------------------------------------------

row 'every allowed character' 0 UserRegister "$(users "${good[@]}")"
expect_json '(.ErrorList // []) == []'
row 'every other printable character' 660000002 UserRegister "$(users "${bad[@]}")"
expect_json '[.ErrorList[] | select(.SubCode == 660000002) | .UserId] | length == 7'
row 'the 26 as they stand in the list' 0 UserRegister "$(users "$PUNCTUATION")"

# --- the other operations ------------------------------------------------------------------------------------------------------

to_each() { # ACTION BODY-WITH-%s CODE: its code with the ID of each line of stdin. Registered or not: the ID alone decides
  local id bodies=''
  # shellcheck disable=SC2059
  while IFS= read -r id; do bodies+=$(printf "$2" "${id:1:-1}")$'\n'; done
  WHAT="$1 with each of the characters"
  calls "$1" <<<"${bodies%$'\n'}"
  expect_codes "$3"
}
ids() { local id; for id; do json "$id" && echo; done; }
for case in good:0 bad:660000002; do
  if [[ $case == good:* ]]; then ids "${good[@]}"; else ids "${bad[@]}"; fi >"$T/ids"
  code=${case#*:}
  to_each QueryPeerMsg '{"FromUserId":"%s","ToUserId":"bob"}' "$code" <"$T/ids"
  to_each QueryPeerMsg '{"FromUserId":"bob","ToUserId":"%s"}' "$code" <"$T/ids"
  to_each ClearPeerMessage '{"FromUserId":"%s","ToUserId":"bob"}' "$code" <"$T/ids"
  rest='"MessageType":1,"Priority":1,"MessageBody":{"Message":"hi"},"ImportedUserId":"bob"'
  to_each ImportPeerMsg "{\"FromUserId\":\"%s\",\"ToUserId\":\"bob\",$rest}" "$code" <"$T/ids"
  to_each ImportPeerMsg "{\"FromUserId\":\"bob\",\"ToUserId\":\"%s\",$rest}" "$code" <"$T/ids"
done
to_each RevokePeerMessage '{"FromUserId":"%s","ToUserId":"bob","MsgSeq":987654321}' 660000022 < <(ids "${good[@]}")
to_each RevokePeerMessage '{"FromUserId":"%s","ToUserId":"bob","MsgSeq":987654321}' 660000002 < <(ids "${bad[@]}")

for c in ',' '*' "'" '`' '/'; do
  imp "FromUserId with $c" 660000002 /FromUserId "FromUserId=\"a${c}z\"" "ImportedUserId=\"a${c}z\""
  imp "ToUserId with $c" 660000002 /ToUserId "ToUserId=\"a${c}z\""
done

# --- control characters and what is not ASCII -----------------------------------------------------------------------------------

for c in '\u0000' '\u0009' '\n' '\u001f' '\u007f' '\u0080' '\u00a0' é Я 字 '\ud83d\ude00' '\u200b' '\uff10'; do
  imp "FromUserId with $c" 660000002 /FromUserId "FromUserId=\"a${c}z\""
  row "UserRegister with $c" 660000002 UserRegister "{\"UserInfo\":[{\"UserId\":\"a${c}z\"}]}" UserId
done
AT_7='(^|[^0-9])7([^0-9]|$)'
for comma in '\uff0c' '，'; do # pasted from the vendor's list
  imp "a full-width comma ($comma) at index 7" 660000002 'FF0C' "FromUserId=\"abcdefg${comma}h\""
  expect_explain "$AT_7"
  row "a viewer with a full-width comma ($comma)" 660000002 QueryPeerMsg \
    "{\"FromUserId\":\"ann\",\"ToUserId\":\"abcdefg${comma}h\"}" 'FF0C'
  expect_explain "$AT_7"
  row "UserRegister with a full-width comma ($comma)" 660000002 UserRegister \
    "{\"UserInfo\":[{\"UserId\":\"abcdefg${comma}h\"}]}" 'FF0C'
  expect_json '.ErrorList[0].SubCode == 660000002'
done

# --- length and emptiness ---------------------------------------------------------------------------------------------------------

long=$(repeat 32 x) longer=$(repeat 33 x)
register "$long"
imp '32 bytes' 0 '' "FromUserId=\"$long\"" "ImportedUserId=\"$long\""
imp 'FromUserId of 33 bytes' 660000012 /FromUserId "FromUserId=\"$longer\"" "ImportedUserId=\"$longer\""
imp 'ToUserId of 33 bytes' 660000012 /ToUserId "ToUserId=\"$longer\""
imp 'FromUserId empty' 660000002 /FromUserId 'FromUserId=""'
imp 'ToUserId empty' 660000002 /ToUserId 'ToUserId=""'
row 'a viewer of 33 bytes' 660000012 QueryPeerMsg "{\"FromUserId\":\"$longer\",\"ToUserId\":\"bob\"}" /FromUserId
row 'a viewer of no bytes' 660000002 QueryPeerMsg '{"FromUserId":"","ToUserId":"bob"}' /FromUserId
row 'hyphens in a query' 0 QueryPeerMsg '{"FromUserId":"a-z","ToUserId":"bob"}' # I: the page's gap is a slip
row 'clearing for 33 bytes' 660000012 ClearPeerMessage "{\"FromUserId\":\"$longer\",\"ToUserId\":\"bob\"}" /FromUserId
row 'recalling to 33 bytes' 660000012 RevokePeerMessage "{\"FromUserId\":\"bob\",\"ToUserId\":\"$longer\",\"MsgSeq\":1}" /ToUserId

finish
