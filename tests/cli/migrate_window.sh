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
{ record 1 75000; for ((i = 2; i <= 40; i++)); do record "$i" $((3600000 + i)); done; } >"$T/some.jsonl"
WHAT='the plan says when the first message leaves the window'
zim migrate "$T/some.jsonl" --plan free --json
first_line
expect_out_json '.deadline_ms == $ms and .in_time and .expires == 0' --argjson ms $((NOW_MS + 75000))
expect_out_json '.last_import_ms < .deadline_ms and .spare_ms > 0 and .spare_ms <= 75000'
zim migrate "$T/some.jsonl" --plan free
expect_out 'deadline +20[0-9T:.Z-]+, in [0-9a-z. ]+ s, the first message leaves the window; the last is sent in 4\.0 s: in time'
WHAT='without a limit of calls nobody knows when the last is sent'
zim migrate "$T/some.jsonl" --plan free --rate off
expect_rc 0
expect_out 'the first message leaves the window; without a limit of calls \(--rate off\) it is not known when the last is sent'
zim migrate "$T/some.jsonl" --plan free --rate off --json
first_line
expect_out_json 'has("deadline_ms") and (has("last_import_ms") or has("in_time") | not)'
WHAT='a run that ends later, but sends each message in time'
zim migrate "$T/some.jsonl" --plan free --rate 1
expect_rc 0
expect_out 'the last is sent in 1 min 21 s: the oldest first, so each is in time, with [0-9a-z. ]+ s to spare'

WHAT='what is too old is said in words, before rules and milliseconds'
printf '{"Id":"%s","FromUserId":"ann","ToUserId":"bob","MessageType":1,"Message":"m","SendMessageTime":%s}\n' \
  1 1785405660000 2 1785405780000 >"$T/old.jsonl"
zim migrate "$T/old.jsonl" --plan free
expect_rc 1
expect_out $'\ntoo old: 2 records; the newest message, of 2026-07-30T10:03:00\\.000Z, is [0-9]+ days [0-9]+ h outside the window, which begins at 20[0-9T:.Z-]+\n  --time-shift newest=now [^\n]*\ntoo old: import\\.'
{ record 1 -3600000; record 2 3600000; } >"$T/some-old.jsonl"
zim migrate "$T/some-old.jsonl" --plan free
expect_out $'\ntoo old: 1 record; the newest message, of 20[^ ]*, is inside the window, which begins at '

now_ms # 800 imports, which have 300 s
{ record 1 300000; for ((i = 2; i <= 400; i++)); do record "$i" $((300000 + i)); done; } >"$T/late.jsonl"
WHAT='a plan of which parts will have left it is refused'
zim migrate "$T/late.jsonl" --plan free --rate 1
expect_rc 1
expect_out 'window .* [0-9]+ are too old, [0-9]+ of them when their turn comes'
expect_out 'records not in time'
expect_out 'nothing was sent: [0-9]+ of 400 records are too old'
zim migrate "$T/late.jsonl" --plan free --rate 1 --json
first_line
expect_out_json '.blocked and .expires >= 249 and .too_old == .expires and (.in_time | not)'
WHAT='at a higher rate it fits'
zim migrate "$T/late.jsonl" --plan free --rate 20
expect_rc 0
WHAT='each shard goes by its share of the rate'
one=0
for i in 1 2 3 4; do # one of them has the conversation
  zim migrate "$T/late.jsonl" --plan free --rate 4 --shard "$i/4"
  [[ $OUT != *'not in time'* ]] || one=1
done
expect_equal 1 "$one" 'a shard that is not in time'

# What follows has to begin in time. Where the machine was too slow for that, nothing is proved, and it has another go
# with twice the time.
in_time() { # FIRST_MS MAKE [serve flags]: MAKE SPAN_MS writes input.jsonl and runs it, until that ends with 7
  local span_ms
  for ((span_ms = $1; span_ms <= 32 * $1; span_ms *= 2)); do
    [[ ${#PIDS[@]} == 0 ]] || stop_mock TERM
    start_mock "${@:3}"
    ENDPOINT=$URL SPAN_MS=$span_ms
    rm -f "$T"/j*
    now_ms
    "$2" "$span_ms"
    [[ $RC != 7 ]] || break
  done
  expect_rc 7
}

# --- going on later -----------------------------------------------------------------------------------------------------------

MIGRATE=(migrate "$T/input.jsonl" --plan free --journal "$T/j" --execute --lanes 1)
three() {
  { record 1 "$1"; record 2 $(($1 + 1)); record 3 3600000; } >"$T/input.jsonl"
  zim "${MIGRATE[@]}"
}
WHAT='a run that is stopped after its first import'
in_time 3000 three --fault code=100000016,action=ImportPeerMsg,nth=2
have_left() { ((${EPOCHREALTIME/./} / 1000 > NOW_MS + SPAN_MS + 100)); }
until_true have_left
WHAT='what has left the window since is told before anything is sent'
zim "${MIGRATE[@]}" --json
expect_rc 1
OUT=$(jq -c 'select(.type == "start")' "$T/z_out")
expect_out_json '.resumed and .too_old_now.records == 2 and .too_old_now.imports == 3'
expect_out_json '.too_old_now.oldest_ms == $ms' --argjson ms $((NOW_MS - WEEK_MS + SPAN_MS))
WHAT='what is quarantined by then is not waited for'
zim "${MIGRATE[@]}"
expect_rc 1
expect_out $'goes on\n1 record still to be sent left the window since the first run, the oldest of 20'
expect_out 'deadline +20[0-9T:.Z-]+, [0-9a-z. ]+ ago, the first message left the window'

WHAT='a run that is resumed before says how long it is until then'
start_mock --fault code=100000016,action=ImportPeerMsg,nth=2
ENDPOINT=$URL
rm -f "$T"/j*
now_ms
{ record 1 3600000; record 2 3600001; } >"$T/input.jsonl"
zim "${MIGRATE[@]}"
expect_rc 7
zim "${MIGRATE[@]}"
expect_rc 0
expect_out 'deadline +20[0-9T:.Z-]+, in [0-9a-z. ]+, the first message leaves the window'

# --- going on at another rate --------------------------------------------------------------------------------------------------

plan() { jq -c 'select(.type == "plan") | [.imports, .expires, .left_out, .clamped, .oldest_ms]' "$T/z_out"; }
some_late() { # twice as many as can be sent at 2 a second
  local i
  { for ((i = 0; i < $1 / 500; i++)); do record "$i" $(($1 + i)); done; } >"$T/input.jsonl"
  zim "${MIGRATE[@]}" --too-old "$policy" --json --rate 2
  before=$(plan)
}
for policy in skip clamp; do
  WHAT="--too-old $policy: another rate does not change what is left out, or how far is moved"
  in_time 4000 some_late --fault code=100000016,action=ImportPeerMsg,nth=3
  zim "${MIGRATE[@]}" --too-old "$policy" --json --rate 20
  expect_equal "$before" "$(plan)" 'the plan'
  expect_rc "$([[ $policy == skip ]] && echo 3 || echo 0)"
done

finish_cli
