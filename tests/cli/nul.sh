#!/usr/bin/env bash
# A NUL byte in a text is no end of it: what follows is not lost without a word, wherever JSON is read.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh" || exit 1
# shellcheck source=tests/e2e/control.lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../e2e/control.lib.sh" || exit 1

start_mock
ENDPOINT=$URL
now_ms=$((EPOCHSECONDS * 1000))
record() { # NUMBER: a record of format zim, without a line break
  printf '{"Id":"m%d","FromUserId":"ann","ToUserId":"bob","MessageType":1,"Message":"text %d","SendMessageTime":%d}' \
    "$1" "$1" $((now_ms - 60000 + $1 * 1000))
}

# --- bodies of requests -------------------------------------------------------------------------------------------------

register_body() { printf '{"UserInfo":[{"UserId":"%s"}]}' "$1"; }
{ register_body n1; printf '\0 this is not JSON {{{'; } >"$T/junk"
{ register_body n1; printf '\0'; } >"$T/end"
{ register_body n1; printf '\0'; register_body n2; } >"$T/two"
for file in junk end two; do
  row "a body with a NUL byte ($file)" 660000002 UserRegister "@$T/$file" 'body\.is-json: .*a NUL byte at line 1, column 31'
done
printf '{\n"UserInfo":\0[{"UserId":"n1"}]}' >"$T/inside"
row 'a NUL byte inside a body' 660000002 UserRegister "@$T/inside" 'a NUL byte at line 2, column 12'
row 'an escaped NUL is JSON, and a bad id' 660000002 UserRegister '{"UserInfo":[{"UserId":"n\u0000"}]}' 'user-id'
row 'nobody was registered' 0 UserRegister "$(register_body n1)"
expect_json '.ErrorList == []'

WHAT='a body of the control API'
printf '{"app_id":77}\0{"app_id":78}' >"$T/tenant"
ctl POST tenants "@$T/tenant"
expect_ctl 400
matches "$CTL" 'NUL byte' && pass || fail 'the NUL byte named' "$CTL"
ctl GET tenants/77
expect_ctl 404

# --- chat histories -----------------------------------------------------------------------------------------------------

{ record 1; printf '\0'; record 2; printf '\n'; record 3; printf '\0 garbage }{\n'; record 4; printf '\n'; } >"$T/nul.jsonl"
WHAT='lines with a NUL byte are bad records, and counted'
zim migrate nul.jsonl --json
expect_rc 1
expect_out_json -s 'map(select(.type == "plan")) | .[0] | .format == "zim" and .records == 3 and .bad == 2 and .imports == 2'
expect_out_json -s '[.[] | select(.type == "finding") | .line] == [1, 2]'
expect_out_json -s 'all(.[] | select(.type == "finding"); .got | test("^a NUL byte at column [0-9]+$"))'
WHAT='they are left out, named, and the rest is sent'
zim migrate nul.jsonl --execute --rate off --bad quarantine --journal nul.journal
expect_rc 3
expect_out 'sender.s +3 read = 1 imported \+ 0 recovered \+ 2 quarantined'
expect_equal '1 2' "$(jq -r .line "$T/nul.journal.quarantine.jsonl" | xargs)" 'lines in quarantine'

message='{"message_id":1,"type":"MESG","user":{"user_id":"bb"},"message":"one","created_at":'$now_ms'}'
printf '{"channel":{"channel_url":"c","members":[{"user_id":"aa"},{"user_id":"bb"}]},\n"messages":[%s]}\0{"messages":[%s]}' \
  "$message" "$message" >"$T/sendbird.json"
refuses 'a document with something behind a NUL byte' 1\|2 'sendbird.json: line 2: expected .*got a NUL byte' migrate "$T/sendbird.json"

printf '30.07.26, 12:03 - Ann: one\n30.07.26, 12:04 - Bob: two \0 three\n30.07.26, 12:05 - Ann: four\n30.07.26, 12:06 - \0\n' >"$T/wa.txt"
echo '{"Ann":"ann","Bob":"bob"}' >"$T/users.json"
WHAT='a text format: the message is bad, not cut'
zim migrate wa.txt --tz UTC --users users.json --retention-days 3650 --json
expect_rc 1
expect_out_json -s '[.[] | select(.type == "finding" and .weight == "bad") | .line] == [2, 4]'
expect_out_json -s 'all(.[] | select(.type == "finding" and .weight == "bad"); .expected == "text without NUL bytes")'

# --- what else is JSON --------------------------------------------------------------------------------------------------

printf '{"Ann":"ann"}\0{"Bob":"bob"}' >"$T/nul-users.json"
refuses '--users' 2 'nul-users\.json: .*NUL byte at line 1, column 14' migrate "$T/wa.txt" --tz UTC --users "$T/nul-users.json"
refuses '--media-map' 2 'nul-users\.json: .*NUL byte' migrate "$T/wa.txt" --tz UTC --media-map "$T/nul-users.json"
printf '{"settings":{"next_bits":53}}\0' >"$T/profile.json"
refuses '--profile' 2 'NUL byte' migrate "$T/wa.txt" --profile "$T/profile.json"
printf '{"log":{"version":"1.2","entries":[]}}\0' >"$T/traffic.har"
refuses 'a HAR file' 1\|2\|20 'NUL byte' contract judge "$T/traffic.har"
{ record 1; printf '\0\n'; } >"$T/state.jsonl"
WHAT='a state' SENT='state import'
EXTRA_ENV=(ZIMMOCK_CONTROL="$CONTROL_URL")
refuses 'a state' 1\|2 'line 1: .*NUL byte' state import "$T/state.jsonl"

finish_cli
