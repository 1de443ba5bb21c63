#!/usr/bin/env bash
# Texts over the service's limit: stop, split into several messages, or a file. No word is lost, none comes twice.
# shellcheck source=tests/cli/migrate_lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/migrate_lib.sh"

python3 - "$T" "$now_ms" <<'PY'
import json, sys
folder, now = sys.argv[1], int(sys.argv[2])
words = " ".join(f"word{i}" for i in range(800))          # spaces to cut at
lines = "\n".join("line %d of a poem" % i for i in range(300))
chinese = "".join("第%d句话说完了。" % i for i in range(300))  # no spaces
glued = "é" * 3000                                         # nothing to cut at
texts = ["before", words, "between", lines, chinese, glued, "after"]
with open(folder + "/long.jsonl", "w") as out:
    for i, text in enumerate(texts):
        record = {"Id": f"m{i}", "FromUserId": "ann", "ToUserId": "bob", "MessageType": 1, "Message": text,
                  "ExtendedData": "{\"k\":%d}" % i, "SendMessageTime": now - 60000 + i}
        out.write(json.dumps(record, ensure_ascii=False) + "\n")
json.dump(texts, open(folder + "/texts.json", "w"))
PY
exported() { # the messages of bob's list, in order: what curl reads back is the mock's own affair
  environment
  (cd "$T" && "${ENV[@]}" "$ZIMMOCK" state export) | jq -c 'select(.FromUserId)' >"$T/exported.jsonl"
}
LIMIT='4 of 7 records cannot be imported'

fresh_mock
WHAT='without the option they stop the plan'
zim migrate long.jsonl
expect_rc 1
expect_out "$LIMIT"
expect_out 'body.message-max-bytes: 4 records'

WHAT='split: every part fits, and joined they are the text'
zim migrate long.jsonl --long-messages split
expect_rc 0
expect_out '0 sharing a timestamp'
expect_out '4 texts over 2048 bytes, split into 14 messages'
zim migrate long.jsonl --long-messages split --execute --rate off --journal long.journal
expect_rc 0
expect_last 'verified: all 34 of 34 imports are in ZIM, in order'
exported
python3 - "$T" >"$T/compared" <<'PY' || fail 'the texts of the source, whole' "$(<"$T/compared")"
import json, sys
texts = json.load(open(sys.argv[1] + "/texts.json"))
got = [json.loads(line) for line in open(sys.argv[1] + "/exported.jsonl")]
assert all(len(one["Message"].encode()) <= 2048 for one in got)
by_time = {}
for one in got:
    if one["ImportedUserId"] == "bob":
        by_time.setdefault(one["SendMessageTime"], []).append(one)
assert ["".join(one["Message"] for one in by_time[time]) for time in sorted(by_time)] == texts
cut = [part["Message"] for time in sorted(by_time) for part in by_time[time][:-1]]
assert sum(part[-1] == " " for part in cut) >= 2 and sum(part[-1] == "\n" for part in cut) >= 2 and \
    sum(part[-1] == "。" for part in cut) >= 3, [part[-10:] for part in cut]
PY

WHAT='again: nothing is sent twice'
zim migrate long.jsonl --long-messages split --execute --rate off --journal long.journal
expect_rc 0
expect_sent 34 ImportPeerMsg
WHAT='another policy is another plan for this journal'
zim migrate long.jsonl --execute --rate off --journal long.journal
expect_rc 2
expect_err 'long-messages'

WHAT='file: written to be uploaded; without a URL they are bad'
zim migrate long.jsonl --long-messages file
expect_rc 1
expect_out "$LIMIT"
expect_out 'one that --media-map makes of it, got "long-messages/'
expect_equal 4 "$(compgen -G "$T/long-messages/*.txt" | wc -l)" 'files written'
for file in "$T"/long-messages/*.txt; do
  expect_equal "${file##*/}" "$(md5sum <"$file" | cut -c1-16).txt" 'a name that is the digest'
  expect_equal 600 "$(stat -c %a "$file")" 'its mode'
done
printf '{"long-messages/":"https://cdn.example/texts/"}' >"$T/media.json"
fresh_mock
zim migrate long.jsonl --long-messages file --media-map media.json --execute --rate off
expect_rc 0
expect_last 'verified: all 14 of 14 imports are in ZIM, in order'
exported
expect_equal 4 "$(jq -r 'select(.MessageType == 12) | .Message | fromjson | select(.Url | startswith("https://cdn.example/texts/")) | .FileName' "$T/exported.jsonl" | sort -u | wc -l)" 'files imported'

finish_cli
