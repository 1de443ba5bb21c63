#!/usr/bin/env bash
# zimmock migrate when lists have what its journal does not know of: a journal that is lost, and a second export.
# shellcheck disable=SC2016 # variables of jq
# shellcheck source=tests/cli/migrate_lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/migrate_lib.sh" || exit 1

adopt() { run --adopt --adopt-wait 0s "$@"; }
fresh_mock
mock fault add code=100000005,action=ImportPeerMsg,nth=42
run --lanes 1
expect_rc 7
mock fault clear
had=$(sent --action ImportPeerMsg)
expect_equal 42 "$had" 'requests of ImportPeerMsg'
rm "$T"/chat.journal*
WHAT='the journal is lost: it stops before anything is sent twice'
run
expect_rc 1
expect_out $'\nnot verified: 0 of 60 imports were made; stopped: the list of "[a-z]+" with "[a-z]+" has line [0-9]+ already, MsgId [0-9]+, and this journal does not know of it; [^\n]*--adopt$'
expect_sent 42 ImportPeerMsg
WHAT='--adopt counts what is there and sends the rest'
adopt
expect_rc 0
expect_out $'\n  adopted: 41 were in their lists already\n'
expect_last "$VERIFIED"
expect_sent 61 ImportPeerMsg
expect_nothing_twice
WHAT='the same command again, with --adopt or without: nothing is sent'
adopt
expect_rc 0
run
expect_rc 0
expect_sent 61 ImportPeerMsg

cp "$T/chat.jsonl" "$T/first.jsonl"
more() { # ID LINE: a record like that line, under another id
  sed -n "$2p" "$T/first.jsonl" | sed "s/\"Id\":\"[^\"]*\"/\"Id\":\"$1\"/"
}
more later 30 >>"$T/chat.jsonl"
WHAT='a second export of the same history, with a message more'
run
expect_rc 2
expect_err 'chat\.journal: expected the messages that this journal counts, got others in 2 lists: .*message 11 \(line 31, '
rm "$T"/chat.journal*
adopt --json
expect_rc 0
expect_equal '[60,2,0]' "$(jq -c 'select(.type == "imported") | [.adopted, .imported, .passed_over]' "$T/z_out")" 'adopted, imported, passed over'
expect_sent 63 ImportPeerMsg
WHAT='what was passed over is quarantined, not sent late'
more between 5 >>"$T/chat.jsonl"
rm "$T"/chat.journal*
adopt
expect_rc 3
expect_out $'\n  quarantined: 2 not in their lists, which have later messages\n'
expect_last 'verified: all 62 of 62 imports are in ZIM, in order; 2 were refused and are quarantined'
expect_equal 2 "$(jq -c 'select(.line == 32 and .code == 0 and (.reason | test("later messages of this migration")))' \
  "$T/chat.journal.quarantine.jsonl" | wc -l)" 'lines of the quarantine file'
expect_sent 63 ImportPeerMsg
zim migrate report chat.journal
expect_out 'quarantined: 2 imports, not in its list'

WHAT='--adopt waits until nothing can land any more that an earlier run sent; the next run waits for the same time'
rm "$T"/chat.journal*
for again in 1 2; do
  background chat.jsonl --execute --rate off --journal chat.journal --adopt
  until_true grep -q 'not before' "$T/b_out" || fail 'word of the wait' "$(<"$T/b_err")"
  kill -INT "$PID"
  ended
  expect_rc 130
  expect_out $'\n--adopt: not before [^ ]+Z; what the lists have then'
  grep -- '--adopt: not before' <<<"$OUT" >>"$T/not-before"
done
expect_equal 1 "$(sort -u "$T/not-before" | wc -l)" 'times'
WHAT='without --adopt a journal that was to adopt stops as any other does'
run
expect_rc 1
expect_out $'stopped: the list of [^\n]*--adopt$'
expect_sent 63 ImportPeerMsg
mv "$T/first.jsonl" "$T/chat.jsonl"
refuses '--adopt without tags' 2 '--adopt: expected --tag on' migrate chat.jsonl --adopt --tag off
refuses '--adopt-wait alone' 2 '--adopt-wait: expected --adopt' migrate chat.jsonl --adopt-wait 0s
refuses '--adopt-wait of no duration' 2 '--adopt-wait: expected a duration' migrate chat.jsonl --adopt --adopt-wait soon

finish_cli
