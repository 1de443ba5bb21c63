#!/usr/bin/env bash
# docs/zim-api.md section 6: QueryPeerMsg: Limit, Next, the order, whose list, and numbers beyond 2^53.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh" || exit 1

start_mock
register ann bob cid dan eve

N=105
now
BASE=$(((NOW - 3600) * 1000)) # an hour ago, in ms

# --- 105 messages, from the oldest to the newest ------------------------------------------------------------------------------

imports() { # FROM TO WHOSE COUNT: their texts are numbers
  local i
  for ((i = 0; i < $4; i++)); do
    message "FromUserId=\"$1\"" "ToUserId=\"$2\"" "ImportedUserId=\"$3\"" "MessageBody={\"Message\":\"$i\"}" \
      SendMessageTime=$((BASE + i * 1000))
    echo "$MESSAGE"
  done
}
WHAT="$N imports"
calls ImportPeerMsg < <(imports ann bob ann $N)
expect_codes 0
msg_ids "$ANSWERS" | tac >"$T/imported" # as they should come: newest first
jq .MsgSeq "$ANSWERS" | tac >"$T/seqs"
expect_equal $N "$(sort -u "$T/imported" | wc -l)" 'different MsgIds'

# --- Limit -----------------------------------------------------------------------------------------------------------------------

limit() { # LIMIT EXPECTED: so many come, the newest
  WHAT="Limit $1"
  list ann bob "${1:+\"Limit\":$1}"
  expect_code 0
  expect_json "(.List | map(.MsgBody | tonumber)) == [range($N - 1; $N - 1 - $2; -1)] and .Next != 0"
}
limit '' 10
for n in 0 -5 10 -9223372036854775808; do limit $n 10; done
for n in 100 101 4294967297 9223372036854775807; do limit $n 100; done
limit 1 1
limit 99 99

# --- an item -----------------------------------------------------------------------------------------------------------------------

list ann bob '"Limit":100'
WHAT='what an item has'
expect_json ".List | to_entries | all(.key as \$i | .value | (.MsgTime == $BASE + ($N - 1 - \$i) * 1000) and .Sender == \"ann\" and
  .MsgType == 1 and (.MsgBody | type) == \"string\" and (.MsgId | type) == \"number\" and (.MsgSeq | type) == \"number\" and
  .IsEmpty == 0 and has(\"SubMsgType\") and has(\"Payload\"))"
WHAT='MsgId is a number here, and to the last digit the string of the import'
expect_equal "$(head -n 100 "$T/imported")" "$(msg_ids)" MsgIds
WHAT='MsgSeq is that of the import'
expect_equal "$(head -n 100 "$T/seqs")" "$(jq '.List[].MsgSeq' "$T/body")" MsgSeqs
WHAT='every MsgId is beyond 2^53, and some are no doubles'
expect_equal '' "$(awk '{ if (length($0) < 16 || (length($0) == 16 && $0 "" <= "9007199254740992")) print }' "$T/imported")" 'MsgIds up to 2^53'
expect_equal yes "$(awk '{ if (sprintf("%.0f", $0) != $0) some = "yes" } END { print some }' "$T/imported")" 'a double corrupts some'

# --- paging --------------------------------------------------------------------------------------------------------------------------

pages() { # VIEWER OTHER MEMBERS [COMMAND]: all pages, by Next alone, into $T/paged (MsgId MsgTime MsgBody); COMMAND between two
  local next=0 count=0
  : >"$T/paged"
  while :; do
    WHAT="page $((count += 1)) of $1's list with $2, $3"
    list "$1" "$2" "\"Next\":$next,$3"
    [[ $CODE == 0 ]] || { expect_code 0; break; }
    paste -d' ' <(msg_ids) <(jq -r '.List[] | "\(.MsgTime) \(.MsgBody)"' "$T/body") | sed '/^ *$/d' >>"$T/paged"
    next=$(member Next)
    [[ -n $next && $next != 0 ]] || break
    if ((count > 500)); then fail 'Next 0 at last' "$next after $count pages"; break; fi
    [[ -z ${4-} ]] || "$4" "$count"
  done
  PAGES=$count
}
check_pages() { # EXPECTED-IDS-FILE: each came once, whatever else came, in descending time
  expect_equal '' "$(cut -d' ' -f1 "$T/paged" | sort | uniq -d)" 'MsgIds that came twice'
  expect_equal '' "$(cut -d' ' -f1 "$T/paged" | sort | comm -13 - <(sort "$1"))" 'MsgIds that were skipped'
  expect_equal '' "$(cut -d' ' -f2 "$T/paged" | sort -rnc 2>&1)" 'out of the order'
}
for size in 3 7 10 50 100 0; do
  pages ann bob "\"Limit\":$size"
  WHAT="all pages of $size"
  check_pages "$T/imported"
  expect_equal "$(<"$T/imported")" "$(cut -d' ' -f1 "$T/paged")" 'all MsgIds, in order'
done

# shellcheck disable=SC2317 # pages calls it
arrive() { # PAGE: a new message, one older than all, one between, and one in another list
  message SendMessageTime=$((BASE + 1800000 + $1 * 1000)) 'MessageBody={"Message":"new"}'
  call ImportPeerMsg "$MESSAGE"
  message SendMessageTime=$((BASE - $1 * 1000)) 'MessageBody={"Message":"old"}'
  call ImportPeerMsg "$MESSAGE"
  message SendMessageTime=$((BASE + $1 * 2500 + 1)) 'MessageBody={"Message":"between"}'
  call ImportPeerMsg "$MESSAGE"
  message 'ImportedUserId="bob"' SendMessageTime=$((BASE + $1)) 'MessageBody={"Message":"for bob"}'
  call ImportPeerMsg "$MESSAGE"
}
pages ann bob '"Limit":20' arrive
WHAT='paging while messages arrive between the pages'
check_pages "$T/imported"
expect_equal '' "$(grep 'for bob' "$T/paged")" "messages of another list"
expect_equal yes "$([[ $PAGES -ge 6 ]] && echo yes)" 'at least 6 pages'
cp "$T/paged" "$T/before"
pages ann bob '"Limit":100'
WHAT='afterwards all of them come'
check_pages <(cut -d' ' -f1 "$T/before")
expect_equal $((N + 3 * ($(grep -c ' new$' "$T/paged")))) "$(wc -l <"$T/paged")" messages

# --- Next has no other meaning -----------------------------------------------------------------------------------------------------------

for next in 1 10 100 -1 "$(head -n 1 "$T/seqs")" "$(head -n 1 "$T/imported")" $BASE 9223372036854775807; do
  row "Next $next, which was never returned" 660000002 QueryPeerMsg "{\"FromUserId\":\"ann\",\"ToUserId\":\"bob\",\"Next\":$next}" /Next
done

# --- whose list ----------------------------------------------------------------------------------------------------------------------------

list ann cid
WHAT='an empty conversation'
expect_code 0
expect_json '.List == [] and .Next == 0'
calls ImportPeerMsg < <(imports cid dan cid 3)
expect_codes 0
calls ImportPeerMsg < <(imports cid dan dan 2)
calls ImportPeerMsg < <(imports dan cid dan 1)
calls ImportPeerMsg < <(imports cid eve cid 1)
WHAT="cid's list with dan"
list cid dan
expect_json '[.List[] | [.Sender, .MsgBody]] == [["cid", "2"], ["cid", "1"], ["cid", "0"]] and .Next == 0'
WHAT="dan's list with cid, both ways"
list dan cid
expect_json '[.List[] | [.Sender, .MsgBody]] == [["cid", "1"], ["dan", "0"], ["cid", "0"]] and .Next == 0'
WHAT="eve's list with cid"
list eve cid
expect_json '.List == []'

# --- refusals --------------------------------------------------------------------------------------------------------------------------------

refuse() { row "$1" "$2" QueryPeerMsg "$3" "$4"; }
refuse 'an unregistered viewer' 660500002 '{"FromUserId":"nobody","ToUserId":"ann"}' /FromUserId
refuse 'an unregistered other' 660700015 '{"FromUserId":"ann","ToUserId":"nobody"}' /ToUserId
refuse 'no viewer' 660000002 '{"ToUserId":"ann"}' FromUserId
refuse 'no other' 660000002 '{"FromUserId":"ann"}' ToUserId
refuse 'a viewer as a number' 660000002 '{"FromUserId":1,"ToUserId":"ann"}' /FromUserId
for field in Limit Next WithEmptyMsg; do
  refuse "$field as a string" 660000002 "{\"FromUserId\":\"ann\",\"ToUserId\":\"bob\",\"$field\":\"1\"}" "/$field.*string"
  refuse "$field as a boolean" 660000002 "{\"FromUserId\":\"ann\",\"ToUserId\":\"bob\",\"$field\":true}" "/$field"
done
row 'a member nobody knows' 0 QueryPeerMsg '{"FromUserId":"ann","ToUserId":"bob","limit":5}' '' '/limit'

finish
