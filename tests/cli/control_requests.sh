#!/usr/bin/env bash
# The commands that steer what happens to the requests of a running mock, and ask what came: fault, requests, verify, wait.
# shellcheck source=tests/cli/control_lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/control_lib.sh" || exit 1

# --- fault -----------------------------------------------------------------------------------------------------------

SPEC=drop-reply,action=ImportPeerMsg,nth=2
reply "POST $TENANT/faults" "{\"id\":1,\"spec\":\"$SPEC\"}" 201
does 'zimmock fault add' POST $TENANT/faults "{\"spec\":\"$SPEC\"}" fault add "$SPEC"
expect_equal "1  $SPEC" "$OUT"
WHAT='several at once'
: >"$STUB/seen"
zim fault add delay=50ms..400ms length=-10 'status=503,body=over, "quota"'
expect_rc 0
expect_equal $'{"spec":"delay=50ms..400ms"}\n{"spec":"length=-10"}\n{"spec":"status=503,body=over, \\"quota\\""}' "$(jq -r .body "$STUB/seen")"
reply "GET $TENANT/faults" "{\"faults\":[{\"id\":1,\"spec\":\"$SPEC\",\"matched\":5,\"hits\":1}]}"
does 'fault list' GET $TENANT/faults - fault list
expect_equal "id  matched  hits  spec"$'\n'"1   5        1     $SPEC" "$OUT"
answers "{\"DELETE $TENANT/faults\":{\"json\":{}},\"DELETE $TENANT/faults/3\":{\"json\":{}}}"
does 'fault clear' DELETE $TENANT/faults - fault clear
does 'fault clear ID' DELETE $TENANT/faults/3 - fault clear 3
refuses 'fault clear WORD' 2 'ID' fault clear all
refuses 'fault add without a fault' 2 'SPEC' fault add

# --- requests --------------------------------------------------------------------------------------------------------

ENTRIES='[{"seq":4,"time":"2026-10-01T12:00:00.123Z","action":"ImportPeerMsg","from":"u1","to":"u2","list":"u1","code":0,"faults":["drop-reply#1"],"rules_broken":[],"effect":"applied","line":"#4 the first"},
 {"seq":5,"time":"2026-10-01T12:00:00.200Z","action":"QueryPeerMsg","from":"u1","to":"u\u001b[2J","list":null,"code":660500002,"faults":[],"rules_broken":[{"rule":"query.viewer-registered","line":"…","refused":true}],"effect":"none","line":"#5 the \u001b[2J second"}]'
reply "GET $TENANT/requests" "{\"requests\":$ENTRIES,\"matched\":2,\"dropped\":0}"
does 'zimmock requests' GET $TENANT/requests - requests
expect_equal '#4 the first
#5 the \u{1b}[2J second' "${OUT//u\{1B\}/u\{1b\}}"
does 'requests --json' GET $TENANT/requests - requests --json
expect_equal $'4\n5' "$(jq .seq <<<"$OUT")"
FILTERS='action=ImportPeerMsg&user=u%201&conversation=a%2Fb&from=a&to=b&list=123&code=ok&rule=import.type&fault=reset&since=4'
FLAGS=(--action ImportPeerMsg --user 'u 1' --conversation a/b --from a --to b --list 123 --code ok --rule import.type --fault reset --since 4)
reply "GET $TENANT/requests?$FILTERS&limit=10" "{\"requests\":$ENTRIES,\"matched\":30,\"dropped\":7}"
WHAT='requests with every filter'
zim requests "${FLAGS[@]}" --limit 10
expect_rc 0
expect_out '^#4 '
expect_equal $'zimmock: the newest 2 of 30\nzimmock: 7 older requests are no longer kept' "$ERR"
reply "GET $TENANT/requests/count?action=ImportPeerMsg" '{"count":3}'
does 'requests --count' GET "$TENANT/requests/count?action=ImportPeerMsg" - requests --count --action ImportPeerMsg
expect_equal 3 "$OUT"
reply 'GET /_zimmock/v1/unmatched' '{"requests":[{"seq":9,"time":"2026-10-01T12:00:01.000Z","action":"","code":100000006,"line":"#9 (no action) code 100000006"}]}'
does 'requests --unmatched' GET /_zimmock/v1/unmatched - requests --unmatched
expect_equal '#9 (no action) code 100000006' "$OUT"
reply "DELETE $TENANT/requests" '{}'
does 'requests --clear' DELETE $TENANT/requests - requests --clear
: >"$STUB/seen"
refuses 'clear some' 2 'no filter .*--clear' requests --clear --user ann
refuses 'clear and count' 2 '--clear' requests --clear --count
refuses 'a filter without a value' 2 '--user' requests --user ''
sent_nothing

# --- verify and wait -------------------------------------------------------------------------------------------------

reply "POST $TENANT/verify" '{"ok":true,"report":"3 requests, as expected"}'
does 'zimmock verify' POST $TENANT/verify '{"conversation":"u1/u2","code":"660500002","list":"123","count":3,"chronological":true,"no_findings":true}' \
  verify --conversation u1/u2 --code 660500002 --list 123 --count 3 --chronological --no-findings
expect_equal '3 requests, as expected' "$OUT"
does 'verify at least and at most' POST $TENANT/verify '{"code":"refused","at_least":0,"at_most":2}' verify --code refused --at-least 0 --at-most 2
reply "POST $TENANT/verify" '{"ok":false,"report":"expected 3\n- #4 \u001b[2J\n"}'
WHAT='verify: not as expected'
zim verify --count 3
expect_rc 1
expect_equal '' "$ERR" stderr
expect_equal $'expected 3\n- #4 \\u{1b}[2J' "${OUT//u\{1B\}/u\{1b\}}"
WHAT='verify --json'
zim verify --count 3 --json
expect_rc 1
expect_out_json '.ok == false'
: >"$STUB/seen"
refuses 'nothing to verify' 2 'verify: expected --count' verify --action ImportPeerMsg
refuses 'exactly and at least' 2 '--(count|at-least)' verify --count 1 --at-least 1
sent_nothing
reply "POST $TENANT/verify" '{}'
refuses 'no verdict' 1 'expected "ok" in the answer' verify --count 1

reply "POST $TENANT/wait" '{"ok":true,"count":3,"report":"3 of 3"}'
does 'zimmock wait' POST $TENANT/wait '{"action":"ImportPeerMsg","count":3,"timeout":"10s"}' wait --action ImportPeerMsg --count 3
does 'wait --timeout' POST $TENANT/wait '{"count":1,"timeout":"250ms"}' wait --timeout 250ms
reply "POST $TENANT/wait" '{"ok":false,"count":1,"report":"1 of 3 after 10 s"}'
WHAT='wait: the time is over'
zim wait --count 3
expect_rc 1
expect_equal '1 of 3 after 10 s' "$OUT"
refuses 'a timeout that is none' 2 '--timeout: expected a duration' wait --timeout soon
answers "{\"POST $TENANT/wait\":{\"json\":{\"ok\":true},\"delay_s\":1}}"
WHAT='wait waits longer than the mock'
zim wait --timeout 100ms
expect_rc 0
answers "{\"GET /_zimmock/v1/health\":{\"json\":{},\"delay_s\":6}}"
refuses 'no answer in time' 5 'no answer in time|timed out' healthcheck

finish_control
