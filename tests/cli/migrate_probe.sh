#!/usr/bin/env bash
# zimmock migrate probe: what it asks, what it finds of mocks that are otherwise, what it leaves behind.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh" || exit 1

start_mock
ENDPOINT=$URL
CONTROL=$CONTROL_URL
sent() { zim requests --control "$CONTROL" "$@"; }

# --- nothing without --execute ------------------------------------------------------------------------------------------------

WHAT='without --execute nothing is sent'
zim migrate probe
expect_rc 0
expect_out 'nothing was sent: --execute registers two users, zmprobe_.*clears both lists'
zim migrate probe --prefix other --json
expect_out_json '.type == "summary" and .exit == 0 and (.verdict | test("other_"))'
sent --count
expect_equal 0 "$OUT" 'requests'

# --- a mock as it is by default -------------------------------------------------------------------------------------------------

WHAT='a mock as it is by default is as assumed'
zim migrate probe --execute --profile-out "$T/default.json"
expect_rc 0
expect_equal '' "$ERR" stderr
expect_out "probing $URL as app $APP with the users zmprobe_[0-9a-f]{12}_a and zmprobe_[0-9a-f]{12}_b"
expect_equal 13 "$(grep -c '^  .*: assumed .*; observed .*: as assumed$' "$T/z_out")" 'answers, a line each'
expect_out 'both lists were cleared \(ClearPeerMessage\)'
expect_out '13 of 13 answers as assumed$'
expect_equal '{"base":"default","settings":{}}' "$(jq -c . "$T/default.json")" 'the profile written'
user=$(grep -o 'zmprobe_[0-9a-f]*_a' "$T/z_out" | head -n 1)
for viewer in a b; do
  other=$([[ $viewer == a ]] && echo b || echo a)
  zim query --as "${user%a}$viewer" --peer "${user%a}$other" --all
  expect_no_out
  zim query --as "${user%a}$viewer" --peer "${user%a}$other" --all --with-empty --json
  expect_equal '' "$(jq -c 'select(.IsEmpty != 1)' "$T/z_out")" 'messages that are not deleted'
done
# The probe keeps 19 by its own monotonic clock (probe_test.cpp holds it to that); the log has the mock's wall clock, which may be
# set meanwhile. The service's limit is 20.
WHAT='at most 20 calls in any second, of all operations, but for the two that clear'
sent --json
jq -s '[.[] | select(.action != "ClearPeerMessage") | .time | capture("(?<s>.*)[.](?<ms>[0-9]+)Z")
  | ((.s + "Z" | fromdateiso8601) * 1000 + (.ms | tonumber))] | sort' "$T/z_out" >"$T/times"
OUT=$(<"$T/times")
expect_out_json 'length > 100'
expect_out_json '. as $t | all(range(20; length); $t[.] - $t[. - 20] >= 1000)'

WHAT='other users each time'
zim migrate probe --execute --json --prefix again
expect_rc 0
jq -s . "$T/z_out" >"$T/lines"
OUT=$(<"$T/lines")
expect_out_json 'map(.type) == ["start"] + [range(13) | "answer"] + ["cleared", "summary"]'
expect_out_json '[.[] | select(.type == "answer") | .verdict] | unique == ["as-assumed"]'
expect_out_json '.[0].users | all(test("^again_[0-9a-f]{12}_[ab]$"))'
expect_out_json '.[-2].cleared and .[-2].imports > 60 and .[-1].exit == 0'

# --- mocks that are otherwise -----------------------------------------------------------------------------------------------------

# One mock a setting, all probed at once. A probe takes 10 s, most of it waiting.
rows=(
  'msg-time msg_time_is_arrival true'
  'ties tie_later_import_first false'
  'late-import refuse_out_of_order_import true'
  'nonce refuse_reused_nonce true'
  'hyphen refuse_hyphen_in_query true'
  'pages short_pages false'
  'timestamp timestamp_window_s 1500'
)
probe_all() { # EXTENSION: probes the mocks of URLS into $T/ID.EXTENSION
  local i id pids=()
  environment
  for i in "${!rows[@]}"; do
    read -r id _ <<<"${rows[i]}"
    "${ENV[@]}" "$ZIMMOCK" migrate probe --execute --json --endpoint "${URLS[i]}" --profile-out "$T/$id.$1.json" \
      >"$T/$id.$1" 2>"$T/$id.$1.err" </dev/null &
    pids+=($!)
  done
  RCS=()
  for i in "${!rows[@]}"; do
    wait "${pids[i]}"
    RCS[i]=$?
    read -r id _ <<<"${rows[i]}"
    cat "$T/$id.$1" "$T/$id.$1.err" >>"$T/printed"
  done
}
expect_found() { # EXTENSION: each probe found its setting, and nothing else
  local i id setting value
  for i in "${!rows[@]}"; do
    read -r id setting value <<<"${rows[i]}"
    WHAT="$1: $setting = $value" SENT='migrate probe --execute'
    expect_equal 1 "${RCS[i]}" 'exit code'
    expect_equal "$id" "$(jq -r 'select(.type == "answer" and .verdict == "otherwise") | .id' "$T/$id.$1")" 'what is otherwise'
    expect_equal true "$(jq 'select(.id == "'"$id"'") | .meaning | length > 0' "$T/$id.$1")" 'it says what that means'
    expect_equal "{\"base\":\"default\",\"settings\":{\"$setting\":$value}}" "$(jq -c . "$T/$id.$1.json")" 'the profile written'
  done
}
URLS=()
for row in "${rows[@]}"; do
  read -r id setting value <<<"$row"
  printf '{"settings": {"%s": %s}}\n' "$setting" "$value" >"$T/$id.profile"
  start_mock --profile "$T/$id.profile"
  URLS+=("$URL")
done
probe_all first
expect_found first
for pid in "${PIDS[@]:1}"; do kill -TERM "$pid"; done
PIDS=("${PIDS[0]}")
URLS=()
for row in "${rows[@]}"; do
  read -r id _ <<<"$row"
  start_mock --profile "$T/$id.first.json"
  URLS+=("$URL")
done
probe_all second
expect_found second

WHAT='the profile of a probe is what the next one assumes, and what migrate takes'
ENDPOINT=${URLS[2]}
zim migrate probe --execute --profile "$T/late-import.second.json"
expect_rc 0
expect_out 'assumed refused; observed refused with code 660000002'
message_time=$((EPOCHSECONDS * 1000 - 60000))
printf '{"Id":"1","FromUserId":"ann","ToUserId":"bob","MessageType":1,"Message":"m","SendMessageTime":%s}\n' "$message_time" >"$T/one.jsonl"
zim migrate "$T/one.jsonl" --execute --journal "$T/one.journal" --profile "$T/late-import.second.json"
expect_rc 0

WHAT='what is otherwise is told with what it means for a migration'
zim migrate probe --execute
expect_rc 1
expect_out 'an import older than the list.s newest: assumed taken; observed refused with code 660000002 .*: OTHERWISE'
expect_out 'for a migration: .*--gap stop'
expect_out '12 of 13 answers as assumed; otherwise: late-import$'

# --- what goes wrong ----------------------------------------------------------------------------------------------------------------

EXTRA_ENV=(ZIM_SERVER_SECRET=00000000000000000000000000000000) CREDENTIALS=no
zim migrate probe --execute --app-id "$APP" --profile-out "$T/none.json"
WHAT='credentials that are refused'
expect_rc 7
expect_err 'UserRegister.*100000005'
expect_equal no "$([[ -e $T/none.json ]] && echo yes || echo no)" 'a profile of a probe that did not come to its end'
EXTRA_ENV=() CREDENTIALS=yes
refuses 'a prefix that is too long' 2 '--prefix: expected at most 16 bytes, got 17' migrate probe --prefix aaaaaaaaaaaaaaaaa
refuses 'a prefix with a bad character' 2 '--prefix' migrate probe --prefix a/b
refuses 'a profile that is none' 2 'nothere' migrate probe --execute --profile "$T/nothere"
refuses 'a misspelt flag' 2 '--profile-uot.*did you mean.*--profile-out' migrate probe --profile-uot x
ENDPOINT=http://127.0.0.1:1
refuses 'a profile that cannot be written, before a call is made' 2 '--profile-out: .*folder\.json: could not write: No such file' \
  migrate probe --execute --profile-out "$T/no/such/folder.json"
WHAT='nobody there'
zim migrate probe --execute --connect-timeout 1
expect_rc 5

finish_cli
