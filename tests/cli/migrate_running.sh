#!/usr/bin/env bash
# zimmock migrate while it runs: status, report, a second run; ended by Ctrl-C and by kill -9, and gone on with.
# shellcheck disable=SC2016 # variables of jq
# shellcheck source=tests/cli/migrate_lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/migrate_lib.sh" || exit 1

fresh_mock
WHAT='status while it runs'
held "$TELL_TO_WAIT"
expect_status '.running and .state == "running" and .done == 40 and .planned == 60 and .open <= 2 and .open + .waiting == 20'
zim migrate status chat.journal
expect_rc 0
expect_out 'chat\.jsonl: running'
WHAT='report while it runs'
zim migrate report chat.journal
expect_rc 0
expect_out 'run of .*no verdict|run of .*running'
expect_out '  list of "ann" with "dora": 0 of 10 done'
zim migrate report chat.journal --json
expect_rc 0
expect_out_json '.running and (.runs | length) == 1 and .runs[0].ended_ms == 0 and .balance.holds and .balance.sender.read == 30 and
  .balance.sender.waiting > 0'
refuses 'a second run on one journal' 2 'chat\.journal: another run is writing this journal; wait for its end, or stop it' \
  migrate chat.jsonl --execute --rate off --journal chat.journal
WHAT='Ctrl-C once' # that what is in flight is finished: tests/oracle/interrupt.py
kill -INT "$PID"
ended
expect_rc 130
expect_err 'interrupted; finishing what is under way'
expect_out $'\nnot verified: 40 of 60 imports were made; interrupted; the same command goes on from there$'
expect_status '(.running | not) and .open == 0 and .done == 40 and (.state | test("^not verified: 40 of 60 .*interrupted"))'
mock fault clear
WHAT='the same command goes on to the end'
run
expect_rc 0
expect_last "$VERIFIED"
expect_out $'\n  40 by earlier runs\n'
expect_equal 60 "$(sent --action ImportPeerMsg --code ok)" 'imports applied'
expect_status '.runs == 2 and .done == 60'
expect_nothing_twice

fresh_mock
WHAT='Ctrl-C twice: at once, and what was in flight is found out by the same command'
held "$WITHHOLD"
kill -INT "$PID"
until_true grep -q interrupted "$T/b_err" || fail 'word of the first' "$(<"$T/b_err")"
kill -INT "$PID"
ended
expect_rc 130
expect_status '(.running | not) and .open >= 2 and .done + .open == 42 and .waiting == 18'
open=$(jq .open "$T/z_out")
zim migrate status chat.journal
expect_out 'ended without a verdict; the same command goes on|interrupted'
mock fault clear
run
expect_rc 0
expect_last "$VERIFIED"
expect_out $'\n  in doubt: '"$open"' found in their lists, 0 sent again'
expect_nothing_twice

fresh_mock
WHAT='kill -9, and the same'
held "$WITHHOLD"
kill -KILL "$PID"
ended
expect_rc 137
expect_status '(.running | not) and .open >= 2 and .done + .open == 42 and (.state | test("the same command goes on"))'
mock fault clear
run
expect_rc 0
expect_last "$VERIFIED"
expect_nothing_twice

WHAT='two at once: one runs, the other is refused, all is there once'
fresh_mock
background chat.jsonl --execute --rate off --journal chat.journal "${SOON[@]}"
environment
(cd "$T" && "${ENV[@]}" "$ZIMMOCK" migrate chat.jsonl --execute --rate off --journal chat.journal "${SOON[@]}") >"$T/second" 2>&1
second=$?
ended
expect_equal yes "$([[ $RC$second == 00 || $RC$second == 02 || $RC$second == 20 ]] && echo yes)" "exit codes, $RC and $second"
expect_sent 60 ImportPeerMsg
expect_nothing_twice

finish_cli
