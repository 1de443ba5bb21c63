#!/usr/bin/env bash
# zimmock migrate convert: of every format, what is imported from the converted file is what is imported from the file
# itself. zimmock migrate preview: a conversation as people read it.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh" || exit 1

start_mock
CONTROL=$CONTROL_URL
F=$ZIMMOCK_FORMATS
NEWEST=$(date -u -d "@$((EPOCHSECONDS - 3600))" +%Y-%m-%dT%H:%M:%SZ)
lists() { # ARGS of migrate: what is in the lists of an App of its own afterwards, in $T/lists
  EXTRA_ENV=(ZIMMOCK_CONTROL="$CONTROL")
  zim tenant create --retention-days 3650 --rate off --json
  EXTRA_ENV+=(ZIM_APP_ID="$(jq .app_id "$T/z_out")" ZIM_SERVER_SECRET="$(jq -r .server_secret "$T/z_out")")
  jq -r .server_secret "$T/z_out" >>"$T/secrets"
  grep -v server_secret "$T/printed" >"$T/kept"
  mv "$T/kept" "$T/printed"
  CREDENTIALS=other ENDPOINT=$URL zim migrate "$@" --execute --rate off --tag off --lanes 1 --retention-days 3650 \
    --time-shift "newest=$NEWEST" --bad quarantine --quarantine "$T/q.jsonl"
  expect_rc '0|3'
  rm -f "$T/q.jsonl"
  CREDENTIALS=other zim state export
  jq -sc 'map(select(.ImportedUserId) | del(.Stored, .Id)) | group_by([.ImportedUserId, ([.FromUserId, .ToUserId] | sort)]) | .[][]' \
    "$T/z_out" >"$T/lists"
}

# --- round trips -------------------------------------------------------------------------------------------------------------

users() { printf '%s' "$1" >"$T/users.json"; }
media() { printf '{"%s":"https://media.example.com/x/"}' "$1" >"$T/media.json"; }
trip() { # INPUT ARGS: of reading it
  local name=${1##*/}
  WHAT="$name: converted, then read again"
  zim migrate convert "$@" -o "$T/out.jsonl" --bad quarantine --force
  expect_rc '0|3'
  lists "$@"
  cp "$T/lists" "$T/expected"
  lists "$T/out.jsonl"
  expect_equal '' "$(diff "$T/expected" "$T/lists" | head -5)" difference
  if [[ -s $T/lists ]]; then pass; else fail 'messages in the lists' none; fi
}
trip "$F/stream.jsonl"
trip "$F/stream-array.json"
trip "$F/tencent.jsonl"
trip "$F/tencent-import.json"
trip "$F/sendbird.json"
trip "$F/sendbird-pusher.json"
media chats/chat_001/
users '{"user300000000":"alice"}'
trip "$F/telegram.json" --users "$T/users.json" --media-map "$T/media.json"
trip "$F/telegram-chat.json" --tz Europe/Berlin
users '{"me":"gus"}'
trip "$F/telegram-me.json" --users "$T/users.json"
media 0000
users '{"Ada 🦉 Lovelace":"ada","+49 151 2345678":"bob"}'
trip "$F/whatsapp-ios.txt" --users "$T/users.json" --media-map "$T/media.json" --tz Europe/Berlin
media IMG-
users '{"Kim: work":"kim","Lee":"lee"}'
trip "$F/whatsapp-android.txt" --users "$T/users.json" --media-map "$T/media.json" --tz America/New_York
media data/
trip "$F/mattermost.jsonl" --media-map "$T/media.json"
media files/
trip "$F/slack" --media-map "$T/media.json"
media easemob/
trip "$F/easemob.jsonl" --media-map "$T/media.json"
trip "$F/easemob-array.json"
trip "$F/../migration/conversations.jsonl"

# --- the file -----------------------------------------------------------------------------------------------------------------

ENDPOINT='' CREDENTIALS=no EXTRA_ENV=()
line() { # ID FROM TO TEXT
  printf '{"Id":"%s","FromUserId":"%s","ToUserId":"%s","MessageType":1,"Message":"%s","SendMessageTime":%s}\n' "$1" "$2" "$3" "$4" "$5"
}
{ line 1 ann bob hello 1790000000000; line 2 bob ann 'hi\n  there \u001b[31mred' 1790000060000; } >"$T/two.jsonl"
line 3 ann bob "$(printf '%03000d' 0)" 1790000070000 >"$T/long.jsonl"
cat "$T/two.jsonl" "$T/long.jsonl" >"$T/three.jsonl"
WHAT='to stdout'
zim migrate convert two.jsonl -o -
expect_rc 0
expect_out_json -s 'map(.Id) == ["1", "2"]'
expect_equal 0 "$(LC_ALL=C grep -c $'\e' "$T/z_out")" 'lines with an escape'
WHAT='a bad record: nothing is written'
zim migrate convert three.jsonl -o new.jsonl
expect_rc 1
expect_err 'line 3: /Message: expected'
expect_err 'nothing was written: 1 of 3 records cannot be imported'
expect_equal '' "$(cd "$T" && compgen -G 'new.jsonl*' | xargs)" 'files'
WHAT='a bad record: left out and listed'
zim migrate convert three.jsonl -o new.jsonl --bad quarantine
expect_rc 3
expect_equal '1 2' "$(jq -r .Id "$T/new.jsonl" | xargs)" 'records'
expect_equal 3 "$(jq -r .id "$T/new.jsonl.quarantine.jsonl")" 'quarantined'
expect_equal 600 "$(stat -c %a "$T/new.jsonl")" 'mode'
refuses 'a file that is there' 2 '[-]o: .*new\.jsonl: expected a new file.*--force' migrate convert two.jsonl -o new.jsonl
refuses 'no -o' 2 'expected -o FILE' migrate convert two.jsonl
refuses 'no input' 2 'expected INPUT' migrate convert -o new.jsonl

# --- preview -------------------------------------------------------------------------------------------------------------------

cat >"$T/wa.txt" <<'TEXT'
30.07.26, 23:58 - Ann Bee: evening
30.07.26, 23:59 - Bob: IMG-1.jpg (file attached)
31.07.26, 00:01 - Bob: first
second
TEXT
WHAT='the conversations'
zim migrate preview wa.txt
expect_rc 0
expect_out 'Ann Bee/Bob +3 +2026-07-30 23:58 +2026-07-31 00:01'
WHAT='a conversation, without --users and --media-map'
zim migrate preview wa.txt --conversation 'Bob/Ann Bee' --tz Europe/Berlin
expect_rc 0
expect_equal 'Ann Bee and Bob: 3 messages, 2026-07-30 23:58 to 2026-07-31 00:01, Europe/Berlin

2026-07-30
  23:58  Ann Bee  evening
  23:59  Bob      [file IMG-1.jpg]

2026-07-31
  00:01  Bob      first
                  second' "$OUT" stdout
WHAT='by the ids of --users, and no character that draws'
printf '{"Ann Bee":"ann","Bob":"bob"}' >"$T/users.json"
zim migrate preview wa.txt --conversation ann/bob --users users.json
expect_rc 0
expect_out '^Ann Bee \(ann\) and Bob \(bob\): 3 messages'
zim migrate preview two.jsonl --conversation ann/bob
expect_out $'\n  14:14  bob  hi\n'
expect_out $'\n {16}there \\\\u\\{1B\\}\\[31mred'
line 4 ann bob mine 1790000080000 | jq -c '.VisibleTo = ["ann"]' >>"$T/two.jsonl"
zim migrate preview two.jsonl --conversation ann/bob
expect_out "ann  \\[in ann's list only\\] mine"
refuses 'nobody' 2 'expected one of the inputs, A/B, got "ann/dora"; without it, they are listed' migrate preview two.jsonl --conversation ann/dora
WHAT='a device is not replaced'
mkdir -p "$T/devices"
mkfifo "$T/devices/pipe"
printf '{"FromUserId":"a","ToUserId":"b","MessageType":1,"Message":"hi","SendMessageTime":%s000}\n' "$EPOCHSECONDS" >"$T/one-line.jsonl"
refuses 'a pipe for a file' 2 '-o: .*pipe: expected a regular file' migrate convert "$T/one-line.jsonl" -o "$T/devices/pipe" --force
[[ -p $T/devices/pipe ]] && pass || fail 'the pipe is still one' "$(ls -l "$T/devices")"
finish_cli
