#!/usr/bin/env bash
# zimmock migrate and what it leaves out: the balance, the file of the quarantine, --gap.
# shellcheck disable=SC2016 # variables of jq
# shellcheck source=tests/cli/migrate_lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/migrate_lib.sh" || exit 1

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
printf 'text\n' >"$T/text"
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

finish_cli
