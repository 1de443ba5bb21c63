#!/usr/bin/env bash
# docs/zim-api.md section 4: the fields of ImportPeerMsg, one by one. import_body.sh has what the body may hold,
# retention.sh when the message was sent.
# shellcheck disable=SC2016 # jq's variables
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh" || exit 1

start_mock
register ann bob eve

# --- a good one, and what comes back ---------------------------------------------------------------------------------------

imp 'a text' 0 ''
expect_json '(.MsgId | type == "string" and test("^[0-9]+$")) and (.MsgSeq | type == "number")'
expect_no_warn
first=$(member MsgId)
imp 'the same again' 0 '' # A: no duplicate detection
WHAT='the same call twice makes two messages'
expect_equal different "$([[ $(member MsgId) == "$first" ]] && echo the same || echo different)" 'the second MsgId'
list ann bob
expect_json '(.List | length) == 2 and (.List | all(.MsgBody == "hi" and .MsgType == 1 and .Sender == "ann" and .IsEmpty == 0))'
WHAT="they are in ann's list only"
list bob ann
expect_json '.List == []'
imp "bob's side of the same conversation" 0 '' 'ImportedUserId="bob"'
list bob ann
expect_json '(.List | length) == 1 and .List[0].Sender == "ann"'
imp "bob's answer, for ann" 0 '' 'FromUserId="bob"' 'ToUserId="ann"' 'MessageBody={"Message":"hi, ann"}'
list ann bob
expect_json '(.List | length) == 3 and .List[0].Sender == "bob" and .List[0].MsgBody == "hi, ann"'
WHAT="bob's list is as it was"
list bob ann
expect_json '(.List | length) == 1'

# --- what is read back is what was written -------------------------------------------------------------------------------------

text='line\nbreak, tab\t, quote \", backslash \\, é, 字, \ud83d\ude00, \u00e9, <&>%41+, \/'
imp 'a text with everything' 0 '' "MessageBody={\"Message\":\"$text\",\"ExtendedData\":\"{\\\"k\\\":\\\"é\\\\n\\\"}\"}"
list ann bob '"Limit":1'
expect_json '.List[0] | .MsgBody == $text and .Payload == "{\"k\":\"é\\n\"}"' --argjson text "\"$text\""
custom='{\"kind\":\"poll\",\"n\":[1,2,3]}'
imp 'a custom message' 0 '' MessageType=200 SubMsgType=7 "MessageBody={\"Message\":\"$custom\"}" 'SearchedContent="poll"'
list ann bob '"Limit":1'
expect_json '.List[0] | .MsgType == 200 and .SubMsgType == 7 and .MsgBody == $text' --argjson text "\"$custom\""
WHAT='SearchedContent and Priority cannot be read back'
expect_json '.List[0] | has("SearchedContent") or has("Priority") or has("Uid") | not'

# --- MessageType and SubMsgType ---------------------------------------------------------------------------------------------------

for type in 2 20 -1 0 3 9 15 100 199 201 1.5 4294967297; do # 2 commands, 20 barrages: not here
  imp "MessageType $type" 660000002 /MessageType MessageType=$type SubMsgType=1
done
for sub in 0 1 199 200; do imp "SubMsgType $sub" 0 '' MessageType=200 SubMsgType=$sub; done
for sub in -1 201 4294967296 '"1"'; do imp "SubMsgType $sub" 660000002 /SubMsgType MessageType=200 "SubMsgType=$sub"; done
imp 'a custom message without SubMsgType' 660000002 SubMsgType MessageType=200

# --- Priority ----------------------------------------------------------------------------------------------------------------------

for priority in 1 2 3; do imp "Priority $priority" 0 '' Priority=$priority; done
for priority in 0 4 -1 4294967297 '"2"' true; do imp "Priority $priority" 660000002 /Priority "Priority=$priority"; done

# --- required fields -----------------------------------------------------------------------------------------------------------------

for field in FromUserId ToUserId MessageType Priority MessageBody ImportedUserId; do
  imp "without $field" 660000002 "$field" -$field
done
for field in FromUserId ToUserId ImportedUserId; do imp "$field a number" 660000002 "/$field" $field=1; done
for value in '[]' '"hi"' 1; do imp "MessageBody $value" 660000002 /MessageBody "MessageBody=$value"; done
imp 'MessageType a string' 660000002 /MessageType.*string 'MessageType="1"'

# --- who ------------------------------------------------------------------------------------------------------------------------------

imp 'to oneself' 660600030 '' 'ToUserId="ann"'
imp "the list of a third user, who exists" 660000002 /ImportedUserId 'ImportedUserId="eve"'
imp "the list of a user who does not exist" 660000002 /ImportedUserId 'ImportedUserId="nobody"'
imp 'no list' 660000002 /ImportedUserId 'ImportedUserId=""'
imp "an unregistered sender, for the receiver" 660500002 /FromUserId 'FromUserId="nobody"' 'ImportedUserId="bob"'
imp 'an unregistered sender, for the sender' 660500002 /FromUserId 'FromUserId="nobody"' 'ImportedUserId="nobody"'
imp 'an unregistered receiver' 660700015 /ToUserId 'ToUserId="nobody"'
imp 'IDs are told apart by case' 660500002 /FromUserId 'FromUserId="Ann"' 'ImportedUserId="bob"'

# --- SearchedContent --------------------------------------------------------------------------------------------------------------------

searched() { imp "$1" "$2" "$3" MessageType=200 SubMsgType=1 "SearchedContent=\"$4\""; }
searched '64 bytes of SearchedContent' 0 '' "$(repeat 64 s)"
searched '65 bytes of SearchedContent' 660000002 /SearchedContent "$(repeat 65 s)"
searched '32 two-byte characters' 0 '' "$(repeat 32 é)"
searched '32 two-byte characters and one' 660000002 /SearchedContent "$(repeat 32 é)s"
searched '16 escaped four-byte characters' 0 '' "$(repeat 16 '\ud83d\ude00')"
searched '16 escaped four-byte characters and one' 660000002 /SearchedContent "$(repeat 16 '\ud83d\ude00')s"
imp 'SearchedContent a number' 660000002 /SearchedContent MessageType=200 SubMsgType=1 SearchedContent=1
imp 'SearchedContent with a text' '0|660000002' '' 'SearchedContent="x"' # "only with 200": refused or reported, not silent
expect_equal named "$(matches "$EXPLAIN$WARN" SearchedContent && echo named)" 'SearchedContent'

# --- accepted and reported (A) ------------------------------------------------------------------------------------------------------------

for field in OfflinePush HasReceipt; do
  imp_warn "$field in the body" $field "MessageBody={\"Message\":\"hi\",\"$field\":{}}"
  imp_warn "$field beside the body" $field "$field=1"
done
imp_warn 'a member nobody knows' '/Unheard' 'Unheard=[1]'
imp_warn 'a body member nobody knows' '/MessageBody/Unheard' 'MessageBody={"Message":"hi","Unheard":null}'
imp_warn 'a misspelt optional field' 'SendMessageTme' SendMessageTme=1
for type in text/plain application/octet-stream; do
  WHAT="Content-Type $type"
  message
  call ImportPeerMsg "$MESSAGE" -H "Content-Type: $type"
  expect_code 0
  expect_warn 'Content-Type'
done
WHAT='Content-Type with a charset is application/json'
call ImportPeerMsg "$MESSAGE" -H 'Content-Type: application/json; charset=utf-8'
expect_code 0
expect_no_warn

finish
