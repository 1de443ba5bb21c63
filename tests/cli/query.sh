#!/usr/bin/env bash
# zimmock query: pages, exact numbers, refusals.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh" || exit 1

start_mock
ENDPOINT=$URL
register ann bob cleo
now_ms=$((EPOCHSECONDS * 1000))
message_lines() { # COUNT: that many imports from ann into bob's list, a minute apart, ending now
  local i
  for ((i = 1; i <= $1; i++)); do
    message 'ImportedUserId="bob"' "MessageBody={\"Message\":\"text number $i\"}" "SendMessageTime=$((now_ms - ($1 - i + 1) * 1000))"
    printf '%s\n' "$MESSAGE"
  done
}
WHAT='250 messages to read'
calls ImportPeerMsg < <(message_lines 250)
expect_codes 0
msg_ids "$ANSWERS" | sort >"$T/imported"

# --- all pages ---------------------------------------------------------------------------------------------------------------

WHAT='--all --json gives every message as answered, with exact MsgIds'
zim query --as bob --peer ann --all --json
expect_rc 0
expect_equal '' "$ERR" stderr
expect_equal 250 "$(wc -l <"$T/z_out")" lines
expect_equal "$(<"$T/imported")" "$(msg_ids "$T/z_out" | sort)" MsgIds
expect_equal "$(seq 250 -1 1)" "$(jq -r '.MsgBody | ltrimstr("text number ")' "$T/z_out")" 'newest first'
expect_equal 250 "$(jq -r '"\(.Sender) \(.MsgType) \(.IsEmpty)"' "$T/z_out" | grep -cx 'ann 1 0')" 'Sender, MsgType, IsEmpty'
WHAT='MsgIds are beyond 2^53, so a double would not do'
expect_equal yes "$([[ $(tail -n 1 "$T/imported") -gt 9007199254740992 ]] && echo yes)"
WHAT='--all for people: a line a message, the MsgId in it'
zim query --as bob --peer ann --all
expect_equal 250 "$(wc -l <"$T/z_out")" lines
expect_equal 250 "$(grep -oFf "$T/imported" "$T/z_out" | sort -u | wc -l)" 'MsgIds named'
expect_out 'ann.*text.*text number 250'
WHAT='small pages give the same'
zim query --as bob --peer ann --all --json --limit 100
cp "$T/z_out" "$T/whole"
zim query --as bob --peer ann --all --json --limit 37
expect_equal "$(jq -c .MsgSeq "$T/whole")" "$(jq -c .MsgSeq "$T/z_out")" 'MsgSeqs'

# --- one page after the other ----------------------------------------------------------------------------------------------------

WHAT='page by page with --next as told'
: >"$T/pages"
next=0
for ((page = 0; page < 60; page++)); do
  zim query --as bob --peer ann --json --limit 20 --next "$next"
  expect_rc 0
  cat "$T/z_out" >>"$T/pages"
  [[ $(wc -l <"$T/z_out") -le 20 ]] || fail 'at most 20 a page' "$(printed)"
  [[ $ERR =~ --next\ ([0-9]+) ]] || break
  next=${BASH_REMATCH[1]}
done
expect_equal "$(jq -c .MsgSeq "$T/whole")" "$(jq -c .MsgSeq "$T/pages")" 'MsgSeqs of all pages'

# --- deleted and recalled ----------------------------------------------------------------------------------------------------------

call ClearPeerMessage '{"FromUserId":"bob","ToUserId":"ann"}'
WHAT='a cleared list'
zim query --as bob --peer ann --all
expect_rc 0
expect_no_out
zim query --as bob --peer ann --all --with-empty --json
expect_equal 250 "$(jq -c 'select(.IsEmpty == 1)' "$T/z_out" | wc -l)" 'messages with IsEmpty 1'
zim query --as bob --peer ann --all --with-empty
expect_out 'deleted'
WHAT='an empty list'
zim query --as cleo --peer bob
expect_rc 0
expect_no_out
expect_equal '' "$ERR" stderr

# --- what a message may hold ---------------------------------------------------------------------------------------------------------

WHAT='control characters do not reach the terminal'
message 'MessageBody={"Message":"red \u001b[31m\u0007\r\nsecond \u202e line"}' 'ImportedUserId="cleo"' 'ToUserId="cleo"'
call ImportPeerMsg "$MESSAGE"
expect_code 0
zim query --as cleo --peer ann
expect_equal 1 "$(wc -l <"$T/z_out")" lines
expect_equal '' "$(tr -d '\n' <"$T/z_out" | grep -P '[\x00-\x1f\x7f]|\xe2\x80\xae')" 'control characters in stdout'
zim query --as cleo --peer ann --json
expect_equal "$(printf 'red \033[31m\a\r\nsecond \xe2\x80\xae line')" "$(LC_ALL=C.UTF-8 jq -r .MsgBody "$T/z_out")" 'MsgBody in --json'

# --- refusals --------------------------------------------------------------------------------------------------------------------------

refuses 'a viewer nobody registered' 1 'QueryPeerMsg.*660500002.*not registered' query --as nobody --peer bob
refuses 'a viewer with a bad name' 1 '660000002' query --as "a,b" --peer bob
refuses 'an unknown Next' 1 '660000002' query --as bob --peer ann --next 77
refuses 'a wrong app id' 7 '100000011' query --as bob --peer ann --app-id 777
printf '%032d' 0 >"$T/wrong"
refuses 'a wrong secret' 7 '100000005' query --as bob --peer ann --secret-file "$T/wrong"
refuses 'a limit that is none' 2 '--limit' query --as bob --peer ann --limit many

finish_cli
