#!/usr/bin/env bash
# The control API by curl alone: tenants, clock, state, devices, journal, verify, wait, who may call.
. "$(dirname "$0")/lib.sh" || exit 1
. "$(dirname "$0")/control.lib.sh" || exit 1
start_mock --plan pro

import() { # FROM TO LIST TEXT [TIME]
  call ImportPeerMsg "$(jq -nc --arg from "$1" --arg to "$2" --arg list "$3" --arg text "$4" --argjson time "${5-0}" \
    '{FromUserId: $from, ToUserId: $to, ImportedUserId: $list, MessageType: 1, Priority: 2, MessageBody: {Message: $text}, SendMessageTime: $time}')"
}

WHAT='health says where everything is'
ctl GET health
expect_ctl 200 '.status == "ok" and (.url | startswith("http://")) and (.tls_url | startswith("https://")) and .app_id == 12345 and .pid > 0 and .proxy_url == null and .version != ""'

WHAT='tenants: the server picks AppId and secret, and each is a world of its own'
new_tenant
one=$APP one_secret=$SECRET
import u1 u2 u1 hello
expect_code 0
new_tenant
expect 'another AppId and secret' test "$one/$one_secret" != "$APP/$SECRET"
expect_equal '' "$(stored)" 'the list of the other'
ctl GET tenants
expect_ctl 200 "[.tenants[] | select(.app_id == $one or .app_id == $APP) | .messages] == [1, 0]"
expect 'the list of tenants shows no secret' bash -c "! grep -q secret <<<'$CTL'"
ctl GET '{}'
expect_ctl 200 ".server_secret == \"$SECRET\" and .users == 3 and .rate == \"off\" and .retention_days == 30 and .clock == \"real\""
ctl DELETE '{}'
expect_ctl 200
ctl GET '{}'
expect_ctl 404
call QueryPeerMsg '{"FromUserId":"u1","ToUserId":"u2"}'
expect_code 100000011
ctl POST tenants '{"app_id":77,"server_secret":"seventy-seven","plan":"enterprise","rate":3,"profile":"strict","clock":"offset:+90s","rng_seed":4}'
expect_ctl 201 '.app_id == 77 and .rate == 3 and .profile == "strict" and .retention_days == 90 and .clock == "offset:+90s"'
ctl POST tenants '{"app_id":77,"server_secret":"again"}'
expect_ctl 409
ctl POST tenants '{"profile":{"base":"default","settings":{"recall_window_s":60}}}'
expect_ctl 201
while IFS='|' read -r body regex; do
  ctl POST tenants "$body"
  expect_ctl 400
  expect "$body" grep -qE "$regex" <<<"$CTL"
done <<'ROWS'
{"plan":"gold"}|free, pro, enterprise
{"rate":"fast"}|/rate
{"rate":0}|from 1 to
{"profile":"strikt"}|/profile
{"clock":"later"}|/clock
{"app_id":5}|server_secret
{"server_secret":"x"}|app_id
{"app_id":-1,"server_secret":"x"}|from 0 to 4294967295
{"aap_id":5}|did you mean app_id
[]|JSON object
{|body: expected a JSON document
ROWS

WHAT='clock: freeze, set, advance and back; it drives signature window, retention, recall and rate'
new_tenant '{"rate":2,"clock":"frozen:2026-10-01T00:00:00Z"}'
NOW0=1790812800
TIMESTAMP=$((NOW0 - 600))
call QueryPeerMsg '{"FromUserId":"u1","ToUserId":"u2"}'
expect_code 0
TIMESTAMP=$((NOW0 - 601))
call QueryPeerMsg '{"FromUserId":"u1","ToUserId":"u2"}'
expect_code 100000004
TIMESTAMP=$NOW0
call QueryPeerMsg '{"FromUserId":"u1","ToUserId":"u2"}'
expect_code 0
call QueryPeerMsg '{"FromUserId":"u1","ToUserId":"u2"}'
expect_code 660300005
ctl POST '{}/clock/advance' '{"by":"1s"}'
expect_ctl 200 '.clock == "frozen:2026-10-01T00:00:01.000Z" and .now_ms == 1790812801000'
call QueryPeerMsg '{"FromUserId":"u1","ToUserId":"u2"}'
expect_code 0
import u1 u2 u1 kept 1790812800000
expect_code 0
call RevokePeerMessage '{"FromUserId":"u1","ToUserId":"u2","MsgSeq":1}'
expect_code 0
import u1 u2 u1 later 1790812801000
ctl POST '{}/clock/advance' '{"by":"121s"}'
call RevokePeerMessage '{"FromUserId":"u1","ToUserId":"u2","MsgSeq":2}'
expect_code 660000024
ctl POST '{}/clock/advance' '{"by":"30d"}'
TIMESTAMP=$(jq '.now_ms / 1000' <<<"$CTL")
call QueryPeerMsg '{"FromUserId":"u1","ToUserId":"u2","WithEmptyMsg":1}'
expect_json '[.List[].IsEmpty] == [1, 1]'
ctl POST '{}/clock/advance' '{"by":"-30d"}'
ctl PUT '{}/clock' '{"clock":"real"}'
TIMESTAMP=''
call QueryPeerMsg '{"FromUserId":"u1","ToUserId":"u2"}'
expect_code 0
ctl PUT '{}/clock' '{"clock":"offset:+1h"}'
call QueryPeerMsg '{"FromUserId":"u1","ToUserId":"u2"}'
expect_code 100000004
ctl PUT '{}/clock' '{"clock":"frozen"}'
expect_ctl 200 '.clock | startswith("frozen:")'
frozen=$(jq .now_ms <<<"$CTL")
ctl GET '{}/clock'
expect_ctl 200 ".now_ms == $frozen"
for body in '{"clock":7}' '{"clock":"soon"}' '{}' '{"when":"x"}'; do
  ctl PUT '{}/clock' "$body"
  expect_ctl 400
done
for by in soon 36501d -36501d 9223372036854775807ms 36500d; do
  ctl PUT '{}/clock' '{"clock":"frozen:2150-01-01"}'
  ctl POST '{}/clock/advance' "{\"by\":\"$by\"}"
  expect_ctl 400 '.error | contains("/by: expected")'
done

WHAT='state: export, import, export is byte for byte the same; reset'
new_tenant
import u1 u2 u1 one
import u1 u2 u2 one
import u2 u1 u1 two
ctl PUT '{}/devices/u1' '{"sdk_versions":["2.6.0","2.10.0"]}'
expect_ctl 200
call ClearPeerMessage '{"FromUserId":"u2","ToUserId":"u1"}'
ctl GET '{}/state'
expect_ctl 200
cp "$T/ctl" "$T/state1"
new_tenant
curl -q -sS --noproxy '*' -X PUT --data-binary "@$T/state1" "$URL/_zimmock/v1/tenants/$APP/state" >"$T/counts"
expect 'the counts' jq -e '. == {users: 3, devices: 2, messages: 3}' "$T/counts"
ctl GET '{}/state'
expect 'byte for byte' cmp "$T/state1" "$T/ctl"
expect_equal 'two one' "$(stored)" 'the list'
ctl POST '{}/state' '{"FromUserId":"u1","ToUserId":"u2","MessageType":1,"Message":"three","SendMessageTime":1,"Colour":"red"}'
expect_ctl 400 '.error | contains("line 1") and contains("Colour")'
ctl POST '{}/state' '{"FromUserId":"u3","ToUserId":"u4","MessageType":1,"Message":"seed"}'
expect_ctl 200 '.messages == 2'
ctl DELETE '{}/state'
expect_ctl 200
ctl GET '{}'
expect_ctl 200 '.users == 0 and .messages == 0 and .requests == 0'

WHAT='devices: what each gets, and how many would not see a type'
new_tenant
ctl PUT '{}/devices/u2' '{"sdk_versions":["2.7.9","2.8.0"]}'
ctl PUT '{}/devices/u%40x+y' '{"sdk_versions":["1.5.0"]}'
expect_ctl 200
ctl GET '{}/devices'
expect_ctl 200 '[.devices[].user_id] == ["u2", "u@x+y"]'
call ImportPeerMsg '{"FromUserId":"u1","ToUserId":"u2","ImportedUserId":"u2","MessageType":200,"SubMsgType":1,"Priority":2,"MessageBody":{"Message":"custom"}}'
ctl GET '{}/view?user=u2&peer=u1'
expect_ctl 200 '[.devices[] | .messages[0].delivery] == ["unknown", "delivered"]'
ctl GET '{}/devices/summary?type=200'
expect_ctl 200 '.users_known == 2 and .types[0].would_not_see == 1 and .types[0].receives_some == 1'
ctl PUT '{}/devices/u2' '{"sdk_versions":["two"]}'
expect_ctl 400 '.error | contains("/sdk_versions/0")'
ctl PUT '{}/devices/u2' '{"sdk_versions":[]}'
ctl GET '{}/devices'
expect_ctl 200 '.devices | length == 1'

WHAT='journal: what came, what was checked, what was broken; nothing secret'
new_tenant
import u1 u2 u1 one 1000000000000
expect_code 660000002
import u1 u2 u1 two
import u1 u2 u1 two
call QueryPeerMsg '{"FromUserId":"u2","ToUserId":"u1","Limit":500,"Signature":"0123456789abcdef0123456789abcdef"}'
ctl GET '{}/requests'
expect_ctl 200 '.matched == 4 and .dropped == 0 and [.requests[].action] == ["ImportPeerMsg", "ImportPeerMsg", "ImportPeerMsg", "QueryPeerMsg"]'
expect_ctl 200 '.requests[0] | .rules_broken[0].rule == "import.send-time-in-retention" and .rules_broken[0].refused and .effect == "none"'
expect_ctl 200 '.requests[1] | .from == "u1" and .to == "u2" and .list == "u1" and .effect == "applied" and .parameters.MessageBody.Message == "two" and (.rules_checked | index("import.two-users")) != null and .answer.Code == 0 and .duration_us >= 0'
expect_ctl 200 '.requests[2].attempt | .number == 2 and (.resent | not)'
expect_ctl 200 '.requests[2].attempt.group == .requests[1].seq'
expect_ctl 200 '.requests[3].parameters.Signature == "***"'
expect 'no secret' bash -c "! grep -q '$SECRET' <<<'$CTL'"
query UserRegister
send POST '{"UserInfo":[{"UserId":"u5"}]}'
send POST '{"UserInfo":[{"UserId":"u5"}]}'
ctl GET '{}/requests?action=UserRegister&user=u5'
expect_ctl 200 '[.requests[].attempt.resent] == [false, true]'
for row in 'action=ImportPeerMsg|3' 'code=refused|2' 'code=ok|4' 'code=660000002|1' 'user=u2|4' 'conversation=u2/u1|4' 'from=u2|1' \
  'to=u1|1' 'list=u2|1' 'rule=query.limit|1' 'fault=drop-reply|0' 'action=ImportPeerMsg&code=ok|2'; do
  ctl GET "{}/requests/count?${row%|*}"
  expect_ctl 200 ".count == ${row#*|}"
done
ctl GET '{}/requests?acton=x'
expect_ctl 400 '.error | contains("did you mean action")'
ctl GET '{}/requests?limit=1'
expect_ctl 200 '(.requests | length) == 1 and .matched == 6'
SAVED=$APP
APP=999999
call QueryPeerMsg '{"FromUserId":"u2","ToUserId":"u1"}'
expect_code 100000011
APP=$SAVED
ctl GET unmatched
expect_ctl 200 '.requests[-1].app_id == 999999'

WHAT='verify: as expected, or a readable difference with near misses'
new_tenant
import u1 u2 u1 one 0
import u1 u2 u1 two 0
import u1 u3 u1 elsewhere 0
verify() { ctl POST '{}/verify' "$1"; }
verify '{"action":"ImportPeerMsg","conversation":"u1/u2","count":2,"chronological":true,"no_findings":true}'
expect_ctl 200 '.ok'
verify '{"action":"ImportPeerMsg","conversation":"u1/u2","count":3}'
expect_ctl 200 '(.ok | not) and (.report | contains("exactly 3 of ImportPeerMsg, conversation u1/u2") and contains("1 missing: got 2") and contains("near misses") and contains("expected u1/u2, got u1/u3"))'
verify '{"action":"ImportPeerMsg","at_most":2}'
expect_ctl 200 '(.ok | not) and (.report | contains("1 too many"))'
old=$(($(date +%s%3N) - 60000))
import u2 u3 u2 new "$((old + 1000))"
import u2 u3 u2 old "$old"
verify '{"conversation":"u2/u3","chronological":true}'
expect_ctl 200 '(.ok | not) and (.report | contains("out of order") and contains("1000 ms before"))'
verify '{"no_findings":true}'
expect_ctl 200 '(.ok | not) and (.report | contains("import.oldest-first"))'
verify '{}'
expect_ctl 400
verify '{"count":"two"}'
expect_ctl 400

WHAT='wait: until enough match, without a sleep; or the timeout'
ctl DELETE '{}/requests'
for body in '{"timeout_ms":86400001}' '{"timeout":"86400001ms"}' '{"timeout":10}' '{"timeout":"soon"}' '{"timout":"1s"}'; do
  ctl POST '{}/wait' "$body"
  expect_ctl 400
done
expect_ctl 400 '.error | contains("/timout: expected count, timeout, action") and contains("did you mean timeout")'
ctl POST '{}/wait' '{"timeout":"1s","timeout_ms":1000}'
expect_ctl 400 '.error | contains("expected timeout alone, got both")'
ctl POST '{}/wait' '{"action":"QueryPeerMsg","count":1,"timeout":"1ms"}'
expect_ctl 200 '(.ok | not) and .count == 0'
old_form() { curl -q -sS --noproxy '*' -D - -o /dev/null -d "$1" "$URL/_zimmock/v1/tenants/$APP/wait" | grep -ci '^x-zimmock-deprecated: /timeout_ms: '; }
expect_equal 1 "$(old_form '{"count":1,"action":"QueryPeerMsg","timeout_ms":1}')" 'the old form is taken, and reported'
expect_equal 0 "$(old_form '{"count":1,"action":"QueryPeerMsg","timeout":"1ms"}')" 'the new one is not reported'
curl -q -sS --noproxy '*' -d '{"action":"QueryPeerMsg","count":2,"timeout":"10m"}' "$URL/_zimmock/v1/tenants/$APP/wait" >"$T/waited" &
waiter=$!
call QueryPeerMsg '{"FromUserId":"u2","ToUserId":"u1"}'
call QueryPeerMsg '{"FromUserId":"u2","ToUserId":"u1"}'
wait "$waiter"
expect 'both came' jq -e '.ok and .count == 2' "$T/waited"
curl -q -sS --noproxy '*' -d '{"count":99,"timeout":"10m"}' "$URL/_zimmock/v1/tenants/$APP/wait" >"$T/waited" &
waiter=$!
ctl DELETE '{}'
wait "$waiter"
expect 'removing the tenant ends the wait' jq -e '.ok | not' "$T/waited"

WHAT='paths and methods'
ctl GET nowhere
expect_ctl 404
expect_equal 404 "$(curl -q -s -o /dev/null -w '%{http_code}' --noproxy '*' "$URL/_zimmock/v1xhealth")" 'a path that only begins like it'
ctl DELETE tenants
expect_ctl 405 '.error | contains("GET or POST")'
ctl GET tenants/abc
expect_ctl 404
APP=12345 SECRET=9193cc662a4c0ec135ec71fb57194b38
curl -q -sS --noproxy '*' -d '{"count":99,"timeout":"10m"}' "$URL/_zimmock/v1/tenants/12345/wait" >"$T/waited" 2>&1 &
waiter=$!
stop_mock TERM
wait "$waiter"

WHAT='a web page may not call'
start_mock
for header in 'Origin: http://evil.example' 'Host: evil.example' 'Host: evil.example:7480' 'Host: [::1].evil.example' \
  'Host: localhost:80.evil.example' 'Host: localhost:evil'; do
  expect_equal 403 "$(curl -q -s -o /dev/null -w '%{http_code}' --noproxy '*' -H "$header" "$URL/_zimmock/v1/tenants")" "$header"
done
for header in 'Host: localhost:7480' 'Host: [::1]:1' 'Host: 127.0.0.2'; do
  expect_equal 200 "$(curl -q -s -o /dev/null -w '%{http_code}' --noproxy '*' -H "$header" "$URL/_zimmock/v1/tenants")" "$header"
done
stop_mock TERM

WHAT='with a token only who has it may call'
echo 's3cr3t-token' >"$T/token"
echo 's3cr3t-token' >>"$T/secrets"
start_mock --control-token-file "$T/token"
ctl GET health
expect_ctl 200
ctl GET tenants
expect_ctl 401
token_status() { curl -q -s -o /dev/null -w '%{http_code}' --noproxy '*' -H "Authorization: $1" "$URL/_zimmock/v1/tenants"; }
expect_equal 200 "$(token_status 'Bearer s3cr3t-token')" 'with the token'
for other in 'Bearer s3cr3t-toke' 'Bearer s3cr3t-token2' 'Basic s3cr3t-token' 's3cr3t-token' 'Bearer '; do
  expect_equal 401 "$(token_status "$other")" "with $other"
done
stop_mock TERM

WHAT='on a port of its own'
start_mock --control-listen 127.0.0.1:0
ctl GET tenants
expect_ctl 404
control=$CONTROL_URL
expect_equal 200 "$(curl -q -s -o /dev/null -w '%{http_code}' --noproxy '*' "$control/tenants")" 'at control_url'
expect_equal 404 "$(curl -q -s -o /dev/null -w '%{http_code}' --noproxy '*' "${control%/_zimmock*}/?Action=QueryPeerMsg")" 'the API there'
stop_mock TERM

WHAT='not on an address that others reach, without a token'
start_mock --listen 0.0.0.0:0 --tls-listen off
URL=${URL/0.0.0.0/127.0.0.1}
ctl GET health
expect_ctl 200
ctl GET tenants
expect_ctl 403
finish
