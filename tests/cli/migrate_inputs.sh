#!/usr/bin/env bash
# What zimmock migrate takes as inputs: files, folders, patterns and .zip, and what it says of anything else.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh" || exit 1

python3 -B "$(dirname "${BASH_SOURCE[0]}")/make_exports.py" "$T" || exit 1
READ=(--tz UTC --time-shift newest=now --json)
chat() { # NAME: a chat of two people as WhatsApp writes it
  printf '30.07.26, 12:03 - Ann: one of %s\n30.07.26, 12:04 - Bob: two\n' "$1"
}
pack() { # ZIP NAME=FILE...: with the names as they are
  python3 -B - "$@" <<'PY'
import sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED) as out:
    for word in sys.argv[2:]:
        name, file = word.split("=")
        out.writestr(name, open(file, "rb").read())
PY
}
nothing_left() { expect_equal '' "$(cd "$T" && compgen -G 'zimmock-*' | xargs)" 'files in the temporary folder'; }
printf '{"Ann":"ann","Bob":"bob"}' >"$T/users.json"
chat the >"$T/chat.txt"

# --- what is found --------------------------------------------------------------------------------------------------------

WHAT='a .zip: the chat in it, not the chats that were sent in it'
chat 'a sent file' >"$T/sent.txt"
pack "$T/chat.zip" _chat.txt="$T/chat.txt" sent.txt="$T/sent.txt" photo.jpg="$T/users.json"
zim migrate chat.zip --users users.json "${READ[@]}"
expect_rc 0
expect_out_json -s '.[0] | .records == 2 and .format == "whatsapp" and .file == "chat.zip"'
expect_out_json -s '.[0].source_notes | map(select(test("2 files of the inputs are no chat history: \"chat.zip/photo.jpg\", \"chat.zip/sent.txt\""))) | length == 1'
nothing_left
WHAT='a folder: what is in it and in its folders, and what is no chat history'
mkdir -p "$T/all/of it"
cp "$T/chat.zip" "$T/all/of it/"
cp "$T/exports/sendbird.json" "$T/users.json" "$T/all/"
printf 'remember the milk\n' >"$T/all/of it/notes.txt"
zim migrate map all --json
expect_rc 0
expect_out_json -s '.[-1] | .inputs == 2 and .people == 4'
expect_out_json -s '.[-1].no_chats | sort == ["all/of it/chat.zip/photo.jpg", "all/of it/chat.zip/sent.txt", "all/of it/notes.txt", "all/users.json"]'
WHAT='a pattern in quotes, and a name that only looks like one'
zim migrate map 'exports/*-Chat mit*.zip' --json
expect_out_json -s '[.[] | select(.type == "person") | .id] == ["Anna", "Frieda Müller", "Gregor"]'
cp "$T/chat.txt" "$T/chat[1].txt"
zim migrate 'chat[1].txt' --users users.json "${READ[@]}"
expect_rc 0
WHAT='a Slack export in a .zip, in a folder of its own'
(cd "$ZIMMOCK_FORMATS" && python3 -c 'import shutil, sys; shutil.make_archive(sys.argv[1], "zip", ".", "slack")' "$T/slack-export")
(cd "$ZIMMOCK_FORMATS" && cp -r slack "$T/slack")
zim migrate slack-export.zip "${READ[@]}" --bad quarantine
slack=$(jq -sc '.[0] | [.records, .bad, .imports]' "$T/z_out")
zim migrate slack "${READ[@]}" --bad quarantine
expect_equal "$slack" "$(jq -sc '.[0] | [.records, .bad, .imports]' "$T/z_out")" 'records, bad, imports of the folder itself'
expect_out_json -s '.[0].records > 0'
WHAT='records are named by input and line'
printf '30.07.26, 12:05 - Ann: <Media omitted>\n' >>"$T/chat.txt"
pack "$T/omitted.zip" _chat.txt="$T/chat.txt"
zim migrate omitted.zip --users users.json --tz UTC
expect_rc 1
expect_out 'line 3 \(omitted\.zip/_chat\.txt, "ann" to "bob"'
zim migrate chat.txt --users users.json --tz UTC
expect_out $'\n  line 3: '
nothing_left

# --- what is not ----------------------------------------------------------------------------------------------------------

mkdir "$T/empty" "$T/only"
printf 'remember the milk\n' >"$T/only/notes.txt"
refuses 'a folder without anything' 2 'empty: expected chat histories, got none in 0 files' migrate "$T/empty"
refuses 'a folder without a chat' 2 'only: expected chat histories, got none in 1 files, the first ".*notes\.txt"' migrate "$T/only"
refuses 'a pattern that nothing matches' 2 'nothing\*\.zip: no file matches' migrate 'nothing*.zip'
refuses 'a file that is not there' 2 'nothing\.txt: could not open' migrate "$T/chat.txt" nothing.txt --users "$T/users.json" --tz UTC
head -c 150 "$T/chat.zip" >"$T/half.zip"
refuses 'half a .zip' 2 'half\.zip: expected a whole \.zip, got one without its end' migrate "$T/half.zip"
pack "$T/out.zip" ../chat.txt="$T/chat.txt"
refuses 'a name that leads out' 2 'out\.zip: expected names of files inside the archive, got "\.\./chat\.txt"' migrate "$T/out.zip"
pack "$T/rooted.zip" /rooted/chat.txt="$T/chat.txt"
refuses 'a name from the root' 2 'rooted\.zip: expected names of files inside the archive' migrate "$T/rooted.zip"
pack "$T/locked.zip" _chat.txt="$T/chat.txt"
python3 -B - "$T/locked.zip" <<'PY'
import sys
raw = bytearray(open(sys.argv[1], "rb").read())
raw[6] |= 1
raw[raw.index(b"PK\1\2") + 8] |= 1  # encrypted, says the flag
open(sys.argv[1], "wb").write(raw)
PY
refuses 'a password' 2 'locked\.zip: expected an archive without a password, but "_chat\.txt" has one' migrate "$T/locked.zip"
python3 -B - "$T/chat.zip" "$T/wrong.zip" <<'PY'
import sys
raw = bytearray(open(sys.argv[1], "rb").read())
raw[45] ^= 0x55
open(sys.argv[2], "wb").write(raw)
PY
refuses 'bytes that were damaged' 2 'wrong\.zip: "_chat\.txt": (is broken|its bytes are not those that were packed)' migrate "$T/wrong.zip"
cp "$T/sent.txt" "$T/only/WhatsApp Chat with Bob.txt"
cp "$T/sent.txt" "$T/other.txt"
refuses 'the same twice' 2 'WhatsApp Chat with Bob\.txt: expected each input once, got the content of other\.txt again' \
  migrate other.txt only --users users.json --tz UTC
refuses 'the same conversation in two' 2 '"other\.txt" and "chat\.zip/_chat\.txt" both have the conversation of "ann" and "bob"; .*--merge' \
  migrate other.txt chat.zip --users users.json --tz UTC
for policy in split file; do
  refuses "the same, with long messages: $policy" 2 'both have the conversation of "ann" and "bob"' \
    migrate other.txt chat.zip --users users.json --tz UTC --long-messages $policy
done
pack "$T/nested.zip" backup.zip="$T/chat.zip" _chat.txt="$T/chat.txt"
refuses 'an archive in an archive' 2 'nested\.zip/backup\.zip: expected a chat history, got an archive in an archive' \
  migrate "$T/nested.zip" --users "$T/users.json" --tz UTC
iconv -f UTF-8 -t UTF-16 "$T/chat.txt" >"$T/utf16.txt"
pack "$T/utf16.zip" '_chat.txt'="$T/utf16.txt"
refuses 'a chat in UTF-16 in an archive' 2 'utf16\.zip/_chat\.txt: expected a chat history, got .*UTF-16' \
  migrate "$T/utf16.zip" --users "$T/users.json" --tz UTC
refuses 'an error names what was packed as the user does' 2 'omitted\.zip/_chat\.txt: "Ann" and "Bob" are names' migrate omitted.zip --tz UTC
nothing_left

# --- whose file it is -----------------------------------------------------------------------------------------------------

mkdir "$T/photos"
for peer in Bob Cy; do
  printf '30.07.26, 12:03 - Ann: one\n30.07.26, 12:04 - %s: IMG-1.jpg (file attached)\n' $peer >"$T/of.txt"
  pack "$T/photos/WhatsApp Chat with $peer.zip" _chat.txt="$T/of.txt" IMG-1.jpg="$T/of.txt"
done
printf '{"Ann":"ann","Bob":"bob","Cy":"cy"}' >"$T/three.json"
urls() { # what each conversation's file becomes
  (cd "$T" && "$ZIMMOCK" migrate convert "$1" --users three.json --media-map media.json --tz UTC -o -) 2>"$T/z_err" |
    jq -r 'select(.MessageType == 12) | .FromUserId + " " + (.Message | fromjson | .Url)' | sort | xargs
}
WHAT='a file of one archive, however the archive was named'
for map in 'photos/WhatsApp Chat with Bob.zip/IMG-1.jpg' 'WhatsApp Chat with Bob.zip/IMG-1.jpg'; do
  printf '{"%s":"https://c.example/bob.jpg","IMG-1.jpg":"https://c.example/other.jpg"}' "$map" >"$T/media.json"
  for folder in photos "$T/photos"; do
    expect_equal 'bob https://c.example/bob.jpg cy https://c.example/other.jpg' "$(urls "$folder")" "$map, $folder"
  done
done

# --- two exports of one conversation ---------------------------------------------------------------------------------------

mkdir "$T/pair"
export_of() { # PEER OFFSET_MINUTES_OF_ANN OFFSET_MINUTES_OF_BOB [LINE]: the .zip of the other one, with six messages
  local i at
  for i in 0 1 2 3 4 5; do
    at=$((720 + 10 * i + (i % 2 ? $3 : $2)))
    printf '30.07.26, %02d:%02d - %s: text %d\n' $((at / 60)) $((at % 60)) "$( ((i % 2)) && echo Bob || echo Ann)" "$i"
  done >"$T/of.txt"
  [[ -z ${4-} ]] || printf '%s\n' "$4" >>"$T/of.txt"
  printf '30.07.26, 20:00 - Ann: the end\n' >>"$T/of.txt"
  pack "$T/pair/WhatsApp Chat with $1.zip" _chat.txt="$T/of.txt"
}
printf '{"IMG-1.jpg":"https://c.example/1.jpg"}' >"$T/media.json"
merged() { zim migrate convert pair --merge --users users.json --media-map media.json --tz UTC -o - "$@"; }
export_of Bob 0 0
export_of Ann 0 0 '30.07.26, 19:00 - Bob: only here'
WHAT='what both have comes once'
merged
expect_rc 0
expect_equal '8 [["bob"]]' "$(jq -cs '[length, map(.VisibleTo // empty)] | "\(.[0]) \(.[1])"' -r "$T/z_out")" 'messages, in one list only'
export_of Ann 1 0
WHAT='the clock of one is a minute late'
merged
expect_rc 2
expect_err 'have 3 messages of "ann" and "bob" alike, but 60 s apart: expected two exports in one time zone'
export_of Ann 1440 1440
sed -i 's/^30.07.26, 20:00/31.07.26, 20:00/' "$T/of.txt"
for _ in 1; do
  python3 -B - "$T/of.txt" <<'PY'
import re, sys
text = open(sys.argv[1]).read()
def next_day(found):
    hours = int(found[1])
    return f"{30 + hours // 24}.07.26, {hours % 24:02}:"
open(sys.argv[1], "w").write(re.sub(r"30\.07\.26, (\d+):", next_day, text))
PY
  pack "$T/pair/WhatsApp Chat with Ann.zip" _chat.txt="$T/of.txt"
done
WHAT='the phones were in other time zones, and the times of one begin where those of the other end'
merged
expect_rc 2
expect_err 'have [67] messages of "ann" and "bob" alike, but 86400 s apart'
export_of Bob 0 0 '30.07.26, 19:00 - Bob: <Media omitted>'
export_of Ann 0 0 '30.07.26, 19:00 - Bob: IMG-1.jpg (file attached)'
WHAT='a file that one export lacks is that of the other'
merged --missing-media placeholder
expect_rc 0
expect_equal '[1,1,1,1,1,1,12,1] []' "$(jq -cs '[map(.MessageType), map(.VisibleTo // empty)] | "\(.[0]) \(.[1])"' -r "$T/z_out")" 'types; messages in one list only'
refuses 'a file that is skipped may be in the other export' 2 'expected stop or placeholder with --merge, got skip' \
  migrate pair --merge --users users.json --tz UTC --missing-media skip

# --- the same records in other inputs, and one input as before ---------------------------------------------------------------

WHAT='of one file nothing is named, and its journal has its name'
start_mock
ENDPOINT=$URL
chat one >"$T/one.txt"
environment
(cd "$T" && "${ENV[@]}" "$ZIMMOCK" migrate one.txt --users users.json --tz UTC --time-shift newest=now --execute --rate off --json) >"$T/z_out" 2>&1
expect_equal "one.txt.localhost.$APP.journal" "$(cd "$T" && compgen -G '*.journal' | xargs)" 'journals'
WHAT='what a run of one file has sent, a run of its folder knows'
mkdir "$T/folder"
cp "$T/one.txt" "$T/folder/"
shift_ms=$(jq 'select(.type == "plan") | .shift_ms' "$T/z_out")
zim migrate folder --users users.json --tz UTC --time-shift "${shift_ms}ms" --execute --rate off
expect_rc 1
expect_out '--adopt'
finish_cli
