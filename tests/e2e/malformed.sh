#!/usr/bin/env bash
# docs/zim-api.md section 1: bodies that are none. After all of them the store is as it was,
# and the server still answers.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh" || exit 1

LIMIT=262144
start_mock --body-limit $LIMIT
register ann bob
imp 'a message to keep' 0 ''
imp 'and another' 0 ''
list ann bob
BEFORE=$(jq -cS .List <<<"$BODY")
IDS=$(msg_ids "$T/body")

bad() { # NAME BODY [EXPLAIN-REGEX [CODE]]: refused, by an import and by a query
  row "$1 (import)" "${4-660000002}" ImportPeerMsg "$2" "${3-}"
  row "$1 (query)" "${4-660000002}" QueryPeerMsg "$2" "${3-}"
}
message
GOOD=$MESSAGE
QUERY_GOOD='{"FromUserId":"ann","ToUserId":"bob"}'

# --- not JSON, not an object ------------------------------------------------------------------------------------------------------

bad 'no body' ''
bad 'blanks' '   '
for ((i = 1; i < ${#GOOD}; i += 7)); do row "cut off after $i" 660000002 ImportPeerMsg "${GOOD:0:i}"; done
row 'cut off before the last brace' 660000002 ImportPeerMsg "${GOOD%\}}"
bad 'something after it' "${QUERY_GOOD}x"
bad 'two of them' "$QUERY_GOOD$QUERY_GOOD"
bad 'an array' "[$QUERY_GOOD]"
for value in 1 null true '"text"' '[]'; do bad "$value" "$value"; done
bad 'a comma too many' '{"FromUserId":"ann","ToUserId":"bob",}'
bad 'single quotes' "{'FromUserId':'ann','ToUserId':'bob'}"
bad 'names without quotes' '{FromUserId:"ann",ToUserId:"bob"}'
bad 'a comment' '{"FromUserId":"ann",/* to */"ToUserId":"bob"}'
bad 'NaN' '{"FromUserId":"ann","ToUserId":"bob","Limit":NaN}'
bad 'a leading zero' '{"FromUserId":"ann","ToUserId":"bob","Limit":010}'
bad 'hexadecimal' '{"FromUserId":"ann","ToUserId":"bob","Limit":0x10}'
bad 'a bare line break in a string' $'{"FromUserId":"ann\n","ToUserId":"bob"}'
bad 'an escape nobody knows' '{"FromUserId":"a\x","ToUserId":"bob"}'
bad 'XML' '<xml><FromUserId>ann</FromUserId></xml>'

# --- deep and wide -------------------------------------------------------------------------------------------------------------------

bad 'an array 100 deep' "$(repeat 100 '[')$(repeat 100 ']')"
bad 'an array 100 deep without its end' "$(repeat 100 '[')"
bad 'an object 100 deep without its end' "$(repeat 100 '{"a":')"
repeat 100000 '[' >"$T/deep"
bad 'an array 100,000 deep without its end' "@$T/deep" '' '660000002|100000012'
{ printf '{"a":' && repeat 100000 '[' && repeat 100000 ']' && printf '}'; } >"$T/deep"
bad 'a good array 100,000 deep, in an object without the required' "@$T/deep" '' '660000002|100000012'
row 'MessageBody 100 deep' 660000002 ImportPeerMsg "${GOOD/'{"Message":"hi"}'/"$(repeat 100 '[')$(repeat 100 ']')"}"

# --- not UTF-8 -------------------------------------------------------------------------------------------------------------------------

for bytes in $'\xff' $'\x80' $'\xc3' $'\xc0\xaf' $'\xe0\x80\xaf' $'\xed\xa0\x80' $'\xf4\x90\x80\x80' $'\xf0\x9f\x98' $'caf\xe9'; do
  name=$(printf %s "$bytes" | od -An -tx1)
  row "the bytes$name in a text" 660000002 ImportPeerMsg "${GOOD/'"hi"'/"\"$bytes\""}"
  row "the bytes$name in a member nobody knows" 660000002 QueryPeerMsg "{\"x\":\"$bytes\",${QUERY_GOOD#\{}"
done
printf %s "$QUERY_GOOD" | sed 's/./&\n/g' | tr '\n' '\0' >"$T/utf16"
bad 'UTF-16' "@$T/utf16"
head -c 1000 /dev/urandom | tr '{' '}' >"$T/noise"
bad 'noise' "@$T/noise"

# --- wrong types and edges of 64 bits ----------------------------------------------------------------------------------------------------

for number in 1e400 -1e400 99999999999999999999999 1.5 '"1"' true '{}' '[]'; do
  imp "Priority $number" 660000002 '' "Priority=$number"
  imp "MessageType $number" 660000002 '' "MessageType=$number"
done
for number in 18446744073709551617 18446744073709551616 -18446744073709551615; do # 1, 0 and 1 in 64 bits
  imp "Priority $number" 660000002 '' "Priority=$number"
  imp "SubMsgType $number" 660000002 '' "SubMsgType=$number" MessageType=200
done
for field in FromUserId ToUserId ImportedUserId; do
  for value in 1 true '{}' '[]' '["ann"]'; do imp "$field $value" 660000002 "/$field" "$field=$value"; done
done
imp 'SendMessageTime 1e400' '660000002|660800046' '' SendMessageTime=1e400

# --- members twice -------------------------------------------------------------------------------------------------------------------------

TWICE='twice|duplicate|repeat|again|second'
bad 'a member twice' '{"FromUserId":"ann","ToUserId":"bob","FromUserId":"ann"}' "$TWICE"
bad 'a member twice, the first wrong' '{"FromUserId":1,"FromUserId":"ann","ToUserId":"bob"}'
row 'a member of the body twice' 660000002 ImportPeerMsg "${GOOD/'"hi"'/'"hi","Message":"ho"'}" "$TWICE"
row 'a member twice, once escaped' 660000002 QueryPeerMsg '{"FromUserId":"ann","\u0046romUserId":"ann","ToUserId":"bob"}' "$TWICE"
row 'an unknown member twice' 660000002 QueryPeerMsg "{\"x\":1,\"x\":1,${QUERY_GOOD#\{}" "$TWICE"
row 'UserId twice' 660000002 UserRegister '{"UserInfo":[{"UserId":"t1","UserId":"t2"}]}' "$TWICE"
row 'unknown members' 0 QueryPeerMsg "{\"x\":[{\"y\":null}],${QUERY_GOOD#\{}" '' '/x'

# --- forms ------------------------------------------------------------------------------------------------------------------------------------

WHAT='a form'
for type in application/x-www-form-urlencoded application/json; do
  call QueryPeerMsg 'FromUserId=ann&ToUserId=bob' -H "Content-Type: $type"
  expect_code 660000002
  [[ $type == application/json ]] || expect_explain form
done
WHAT='a multipart form'
query QueryPeerMsg
send POST - -F FromUserId=ann -F ToUserId=bob
expect_code 660000002
expect_explain form
WHAT='JSON that says it is a form is JSON (A)'
call QueryPeerMsg "$QUERY_GOOD" -H 'Content-Type: application/x-www-form-urlencoded'
expect_code 0
expect_warn Content-Type

# --- methods (A) --------------------------------------------------------------------------------------------------------------------------------

for action in ImportPeerMsg QueryPeerMsg UserRegister RevokePeerMessage ClearPeerMessage; do
  WHAT="GET $action"
  query $action FromUserId=ann ToUserId=bob
  send GET -
  expect_code 660000002
  expect_explain 'GET|POST'
done

# --- too large, cut off (A) ------------------------------------------------------------------------------------------------------------------------

sized() { # BYTES: a good query of that size, in $T/sized
  printf %s "$QUERY_GOOD" >"$T/sized"
  head -c $(($1 - ${#QUERY_GOOD})) /dev/zero | tr '\0' ' ' >>"$T/sized"
}
sized $LIMIT
row 'a body of just the limit' 0 QueryPeerMsg "@$T/sized"
sized $((LIMIT + 1))
row 'a body of one byte more' 100000012 QueryPeerMsg "@$T/sized"
sized 300000
row 'a body of 300,000 bytes' 100000012 QueryPeerMsg "@$T/sized"
WHAT='a body of 300,000 bytes in chunks'
call QueryPeerMsg "@$T/sized" -H 'Transfer-Encoding: chunked'
expect_code 100000012
WHAT='a gigabyte announced, a little sent: answered without waiting for it'
call ImportPeerMsg "$GOOD" -H 'Content-Length: 1000000000'
expect_code 100000012
WHAT='good chunks'
call QueryPeerMsg "$QUERY_GOOD" -H 'Transfer-Encoding: chunked'
expect_code 0

wire() { # HOST PORT: stdin goes out as it is, and the connection ends; its end may come first
  ( exec 3<>"/dev/tcp/$1/$2" && cat >&3 ) 2>/dev/null
}
address=${URL#*//}
query ImportPeerMsg
printf 'POST /?%s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s' \
  "$QUERY" 1000 "$GOOD" | wire "${address%:*}" "${address##*:}"
{ head -c 2000 /dev/urandom && printf '\r\n\r\n'; } | wire "${address%:*}" "${address##*:}"
printf 'POST /?Action=ImportPeerMsg&\n    AppId=12345 HTTP/1.1\r\n\r\n' | wire "${address%:*}" "${address##*:}"

# --- and after all this ---------------------------------------------------------------------------------------------------------------------------------

WHAT='the store is as it was'
list ann bob '"Limit":100'
expect_code 0
expect_equal "$BEFORE" "$(jq -cS .List <<<"$BODY")" List
expect_equal "$IDS" "$(msg_ids "$T/body")" MsgIds
row 'no user was registered' 660500002 QueryPeerMsg '{"FromUserId":"t1","ToUserId":"ann"}'
imp 'and it takes messages' 0 ''

finish
