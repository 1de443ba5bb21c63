#!/usr/bin/env bash
# zimmock migrate and its journal: the same command again; status, report and verify at the end; a command that differs.
# shellcheck disable=SC2016 # variables of jq
# shellcheck source=tests/cli/migrate_lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/migrate_lib.sh" || exit 1

# --- from beginning to end, and again ---------------------------------------------------------------------------------

fresh_mock
WHAT='a migration with the journal of its name'
default chat.jsonl
expect_rc 0
expect_last "$VERIFIED"
expect_out $'\nsending 60 imports to http://[^\n]+\njournal: chat\.jsonl\.localhost\.12345\.journal; after an interruption the same command goes on\n'
expect_files 'chat.jsonl.localhost.12345.journal' 'chat.jsonl.*'
expect_equal 600 "$(stat -c %a "$T/chat.jsonl.localhost.12345.journal")" 'who may read it'
WHAT='the same command again: nothing is sent'
default chat.jsonl
expect_rc 0
expect_last "$VERIFIED"
expect_out $'\ngoing on with 60 imports to '
expect_out $'\nimported 60 of 60, all of them by earlier runs\n'
if [[ $OUT != *registered* ]]; then pass; else fail 'no word of registering' "$(printed)"; fi
expect_sent 60 ImportPeerMsg
expect_sent 1 UserRegister
WHAT='a trial of another App stands in nobody'\''s way'
another_app
default chat.jsonl
expect_rc 0
expect_files "$(printf 'chat.jsonl.localhost.%s.journal\n' 12345 "$OTHER_APP" | sort | xargs)" 'chat.jsonl.*'
WHAT='a journal under the name of earlier releases is another App'\''s'
mv "$T/chat.jsonl.localhost.12345.journal" "$T/chat.jsonl.journal"
default chat.jsonl
expect_rc 0
expect_out $'\njournal: chat\.jsonl\.localhost\.'"$OTHER_APP"$'\.journal;'
rm "$T/chat.jsonl.localhost.$OTHER_APP.journal"
default chat.jsonl
expect_rc 1
expect_out $'\njournal: chat\.jsonl\.localhost\.'"$OTHER_APP"$'\.journal;.*stopped: the list of .* has line [0-9]+ already'
rm "$T/chat.jsonl.localhost.$OTHER_APP.journal"
CREDENTIALS=yes EXTRA_ENV=("${EXTRA_ENV[0]}")
WHAT='it is this App'\''s: it is used, and that is said'
default chat.jsonl
expect_rc 0
expect_out $'\ngoing on with 60 imports .*\njournal: chat\.jsonl\.journal; [^\n]*\nnote: the journal is "chat\.jsonl\.journal", the name of earlier releases; a new one would be "chat\.jsonl\.localhost\.12345\.journal"\n'
expect_files 'chat.jsonl.journal' 'chat.jsonl.*'
expect_sent 60 ImportPeerMsg
WHAT='another file under that name'
mv "$T/chat.jsonl.journal" "$T/chat.journal"
echo text >"$T/chat.jsonl.journal"
default chat.jsonl
expect_rc 2
expect_err '^zimmock: [^ ]*chat\.jsonl\.journal: (file is not a database|expected a journal[^\n]*); --journal FILE names another journal$'
WHAT='an empty one, which a run that ended at once leaves'
: >"$T/chat.jsonl.journal"
zim migrate chat.jsonl
expect_rc 0
expect_sent 60 ImportPeerMsg
rm "$T/chat.jsonl.journal"

WHAT='status, at the end'
zim migrate status chat.journal
expect_rc 0
expect_equal '' "$ERR" stderr
expect_out "^[^"$'\n'"]*chat\.jsonl: $VERIFIED"$'\n'
expect_out 'imports +60 of 60 done, 0 quarantined, 0 in doubt, 0 waiting'
expect_out 'lists +6 of 6 finished'
expect_out 'runs +3'
expect_status '.type == "status" and .planned == 60 and .done == 60 and .open == 0 and .waiting == 0 and .quarantined == 0 and
  .lists == 6 and .finished_lists == 6 and (.running | not) and .state == "'"$VERIFIED"'" and (.file | endswith("/chat.jsonl"))'
WHAT='report, at the end'
zim migrate report chat.journal
expect_rc 0
expect_equal 2 "$(grep -cE '(sender|receiver)\S* +30 read = 30 imported \+ 0 recovered \+ 0 quarantined \+ 0 skipped \+ 0 unresolved' "$T/z_out")" \
  'lines of the balance'
expect_equal 3 "$(grep -c "$VERIFIED\$" <(grep '  run of ' "$T/z_out"))" 'runs with their verdict'
zim migrate report chat.journal --json
expect_rc 0
expect_out_json '.type == "report" and .balance.holds and .balance.sender.imported == 30 and ([.runs[].exit] == [0, 0, 0])'
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
expect_status '.runs == 3'
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

# --- a differing command ----------------------------------------------------------------------------------------------

fresh_mock
run
expect_rc 0
sed 's/text 7/another text/' "$T/chat.jsonl" | tail -n 29 >"$T/other.jsonl"
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
refuses 'another file' 2 'chat\.journal: expected the messages that this journal counts, got others in 2 lists: .*the file is not the one of the first run' \
  migrate other.jsonl --execute --rate off --journal chat.journal
WHAT='what does not change what is sent may differ'
zim migrate chat.jsonl --execute --rate 100 --lanes 7 --gap continue --settle 1s --sign-skew 5s --journal chat.journal --json --timeout 90
expect_rc 0
expect_sent 60 ImportPeerMsg

finish_cli
