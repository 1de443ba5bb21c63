#!/usr/bin/env bash
# zimmock migrate: two runs of one input at once, each with a journal of its own. One sends, the other is refused.
# shellcheck source=tests/cli/migrate_lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/migrate_lib.sh" || exit 1

cp "$T/chat.jsonl" "$T/copy.jsonl"
records 29 | sed 's/ann/amy/' >"$T/other.jsonl"
# A slow run would print its progress, where some checks expect nothing on stderr.
EXECUTE=(--execute --rate off --progress off "${SOON[@]}")
held() { # ARGS: a run in the background that waits for the answer to its first import
  mock fault add delay=1h,action=ImportPeerMsg,nth=1
  background "$@" --lanes 1 --timeout 600 --journal first.journal
  until mock fault list --json && [[ $(jq '.[0].hits' "$T/m_out") == 1 ]]; do
    kill -0 "$PID" 2>/dev/null || { fail 'a run that goes on' "$(<"$T/b_err")" && return; }
    sleep 0.02
  done
}
kill_it() {
  kill -KILL "$PID"
  ended
  mock fault clear
}
by() { printf '%s' "another run is sending this file to localhost:${URL##*:} as app 12345: pid $PID, journal \"$T/first\.journal\"; wait for its end, or stop it"; }

fresh_mock
held chat.jsonl "${EXECUTE[@]}"
for words in 'chat.jsonl' 'copy.jsonl' 'chat.jsonl --lanes 2 --time-shift +1s' "chat.jsonl --endpoint ${URL/127.0.0.1/localhost}" \
  'chat.jsonl --shard 1/2' 'chat.jsonl --adopt'; do
  # shellcheck disable=SC2086 # words
  refuses "a second run: $words" 2 "$(by)" migrate $words "${EXECUTE[@]}" --journal second.journal
done
expect_files '' 'second.journal*'
state=$T/.local/state/zimmock
WHAT='where the lock is, and who may read it'
expect_equal '700 600 600' "$(stat -c %a "$state" "$state"/run-*.1-of-1.lock | xargs)" modes
WHAT='another input, the plan, and a reading command go on'
zim migrate chat.jsonl
expect_rc 0
zim migrate status first.journal
expect_rc 0
zim migrate other.jsonl "${EXECUTE[@]}" --journal third.journal
expect_rc 0
WHAT='another App'
another_app
zim migrate chat.jsonl "${EXECUTE[@]}" --journal app.journal
expect_rc 0
fresh_environment() { CREDENTIALS=yes EXTRA_ENV=(ZIMMOCK_CONTROL="$CONTROL_URL"); }
fresh_environment
WHAT='the same file, edited since'
echo >>"$T/chat.jsonl"
refuses 'the file, edited since' 2 "$(by)" migrate chat.jsonl "${EXECUTE[@]}" --journal second.journal
truncate -s -1 "$T/chat.jsonl"
WHAT='another mock, at another port'
zim migrate chat.jsonl "${EXECUTE[@]}" --endpoint http://127.0.0.1:1 --connect-timeout 1 --journal port.journal
expect_rc 5
WHAT='a state folder of its own'
EXTRA_ENV+=(XDG_STATE_HOME="$T/own-state")
zim migrate other.jsonl "${EXECUTE[@]}" --journal third.journal
expect_rc 0
expect_equal runs.lock "$(ls "$T/own-state/zimmock")" 'files in it, at the end'
fresh_environment
WHAT='kill -9 takes the lock with it'
kill_it
expect_rc 137
zim migrate chat.jsonl "${EXECUTE[@]}" --journal first.journal
expect_rc 0
expect_equal runs.lock "$(ls "$state")" 'files in the state folder, at the end'
expect_nothing_twice

WHAT='shards run side by side, those of another number do not'
fresh_mock
held chat.jsonl "${EXECUTE[@]}" --shard 1/2
expect_equal 2 "$(find "$state" -name 'run-*.1-of-2.lock' | wc -l)" 'locks, of its bytes and of its path'
zim migrate chat.jsonl "${EXECUTE[@]}" --shard 2/2
expect_rc 0
for shard in 1/2 1/1 2/3; do
  refuses "shard $shard beside 1/2" 2 "another run \(shard 1/2\) is sending this file .* pid $PID, " migrate chat.jsonl "${EXECUTE[@]}" --shard "$shard"
done
kill_it

WHAT='two that start together: one runs, or one after the other'
for round in 1 2 3 4 5; do
  fresh_mock
  background chat.jsonl --execute --rate off --journal a.journal "${SOON[@]}"
  (cd "$T" && "${ENV[@]}" "$ZIMMOCK" migrate copy.jsonl --execute --rate off --journal b.journal "${SOON[@]}") >"$T/second" 2>&1
  second=$?
  ended
  # The lists tell the second that the first was there, if the first has ended before.
  expect_equal yes "$([[ $RC$second == 0[1-9] || $RC$second == [1-9]0 ]] && echo yes)" "round $round: exit codes, $RC and $second"
  expect_sent 60 ImportPeerMsg
  expect_nothing_twice
done

fresh_mock
WHAT='no home: the temporary folder'
EXTRA_ENV+=(HOME=)
zim migrate chat.jsonl "${EXECUTE[@]}"
expect_rc 0
expect_equal '' "$ERR" stderr
expect_equal runs.lock "$(ls "$T/zimmock-$(id -u)")" 'files in it'
WHAT='a home that cannot be written: the temporary folder'
EXTRA_ENV+=(HOME=/dev/null)
zim migrate other.jsonl "${EXECUTE[@]}"
expect_rc 0
expect_equal '' "$ERR" stderr
WHAT='no place for a lock: it says so, and goes on'
fresh_mock
EXTRA_ENV+=(HOME=/dev/null TMPDIR=/dev/null)
zim migrate chat.jsonl "${EXECUTE[@]}"
expect_rc 0
expect_last "$VERIFIED"
expect_err '^zimmock: warning: no lock could be made, so a second run that sends this file would not be refused: /dev/null/.*Not a directory; XDG_STATE_HOME names a folder for it$'
WHAT='a folder in the temporary folder that is not this user'\''s'
fresh_mock
mkdir -p "$T/elsewhere" "$T/tmp"
ln -s "$T/elsewhere" "$T/tmp/zimmock-$(id -u)"
EXTRA_ENV+=(HOME= TMPDIR="$T/tmp")
zim migrate chat.jsonl "${EXECUTE[@]}"
expect_rc 0
expect_err 'warning: no lock could be made, .*: expected a folder of this user'
expect_equal '' "$(ls "$T/elsewhere")" 'files where the link leads'

finish_cli
