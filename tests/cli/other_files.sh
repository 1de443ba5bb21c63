#!/usr/bin/env bash
# Files that are no chat history as they are: one line says what they are and what to do, for each command that reads one.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh" || exit 1

F=$T/files
mkdir -p "$F"
chat=$'14/10/21, 15:34 - Alice: hello\n14/10/21, 15:35 - Bob: hi\n'
python3 - "$F" "$chat" <<'END'
import gzip, sys, zipfile
folder, chat = sys.argv[1:]
with zipfile.ZipFile(folder + "/chat.zip", "w") as archive:
    archive.writestr("_chat.txt", chat)
open(folder + "/chat.txt.gz", "wb").write(gzip.compress(chat.encode()))
for name, encoding in (("utf16.txt", "utf-16"), ("le.txt", "utf-16-le"), ("be.txt", "utf-16-be"), ("utf32.txt", "utf-32")):
    open(f"{folder}/{name}", "wb").write(chat.encode(encoding))
open(folder + "/be-mark.txt", "wb").write(b"\xfe\xff" + chat.encode("utf-16-be"))
open(folder + "/json16.json", "wb").write('{"messages": [{"message_id": 1}]}'.encode("utf-16"))
END
printf 'SQLite format 3\0 and so on' >"$F/msgstore.db"
printf '%%PDF-1.7\n' >"$F/chat.pdf"
printf '<!DOCTYPE html>\n<html><head><title>Exported Data</title></head><body><div class="page_wrap">\n' >"$F/messages.html"
printf '\xef\xbb\xbf \n<HTML lang="en"><body>Chat' >"$F/page.html"
mkdir "$F/telegram" "$F/pages" "$F/slack" "$F/whatsapp" "$F/photos"
cp "$F/messages.html" "$F/pages/messages.html"
echo '{}' >"$F/telegram/result.json"
echo '[]' >"$F/slack/channels.json"
echo '[]' >"$F/slack/users.json"
printf '%s' "$chat" >"$F/whatsapp/_chat.txt"
: >"$F/empty.txt"

while IFS='|' read -r file what; do
  refuses "migrate $file" 2 "$file: expected a chat history, got $what" migrate "$F/$file"
  refuses "state import $file" 2 "$file: expected a chat history, got $what" state import "$F/$file"
  refuses "serve --seed $file" 2 "$file: expected a chat history, got $what" serve --port 0 --ca-dir "$T/ca" --seed "$F/$file"
done <<'END'
chat.txt.gz|a gzip archive; unpack it
utf16.txt|a text in UTF-16; convert it: iconv -f UTF-16 -t UTF-8
le.txt|a text in UTF-16; convert it: iconv -f UTF-16LE -t UTF-8
be.txt|a text in UTF-16; convert it: iconv -f UTF-16BE -t UTF-8
be-mark.txt|a text in UTF-16; convert it
utf32.txt|a text in UTF-32; convert it
json16.json|a text in UTF-16; convert it
msgstore.db|an SQLite database; export the chats
chat.pdf|a PDF document; export the chat
messages.html|Telegram's export as HTML; export again in Telegram Desktop, format "Machine-readable JSON"
page.html|an HTML page; export the chat
pages|the folder of Telegram's export as HTML; export again .*"Machine-readable JSON"
telegram|the folder of Telegram's export; give .*telegram/result\.json
slack|a Slack export without dms\.json; Slack's standard export has public channels only
END
refuses 'an empty file' 2 'empty\.txt: expected a chat history, got an empty file' migrate "$F/empty.txt"
refuses 'a format that is named' 2 'le\.txt: expected a chat history, got a text in UTF-16' migrate "$F/le.txt" --format whatsapp

for word in migrate 'state import' "serve --port 0 --ca-dir $T/ca --seed"; do
  refuses "$word of a folder without a chat" 2 'photos: expected chat histories, got none in 0 files' $word "$F/photos"
  for chat in chat.zip whatsapp; do
    refuses "$word $chat is read: its people are not known" 2 "$chat/_chat\.txt: \"Alice\" and \"Bob\" are names, not user ids" \
      $word "$F/$chat"
  done
done

# What is none of these is not taken for one.
printf '{"Id":"1","FromUserId":"ann","ToUserId":"bob","MessageType":1,"Message":"a\\u0000b <html>","SendMessageTime":%s000}\n' "$EPOCHSECONDS" >"$T/good.jsonl"
WHAT='a file of ours that speaks of HTML'
zim migrate "$T/good.jsonl"
expect_rc 0

finish_cli
