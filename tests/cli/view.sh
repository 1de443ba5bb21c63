#!/usr/bin/env bash
# zimmock view: what a user's client gets of a conversation, at every boundary of the SDK versions
# (docs/zim-api.md section 8).
# shellcheck source=tests/cli/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh" || exit 1

start_mock
ENDPOINT=$URL
register ann bob cleo
now_ms=$((EPOCHSECONDS * 1000))
IMAGE='"{\"Uid\":\"1\",\"Origin\":{\"Url\":\"https://m.example/a.jpg\",\"Width\":1,\"Height\":1},\"FileName\":\"a.jpg\"}"'
FILE='"{\"Uid\":\"1\",\"Url\":\"https://m.example/a.txt\",\"FileName\":\"a.txt\"}"'
AUDIO='"{\"Uid\":\"1\",\"Url\":\"https://m.example/a.mp3\",\"FileName\":\"a.mp3\",\"MediaDuration\":3}"'
VIDEO='"{\"Uid\":\"1\",\"Url\":\"https://m.example/a.mp4\",\"FileName\":\"a.mp4\",\"MediaDuration\":3,\"Thumbnail\":{\"Url\":\"https://m.example/a.jpg\",\"Width\":1,\"Height\":1}}"'
MULTI='"{\"MultiMsg\":[{\"MsgType\":1,\"Msg\":\"hi\"}]}"'
minute=0
for viewer in ann bob; do # the same conversation on both sides: ann sends, bob receives
  for row in 1=\"hi\" 200=\"custom\" "10=$MULTI" "11=$IMAGE" "12=$FILE" "13=$AUDIO" "14=$VIDEO"; do
    type=${row%%=*}
    minute=$((minute + 1))
    custom=-SubMsgType
    [[ $type != 200 ]] || custom=SubMsgType=1
    imp "type $type for $viewer" 0 '' "MessageType=$type" "$custom" "MessageBody={\"Message\":${row#*=}}" \
      "ImportedUserId=\"$viewer\"" "SendMessageTime=$((now_ms - 3600000 + minute * 60000))"
  done
done

# got USER SDK TYPE: what is printed for the message of that type
got() { jq -r --argjson type "$3" 'select(.MsgType == $type) | .View.Delivery' <<<"$OUT"; }
view() { # USER SDK: OUT
  local peer=bob
  [[ $1 == ann ]] || peer=ann
  zim view --as "$1" --peer "$peer" --sdk "$2" --json
}

# --- every boundary: side, type, version, outcome -------------------------------------------------------------------------

CASES=0
while read -r user version type expected; do
  WHAT="$user's client $version, type $type"
  [[ "$user $version" == "${seen-}" ]] || { view "$user" "$version"; expect_rc 0; }
  seen="$user $version"
  actual=$(got "$user" "$version" "$type")
  if [[ "|$expected|" == *"|$actual|"* && -n $actual ]]; then pass; else fail "$expected" "$actual in $(printed)"; fi
  CASES=$((CASES + 1))
done <<'END'
bob 1.9.9 200 absent
bob 1.9.9 1 undocumented
bob 1.9.9 11 undocumented
bob 1.9.9 10 absent
bob 1.0.0 200 absent
bob 0.9.0 200 absent
bob 2.0.0 200 unknown
bob 2.0.0 1 delivered
bob 2.0.0 11 undocumented
bob 2.0.9 12 undocumented
bob 2.1.0 11 delivered
bob 2.1.0 12 delivered
bob 2.1.0 13 delivered
bob 2.1.0 14 delivered
bob 2.0.0 10 unknown
bob 2.1.0 10 unknown
bob 2.7.9 200 unknown
bob 2.7.9999 200 unknown
bob 2.8.0 200 delivered
bob 2.8.0+1 200 delivered
bob 2.10.0 200 delivered
bob 2.13.0+1 200 delivered
bob 2.18.9 10 unknown
bob 2.19.0 10 delivered
bob 3.0.0 10 delivered
bob 3.0.0 14 delivered
bob 10.0.0 1 delivered
ann 1.9.9 1 absent
ann 1.9.9 11 absent
ann 1.9.9 10 absent
ann 1.9.9 200 absent|undocumented
ann 2.0.0 1 absent
ann 2.0.0 200 undocumented
ann 2.6.9 1 absent
ann 2.6.99 1 absent
ann 2.7.0 1 delivered
ann 2.10.0 1 delivered
ann 2.7.9 200 undocumented
ann 2.8.0 200 delivered
ann 2.10.0 200 delivered
ann 2.18.9 10 undocumented
ann 2.19.0 10 delivered
ann 2.1.0 11 undocumented
ann 3.0.0 14 undocumented
END
WHAT='the table of boundaries'
expect_equal 44 "$CASES" cases

# --- what is printed ---------------------------------------------------------------------------------------------------------

WHAT='for people: a line a message with outcome and rule, and a sum'
zim view --as bob --peer ann --sdk 2.7.9
expect_rc 0
expect_equal '' "$ERR" stderr
expect_equal 8 "$(wc -l <"$T/z_out")" 'lines: seven messages and a sum'
expect_out 'custom +unknown +delivery\.custom-receiver-unknown'
expect_out 'text +delivered +delivery\.text-receiver'
expect_equal 1 "$(tail -n 1 "$T/z_out" | grep -cE '5 delivered.* 2 unknown.* 0 absent.* 0 undocumented')" 'the sum'
WHAT='every rule named is one of those that zimmock list delivery prints'
view bob 2.7.9
jq -r 'select(.View) | .View.Rule' <<<"$OUT" | sort -u >"$T/used"
zim list delivery --json
jq -r '.[].name' <<<"$OUT" | sort -u >"$T/known"
expect_equal '' "$(comm -23 "$T/used" "$T/known")" 'rules that are not listed'
WHAT='MsgIds beyond 2^53 stay exact'
zim query --as bob --peer ann --json --all
msg_ids "$T/z_out" | sort >"$T/queried"
zim view --as bob --peer ann --sdk 2.8.0 --json
expect_equal "$(<"$T/queried")" "$(msg_ids "$T/z_out" | sort)" MsgIds
expect_equal 7 "$(wc -l <"$T/queried")" MsgIds
WHAT='a deleted list'
call ClearPeerMessage '{"FromUserId":"bob","ToUserId":"ann"}'
expect_code 0
zim view --as bob --peer ann --sdk 2.8.0
expect_rc 0
expect_out '0 delivered.*7 deleted'
WHAT='an empty list'
zim view --as cleo --peer bob --sdk 2.8.0
expect_rc 0
expect_equal 1 "$(wc -l <"$T/z_out")" 'lines: the sum'
expect_out '0 delivered'

# --- mistakes ------------------------------------------------------------------------------------------------------------------

for version in 2.x two 2.8.0.1 -2.8.0 2..0 v2.8.0; do
  refuses "a version that is none: '$version'" 2 '--sdk' view --as ann --peer bob "--sdk=$version"
done
refuses 'a viewer nobody registered' 1 '660500002' view --as nobody --peer bob --sdk 2.8.0

finish_cli
