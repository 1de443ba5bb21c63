#!/usr/bin/env bash
# migrate retry imports what an earlier run quarantined and somebody has repaired: what its list has later messages than stays
# out, and is named; nothing comes twice; the messages carry the tags that they would have had.
# shellcheck source=tests/cli/migrate_lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/migrate_lib.sh"

python3 - "$T" "$now_ms" <<'PY'
import json, sys
folder, now = sys.argv[1], int(sys.argv[2])
def record(number, to, text):
    return {"Id": f"m{number}", "FromUserId": "ann", "ToUserId": to, "MessageType": 1, "Message": text,
            "SendMessageTime": now - 60000 + number * 1000}
def history(long):
    return [record(1, "bob", "one"), record(2, "bob", long), record(3, "bob", "three"), record(4, "cleo", "four"),
            record(5, "cleo", long), record(6, "dora", long), record(7, "dora", long)]
for name, long in (("chat", "x" * 3000), ("whole", "now shorter")):
    with open(f"{folder}/{name}.jsonl", "w") as out:
        out.writelines(json.dumps(one) + "\n" for one in history(long))
PY
repair() { # FILE TO: the long texts are made shorter
  jq -c 'if .record.Message then .record.Message |= (if length > 2048 then "now shorter" else . end) else . end' "$T/$1" >"$T/$2"
}
lists() { # "viewer peer text tag" of all that the mock has
  environment
  (cd "$T" && "${ENV[@]}" "$ZIMMOCK" state export) |
    jq -r 'select(.FromUserId) | [.ImportedUserId, .FromUserId, .ToUserId, .Message, .ExtendedData] | @tsv' | sort
}
texts_of() { # VIEWER PEER: what its list has, oldest first
  zim query --as "$1" --peer "$2" --all --json
  jq -rs 'map(select(.MsgSeq)) | sort_by(.MsgTime) | map(.MsgBody) | join(" ")' "$T/z_out"
}

fresh_mock
WHAT='the first run leaves four records out'
zim migrate chat.jsonl --execute --rate off --bad quarantine --quarantine bad.jsonl
expect_rc 3
expect_equal 4 "$(wc -l <"$T/bad.jsonl")" 'lines of the quarantine file'
expect_equal '["m2","m5","m6","m7"]' "$(jq -cs 'map(.record.Id)' "$T/bad.jsonl")" 'its records'
expect_equal '["zim"]' "$(jq -cs 'map(.format) | unique' "$T/bad.jsonl")" 'their format'

WHAT='a repaired file is kept when the first command writes it anew'
cp "$T/bad.jsonl" "$T/as-written.jsonl"
repair as-written.jsonl bad.jsonl
zim migrate chat.jsonl --bad quarantine --quarantine bad.jsonl
expect_equal "$(<"$T/as-written.jsonl")" "$(<"$T/bad.jsonl")" 'the file'
expect_equal 4 "$(grep -c 'now shorter' "$T/bad.jsonl.old")" 'repaired lines of FILE.old'

WHAT='what is not repaired stays bad'
zim migrate retry --quarantine bad.jsonl
expect_rc 1
expect_out 'body.message-max-bytes: 4 records'
refuses 'no file' 2 'migrate retry: expected --quarantine FILE' migrate retry
refuses 'a file that is none' 2 'none.jsonl' migrate retry --quarantine "$T/none.jsonl"

WHAT='the plan of a repaired file'
repair bad.jsonl repaired.jsonl
zim migrate retry --quarantine repaired.jsonl
expect_rc 0
expect_out '4 records, format quarantine'

WHAT='it imports what has its turn still to come'
zim migrate retry --quarantine repaired.jsonl --execute --rate off --journal retry.journal
expect_rc 3
expect_out 'quarantined: 2 not in their lists, which have later messages'
expect_equal 'one three' "$(texts_of ann bob)" "ann's list with bob"
expect_equal 'four now shorter' "$(texts_of cleo ann)" "cleo's list with ann"
expect_equal 'now shorter now shorter' "$(texts_of ann dora)" "ann's list with dora"
expect_equal '["m2"]' "$(jq -cs 'map(.record.Id) | unique' "$T/retry.journal.quarantine.jsonl")" 'what stayed out'
expect_equal '["ann","bob"]' "$(jq -cs 'map(.viewer)' "$T/retry.journal.quarantine.jsonl")" 'of whose lists'
if jq -se 'all(.[]; .reason | test("older than the newest message of its list"))' "$T/retry.journal.quarantine.jsonl" >"$T/jq"; then
  pass
else
  fail 'why' "$(<"$T/retry.journal.quarantine.jsonl")"
fi

WHAT='again: nothing is sent'
before=$(sent --action ImportPeerMsg)
zim migrate retry --quarantine repaired.jsonl --execute --rate off --journal retry.journal
expect_rc 3
expect_sent "$before" ImportPeerMsg

WHAT='the tags are those of the whole history, repaired before'
lists | grep -v three | grep -v one >"$T/retried"
fresh_mock
zim migrate whole.jsonl --execute --rate off
expect_rc 0
lists | grep -v three | grep -v one | grep -vP '\tbob\tnow' >"$T/at_once"
expect_equal "$(<"$T/at_once")" "$(<"$T/retried")" 'lists and tags'

WHAT='what the service refuses is retried in the list that misses it'
fresh_mock
mock fault add code=660400001,action=ImportPeerMsg,nth=9
zim migrate whole.jsonl --execute --rate off --lanes 1 --gap continue --quarantine refused.jsonl
expect_rc 3
expect_equal 1 "$(wc -l <"$T/refused.jsonl")" 'lines of the quarantine file'
mock fault clear
viewer=$(jq -r .viewer "$T/refused.jsonl")
zim migrate retry --quarantine refused.jsonl --execute --rate off
expect_equal "[\"$viewer\"]" "$(jq -c .record.VisibleTo "$T/refused.jsonl")" 'whose list'

finish_cli
