#!/usr/bin/env bash
# Media that a source lost, or that have no URL: stop, a placeholder, or skip. Words beside them are kept, each medium is counted.
# shellcheck source=tests/cli/migrate_lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/migrate_lib.sh"

seconds=$((now_ms / 1000 - 86400))
day=$(date -u -d "@$seconds" +%d/%m/%y)
cat >"$T/wa.txt" <<WA
$day, 12:01 - Ann: <Media omitted>
$day, 12:02 - Ann: <Media omitted>
our dog
$day, 12:03 - Bob: IMG-0001.jpg (file attached)
$day, 12:04 - Bob: IMG-0002.jpg (file attached)
our cat
$day, 12:05 - Ann: words
WA
printf '{"Ann":"ann","Bob":"bob"}' >"$T/wa.users"
photo() { # ID PATH TEXT
  printf '{"id":%d,"type":"message","date_unixtime":"%d","from":"Bo","from_id":"user2","photo":"%s","width":9,"height":9,"text":"%s"},' \
    "$1" $((seconds + $1)) "$2" "$3"
}
lost='(File not included. Change data exporting settings to download.)'
{
  printf '{"personal_information":{"user_id":1},"chats":{"list":[{"name":"Bo","type":"personal_chat","id":2,"messages":['
  photo 1 "$lost" ''
  photo 2 "$lost" 'a caption'
  photo 3 photos/p3.jpg ''
  photo 4 photos/p4.jpg 'another'
  printf '{"id":9,"type":"message","date_unixtime":"%d","from":"Bo","from_id":"user2","text":"words"}]}]}}' $((seconds + 9))
} >"$T/tg.json"

words_of() { # what one of the two lists has, in order: type and text
  environment
  (cd "$T" && "${ENV[@]}" "$ZIMMOCK" state export) | jq -c -s 'map(select(.FromUserId and .ImportedUserId == "'"$1"'")) | sort_by(.SendMessageTime) |
    map(if .MessageType == 10 then (.Message | fromjson | .MultiMsg | map(.Msg)) else .Message end)'
}
imports() { # FILE POLICY LIST EXPECTED [ARGS]
  fresh_mock
  WHAT="$1 --missing-media $2"
  zim migrate "$1" --missing-media "$2" --execute --rate off --retention-days 3650 "${@:5}"
  expect_rc 0
  expect_equal "$4" "$(words_of "$3")" 'what is imported'
}
WA=(--tz UTC --users wa.users --date-order dmy)

WHAT='stop is the default'
zim migrate wa.txt "${WA[@]}" --retention-days 3650
expect_rc 1
expect_out '3 of 5 records cannot be imported'
zim migrate tg.json
expect_rc 1
expect_out '3 of 5 records cannot be imported'

imports wa.txt placeholder ann '["[missing file]",["[missing file]","our dog"],"[missing file: IMG-0001.jpg]",["[missing file: IMG-0002.jpg]","our cat"],"words"]' "${WA[@]}"
expect_out '4 missing media, which a placeholder stands for'
imports wa.txt skip ann '["our dog","our cat","words"]' "${WA[@]}"
expect_out '2 media that are missing'
expect_out '2 media that were not exported, of messages whose text is kept'
imports tg.json placeholder user1 '["[missing file]",["a caption","[missing file]"],"[missing file: p3.jpg]",["another","[missing file: p4.jpg]"],"words"]'
expect_out '4 missing media, which a placeholder stands for'
imports tg.json skip user1 '["a caption","another","words"]'
expect_out '2 media that are missing'

WHAT='what has a URL is no missing medium'
fresh_mock
printf '{"photos/":"https://cdn.example/"}' >"$T/media.json"
zim migrate tg.json --missing-media skip --media-map media.json --execute --rate off
expect_rc 0
expect_out '1 media that are missing'
expect_equal 2 "$(words_of user1 | grep -o 'https://cdn.example/p[34].jpg' | sort -u | wc -l)" 'pictures'

finish_cli
