#!/usr/bin/env bash
# docs/zim-api.md sections 5 and 6: the JSON documents of the media types, and the other names under which they are
# read back.
# shellcheck disable=SC2016 # jq's variables
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh" || exit 1

start_mock
register ann bob

declare -A GOOD=(
  [11]='{"Uid":"u1","Origin":{"Url":"https://example.com/o.png","Width":1920,"Height":1080},"FileName":"o.png"}'
  [12]='{"Uid":"u2","Url":"https://example.com/f.pdf","FileName":"f.pdf"}'
  [13]='{"Uid":"u3","Url":"https://example.com/a.mp3","FileName":"a.mp3"}'
  [14]='{"Uid":"u4","Url":"https://example.com/v.mp4","FileName":"v.mp4"}'
  [10]='{"MultiMsg":[{"MsgType":1,"Msg":"hi"}]}'
)
inner() { # NAME CODE TYPE DOCUMENT: a message with that text as its document
  imp "$1" "$2" "$([[ $2 == 0 ]] || echo /MessageBody/Message)" MessageType="$3" "MessageBody={\"Message\":$(json "$4")}"
}
# edit NAME CODE TYPE JQ-EXPRESSION: a good document, edited. All edits of one type go through one jq.
EDITS=()
edit() { EDITS+=("$@"); }
edits() { # TYPE: makes them
  local program='' i documents
  for ((i = 2; i < ${#EDITS[@]}; i += 3)); do program+="${program:+, }(${EDITS[i]})"; done
  mapfile -t documents < <(jq -c "$program" <<<"${GOOD[$1]}")
  WHAT="the edits of type $1" SENT=$program
  expect_equal "$((${#EDITS[@]} / 3))" "${#documents[@]}" documents
  for ((i = 0; i < ${#EDITS[@]}; i += 3)); do
    inner "type $1: ${EDITS[i]}" "${EDITS[i + 1]}" "$1" "${documents[i / 3]}"
  done
  EDITS=()
}
BAD=660000002

# --- what all of them share ----------------------------------------------------------------------------------------------------

for type in 11 12 13 14 10; do
  inner "type $type: the least" 0 $type "${GOOD[$type]}"
  inner "type $type: spaces around" 0 $type " ${GOOD[$type]} "
  inner "type $type: not JSON" $BAD $type 'hello'
  inner "type $type: cut off" $BAD $type "${GOOD[$type]%\}}"
  inner "type $type: an array" $BAD $type "[${GOOD[$type]}]"
  inner "type $type: a string" $BAD $type "$(json "${GOOD[$type]}")"
  inner "type $type: an empty object" $BAD $type '{}'
  inner "type $type: a number" $BAD $type '1'
  imp "type $type: the document itself" "$BAD|660600021" /MessageBody/Message MessageType=$type "MessageBody={\"Message\":${GOOD[$type]}}"
done
U500='"https://example.com/" + ("u" * 480)' N150='"n" * 150'
for type in 11 12 13 14; do
  edit 'no Uid' $BAD 'del(.Uid)'
  edit 'Uid a number' $BAD '.Uid = 1'
  edit 'no FileName' $BAD 'del(.FileName)'
  edit 'FileName a number' $BAD '.FileName = 1'
  edit '150 bytes of FileName' 0 ".FileName = $N150"
  edit '151 bytes of FileName' $BAD ".FileName = $N150 + \"n\""
  edit '75 two-byte characters' 0 '.FileName = "é" * 75'
  edit '75 two-byte characters and one' $BAD '.FileName = "é" * 75 + "n"'
  edit 'with Size' 0 '.Size = 12345'
  edits $type
done
for type in 12 13 14; do
  edit 'no Url' $BAD 'del(.Url)'
  edit 'Url an object' $BAD '.Url = {}'
  edit '500 bytes of Url' 0 ".Url = $U500"
  edit '501 bytes of Url' $BAD ".Url = $U500 + \"u\""
  edits $type
done
for type in 13 14; do
  edit 'with MediaDuration' 0 '.MediaDuration = 60'
  edits $type
done

# --- image -----------------------------------------------------------------------------------------------------------------------

edit 'no Origin' $BAD 'del(.Origin)'
edit 'Origin a string' $BAD '.Origin = .Origin.Url'
for part in Origin LargeImage Thumbnail; do
  with=".$part = .Origin"
  edit "with $part" 0 "$with"
  missing=0
  [[ $part == Origin ]] && missing=$BAD
  for member in Url Width Height; do edit "$part without $member" $missing "$with | del(.$part.$member)"; done
  edit "$part without members" $missing ".$part = {}"
  edit "$part with 500 bytes of Url" 0 "$with | .$part.Url = $U500"
  edit "$part with 501 bytes of Url" $BAD "$with | .$part.Url = $U500 + \"u\""
  edit "$part with a width in quotes" $BAD "$with | .$part.Width = \"1920\""
done
edits 11

# --- video -----------------------------------------------------------------------------------------------------------------------

thumbnail='.Thumbnail = {Url: "https://example.com/t.png", Width: 1, Height: 1}'
edit 'with Thumbnail' 0 "$thumbnail"
for member in Url Width Height; do edit "Thumbnail without $member" $BAD "$thumbnail | del(.Thumbnail.$member)"; done
for member in Width Height; do edit "Thumbnail with $member 0" $BAD "$thumbnail | .Thumbnail.$member = 0"; done
edit 'Thumbnail a string' $BAD '.Thumbnail = "https://example.com/t.png"'
edits 14

# --- multi-item --------------------------------------------------------------------------------------------------------------------

edit 'no item' $BAD '.MultiMsg = []'
edit '20 items' 0 '.MultiMsg = [range(20) | {MsgType: 1, Msg: "x"}]'
edit '21 items' $BAD '.MultiMsg = [range(21) | {MsgType: 1, Msg: "x"}]'
edit 'MultiMsg an object' $BAD '.MultiMsg = .MultiMsg[0]'
edit 'an item as a string' $BAD '.MultiMsg = ["x"]'
edit 'an item without MsgType' $BAD 'del(.MultiMsg[0].MsgType)'
edit 'an item without Msg' $BAD 'del(.MultiMsg[0].Msg)'
edit 'an item with MsgType in quotes' $BAD '.MultiMsg[0].MsgType = "1"'
edit 'an item with Msg as an object' $BAD '.MultiMsg[0] = {MsgType: 12, Msg: {Uid: "u", Url: "x", FileName: "f"}}'
for type in 0 2 3 10 15 20 100 201; do edit "an item of type $type" $BAD ".MultiMsg[0].MsgType = $type"; done
for type in 11 12 13 14; do
  edit "an item of type $type" 0 ".MultiMsg[0] = {MsgType: $type, Msg: $(json "${GOOD[$type]}")}"
  edit "an item of type $type that is none" $BAD ".MultiMsg[0] = {MsgType: $type, Msg: \"x\"}"
  edit "the second of type $type without its Uid" $BAD \
    ".MultiMsg[1] = {MsgType: $type, Msg: ($(json "${GOOD[$type]}") | fromjson | del(.Uid) | tojson)}"
done
edit 'a custom item' 0 '.MultiMsg[0] = {MsgType: 200, SubMsgType: 5, Msg: "x", SearchedContent: "y"}'
edits 10

# --- read back: URL-encoded JSON in other names --------------------------------------------------------------------------------------

back() { # NAME TYPE DOCUMENT JQ-EXPR-OF-WHAT-COMES-BACK
  inner "$1" 0 "$2" "$3"
  WHAT="$1, read back"
  list ann bob '"Limit":1'
  expect_json '.List[0] | .MsgType == $type and (.MsgBody | type == "string" and test("^[-A-Za-z0-9_.!~*()%+'"'"']+$"))' --argjson type "$2"
  RAW=$BODY
  BODY=$(url_decode "$(jq -r '.List[0].MsgBody' <<<"$RAW")")
  expect_json "$4"
}
LINK='https://example.com/a?b=c&d=%20'
NAME='100%é"字".x'
SHARED="has(\"md5\") and .file_name == $(json "$NAME") and .file_size == \"12345\" and .download_url == \"$LINK\""
rest="\"Uid\":\"u\",\"FileName\":$(json "$NAME"),\"Size\":12345"
back 'a file' 12 "{\"Url\":\"$LINK\",$rest}" "$SHARED"
back 'an audio' 13 "{\"Url\":\"$LINK\",\"MediaDuration\":61,$rest}" "$SHARED and .media_duration == \"61\""
picture() { printf '{"Url":"%s","Width":%d,"Height":%d}' "$LINK$1" "$2" "$3"; }
back 'a video' 14 "{\"Url\":\"$LINK\",\"MediaDuration\":62,\"Thumbnail\":$(picture t 64 48),$rest}" \
  "$SHARED and .media_duration == \"62\" and .video_first_frame_download_url == \"${LINK}t\" and
   ([.video_first_frame_width, .video_first_frame_height | tonumber] == [64, 48])"
back 'an image' 11 "{\"Origin\":$(picture '' 1920 1080),\"LargeImage\":$(picture l 960 540),\"Thumbnail\":$(picture t 96 54),$rest}" \
  "$SHARED and ([.origin_image_width, .origin_image_height | tonumber] == [1920, 1080]) and
   .large_image_download_url == \"${LINK}l\" and ([.large_image_width, .large_image_height | tonumber] == [960, 540]) and
   .thumbnail_download_url == \"${LINK}t\" and ([.thumbnail_width, .thumbnail_height | tonumber] == [96, 54])"
back 'an image with sizes in part' 11 "{\"Origin\":$(picture '' 1920 1080),\"LargeImage\":{\"Url\":\"${LINK}l\"},\"Thumbnail\":{},$rest}" \
  "$SHARED and .large_image_download_url == \"${LINK}l\" and (has(\"large_image_width\") or has(\"thumbnail_width\") | not)"
back 'several items' 10 "{\"MultiMsg\":[{\"MsgType\":1,\"Msg\":\"hé&%41\"},{\"MsgType\":200,\"SubMsgType\":5,\"Msg\":\"{}\"},{\"MsgType\":12,\"Msg\":$(json "${GOOD[12]}")}]}" \
  '(.multi_msg | map(.msg_type)) == [1, 200, 12] and .multi_msg[1].sub_msg_type == 5 and
   ([.multi_msg[0, 2] | has("sub_msg_type")] == [false, false]) and
   ([.multi_msg[0, 1].callback_content] == ["hé&%41", "{}"]) and (.multi_msg[2] | has("callback_content"))'
WHAT='Uid is not returned'
list ann bob
expect_equal 0 "$(grep -c '"Uid"' "$T/body")" 'members named Uid'

finish
