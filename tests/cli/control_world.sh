#!/usr/bin/env bash
# The commands that steer what a running mock holds: tenant, state, clock, device.
# shellcheck source=tests/cli/control_lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/control_lib.sh" || exit 1

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
refuses 'a folder' 2 'expected chat histories, got none in' state import "$T"
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

finish_control
