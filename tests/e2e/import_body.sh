#!/usr/bin/env bash
# docs/zim-api.md section 5: sizes of MessageBody, in bytes of UTF-8, each at its edge and one past it.
# media.sh has the inner documents.
# shellcheck disable=SC2016 # jq's variables
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh" || exit 1

start_mock
register ann bob

SMILE='\ud83d\ude00' # four bytes of UTF-8 in twelve of JSON
# Too small a body is said to be refused, not with which code: both parameter errors will do.
PARAMETER='660000002|660600021'

text() { # NAME CODE EXPLAIN-REGEX TEXT [FIELD=JSON]...
  imp "$1" "$2" "$3" "MessageBody={\"Message\":\"$4\"}" "${@:5}"
}
for type in 1 200; do
  more=()
  [[ $type == 1 ]] || more=(SubMsgType=0)
  of="of type $type"
  text "1 byte $of" 0 '' x MessageType=$type "${more[@]}"
  text "2048 bytes $of" 0 '' "$(repeat 2048 x)" MessageType=$type "${more[@]}"
  text "2049 bytes $of" 660400001 /MessageBody/Message "$(repeat 2049 x)" MessageType=$type "${more[@]}"
  text "1024 two-byte characters $of" 0 '' "$(repeat 1024 é)" MessageType=$type "${more[@]}"
  text "1024 two-byte characters and one $of" 660400001 /MessageBody/Message "$(repeat 1024 é)x" MessageType=$type "${more[@]}"
  text "512 escaped four-byte characters $of" 0 '' "$(repeat 512 "$SMILE")" MessageType=$type "${more[@]}"
  text "512 escaped four-byte characters and one $of" 660400001 /MessageBody/Message "$(repeat 512 "$SMILE")x" \
    MessageType=$type "${more[@]}"
  text "682 three-byte characters and two $of" 0 '' "$(repeat 682 字)xx" MessageType=$type "${more[@]}"
  text "683 three-byte characters $of" 660400001 /MessageBody/Message "$(repeat 683 字)" MessageType=$type "${more[@]}"
  text "2048 line breaks, escaped $of" 0 '' "$(repeat 2048 '\n')" MessageType=$type "${more[@]}"
  text "no bytes $of" "$PARAMETER" /MessageBody/Message '' MessageType=$type "${more[@]}"
done
WHAT='what was accepted can be read back whole'
list ann bob '"Limit":100'
expect_json '[.List[] | select(.MsgType == 1) | .MsgBody | utf8bytelength] == [2048, 2048, 2048, 2048, 2048, 1]'
expect_json '[.List[] | select(.MsgType == 1) | .MsgBody | explode | unique | length] == [1, 2, 1, 1, 1, 1]'
expect_json '[.List[] | select(.MsgType == 200)] | length == 6'

imp 'no Message' "$PARAMETER" /MessageBody 'MessageBody={}'
imp 'only ExtendedData' "$PARAMETER" /MessageBody 'MessageBody={"ExtendedData":"x"}'
for value in 1 null true '{"text":"hi"}' '["hi"]'; do
  imp "Message $value" "$PARAMETER" /MessageBody/Message "MessageBody={\"Message\":$value}"
done

# --- ExtendedData: the limit is documented, the code beyond it is not --------------------------------------------------------

extended() { # NAME CODE EXPLAIN-REGEX TEXT
  imp "$1" "$2" "$3" "MessageBody={\"Message\":\"hi\",\"ExtendedData\":\"$4\"}"
}
TOO_LONG='660400001|660000002'
extended '1024 bytes of ExtendedData' 0 '' "$(repeat 1024 x)"
extended '1025 bytes of ExtendedData' "$TOO_LONG" ExtendedData "$(repeat 1025 x)"
extended '512 two-byte characters' 0 '' "$(repeat 512 é)"
extended '512 two-byte characters and one' "$TOO_LONG" ExtendedData "$(repeat 512 é)x"
extended '256 escaped four-byte characters' 0 '' "$(repeat 256 "$SMILE")"
extended '256 escaped four-byte characters and one' "$TOO_LONG" ExtendedData "$(repeat 256 "$SMILE")x"
imp 'ExtendedData an object' 660000002 /MessageBody/ExtendedData 'MessageBody={"Message":"hi","ExtendedData":{"a":1}}'
imp 'the most of both' 0 '' "MessageBody={\"Message\":\"$(repeat 2048 x)\",\"ExtendedData\":\"$(repeat 1024 é | head -c 1024)\"}"
list ann bob '"Limit":4'
expect_json '[.List[].Payload | utf8bytelength] == [1024, 1024, 1024, 1024]'

# --- multi-item: 5 KB, whatever the items --------------------------------------------------------------------------------------

document() { # FOUR TEXTS
  printf '{"MultiMsg":[{"MsgType":1,"Msg":"%s"},{"MsgType":1,"Msg":"%s"},{"MsgType":1,"Msg":"%s"},{"MsgType":1,"Msg":"%s"}]}' "$@"
}
multi() { # NAME CODE BYTES CHARACTER: a document of that many bytes, in four texts
  local frame room quarter inner quoted
  frame=$(document '' '' '' '')
  room=$(($3 - ${#frame}))
  quarter=$((room / 4 / ${#4}))
  inner=$(repeat $quarter "$4")
  inner=$(document "$inner" "$inner" "$inner" "$inner$(repeat $((room - 4 * quarter * ${#4})) y)")
  WHAT="the document for: $1" SENT=$inner
  expect_equal "$3" "${#inner}" bytes
  quoted=$(json "$inner")
  text "$1" "$2" "$([[ $2 == 0 ]] || echo /MessageBody/Message)" "${quoted:1:-1}" MessageType=10
}
multi '2049 bytes of multi-item' 0 2049 x
multi '5120 bytes of multi-item' 0 5120 x
multi '5121 bytes of multi-item' 660400001 5121 x
multi '5120 bytes in two-byte characters' 0 5120 é
multi '5121 bytes in two-byte characters' 660400001 5121 é

# --- the media types share the 2 KB of Message ---------------------------------------------------------------------------------

FILE='{\"Uid\":\"u\",\"Url\":\"https://example.com/f\",\"FileName\":\"f\"'
plain=${FILE//\\/}
pad=$((2048 - ${#plain} - 1)) # 1 for the closing brace
text '2048 bytes of a file message' 0 '' "$FILE$(repeat $pad ' ')}" MessageType=12
text '2049 bytes of a file message' 660400001 /MessageBody/Message "$FILE$(repeat $((pad + 1)) ' ')}" MessageType=12

finish
