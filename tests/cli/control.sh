#!/usr/bin/env bash
# The commands that steer a running mock, against a stub: what they send, what they make of the answer, how they end.
# That a mock answers so is for other tests.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh" || exit 1

CREDENTIALS=no
STUB=$T/stub
mkdir "$STUB"
echo '{}' >"$STUB/answers"
python3 "$(dirname "${BASH_SOURCE[0]}")/control_stub.py" "$STUB" &
PIDS+=("$!")
until_true is_there "$STUB/port" "$!"
HOST=http://127.0.0.1:$(<"$STUB/port")
CONTROL=$HOST/_zimmock/v1
TENANT=/_zimmock/v1/tenants/12345
EXTRA_ENV=("ZIMMOCK_CONTROL=$CONTROL")

answers() { printf '%s' "$1" >"$STUB/answers"; } # '{"GET /path":{…}}'
reply() { jq -n --arg call "$1" --argjson json "$2" --argjson status "${3-200}" '{($call): {$status, $json}}' >"$STUB/answers"; }

# does NAME METHOD PATH BODY ARGS...: ends well, having sent exactly that. BODY: JSON, or - for no body.
does() {
  WHAT=$1
  : >"$STUB/seen"
  zim "${@:5}"
  expect_rc 0
  expect_equal '' "$ERR" stderr
  expect_equal "$2 $3" "$(jq -r '"\(.method) \(.path)"' "$STUB/seen")" request
  if [[ $4 == - ]]; then
    expect_equal '' "$(jq -r .body "$STUB/seen")" body
  else
    expect_equal "$(jq -Sc . <<<"$4")" "$(jq -r .body "$STUB/seen" | jq -Sc .)" body
    expect_equal application/json "$(jq -r '.headers["content-type"]' "$STUB/seen")" Content-Type
  fi
}
sent_nothing() { expect_equal '' "$(<"$STUB/seen")" 'what was sent'; }

# --- where, who, and whether -----------------------------------------------------------------------------------------

HEALTH='{"status":"ok","version":"0.1.0","url":null}'
reply 'GET /_zimmock/v1/health' "$HEALTH"
does 'zimmock healthcheck' GET /_zimmock/v1/health - healthcheck
expect_equal "ok: zimmock 0.1.0 at $CONTROL" "$OUT"
expect_equal null "$(jq '.headers.authorization' "$STUB/seen")" 'without a token, no header'
does 'healthcheck --json' GET /_zimmock/v1/health - healthcheck --json
expect_out_json '. == $health' --argjson health "$HEALTH"
reply 'GET /_zimmock/v1/health' '{"status":"ill"}'
WHAT='a mock that is ill'
zim healthcheck
expect_rc 1

reply 'GET /_zimmock/v1/health' "$HEALTH"
EXTRA_ENV=()
does 'the flag' GET /_zimmock/v1/health - healthcheck --control "$CONTROL"
does 'a slash at the end' GET /_zimmock/v1/health - healthcheck --control "$CONTROL/"
does 'without a path' GET /_zimmock/v1/health - healthcheck --control "$HOST"
EXTRA_ENV=("ZIMMOCK_CONTROL=http://127.0.0.1:1/")
does 'the flag comes before the variable' GET /_zimmock/v1/health - healthcheck --control "$CONTROL"
refuses 'nobody there' 5 'nothing answers at http://127.0.0.1:1/_zimmock/v1: is `zimmock serve` running there\?$' healthcheck
refuses 'nobody there, for the others' 5 'nothing answers at http://127.0.0.1:1/_zimmock/v1' clock show
for url in nonsense ftp://127.0.0.1 'http://127.0.0.1/?a=b' 'http://127.0.0.1/#a' 'http://' 'http://127.0.0.1/a b'; do
  refuses "an address that is none: $url" 2 'control: expected a URL like http://127.0.0.1:7480/_zimmock/v1' healthcheck --control "$url"
done
refuses 'a user name in the address' 2 'without a user name' healthcheck --control http://someone:hush@127.0.0.1/
if [[ $ERR != *hush* ]]; then pass; else fail 'the password is not repeated' "$ERR"; fi

EXTRA_ENV=("ZIMMOCK_CONTROL=$CONTROL" http_proxy=http://127.0.0.1:1 all_proxy=http://127.0.0.1:1)
does 'proxies are not for us' GET /_zimmock/v1/health - healthcheck

EXTRA_ENV=("ZIMMOCK_CONTROL=$CONTROL" ZIMMOCK_CONTROL_TOKEN=tok-of-the-variable)
does 'the token of the variable' GET /_zimmock/v1/health - healthcheck
expect_equal 'Bearer tok-of-the-variable' "$(jq -r '.headers.authorization' "$STUB/seen")"
echo 'tok-of-the-file' >"$T/token"
does 'the token of the file' GET /_zimmock/v1/health - healthcheck --control-token-file "$T/token"
expect_equal 'Bearer tok-of-the-file' "$(jq -r '.headers.authorization' "$STUB/seen")"
: >"$T/empty"
refuses 'an empty token file' 2 'empty: expected the control token' healthcheck --control-token-file "$T/empty"
refuses 'no token file' 2 'nowhere: could not open' healthcheck --control-token-file "$T/nowhere"
printf 'a\nX-Other: b\n' >"$T/token"
refuses 'a token that is two headers' 2 'control token: expected printable' healthcheck --control-token-file "$T/token"
EXTRA_ENV=("ZIMMOCK_CONTROL=$CONTROL")

# --- refusals --------------------------------------------------------------------------------------------------------

reply "GET $TENANT/clock" '{"error":"the token is wrong"}' 401
refuses '401' 1 '^zimmock: the token is wrong; give a token with --control-token-file' clock show
reply "GET $TENANT/clock" '{"error":"no App 12345"}' 404
refuses '404' 1 '^zimmock: no App 12345$' clock show
reply "GET $TENANT/clock" '{"error":"not now\nsecond line"}' 409
refuses '409, in one line' 1 'not now.*second line' clock show
reply "POST $TENANT/faults" '{"error":"fault: expected a kind, got \"dely\"; did you mean delay?"}' 400
refuses '400 is our usage' 2 '^zimmock: fault: expected a kind, got "dely"; did you mean delay\?$' fault add dely=1s
answers "{\"GET $TENANT/clock\":{\"status\":502,\"text\":\"<html>\",\"type\":\"text/html\"}}"
refuses 'an error of something else' 1 "$TENANT/clock: HTTP 502 without an explanation: is this zimmock's control API" clock show
answers "{\"GET $TENANT/clock\":{\"text\":\"<html>\",\"type\":\"text/html\"}}"
refuses 'an answer of something else' 1 'expected a JSON object, got "<html>": is this zimmock' clock show
reply "GET $TENANT/devices" '{}'
refuses 'an answer without its list' 1 'expected a list "devices" in the answer' device list

# --- which App -------------------------------------------------------------------------------------------------------

CLOCK='{"clock":"frozen:2026-10-01T00:00:00.000Z","now":"2026-10-01T00:00:00.000Z","now_ms":1790812800000}'
answers "$(jq -n --argjson json "$CLOCK" '[7, 8, 12345] | map({("GET /_zimmock/v1/tenants/\(.)/clock"): {$json}}) | add')"
does 'the default App' GET $TENANT/clock - clock show
does '--app-id' GET /_zimmock/v1/tenants/7/clock - clock show --app-id 7
EXTRA_ENV+=(ZIM_APP_ID=8)
does 'ZIM_APP_ID' GET /_zimmock/v1/tenants/8/clock - clock show
does '--app-id before ZIM_APP_ID' GET /_zimmock/v1/tenants/7/clock - clock show --app-id 7
EXTRA_ENV=("ZIMMOCK_CONTROL=$CONTROL")
refuses 'an App id that is none' 2 'app id: expected a decimal number' clock show --app-id 0x7

# --- tenant ----------------------------------------------------------------------------------------------------------

TENANTS='[{"app_id":12345,"users":2,"messages":30,"requests":400,"clock":"real"},{"app_id":7,"users":0,"messages":0,"requests":0,"clock":"real"}]'
reply 'GET /_zimmock/v1/tenants' "{\"tenants\":$TENANTS}"
does 'zimmock tenant list' GET /_zimmock/v1/tenants - tenant list
expect_equal $'app_id  users  messages  requests  clock\n12345   2      30        400       real\n7       0      0         0         real' "$OUT"
does 'tenant list --json' GET /_zimmock/v1/tenants - tenant list --json
expect_out_json '. == $rows' --argjson rows "$TENANTS"
NEW='{"app_id":777,"server_secret":"s777","plan":"pro"}'
reply 'POST /_zimmock/v1/tenants' "$NEW" 201
does 'tenant create' POST /_zimmock/v1/tenants '{}' tenant create
expect_out 'app_id +777'
expect_out 'server_secret +s777'
echo ' hush ' >"$T/secret"
echo '{"settings":{"short_pages":false}}' >"$T/profile.json"
does 'tenant create with everything' POST /_zimmock/v1/tenants \
  '{"app_id":777,"server_secret":"hush","plan":"pro","retention_days":3,"rate":5,"profile":{"settings":{"short_pages":false}},"clock":"offset:+90s","rng_seed":9}' \
  tenant create --app-id 777 --secret-file "$T/secret" --plan pro --retention-days 3 --rate 5 --profile "$T/profile.json" --clock offset:+90s --rng-seed 9 --json
expect_out_json '. == $new' --argjson new "$NEW"
does 'a rate and a profile by name' POST /_zimmock/v1/tenants '{"rate":"off","profile":"strict"}' tenant create --rate off --profile strict
EXTRA_ENV+=(ZIM_APP_ID=8)
does 'the mock picks an AppId, whatever ZIM_APP_ID is' POST /_zimmock/v1/tenants '{}' tenant create
EXTRA_ENV=("ZIMMOCK_CONTROL=$CONTROL")
printf '{"kind":"user"}\n{"kind":"message"}\n' >"$T/state.jsonl"
answers "{\"POST /_zimmock/v1/tenants\":{\"status\":201,\"json\":$NEW},\"POST /_zimmock/v1/tenants/777/state\":{\"json\":{}}}"
WHAT='tenant create --seed'
: >"$STUB/seen"
zim tenant create --seed "$T/state.jsonl"
expect_rc 0
expect_equal "$(<"$T/state.jsonl")" "$(jq -r 'select(.path | endswith("/777/state")).body' "$STUB/seen")" document
answers "{\"POST /_zimmock/v1/tenants\":{\"status\":201,\"json\":$NEW},\"POST /_zimmock/v1/tenants/777/state\":{\"status\":400,\"json\":{\"error\":\"line 2: no\"}},\"DELETE /_zimmock/v1/tenants/777\":{\"json\":{}}}"
: >"$STUB/seen"
refuses 'a seed that is refused' 2 '^zimmock: line 2: no$' tenant create --seed "$T/state.jsonl"
expect_equal 'DELETE /_zimmock/v1/tenants/777' "$(tail -n 1 "$STUB/seen" | jq -r '"\(.method) \(.path)"')" 'and there is no such App'
: >"$STUB/seen"
refuses 'a profile that is none' 2 '--profile' tenant create --profile "$T/nowhere"
sent_nothing
reply "GET $TENANT" '{"app_id":12345,"clock":"real"}'
does 'tenant show' GET $TENANT - tenant show
expect_out 'clock +real'
reply 'DELETE /_zimmock/v1/tenants/7' '{}'
does 'tenant delete' DELETE /_zimmock/v1/tenants/7 - tenant delete --app-id 7
expect_no_out

# --- state -----------------------------------------------------------------------------------------------------------

DOCUMENT=$'{"a":1}\n{"b":"\u00e4"}\n'
answers "$(jq -n --arg call "GET $TENANT/state" --arg text "$DOCUMENT" '{($call): {$text, type: "application/x-ndjson"}}')"
printf '%s' "$DOCUMENT" >"$T/document"
does 'zimmock state export' GET $TENANT/state - state export
expect 'every byte of it' cmp "$T/z_out" "$T/document"
echo old >"$T/exported"
does 'state export -o' GET $TENANT/state - state export -o "$T/exported"
expect_no_out
expect 'every byte of it in the file' cmp "$T/exported" "$T/document"
answers '{}'
refuses 'a refused export leaves the file' 1 'no such path' state export -o "$T/exported"
expect 'the file is as before' cmp "$T/exported" "$T/document"

imports() { # NAME METHOD ARGS...
  WHAT=$1
  reply "$2 $TENANT/state" '{"users":2,"devices":1,"messages":30}'
  : >"$STUB/seen"
  zim state import "${@:3}"
  expect_rc 0
  expect_equal '2 users, 1 devices, 30 messages' "$OUT"
  expect_equal "$2 $TENANT/state application/x-ndjson" "$(jq -r '"\(.method) \(.path) \(.headers["content-type"])"' "$STUB/seen")"
  expect_equal "$(jq -Rsc . <"$T/document")" "$(jq -c .body "$STUB/seen")" document
}
imports 'state import' POST "$T/document"
imports 'state import --replace' PUT --replace "$T/document"
STDIN=$T/document
imports 'state import from stdin' POST -
STDIN=/dev/null
head -c 3000000 /dev/zero | tr '\0' ' ' >>"$T/document"
imports 'a large document' POST "$T/document"
: >"$STUB/seen"
refuses 'no such file' 2 'nowhere: could not open' state import "$T/nowhere"
refuses 'a folder' 2 'expected a file, got a folder' state import "$T"
sent_nothing
reply "DELETE $TENANT/state" '{}'
does 'state reset' DELETE $TENANT/state - state reset

# --- clock -----------------------------------------------------------------------------------------------------------

reply "GET $TENANT/clock" "$CLOCK"
does 'zimmock clock show' GET $TENANT/clock - clock show
expect_equal '2026-10-01T00:00:00.000Z  frozen:2026-10-01T00:00:00.000Z' "$OUT"
does 'clock show --json' GET $TENANT/clock - clock show --json
expect_out_json '.now_ms == 1790812800000'
reply "PUT $TENANT/clock" "$CLOCK"
does 'clock freeze' PUT $TENANT/clock '{"clock":"frozen"}' clock freeze
does 'clock freeze TIME' PUT $TENANT/clock '{"clock":"frozen:2026-10-01"}' clock freeze 2026-10-01
does 'clock real' PUT $TENANT/clock '{"clock":"real"}' clock real
does 'clock set, as serve --clock says it' PUT $TENANT/clock '{"clock":"offset:-10m"}' clock set offset:-10m
reply "POST $TENANT/clock/advance" "$CLOCK"
does 'clock advance' POST $TENANT/clock/advance '{"by":"601s"}' clock advance 601s
does 'clock shift' POST $TENANT/clock/advance '{"by":"-90s"}' clock shift -90s
answers "{\"GET $TENANT/clock\":{\"json\":$CLOCK},\"PUT $TENANT/clock\":{\"json\":$CLOCK}}"
WHAT='clock set on a frozen clock'
: >"$STUB/seen"
zim clock set 2026-10-02T00:00:00Z
expect_rc 0
expect_equal '{"clock":"frozen:2026-10-02T00:00:00.000Z"}' "$(tail -n 1 "$STUB/seen" | jq -r .body)"
answers "{\"GET $TENANT/clock\":{\"json\":{\"clock\":\"real\",\"now_ms\":1790812800000}},\"POST $TENANT/clock/advance\":{\"json\":$CLOCK}}"
WHAT='clock set on a clock that runs'
zim clock set 2026-09-30T23:59:58.500Z
expect_rc 0
expect_equal '{"by":"-1500ms"}' "$(tail -n 1 "$STUB/seen" | jq -r .body)"
: >"$STUB/seen"
refuses 'a time that is none' 2 'clock freeze: expected a time like 2026-10-01T00:00:00Z, got "noon"' clock freeze noon
refuses 'a time to set that is none' 2 'clock set: expected a time .*got "noon"' clock set noon
refuses 'a duration that is none' 2 'expected a duration like 601s.*got "soon"' clock advance soon
refuses 'advance does not go back' 2 'clock advance: .*zimmock clock shift' clock advance -5s
sent_nothing

# --- device ----------------------------------------------------------------------------------------------------------

reply "PUT $TENANT/devices/a%20b%2Bc" '{}'
does 'zimmock device set' PUT $TENANT/devices/a%20b%2Bc '{"sdk_versions":["2.6.0","2.10.0"]}' device set 'a b+c' 2.6.0 2.10.0
does 'device set --none' PUT $TENANT/devices/a%20b%2Bc '{"sdk_versions":[]}' device set 'a b+c' --none
refuses 'device set without versions' 2 '--none' device set ann
refuses 'device set with versions and none' 2 '--none' device set ann 2.6.0 --none
reply "GET $TENANT/devices" '{"devices":[{"user_id":"ann","sdk_versions":["2.6.0","2.10.0"]},{"user_id":"list","sdk_versions":["2.8.0"]}]}'
does 'device list' GET $TENANT/devices - device list
expect_equal $'user_id  sdk_versions\nann      2.6.0, 2.10.0\nlist     2.8.0' "$OUT"
does 'device list --json' GET $TENANT/devices - device list --json
expect_out_json '.[1].user_id == "list"'
SUMMARY='{"users_known":4,"types":[{"type":200,"name":"custom","receives_all":3,"receives_some":0,"would_not_see":1,"undocumented":0}]}'
reply "GET $TENANT/devices/summary" "$SUMMARY"
does 'device summary' GET $TENANT/devices/summary - device summary
expect_out '^users with known versions: 4'
expect_out '200 +custom +3 +0 +1 +0'
reply "GET $TENANT/devices/summary?type=200" "$SUMMARY"
does 'device summary --type' GET "$TENANT/devices/summary?type=200" - device summary --type 200
expect_equal 'of 4 users with known versions, 1 would not see type 200 (custom)' "$OUT"

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
does 'zimmock wait' POST $TENANT/wait '{"action":"ImportPeerMsg","count":3,"timeout_ms":10000}' wait --action ImportPeerMsg --count 3
does 'wait --timeout' POST $TENANT/wait '{"count":1,"timeout_ms":250}' wait --timeout 250ms
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

# --- commands of commands --------------------------------------------------------------------------------------------

for group in tenant state clock device fault; do
  refuses "$group without a subcommand" 2 "zimmock $group --help" "$group"
done
refuses 'a misspelt subcommand' 2 '"shwo": not expected; did you mean show\? \(see `zimmock clock --help`\)' clock shwo
refuses 'a misspelt flag of a subcommand' 2 '"--josn": not expected; did you mean --json\? \(see `zimmock clock show --help`\)' clock show --josn
refuses 'a subcommand of another' 2 '"freeze": not expected.*zimmock device --help' device freeze
refuses 'a surplus word' 2 '"surplus": not expected.*zimmock clock show --help' clock show surplus
refuses 'a command as a subcommand' 2 'zimmock clock --help' clock list
WHAT='the help of a subcommand'
zim fault add --help
expect_rc 0
expect_out 'drop-reply'
expect_out '--control'
expect_out 'ZIM_APP_ID'
WHAT='the help of a group names its subcommands'
zim clock --help
expect_rc 0
for word in show freeze set shift advance real; do expect_out "$word +[A-Z]"; done

kill "${PIDS[-1]}"
wait "${PIDS[-1]}" 2>/dev/null
PIDS=()
finish_cli
