#!/usr/bin/env bash
# A record of a document that is one line is named by its place in it, and by what it is called there, so that it can
# be found and repaired: in the plan, the quarantine file, the run and the report.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh" || exit 1

start_mock
ENDPOINT=$URL
EXTRA_ENV=(ZIMMOCK_CONTROL="$CONTROL_URL")
start_ms=$(((EPOCHSECONDS - 3600) * 1000))
message() { # ID SENDER TEXT
  printf '{"message_id":%d,"type":"MESG","user":{"user_id":"%s"},"message":"%s","created_at":%d}' \
    "$1" "$2" "$3" $((start_ms + $1 * 1000))
}
long=$(printf '%03000d' 0)
{
  printf '{"channel":{"channel_url":"c","members":[{"user_id":"aa"},{"user_id":"bb"}]},"messages":['
  message 17 aa "$long"; printf ,; message 18 bb "$long"; printf ,; message 19 aa ok; printf ,
  message 20 bb stopped; printf ,; message 21 aa "never sent"; printf ']}'
} >"$T/one.json"
iso=$(date -u -d "@$((start_ms / 1000 + 17))" +%Y-%m-%dT%H:%M:%S)

WHAT='the plan counts records, and tells them apart'
zim migrate one.json
expect_rc 1
expect_out 'bad: body\.message-max-bytes: 2 records'
expect_out "line 1 \\(/messages/0, id 17, \"aa\" to \"bb\", $iso\\.000Z\\): /Message: expected "
expect_out 'line 1 \(/messages/1, id 18, "bb" to "aa", '
expect_out '2 of 5 records cannot be imported'
zim migrate one.json --json
place() { # INDEX ID FROM TO: as JSON
  jq -nc --argjson t $((start_ms + $2 * 1000)) --arg p "/messages/$1" --arg i "$2" --arg f "$3" --arg to "$4" \
    '{line: 1, record_pointer: $p, id: $i, from: $f, to: $to, time_ms: $t}'
}
members='{line, record_pointer, id, from, to, time_ms}'
expect_out_json -s --argjson a "$(place 0 17 aa bb)" --argjson b "$(place 1 18 bb aa)" \
  "[.[] | select(.type == \"finding\" and .weight == \"bad\") | $members] == [\$a, \$b]"
expect_out_json -s '[.[0].findings[] | select(.weight == "bad") | .records] == [2]'

WHAT='a record that another is like is named, too'
jq -c '.messages[3].created_at = .messages[2].created_at | .messages[4].created_at = 1000 * (.messages[2].created_at / 1000) - 1000' \
  "$T/one.json" >"$T/like.json"
zim migrate like.json
expect_out ', as in line 1 \(/messages/2, id 19, "aa" to "bb", '
expect_out 'at least [0-9]+ \(line 1 \(/messages/3, id 20, .*\) of the same conversation\)'

WHAT='a run that a refusal stops: its place, too'
zim fault add code=660800045,action=ImportPeerMsg,nth=3 # the first into each list, and then the second into one
expect_rc 0
zim migrate one.json --execute --rate off --lanes 1 --bad quarantine --journal one.journal
expect_out 'refused 1: .*660800045.*; line 1 \(/messages/[34], id 2[01], '
expect_out 'stopped at line 1 \(/messages/[34], id 2[01], .*\), refused'
file=$T/one.journal.quarantine.jsonl
expect_equal "[$(place 0 17 aa bb),$(place 1 18 bb aa)]" "$(jq -sc "[.[] | select(.pointer) | $members]" "$file")" 'bad rows'
refused=$(jq -c "select(.code == 660800045) | $members" "$file")
pointer=$(jq -r .record_pointer <<<"$refused")
expect_equal "$(place "${pointer##*/}" $((17 + ${pointer##*/})) "$(jq -r .from <<<"$refused")" "$(jq -r .to <<<"$refused")")" "$refused" 'the refused row'
expect_equal "$(jq -r .id <<<"$refused")" "$(jq -r "getpath([\"messages\", ${pointer##*/}]).message_id" "$T/one.json")" 'what is there in the source'
WHAT='the report of it'
zim migrate report one.journal --json
expect_out_json --argjson a "$(place 0 17 aa bb)" --argjson b "$(place 1 18 bb aa)" '[.bad[] | .places[]] == [$a, $b] and ([.bad[].lines] == [[1]])'
expect_out_json --argjson r "$refused" '[.refused[] | .places[]] == [$r] and ([.refused[].lines] == [[1]])'
zim migrate report one.journal
expect_out 'quarantined: 2 records, body\.message-max-bytes: line 1 \(/messages/0, id 17, '
expect_out "quarantined: 1 import, .*: line 1 \\($pointer, id "

WHAT='an import in doubt'
zim fault clear
zim fault add drop-reply,action=ImportPeerMsg,nth=1
zim fault add drop-reply,action=QueryPeerMsg
printf '{"channel":{"channel_url":"d","members":[{"user_id":"dd"},{"user_id":"ee"}]},"messages":[%s]}' "$(message 40 dd hello)" >"$T/two.json"
zim migrate two.json --execute --rate off --lanes 1 --tag off --settle 100ms --sign-skew 598s --journal two.journal
expect_out 'stopped at line 1 \(/messages/0, id 40, "dd" to "ee", .*\), in doubt'
zim migrate report two.journal --json
expect_out_json --argjson p "$(place 0 40 dd ee)" ".in_doubt | length == 1 and (.[0] | $members) == \$p"

WHAT='a line that is the record stays just the line'
printf '{"Id":"m1","FromUserId":"aa","ToUserId":"bb","MessageType":1,"Message":"%s","SendMessageTime":%d}\n' "$long" "$start_ms" >"$T/lines.jsonl"
zim migrate lines.jsonl
expect_out $'\n  line 1: /Message: expected '
zim migrate lines.jsonl --json
expect_out_json -s --argjson t "$start_ms" "[.[] | select(.type == \"finding\") | $members] ==
  [{line: 1, record_pointer: \"\", id: \"m1\", from: \"aa\", to: \"bb\", time_ms: \$t}]"

WHAT='too old: named as in the source, whatever the times are moved by'
jq -c '.messages[0].created_at = 1000000000000' "$T/two.json" >"$T/old.json"
zim migrate old.json --time-shift +1s --json
expect_out_json -s '[.[] | select(.type == "finding") | [.weight, .record_pointer, .id, .time_ms]] == [["too-old", "/messages/0", "40", 1000000000000]]'

finish_cli
