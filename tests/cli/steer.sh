#!/usr/bin/env bash
# The commands that steer a running mock, against a running mock (tests/cli/control.sh holds what they send against a
# server that is not ours).
# shellcheck source=tests/cli/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh" || exit 1

CREDENTIALS=no
start_mock --plan pro
CONTROL=$CONTROL_URL
EXTRA_ENV=(ZIMMOCK_CONTROL="$CONTROL")

WHAT='healthcheck'
zim healthcheck
expect_rc 0
expect_out '^ok: zimmock .* at http'

WHAT='tenant'
zim tenant create --plan enterprise --rate off --clock frozen:2026-10-01T00:00:00Z --json
expect_rc 0
APP=$(jq .app_id <<<"$OUT") SECRET=$(jq -r .server_secret <<<"$OUT")
echo "$SECRET" >>"$T/secrets"
EXTRA_ENV+=(ZIM_APP_ID="$APP")
TIMESTAMP=1790812800
zim tenant list
expect_out "$APP .*frozen:2026-10-01T00:00:00.000Z"
zim tenant show --json
expect_out_json '.retention_days == 90 and .rate == "off"'

WHAT='state'
printf '%s\n' '{"FromUserId":"u1","ToUserId":"u2","MessageType":1,"Message":"seed"}' >"$T/seed"
zim state import "$T/seed"
expect_rc 0
zim state export -o "$T/one"
expect_rc 0
STDIN=$T/one
zim state import --replace -
STDIN=/dev/null
expect_rc 0
zim state export
expect_equal "$(cat "$T/one")" "$OUT" 'the second export'
printf '{"FromUserId":"u1"}\n' >"$T/bad"
zim state import "$T/bad"
expect_rc 2
expect_err 'line 1: .*: expected'

WHAT='of several faults one of which is none, none is added'
zim fault add drop-reply,action=UserRegister dely=1s
expect_rc 2
expect_err 'fault: expected delay, .*, got "dely"; did you mean delay'
zim fault list --json
expect_out_json '. == []'

WHAT='clock'
zim clock advance 601s
expect_out '^2026-10-01T00:10:01.000Z'
call QueryPeerMsg '{"FromUserId":"u1","ToUserId":"u2"}'
expect_code 100000004
zim clock shift -601s
call QueryPeerMsg '{"FromUserId":"u1","ToUserId":"u2"}'
expect_code 0
zim clock set 2026-10-02T00:00:00Z
expect_out 'frozen:2026-10-02'
zim clock real
expect_out 'real$'
zim clock freeze
expect_out 'frozen:'
zim clock freeze 2026-10-01
expect_out 'frozen:2026-10-01T00:00:00.000Z'

WHAT='device'
zim device set u2 1.5.0 2.10.0
expect_rc 0
zim device list
expect_out 'u2 '
zim device view u2 u1
expect_rc 0
expect_out '^1.5.0: 0 delivered, .*1 undocumented'
expect_out '2.10.0: 1 delivered'
zim device view u1 u2
expect_out 'no version of a device of u1 is known'
zim device summary --type 200
expect_out '^of 1 users with known versions, 0 would not see type 200'
zim device set u2 1.5.0
zim device summary --type 200
expect_out '^of 1 users with known versions, 1 would not see type 200'
zim device set u2 --none
zim device list --json
expect_out_json '. == []'

WHAT='fault'
zim fault add drop-reply,nth=1 code=7,action=RevokePeerMessage
expect_rc 0
zim fault list
expect_out 'drop-reply,nth=1'
query QueryPeerMsg
send POST '{"FromUserId":"u1","ToUserId":"u2"}'
expect_equal 52 "$CURL_STATUS" "curl's status"
zim fault clear 1
zim fault list --json
expect_out_json 'length == 1 and .[0].spec == "code=7,action=RevokePeerMessage"'
zim fault clear
zim fault list --json
expect_out_json '. == []'
zim fault add nonsense
expect_rc 2

WHAT='requests, verify, wait'
zim requests
expect_rc 0
expect_out '#3 .*QueryPeerMsg u1>u2 .*fault drop-reply#1'
zim requests --fault drop-reply --json
expect_out_json '.effect == "applied" and .status == null'
zim requests --count --action QueryPeerMsg
expect_equal 3 "$OUT" 'the count'
zim verify --action QueryPeerMsg --count 3
expect_rc 0
zim verify --no-findings
expect_rc 1
expect_out 'auth.timestamp-fresh'
zim wait --count 3 --timeout 10s
expect_rc 0
zim wait --count 4 --timeout 50ms
expect_rc 1
zim requests --clear
zim requests --count
expect_equal 0 "$OUT" 'the count'

WHAT='requests by whose list they are about'
for action in QueryPeerMsg ClearPeerMessage RevokePeerMessage; do
  call $action '{"FromUserId":"u1","ToUserId":"u2","MsgSeq":987654}'
done
zim requests --list u1 --json
expect_equal 'QueryPeerMsg ClearPeerMessage RevokePeerMessage' "$(jq -r .action <<<"$OUT" | paste -sd' ')" 'the calls about the list of u1'
zim requests --list u2 --count
expect_out '^0$'


WHAT='reset and delete'
zim state reset
expect_rc 0
zim tenant show --json
expect_out_json '.users == 0 and .requests == 0'
zim tenant delete
expect_rc 0
zim tenant show
expect_rc 1
expect_err 'no tenant has'
stop_mock TERM
zim healthcheck
expect_rc 5
finish
