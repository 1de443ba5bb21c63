#!/usr/bin/env bash
# zimmock migrate and its journal: status, report and verify, while it runs and after; the same command again, after
# everything that can end a run; what keeps a run from beginning; shards; what is quarantined.
# shellcheck disable=SC2016 # variables of jq
# shellcheck source=tests/cli/migrate_lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/migrate_lib.sh" || exit 1

# --- from beginning to end, and again ---------------------------------------------------------------------------------

fresh_mock
WHAT='a migration with the journal of its name'
zim migrate chat.jsonl --execute --rate off --journal chat.jsonl.journal
expect_rc 0
expect_last "$VERIFIED"
expect_out $'\nsending 60 imports to http://[^\n]+\njournal: chat\.jsonl\.journal; after an interruption the same command goes on\n'
expect_files 'chat.jsonl.journal' 'chat.jsonl.journal*'
expect_equal 600 "$(stat -c %a "$T/chat.jsonl.journal")" 'who may read it'
WHAT='the same command again, now with the default: nothing is sent'
environment
(cd "$T" && "${ENV[@]}" "$ZIMMOCK" migrate chat.jsonl --execute --rate off) >"$T/z_out" 2>"$T/z_err"
RC=$? OUT=$(<"$T/z_out") ERR=$(<"$T/z_err")
expect_rc 0
expect_last "$VERIFIED"
expect_out $'\ngoing on with 60 imports to '
expect_out $'\nimported 60 of 60, all of them by earlier runs\n'
if [[ $OUT != *registered* ]]; then pass; else fail 'no word of registering' "$(printed)"; fi
expect_sent 60 ImportPeerMsg
expect_sent 1 UserRegister
mv "$T/chat.jsonl.journal" "$T/chat.journal"

WHAT='status, at the end'
zim migrate status chat.journal
expect_rc 0
expect_equal '' "$ERR" stderr
expect_out "^[^"$'\n'"]*chat\.jsonl: $VERIFIED"$'\n'
expect_out 'imports +60 of 60 done, 0 quarantined, 0 in doubt, 0 waiting'
expect_out 'lists +6 of 6 finished'
expect_out 'runs +2'
expect_status '.type == "status" and .planned == 60 and .done == 60 and .open == 0 and .waiting == 0 and .quarantined == 0 and
  .lists == 6 and .finished_lists == 6 and (.running | not) and .state == "'"$VERIFIED"'" and (.file | endswith("/chat.jsonl"))'
WHAT='report, at the end'
zim migrate report chat.journal
expect_rc 0
expect_equal 2 "$(grep -cE '(sender|receiver)\S* +30 read = 30 imported \+ 0 recovered \+ 0 quarantined \+ 0 skipped \+ 0 unresolved' "$T/z_out")" \
  'lines of the balance'
expect_equal 2 "$(grep -c "$VERIFIED\$" <(grep '  run of ' "$T/z_out"))" 'runs with their verdict'
zim migrate report chat.journal --json
expect_rc 0
expect_out_json '.type == "report" and .balance.holds and .balance.sender.imported == 30 and ([.runs[].exit] == [0, 0])'
expect_out_json '(.conversations | length) == 6 and ([.conversations[].done] | add) == 60 and ([.conversations[].peer] | unique) == ["ann", "bob", "cleo", "dora"]'
expect_out_json '.told["--tag"] == "on" and .told.app == "12345" and .told.endpoint == $url' --arg url "$URL"
WHAT='verify reads the lists back, from anywhere, and sends nothing'
mkdir -p "$T/elsewhere"
zim migrate verify chat.journal --rate off
expect_rc 0
expect_last "$VERIFIED"
expect_out '^reading the lists of 3 conversations at http://[^ ]+ as app 12345; nothing is sent'$'\n'
(cd "$T/elsewhere" && "${ENV[@]}" "$ZIMMOCK" migrate verify ../chat.journal --json --rate off) >"$T/z_out"
RC=$? OUT=$(<"$T/z_out")
expect_rc 0
expect_equal "$VERIFIED" "$(tail -n 1 "$T/z_out" | jq -r .verdict)" 'the verdict'
expect_equal '' "$(ls "$T/elsewhere")" 'files where it ran'
expect_sent 60 ImportPeerMsg
expect_status '.runs == 2'
WHAT='verify finds what somebody put there since'
imp 'one more' 0 '' 'FromUserId="ann"' 'ToUserId="bob"'
zim migrate verify chat.journal --rate off
expect_rc 1
expect_out '60 = same, 0 \+ missing, [12] - extra'
zim migrate verify chat.journal --rate off --allow-extra
expect_rc 0
WHAT='verify without the file it was made from'
mv "$T/chat.jsonl" "$T/away"
refuses 'verify without its input' 2 'chat\.jsonl: .*no such file' migrate verify chat.journal
WHAT='but status and report need it not'
expect_status '.done == 60'
mv "$T/away" "$T/chat.jsonl"
WHAT='verify after the messages have expired says so, and does not call it verified'
mock state reset
zim migrate verify chat.journal --rate off
expect_rc '1|5'
if [[ $OUT != *'verified: all'* ]]; then pass; else fail 'no word of all verified' "$(printed)"; fi

# --- what is no journal -----------------------------------------------------------------------------------------------

printf 'text\n' >"$T/text"
: >"$T/empty"
python3 -c 'import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute("CREATE TABLE other(x)")' "$T/other.db"
for word in status report verify; do
  refuses "$word: a journal that is not there" 2 'nothere: could not open: No such file or directory' migrate "$word" nothere
  refuses "$word: a folder" 2 'elsewhere: could not open: Is a directory' migrate "$word" elsewhere
  refuses "$word: a text" 2 'text: (file is not a database|expected a journal)' migrate "$word" text
  refuses "$word: the chat history itself" 2 'chat\.jsonl: (file is not a database|expected a journal)' migrate "$word" chat.jsonl
  refuses "$word: an empty file" 2 'empty: expected a journal of zimmock migrate, got another file' migrate "$word" empty
  refuses "$word: another database" 2 'other\.db: expected a journal of zimmock migrate, got another file' migrate "$word" other.db
done
expect_files '' 'nothere*'
for file in text other.db chat.jsonl; do
  before=$(md5sum <"$T/$file")
  WHAT="$file as the journal of a migration"
  zim migrate chat.jsonl --execute --rate off --journal "$file"
  expect_rc 2
  expect_err 'not a database|expected a journal'
  expect_equal "$before" "$(md5sum <"$T/$file")" "$file, untouched"
done
expect_sent 0 ImportPeerMsg
refuses 'a journal in a folder that is not there' 2 'nofolder/j.*could not write: No such file.*--journal' \
  migrate chat.jsonl --execute --journal nofolder/j
refuses 'a folder as journal' 2 'elsewhere: .*(Is a directory|journal)' migrate chat.jsonl --execute --journal elsewhere

# --- a differing command ----------------------------------------------------------------------------------------------

fresh_mock
run
expect_rc 0
records 31 >"$T/other.jsonl"
for difference in '--too-old skip:--too-old: was stop, is skip' '--bad quarantine:--bad: was stop, is quarantine' '--tag off:--tag: was on, is off' \
  '--shard 1/3:--shard: was 1/1, is 1/3' '--time-shift newest=now:--time-shift: was none, is newest=now' '--plan free:retention days: was 30, is 7' \
  '--profile strict:--profile: was default, is strict' '--endpoint http://127.0.0.1:1:endpoint: was http://127\.0\.0\.1:[0-9]+, is http://127\.0\.0\.1:1' \
  '--app-id 777:app: was 12345, is 777'; do
  read -ra words <<<"${difference%%:*}"
  [[ $difference != --endpoint* ]] || words=(--endpoint http://127.0.0.1:1)
  what=${difference#"${words[*]}:"}
  refuses "another command: ${words[*]}" 2 "chat\.journal: this journal is of another migration: .*$what.*--journal FILE" \
    migrate chat.jsonl --execute --rate off --journal chat.journal "${words[@]}"
done
refuses 'another file' 2 'chat\.journal: this journal is of another migration: .*input' \
  migrate other.jsonl --execute --rate off --journal chat.journal
WHAT='what does not change what is sent may differ'
zim migrate chat.jsonl --execute --rate 100 --lanes 7 --gap continue --settle 1s --sign-skew 5s --journal chat.journal --json --timeout 9
expect_rc 0
expect_sent 60 ImportPeerMsg

# --- while it runs ----------------------------------------------------------------------------------------------------

fresh_mock
WHAT='status while it runs'
slow
expect_status '.running and .state == "running" and .done >= 3 and .done < 60 and .planned == 60 and .done + .open + .waiting == 60'
zim migrate status chat.journal
expect_rc 0
expect_out 'chat\.jsonl: running'
WHAT='report while it runs'
zim migrate report chat.journal
expect_rc 0
expect_out 'run of .*no verdict|run of .*running'
expect_out '  list of "ann" with "bob": [0-9]+ of 10 done'
zim migrate report chat.journal --json
expect_rc 0
expect_out_json '.running and (.runs | length) == 1 and .runs[0].ended_ms == 0 and .balance.holds and .balance.sender.read == 30 and
  .balance.sender.waiting > 0'
refuses 'a second run on one journal' 2 'chat\.journal: another run is writing this journal; wait for its end, or stop it' \
  migrate chat.jsonl --execute --rate off --journal chat.journal
WHAT='Ctrl-C once: what is in flight is finished'
mock fault add delay=300ms,action=ImportPeerMsg
kill -INT "$PID"
ended
expect_rc 130
expect_err 'interrupted; finishing what is under way'
expect_out $'\nnot verified: [0-9]+ of 60 imports were made; interrupted; the same command goes on from there$'
expect_status '(.running | not) and .open == 0 and .done == $sent and (.state | test("^not verified: \($sent) of 60 .*interrupted"))' \
  --argjson sent "$(sent --action ImportPeerMsg)"
mock fault clear
WHAT='the same command goes on to the end'
run
expect_rc 0
expect_last "$VERIFIED"
expect_out $'\n  [0-9]+ by earlier runs\n'
expect_sent 60 ImportPeerMsg
expect_status '.runs == 2 and .done == 60'
expect_nothing_twice

fresh_mock
WHAT='Ctrl-C twice: at once, and what was in flight is found out by the same command'
mock fault add delay=2s,action=ImportPeerMsg,every=5
background chat.jsonl --execute --rate off --journal chat.journal --lanes 2 "${SOON[@]}"
wait_for ImportPeerMsg 4
kill -INT "$PID"
until grep -q interrupted "$T/b_err" || ! kill -0 "$PID"; do sleep 0.01; done
kill -INT "$PID" 2>/dev/null
ended
expect_rc 130
mock fault clear
expect_status '(.running | not) and .done < 60 and .done + .open + .waiting == 60'
zim migrate status chat.journal
expect_out 'ended without a verdict; the same command goes on|interrupted'
run
expect_rc 0
expect_last "$VERIFIED"
expect_nothing_twice
fresh_mock
WHAT='kill -9, and the same'
slow
kill -KILL "$PID"
ended
expect_rc 137
expect_status '(.running | not) and (.state | test("the same command goes on"))'
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

# --- where it cannot be written ---------------------------------------------------------------------------------------

fresh_mock
mkdir -p "$T/readonly"
chmod 500 "$T/readonly"
if [[ ! -w $T/readonly ]]; then
  refuses 'a folder that cannot be written' 2 'readonly/j.*: .*Permission denied' migrate chat.jsonl --execute --journal readonly/j
  expect_sent 0 ImportPeerMsg
fi
WHAT='a journal that may only be read: status and report work all the same'
run
cp "$T/chat.journal" "$T/only-read.journal"
chmod 400 "$T/only-read.journal"
zim migrate status only-read.journal
expect_rc 0

fresh_mock
records 400 >"$T/long.jsonl"
WHAT='a full disk: an import that could not be written down is not sent'
environment
# A limit for files instead of a small disk, which only root could make; ignored, its signal is an error of write().
(cd "$T" && trap '' XFSZ && ulimit -f 128 && exec "${ENV[@]}" "$ZIMMOCK" migrate long.jsonl --execute --rate off --journal long.journal "${SOON[@]}") \
  >"$T/z_out" 2>"$T/z_err"
RC=$? OUT=$(<"$T/z_out") ERR=$(<"$T/z_err")
expect_rc 5
expect_out 'not verified: [0-9]+ of 800 imports were made; stopped: .*(full|disk|I/O)'
had=$(sent --action ImportPeerMsg)
expect_equal yes "$([[ $had -gt 0 && $had -lt 800 ]] && echo yes)" "some were sent, not all: $had"
zim migrate status long.journal --json
expect_out_json '.done + .open == $sent' --argjson sent "$had"
WHAT='with room again, the same command goes on'
zim migrate long.jsonl --execute --rate off --journal long.journal "${SOON[@]}"
expect_rc 0
expect_last 'verified: all 800 of 800 imports are in ZIM, in order'
expect_sent 800 ImportPeerMsg

# --- quarantine -------------------------------------------------------------------------------------------------------

fresh_mock
day=86400000
record() { # LINE-ID AGE_DAYS [MORE]
  printf '{"Id":"%s","FromUserId":"ann","ToUserId":"bob","MessageType":1,"Message":"text %s","SendMessageTime":%d%s}\n' \
    "$1" "$1" $((now_ms - $2 * day - 60000 + ++seconds * 1000)) "${3-}"
}
seconds=0
{
  record old 40
  record a 3
  echo 'no JSON'
  record b 3 ',"VisibleTo":["ann"]'
  record b 2
  record c 2 ',"SearchedContent":"x"'
  record d 2
  record e 1 ',"VisibleTo":["bob"]'
  record f 1 ',"ExtendedData":"'"$(printf '%01000d' 0)"'"'
  record g 1
} >"$T/mixed.jsonl"
MIXED=(migrate mixed.jsonl --execute --rate off --lanes 1 --bad quarantine --too-old skip --journal mixed.journal)
WHAT='findings of every kind, and a refusal: each in its place, and the numbers add up'
# a into both, b into ann's, d into both, e into bob's, g into both. The third and the sixth are refused.
mock fault add code=660800045,action=ImportPeerMsg,every=3
zim "${MIXED[@]}" --gap continue --json --max-examples 0
expect_rc 3
jq -c 'select(.type == "balance")' "$T/z_out" >"$T/balance"
for view in sender receiver; do
  expect_equal 10 "$(jq ".$view | .imported + .recovered + .quarantined + .skipped + .unresolved + .waiting" "$T/balance")" "the $view's sum"
  expect_equal 10 "$(jq ".$view.read" "$T/balance")" "read of the $view's"
done
expect_equal true "$(jq .holds "$T/balance")" 'the balance holds'
expect_equal 6 "$(jq '.sender.imported + .receiver.imported' "$T/balance")" imported
expect_equal 10 "$(jq '.sender.quarantined + .receiver.quarantined' "$T/balance")" 'quarantined: four bad records in either list, two refused'
expect_equal 4 "$(jq '.sender.skipped + .receiver.skipped' "$T/balance")" 'skipped: one too old in either list, and two one-sided'
file=$T/mixed.journal.quarantine.jsonl
expect_equal '3 5 6 9' "$(jq -r 'select(has("code") | not) | .line' "$file" | sort -nu | xargs)" 'bad lines in the quarantine file'
expect_equal 'plan.same-id plan.tag-too-long' "$(jq -r 'select(.line == 5 or .line == 9) | .reason' "$file" | sort -u | xargs)" 'reasons'
expect_equal 2 "$(jq -c 'select(.code == 660800045 and .viewer and .peer and (.reason | test("660800045")))' "$file" | wc -l)" 'refused in it'
expect_equal "$(jq -c '[inputs] | length' -n "$file")" "$(jq 'select(.type == "quarantined") | .lines' "$T/z_out")" 'lines, as said'
expect_files 'mixed.journal mixed.journal.quarantine.jsonl' 'mixed.journal*'
WHAT='the report of it'
zim migrate report mixed.journal
expect_rc 0
expect_out '10 read = '
WHAT='a later run writes the same file again'
cp "$file" "$T/quarantined"
zim "${MIXED[@]}" --gap continue
expect_rc 3
expect_equal "$(<"$T/quarantined")" "$(<"$file")" 'the file'
expect_sent 8 ImportPeerMsg

WHAT='--gap stop: a list ends before what is refused, and another run may go on behind it'
fresh_mock
mock fault add code=660800045,action=ImportPeerMsg,nth=5
run --lanes 1
expect_rc 6
expect_out 'stopped at line [0-9]+, refused \(--gap continue goes on\): .*660800045'
expect_out $'\nnot verified: .*1 lists? stopped on the way'
expect_status '.quarantined == 1 and .waiting > 0 and .finished_lists == 5'
run --gap continue
expect_rc 3
expect_last 'verified: all 59 of 59 imports are in ZIM, in order; 1 were refused and are quarantined'
expect_sent 60 ImportPeerMsg

WHAT='the file of the quarantine is never somebody else'\''s'
fresh_mock
cp "$T/chat.jsonl" "$T/kept"
refuses 'the chat history as quarantine file' 2 'chat\.jsonl: expected a new file' \
  migrate chat.jsonl --execute --journal q.journal --quarantine chat.jsonl
refuses 'the same without --execute' 2 'chat\.jsonl: expected a new file' migrate chat.jsonl --quarantine chat.jsonl
refuses 'the journal to be' 2 '--quarantine: expected another file than the journal' \
  migrate chat.jsonl --execute --journal q.journal --quarantine ./q.journal
refuses 'another text' 2 'text: expected a new file' migrate chat.jsonl --execute --journal q.journal --quarantine text
mkfifo "$T/q.pipe"
refuses 'no regular file' 2 'q\.pipe: expected a new file' migrate chat.jsonl --execute --journal q.journal --quarantine q.pipe
refuses 'a folder that is not there' 2 'nofolder/q.*No such file.*--quarantine' \
  migrate chat.jsonl --execute --journal q.journal --quarantine nofolder/q
expect_equal "$(<"$T/kept")" "$(<"$T/chat.jsonl")" 'the chat history, untouched'
expect_equal text "$(<"$T/text")" 'the text, untouched'
expect_files '' 'q.journal*' chat.jsonl.part text.part
expect_sent 0 ImportPeerMsg

# --- shards -----------------------------------------------------------------------------------------------------------

fresh_mock
for ((i = 1; i <= 40; i++)); do
  printf '{"Id":"s%d","FromUserId":"u%d","ToUserId":"v%d","MessageType":1,"Message":"shard %d","SendMessageTime":%d}\n' \
    "$i" $((i % 13)) $((i % 7)) "$i" $((now_ms - 100000 + i * 1000))
done >"$T/sharded.jsonl"
: >"$T/balances"
for n in 1 2 3; do
  WHAT="shard $n of 3"
  environment
  (cd "$T" && "${ENV[@]}" "$ZIMMOCK" migrate sharded.jsonl --execute --rate off --shard "$n/3" --json) >"$T/z_out" 2>"$T/z_err"
  RC=$? OUT=$(<"$T/z_out") ERR=$(<"$T/z_err")
  expect_rc 0
  jq -c 'select(.type == "balance")' "$T/z_out" >>"$T/balances"
  expect_equal true "$(tail -n 1 "$T/balances" | jq .holds)" 'its balance holds'
done
WHAT='the shards together import everything once'
expect_files 'sharded.jsonl.1-of-3.journal sharded.jsonl.2-of-3.journal sharded.jsonl.3-of-3.journal' 'sharded.jsonl.*'
expect_sent 80 ImportPeerMsg
expect_equal '[40,40]' "$(jq -nc '[inputs] | [([.[].sender.imported] | add), ([.[].receiver.imported] | add)]' "$T/balances")" 'imported, of all three'
expect_equal '[[40,40],[40,40],[40,40]]' "$(jq -nc '[inputs | [.sender.read, .receiver.read]]' "$T/balances")" 'each has read the whole file'
expect_equal '[80,80]' "$(jq -nc '[inputs] | [([.[].sender.skipped] | add), ([.[].receiver.skipped] | add)]' "$T/balances")" 'skipped: what the other two have'
zim migrate sharded.jsonl --verify-only --rate off
expect_rc 0
expect_last 'verified: all 80 of 80 imports are in ZIM, in order'
WHAT='shard 1 again: nothing is sent'
(cd "$T" && "${ENV[@]}" "$ZIMMOCK" migrate sharded.jsonl --execute --rate off --shard 1/3) >"$T/z_out" 2>&1
expect_sent 80 ImportPeerMsg

finish_cli
