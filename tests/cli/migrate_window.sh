#!/usr/bin/env bash
# zimmock migrate and the retention window, which moves while a run runs.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh" || exit 1

WEEK_MS=$((7 * 86400 * 1000))
now_ms() { NOW_MS=$((${EPOCHREALTIME/./} / 1000)); }
record() { # ID IN_MS: a line of a message that leaves the window in IN_MS milliseconds
  printf '{"Id":"%s","FromUserId":"ann","ToUserId":"bob","MessageType":1,"Message":"m %s","SendMessageTime":%s}\n' \
    "$1" "$1" $((NOW_MS - WEEK_MS + $2))
}
first_line() { OUT=$(head -n 1 "$T/z_out"); }

# --- the plan ---------------------------------------------------------------------------------------------------------------

now_ms
{ record 1 60000; for ((i = 2; i <= 40; i++)); do record "$i" $((3600000 + i)); done; } >"$T/some.jsonl"
WHAT='the plan says when the first message leaves the window'
zim migrate "$T/some.jsonl" --plan free --json
first_line
expect_out_json '.deadline_ms == $ms and .in_time and .expires == 0' --argjson ms $((NOW_MS + 60000))
expect_out_json '.last_import_ms < .deadline_ms and .spare_ms > 50000 and .spare_ms <= 60000'
zim migrate "$T/some.jsonl" --plan free
expect_out 'deadline +20[0-9T:.Z-]+, in [0-9.]+ s, the first message leaves the window; the last is sent in 4\.0 s: in time'
WHAT='a run that ends later, but sends each message in time'
zim migrate "$T/some.jsonl" --plan free --rate 1
expect_rc 0
expect_out 'the last is sent in 1 min 21 s: the oldest first, so each is in time, with 5[0-9]\.[0-9] s to spare'

now_ms
{ record 1 15000; for ((i = 2; i <= 40; i++)); do record "$i" $((20000 + i)); done; } >"$T/late.jsonl"
WHAT='a plan of which parts will have left it is refused'
zim migrate "$T/late.jsonl" --plan free --rate 1
expect_rc 1
expect_out 'window .* [0-9]+ are too old, [0-9]+ of them when their turn comes'
expect_out 'records not in time'
expect_out 'nothing was sent: [0-9]+ of 40 records are too old'
zim migrate "$T/late.jsonl" --plan free --rate 1 --json
first_line
expect_out_json '.blocked and .expires > 25 and .too_old == .expires and (.in_time | not)'
WHAT='at a higher rate it fits'
zim migrate "$T/late.jsonl" --plan free --rate 20
expect_rc 0
WHAT='each shard goes by its share of the rate'
zim migrate "$T/late.jsonl" --plan free --rate 20 --shard 1/20
one=$RC
for ((i = 2; i <= 20; i++)); do # one of them has the conversation
  zim migrate "$T/late.jsonl" --plan free --rate 20 --shard "$i/20"
  [[ $OUT != *'not in time'* ]] || one=1
done
expect_equal 1 "$one" 'a shard that is not in time'

# --- going on later -----------------------------------------------------------------------------------------------------------

now_ms
{ record 1 3000; record 2 3001; record 3 3600000; } >"$T/rest.jsonl"
start_mock --fault code=100000016,action=ImportPeerMsg,nth=2
ENDPOINT=$URL
WHAT='a run that is stopped after its first import'
zim migrate "$T/rest.jsonl" --plan free --journal "$T/j" --execute --lanes 1
expect_rc 7
for ((tries = 0; tries < 500; tries++)); do
  left_ms=$((NOW_MS + 3100 - ${EPOCHREALTIME/./} / 1000))
  ((left_ms > 0)) || break
  sleep 0.02
done
WHAT='what has left the window since is told before anything is sent'
zim migrate "$T/rest.jsonl" --plan free --journal "$T/j" --execute --lanes 1 --json
expect_rc 1
OUT=$(jq -c 'select(.type == "start")' "$T/z_out")
expect_out_json '.resumed and .too_old_now.records == 2 and .too_old_now.imports == 3'
expect_out_json '.too_old_now.oldest_ms == $ms' --argjson ms $((NOW_MS - WEEK_MS + 3000))
WHAT='what is quarantined by then is not waited for'
zim migrate "$T/rest.jsonl" --plan free --journal "$T/j" --execute --lanes 1
expect_rc 1
expect_out $'goes on\n1 record still to be sent left the window since the first run, the oldest of 20'
expect_out 'deadline +20[0-9T:.Z-]+: the first message leaves, or has left, the window'

# --- going on at another rate --------------------------------------------------------------------------------------------------

start_mock --fault code=100000016,action=ImportPeerMsg,nth=3
ENDPOINT=$URL
for policy in skip clamp; do
  now_ms
  { record 1 4000; for ((i = 2; i <= 9; i++)); do record "$i" $((4000 + i)); done; } >"$T/$policy.jsonl"
  migrate=(migrate "$T/$policy.jsonl" --plan free --too-old "$policy" --journal "$T/$policy.journal" --execute --lanes 1 --json)
  WHAT="--too-old $policy: another rate does not change what is left out, or how far is moved"
  zim "${migrate[@]}" --rate 2
  [[ $policy == clamp ]] || expect_rc 7
  before=$(jq -c 'select(.type == "plan") | [.imports, .expires, .left_out, .clamped, .oldest_ms]' "$T/z_out")
  zim "${migrate[@]}" --rate 20
  expect_equal "$before" "$(jq -c 'select(.type == "plan") | [.imports, .expires, .left_out, .clamped, .oldest_ms]' "$T/z_out")" 'the plan'
  expect_rc "$([[ $policy == skip ]] && echo 3 || echo 0)"
done

finish_cli
