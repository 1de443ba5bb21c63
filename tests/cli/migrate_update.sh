#!/usr/bin/env bash
# zimmock migrate after an update: a journal that an earlier release left half done (fixtures/resume), and a file that is
# read differently than in the first run. Either every list has each message once and in order, or nothing is sent.
# shellcheck disable=SC2016 # variables of jq
# shellcheck source=tests/cli/migrate_lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/migrate_lib.sh" || exit 1

FIXTURE=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../fixtures/resume" && pwd)
sql() { # FILE STATEMENT...: a line a row, columns with |
  python3 - "$@" <<'PYTHON'
import sqlite3, sys
database = sqlite3.connect(sys.argv[1])
for statement in sys.argv[2:]:
    for row in database.execute(statement):
        print(*row, sep="|")
database.commit()
PYTHON
}
half_done() { # a mock as it was when the client was killed, and the client's journal, of the place where the mock is now
  [[ ${#PIDS[@]} == 0 ]] || stop_mock TERM
  start_mock --retention-days 3650 --seed "$FIXTURE/state.jsonl"
  ENDPOINT=$URL
  EXTRA_ENV=(ZIMMOCK_CONTROL="$CONTROL_URL")
  rm -rf "$T"/*.journal*
  cp "$FIXTURE/history.jsonl" "$T/history.jsonl"
  cp "$FIXTURE/half-done.journal" "$T/old.journal"
  sql "$T/old.journal" "UPDATE told SET value='$URL' WHERE name='endpoint'" "UPDATE note SET value='$T/history.jsonl' WHERE name='file'"
}
resume() { # [FILE [ARGS]]
  zim migrate "${1-history.jsonl}" --execute --rate off --retention-days 3650 --bad quarantine --gap continue --journal old.journal \
    "${SOON[@]}" "${@:2}"
}
lists() { # of the mock, by curl: VIEWER PEER: text text ...; oldest first
  mock state export -o exported.jsonl
  jq -r 'select(.Record | not) | [.ImportedUserId, (if .ImportedUserId == .FromUserId then .ToUserId else .FromUserId end), .Message] | join(" ")' \
    "$T/exported.jsonl" | awk '{ list = $1 " " $2; $1 = $2 = ""; of[list] = of[list] "," $0 } END { for (list in of) print list ":" of[list] }' |
    sed 's/,  /, /g' | sort
}
# "two" into ann's list with cleo was refused, and is quarantined.
ALL='ann bob:, one, same, same, eight, eleven
ann cleo:, for ann only, nine, twelve
ann dora:, three, seven, ten
bob ann:, one, same, same, eight, eleven
cleo ann:, two, nine, twelve
dora ann:, three, seven, ten'
expect_all() {
  expect_equal "$ALL" "$(lists)" 'the lists'
  expect_equal '' "$(jq -r 'select(.Record | not) | .ExtendedData | fromjson | ._zm' "$T/exported.jsonl" | sort | uniq -d)" 'tags that are there twice'
}
refused() { # NAME REGEX: the resumed run is refused, sends nothing, and leaves the journal as it is
  local before state
  before=$(md5sum <"$T/old.journal") state=$(lists)
  WHAT=$1
  resume "${@:3}"
  expect_rc 2
  expect_err "$2"
  expect_equal 1 "$(wc -l <"$T/z_err")" 'lines on stderr'
  expect_no_out
  expect_equal "$before" "$(md5sum <"$T/old.journal")" 'the journal, untouched'
  expect_equal "$state" "$(lists)" 'the lists'
}

# --- the journal of an earlier release --------------------------------------------------------------------------------

half_done
before=$(md5sum <"$T/old.journal")
WHAT='status, report and verify of the journal of an earlier release'
zim migrate status old.journal --json
expect_rc 0
expect_out_json '.planned == 23 and .done == 10 and .open == 3 and .quarantined == 1 and .waiting == 9 and .lists == 6 and .finished_lists == 0'
zim migrate report old.journal --json
expect_rc 0
expect_out_json '([.in_doubt[] | [.viewer, .peer, .line]] | sort) == [["ann", "bob", 10], ["ann", "cleo", 8], ["bob", "ann", 6]]'
expect_out_json '.balance.holds and .refused[0].lines == [2] and .told.zimmock == "0.1.0"'
zim migrate verify old.journal --rate off
expect_rc 1
expect_out '11 = same, 11 \+ missing, 0 - extra'
expect_equal "$before" "$(md5sum <"$T/old.journal")" 'the journal, untouched'

WHAT='it is resumed, and all is there once'
resume
expect_rc 3
expect_last 'verified: all 22 of 22 imports are in ZIM, in order; 1 were refused and are quarantined; 3 of 15 records were left out'
expect_sent 11 ImportPeerMsg
expect_all
WHAT='the same command again: nothing is sent'
resume
expect_rc 3
expect_sent 11 ImportPeerMsg
expect_equal 2 "$(sql "$T/old.journal" 'PRAGMA user_version')" 'the version, which an earlier release refuses'
zim migrate report old.journal --json
expect_out_json '.done == 22 and .open == 0 and .quarantined == 1 and .balance.holds and (.runs | length) == 3'
zim migrate verify old.journal --rate off
expect_rc 3

other() { # NAME REGEX STATEMENT: of a journal that counts something else
  half_done
  sql "$T/old.journal" "$3"
  refused "$1" "old\.journal: expected the messages that this journal counts, got others in $2; the file is the same, but this release reads it differently: go on with zimmock 0\.1\.0, which wrote the journal, or begin a new journal with --journal FILE --adopt"
}
other 'an import from another line' '1 list: the list of "ann" with "bob": expected line 15 as message 3, got message 3 \(line 6, 2025-06-15T15:06:45\.000Z\)' \
  'UPDATE import SET line=15 WHERE conversation=0 AND side=0 AND record=2'
other 'a list of another length' '2 lists: the list of "cleo" with "ann": expected 2 messages, got 3; message 3 \(line 15, 2025-[^ ]+\) is not in the journal' \
  'UPDATE list SET planned=2 WHERE conversation=1'
other 'a list of another user' '2 lists: the list of "bob" with "ann": expected no list, as the journal has none, got 5 messages, the first in line 1' \
  "UPDATE list SET viewer='bert' WHERE viewer='bob'"
other 'a list more' '1 list: the list of "eve" with "ann": expected the 4 messages that the journal has, got no list' \
  "INSERT INTO list VALUES(3, 0, 'eve', 'ann', 4)"
half_done
head -n 14 "$FIXTURE/history.jsonl" >"$T/history.jsonl"
refused 'an earlier release'\''s journal and a file with a message less' \
  'got others in 2 lists: the list of "cleo" with "ann": expected 3 messages, got 2; the file is not the one of the first run: go on with that one, or begin a new journal'

WHAT='a journal of a release to come'
half_done
sql "$T/old.journal" 'PRAGMA user_version = 3'
for words in 'status old.journal' 'report old.journal' 'verify old.journal' \
  'history.jsonl --execute --retention-days 3650 --bad quarantine --journal old.journal'; do
  # shellcheck disable=SC2086 # words
  refuses "a later release's journal: $words" 2 \
    'old\.journal: expected a journal of version 1 to 2, got 3: a later release of zimmock wrote it; go on with that release' migrate $words
done
expect_sent 0 ImportPeerMsg

# --- another reading of the same messages -----------------------------------------------------------------------------

on_the_way() { # [ARGS]: a journal of this release, some imports made
  half_done
  mock fault add code=100000005,action=ImportPeerMsg,nth=6
  resume history.jsonl --lanes 1
  expect_rc 7
  mock fault clear
}
WHAT='other numbers for conversations, sides, records and lines, but the same messages'
on_the_way
# From behind, but for the two that are alike, with nothing of what cannot be imported.
sed -n '15p;14p;13p;11p;10p;9p;8p;5p;6p;3p;2p;1p' "$FIXTURE/history.jsonl" >"$T/read-better.jsonl"
resume read-better.jsonl
expect_rc 3
expect_out $'\nnote: "read-better\.jsonl" is not the file of the first run, but has the same messages to import\n'
expect_last 'verified: all 22 of 22 imports are in ZIM, in order; 1 were refused and are quarantined'
expect_sent 12 ImportPeerMsg
expect_all
WHAT='and the report tells of the last run'\''s reading'
zim migrate report old.journal --json
expect_out_json '.balance.holds and .balance.sender.read == 12 and .bad == [] and (.file | endswith("/read-better.jsonl"))'
zim migrate verify old.journal --rate off
expect_rc 3
WHAT='the first file again'
resume history.jsonl --json
expect_rc 3
expect_equal '[]' "$(jq -c 'select(.type == "start") | .notes' "$T/z_out")" notes
expect_sent 12 ImportPeerMsg
expect_all

NOT_SAME='old\.journal: expected the messages that this journal counts, got others in'
on_the_way
changed() { # NAME REGEX SED-SCRIPT
  sed "$3" "$FIXTURE/history.jsonl" >"$T/history.jsonl"
  refused "$1" "$NOT_SAME $2; the file is not the one of the first run"
}
changed 'a message that reads differently' '2 lists: the list of "ann" with "dora": expected 3 messages, got 3; message 3 \(line 13, 2025-06-15T15:06:50\.000Z\) is another one than the journal has there' \
  's/"ten"/"TEN"/'
changed 'another text under the same Id' '2 lists: the list of "ann" with "bob": expected message 1 \(line 1, [^)]+\) as the first run read it, got another content' \
  's/"one"/"ONE"/'
changed 'another priority' '2 lists: the list of "ann" with "bob": expected message 1 \(line 1, [^)]+\) as the first run read it, got another content' \
  '1s/^{/{"Priority":3,/'
changed 'a message more in the middle' '2 lists: the list of "ann" with "bob": expected 5 messages, got 6; message 4 \(line 10, [^)]+\) is another one than the journal has there' \
  '10s/^\(.*\)"Message":"eight"\(.*\)"m8"\(.*\)$/\1"Message":"seven"\2"m7"\3\n&/'
changed 'a message more at the end' '2 lists: the list of "cleo" with "ann": expected 3 messages, got 4; message 4 \(line 16, [^)]+\) is not in the journal' \
  '$s/^\(.*\)"twelve"\(.*\)$/&\n\1"thirteen"\2/'
changed 'a message less' '2 lists: the list of "ann" with "bob": expected 5 messages, got 4' 14d
changed 'a list more' '2 lists: the list of "eve" with "ann": expected no list, as the journal has none, got 1 message, the first in line 16' \
  '$s/^.*$/&\n{"FromUserId":"eve","ToUserId":"ann","MessageType":1,"Message":"x","SendMessageTime":1750000020000}/'
changed 'two lists less' '2 lists: the list of "[a-z]+" with "[a-z]+": expected the 3 messages that the journal has, got no list' '/dora/d'
cp "$FIXTURE/history.jsonl" "$T/history.jsonl"
WHAT='after all that, the right file'
resume
expect_rc 3
expect_all

# --- without tags the content alone tells messages apart --------------------------------------------------------------

fresh_mock
cp "$T/chat.jsonl" "$T/first.jsonl"
mock fault add code=100000005,action=ImportPeerMsg,nth=9
run --tag off
expect_rc 7
mock fault clear
had=$(sent --action ImportPeerMsg)
sed 's/"text 29"/"another text"/' "$T/first.jsonl" >"$T/chat.jsonl"
WHAT='--tag off, and another text under the same Id'
run --tag off
expect_rc 2
expect_err 'got others in 2 lists: the list of "ann" with "[a-z]+": expected 10 messages, got 10; message [0-9]+ \(line 29, '
expect_sent "$had" ImportPeerMsg
cp "$T/first.jsonl" "$T/chat.jsonl"
run --tag off
expect_rc 0
expect_sent 61 ImportPeerMsg
expect_nothing_twice

finish_cli
