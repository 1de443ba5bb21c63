#!/usr/bin/env bash
# docs/zim-api.md section 7: RevokePeerMessage and ClearPeerMessage, with a frozen clock, and what a query shows of it.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh" || exit 1

TIMESTAMP=1615186943
NOW_MS=${TIMESTAMP}000
start_mock --clock frozen:2021-03-08T07:02:23Z
register ann bob cid dan

sent() { # MS-AGO TEXT [FIELD=JSON]...: an import; SEQ
  imp "import \"$2\"" 0 '' SendMessageTime=$((NOW_MS - $1)) "MessageBody={\"Message\":\"$2\"}" "${@:3}"
  SEQ=$(member MsgSeq)
}
revoke() { # NAME CODE SEQ [MEMBERS] [FROM TO]
  row "$1" "$2" RevokePeerMessage \
    "{\"FromUserId\":\"${5-ann}\",\"ToUserId\":\"${6-bob}\",\"MsgSeq\":$3${4:+,$4}}" "${7-}"
}
shows() { # NAME VIEWER OTHER WITH-EMPTY TEXTS-WITH-ISEMPTY: e.g. 'c0 b2 a0', newest first
  WHAT=$1
  list "$2" "$3" "\"WithEmptyMsg\":$4,\"Limit\":100"
  if [[ $4 == 0 ]]; then
    expect_equal "$5" "$(jq -r '[.List[] | "\(.MsgBody)\(.IsEmpty)"] | join(" ")' <<<"$BODY")" "$2's list with $3"
  else # what a recalled message still says is not documented: only its MsgTime, in seconds ago, and IsEmpty
    expect_equal "$5" "$(jq -r "[.List[] | \"\(($NOW_MS - .MsgTime) / 1000)s\(.IsEmpty)\"] | join(\" \")" <<<"$BODY")" "$2's list with $3"
  fi
}

# --- within two minutes of sending: 120 000 ms is inside ------------------------------------------------------------------------

sent 120001 a
a=$SEQ
sent 120000 b
b=$SEQ
sent 5000 c
c=$SEQ
sent 0 d
shows 'before' ann bob 0 'd0 c0 b0 a0'
revoke '2 minutes and 1 ms after sending' 660000024 "$a"
revoke '2 minutes after sending' 0 "$b"
revoke 'soon after sending, with everything' 0 "$c" "\"Payload\":\"$(repeat 200 p)\",\"OfflinePush\":{\"Title\":\"x\"}"
revoke 'a second time' 660000023 "$b"
shows 'recalled messages are left out' ann bob 0 'd0 a0'
shows 'unless asked for' ann bob 1 '0s0 5s2 120s2 120.001s0'
WHAT='WithEmptyMsg is 0 by default'
list ann bob
expect_json '.List | length == 2'

# --- refusals ----------------------------------------------------------------------------------------------------------------------

sent 1000 e
for seq in 0 -1 987654321 9223372036854775807 -9223372036854775808; do revoke "MsgSeq $seq" 660000022 "$seq"; done
revoke 'of a conversation without messages' 660000022 "$SEQ" '' ann cid
revoke 'Payload of 201 bytes' 660000002 "$SEQ" "\"Payload\":\"$(repeat 201 p)\""
revoke 'Payload of 100 two-byte characters and one' 660000002 "$SEQ" "\"Payload\":\"$(repeat 100 é)p\""
revoke 'Payload an object' 660000002 "$SEQ" '"Payload":{}'
revoke 'MsgSeq as a string' 660000002 "\"$SEQ\"" '' ann bob '/MsgSeq.*string'
revoke 'by a user who does not exist' 660500002 "$SEQ" '' nobody bob /FromUserId
row 'no MsgSeq' 660000002 RevokePeerMessage '{"FromUserId":"ann","ToUserId":"bob"}' MsgSeq
row 'no sender' 660000002 RevokePeerMessage "{\"ToUserId\":\"bob\",\"MsgSeq\":$SEQ}" FromUserId
row 'no receiver' 660000002 RevokePeerMessage "{\"FromUserId\":\"ann\",\"MsgSeq\":$SEQ}" ToUserId
shows 'nothing of that recalled it' ann bob 0 'd0 e0 a0'
revoke 'Payload of 100 two-byte characters' 0 "$SEQ" "\"Payload\":\"$(repeat 100 é)\""

WHAT="a message of somebody else, in both lists"
sent 1000 "f"
sent 1000 "f" 'ImportedUserId="bob"'
shows "it is in the receiver's list" bob ann 0 'f0'
revoke "the receiver recalls the sender's message" 660000026 "$SEQ" '' bob ann
shows 'and it is still there' bob ann 0 'f0'

# --- clearing: one side only ---------------------------------------------------------------------------------------------------------

for whose in cid dan; do
  for i in 3 2 1; do sent $((i * 1000)) "$i" 'FromUserId="cid"' 'ToUserId="dan"' "ImportedUserId=\"$whose\""; done
  sent 500 r 'FromUserId="dan"' 'ToUserId="cid"' "ImportedUserId=\"$whose\""
done
sent 100 x 'FromUserId="cid"' 'ToUserId="bob"' 'ImportedUserId="cid"'
CLEAR='{"FromUserId":"cid","ToUserId":"dan"}'
row 'clearing' 0 ClearPeerMessage "$CLEAR"
shows "all of it is gone from cid's list" cid dan 0 ''
shows 'but for those who ask' cid dan 1 '0.5s1 1s1 2s1 3s1'
shows "dan's list is as it was" dan cid 0 'r0 10 20 30'
shows "cid's list with bob is as it was" cid bob 0 'x0'
row 'clearing what is clear' 0 ClearPeerMessage "$CLEAR"
row 'clearing a conversation without messages' 0 ClearPeerMessage '{"FromUserId":"dan","ToUserId":"ann"}'
sent 0 n 'FromUserId="cid"' 'ToUserId="dan"' 'ImportedUserId="cid"'
shows 'what comes after it stays' cid dan 0 'n0'
shows 'beside what was deleted' cid dan 1 '0s0 0.5s1 1s1 2s1 3s1'

sent 0 g 'FromUserId="dan"' 'ToUserId="ann"' 'ImportedUserId="dan"'
row 'clearing the only copy' 0 ClearPeerMessage '{"FromUserId":"dan","ToUserId":"ann"}'
revoke 'a deleted message cannot be recalled' 660000022 "$SEQ" '' dan ann

row 'clearing for a user who does not exist' 660500002 ClearPeerMessage '{"FromUserId":"nobody","ToUserId":"dan"}' /FromUserId
row 'clearing without the other' 660000002 ClearPeerMessage '{"FromUserId":"cid"}' ToUserId
row 'clearing without a user' 660000002 ClearPeerMessage '{"ToUserId":"cid"}' FromUserId
row 'clearing with a number' 660000002 ClearPeerMessage '{"FromUserId":"cid","ToUserId":1}' /ToUserId

# --- pages with messages left out: shorter than Limit, but Next goes on -----------------------------------------------------------------

calls ImportPeerMsg < <(for ((i = 0; i < 30; i++)); do
  message 'FromUserId="bob"' 'ToUserId="dan"' 'ImportedUserId="bob"' SendMessageTime=$((NOW_MS - 60000 + i)) \
    "MessageBody={\"Message\":\"$i\"}"
  echo "$MESSAGE"
done)
mapfile -t seqs < <(jq .MsgSeq "$ANSWERS")
calls RevokePeerMessage < <(for ((i = 0; i < 30; i++)); do
  ((i % 3 == 0)) || echo "{\"FromUserId\":\"bob\",\"ToUserId\":\"dan\",\"MsgSeq\":${seqs[i]}}"
done)
WHAT='20 of 30 are recalled'
expect_codes 0
walk() { # WITH-EMPTY: the texts of all pages of 5
  local next=0 count=0
  TEXTS=''
  while ((count += 1, count < 100)); do
    list bob dan "\"Limit\":5,\"WithEmptyMsg\":$1,\"Next\":$next"
    TEXTS+="$(jq -r '.List[] | .MsgTime | tostring | .[-5:]' <<<"$BODY") "
    next=$(member Next)
    [[ -n $next && $next != 0 ]] || break
  done
}
times() { # STEP: the last five digits of their times, newest first
  local i
  for ((i = 29; i >= 0; i--)); do ((i % $1 != 0)) || echo $(((NOW_MS - 60000 + i) % 100000)); done
}
walk 0
WHAT='all pages without the recalled'
expect_equal "$(times 3 | xargs)" "$(xargs <<<"$TEXTS")" times
walk 1
WHAT='all pages with the recalled'
expect_equal "$(times 1 | xargs)" "$(xargs <<<"$TEXTS")" times

finish
