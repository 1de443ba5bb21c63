#!/usr/bin/env bash
# docs/zim-api.md section 4: SendMessageTime, to the millisecond, with a frozen clock: retention by plan, the
# future, the order.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh" || exit 1

TIMESTAMP=1615186943
NOW_MS=${TIMESTAMP}000
DAY=86400000
INT64_MAX=9223372036854775807
ISO=2021-03-08T07:02:23Z

horizon() { # NAME DAYS [serve flags]: the oldest allowed is exactly that old
  start_mock --clock "frozen:$ISO" "${@:3}"
  register ann bob
  imp "$1: one ms older than the horizon" 660000002 /SendMessageTime SendMessageTime=$((NOW_MS - $2 * DAY - 1))
  imp "$1: as old as the horizon" 0 '' SendMessageTime=$((NOW_MS - $2 * DAY))
  imp "$1: one ms younger than the horizon" 0 '' SendMessageTime=$((NOW_MS - $2 * DAY + 1))
  imp "$1: now" 0 '' SendMessageTime="$NOW_MS"
  imp "$1: in a ms" 660800046 /SendMessageTime SendMessageTime=$((NOW_MS + 1))
  list ann bob
  expect_json "[.List[].MsgTime] == [$NOW_MS, $((NOW_MS - $2 * DAY + 1)), $((NOW_MS - $2 * DAY))]"
}
horizon 'the default plan is free' 7
stop_mock TERM
horizon 'plan free' 7 --plan free
stop_mock TERM
horizon 'plan pro' 30 --plan pro
stop_mock TERM
horizon 'plan enterprise' 90 --plan enterprise
stop_mock TERM
horizon 'plan pro with 180 days bought' 180 --plan pro --retention-days 180
stop_mock TERM

# --- 0, absent, and numbers that are no time -----------------------------------------------------------------------------------

start_mock --clock "frozen:$ISO"
register ann bob cid
imp 'no SendMessageTime' 0 ''
imp 'SendMessageTime 0' 0 '' SendMessageTime=0
list ann bob
expect_json "[.List[].MsgTime] == [$NOW_MS, $NOW_MS]"
imp 'seconds where milliseconds are meant' 660000002 /SendMessageTime SendMessageTime="$TIMESTAMP"
imp '1 ms after 1970' 660000002 /SendMessageTime SendMessageTime=1
imp '-1' 660000002 /SendMessageTime SendMessageTime=-1
imp 'the largest number' 660800046 /SendMessageTime SendMessageTime=$INT64_MAX
imp 'the smallest number' 660000002 /SendMessageTime SendMessageTime=-9223372036854775808
imp 'one more than the largest' '660000002|660800046' /SendMessageTime SendMessageTime=9223372036854775808
imp 'microseconds' 660800046 /SendMessageTime SendMessageTime="${NOW_MS}000"
imp 'a date' 660000002 /SendMessageTime 'SendMessageTime="2021-03-08T07:02:23Z"'
imp 'true' 660000002 /SendMessageTime SendMessageTime=true

# --- the order: an older one after a newer one is accepted and reported (A) -------------------------------------------------------

at() { # NAME MS-AGO [FIELD=JSON]...: an import for cid's conversation with ann
  imp "$1" 0 '' 'FromUserId="cid"' 'ToUserId="ann"' 'ImportedUserId="cid"' SendMessageTime=$((NOW_MS - $2)) "${@:3}"
}
at 'the oldest first' 5000
expect_no_warn
at 'then a newer one' 3000
expect_no_warn
at 'one of the same ms' 3000 'MessageBody={"Message":"same ms"}'
expect_no_warn
at 'an older one after it' 4000
expect_warn 'SendMessageTime|order|older'
at 'one by 1 ms older than the newest' 3001
expect_warn 'SendMessageTime|order|older'
at 'a newer one again' 1000
expect_no_warn
WHAT='the other list of the same conversation has an order of its own'
imp "$WHAT" 0 '' 'FromUserId="cid"' 'ToUserId="ann"' 'ImportedUserId="ann"' SendMessageTime=$((NOW_MS - 5000))
expect_no_warn
WHAT='newest first, and of one ms the later import first (A)'
list cid ann
expect_json "[.List[].MsgTime | $NOW_MS - .] == [1000, 3000, 3000, 3001, 4000, 5000]"
expect_json '[.List[1, 2].MsgBody] == ["same ms", "hi"]'

finish
