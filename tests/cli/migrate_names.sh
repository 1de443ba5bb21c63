#!/usr/bin/env bash
# The names and avatars that a source knows are those that users are registered with; a user that exists keeps its own.
# shellcheck source=tests/cli/migrate_lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/migrate_lib.sh"

export_users() { # what the mock has: {id: [name, avatar]}
  environment
  (cd "$T" && "${ENV[@]}" "$ZIMMOCK" state export) |
    jq -cS -s 'map(select(.Record == "user")) | map({(.UserId): [.UserName // "", .UserAvatar // ""]}) | add'
}
expect_users() { expect_equal "$1" "$(export_users)" 'the users of the service'; }
long() { printf "%$1s" '' | tr ' ' "$2"; }
url=https://cdn.example/ann.png
{
  printf '{"Record":"user","UserId":"ann","UserName":"Ann Müller 🙂","UserAvatar":"%s"}\n' "$url"
  printf '{"Record":"user","UserId":"bob","UserName":"%s","UserAvatar":"avatars/bob.png"}\n' "$(long 257 b)"
  printf '{"Record":"user","UserId":"cleo","UserName":"%s","UserAvatar":"https://cdn.example/%s"}\n' "$(long 256 c)" "$(long 481 c)"
  printf '{"Record":"user","UserId":"nobody","UserName":"Nobody"}\n'
  records 3
} >"$T/named.jsonl"
ROW='3 of 4 users are registered with a name, 1 with an avatar; users that exist keep theirs'

fresh_mock
mock sign --action UserRegister
curl -q -sS --noproxy '*' --max-time "$HANG" "$URL/?$(<"$T/m_out")" -H 'Content-Type: application/json' \
  -d '{"UserInfo":[{"UserId":"dora","UserName":"Dora of before"}]}' >"$T/m_out"
printf '{"Record":"user","UserId":"dora","UserName":"Dora of the source"}\n' >>"$T/named.jsonl"

WHAT='the plan says with how many names and avatars, and what it leaves out'
zim migrate named.jsonl
expect_rc 0
expect_out "$ROW"
expect_out '1 names over 256 bytes'
expect_out '1 avatars over 500 bytes'
expect_out '1 avatars without a URL'
zim migrate named.jsonl --json
expect_out_json -s '.[0].names == {"named":3,"with_avatar":1,"left_out":{"names over 256 bytes":1,"avatars over 500 bytes":1,"avatars without a URL (--media-map names it)":1}}'

WHAT='the users have them; one whose name does not fit is registered all the same'
zim migrate named.jsonl --execute --rate off
expect_rc 0
expect_users "$(jq -ncS --arg url "$url" --arg c "$(long 256 c)" \
  '{ann: ["Ann Müller 🙂", $url], bob: ["", ""], cleo: [$c, ""], dora: ["Dora of before", ""]}')"

WHAT='--names off registers ids alone'
fresh_mock
zim migrate named.jsonl --execute --rate off --names off
expect_rc 0
expect_users '{"ann":["",""],"bob":["",""],"cleo":["",""],"dora":["",""]}'
zim migrate named.jsonl --names off
if [[ $OUT == *'registered with a name'* ]]; then fail 'a plan without names' "$OUT"; else pass; fi
refuses 'a word that --names does not take' 2 '--names: expected on, off, got "yes"' migrate "$T/named.jsonl" --names yes

WHAT='people who become another user keep their names; the user'\''s own comes first'
fresh_mock
printf '%s\n' '{"Record":"user","UserId":"a2","UserName":"Second"}' '{"Record":"user","UserId":"a1","UserName":"First"}' >"$T/mapped.jsonl"
printf '{"FromUserId":"a%d","ToUserId":"bob","MessageType":1,"Message":"hi","SendMessageTime":%d}\n' 1 $((now_ms - 2000)) 2 $((now_ms - 1000)) >>"$T/mapped.jsonl"
printf '{"a1":"ann","a2":"ann"}' >"$T/map.json"
zim migrate mapped.jsonl --execute --rate off --users map.json --merge-users
expect_rc 0
expect_users '{"ann":["First",""],"bob":["",""]}'

# --- what each format knows ------------------------------------------------------------------------------------------------

knows() { # FILE USERS [ARGS]: the users that its import leaves
  fresh_mock
  WHAT="the names of ${1%%.*}"
  zim migrate "$1" --execute --rate off --retention-days 3650 "${@:3}"
  expect_rc 0
  expect_users "$2"
}
seconds=$((now_ms / 1000 - 100))
day=$(date -u -d "@$seconds" +%F)
iso=$(date -u -d "@$seconds" +%FT%TZ)
cat >"$T/telegram.json" <<E
{"personal_information":{"user_id":1},"chats":{"list":[
 {"name":"Bo Peer","type":"personal_chat","id":2,"messages":[{"id":5,"type":"message","date_unixtime":"$seconds","from":"Ann Own","from_id":"user1","text":"hi"}]},
 {"name":"A group","type":"private_group","id":3,"messages":[{"id":6,"type":"message","date_unixtime":"$seconds","from":"Zed","from_id":"user9","text":"hi"}]}]}}
E
knows telegram.json '{"user1":["Ann Own",""],"user2":["Bo Peer",""]}'
cat >"$T/sendbird.json" <<E
{"channel":{"channel_url":"c","members":[{"user_id":"bo","nickname":"Bo N","profile_url":"https://x.example/bo.png"},{"user_id":"ann"}]},
 "messages":[{"message_id":1,"type":"MESG","user":{"user_id":"ann","nickname":"Ann N","profile_url":"https://x.example/ann.png"},"message":"hi","created_at":$((seconds * 1000))}]}
E
knows sendbird.json '{"ann":["Ann N","https://x.example/ann.png"],"bo":["Bo N","https://x.example/bo.png"]}'
cat >"$T/mattermost.jsonl" <<E
{"type":"version","version":1}
{"type":"user","user":{"username":"ann","nickname":"Annie","first_name":"A","last_name":"B","profile_image":"images/ann.png"}}
{"type":"user","user":{"username":"bo","first_name":"Bo","last_name":"Peep"}}
{"type":"direct_post","direct_post":{"channel_members":["ann","bo"],"user":"ann","message":"hi","create_at":$((seconds * 1000))}}
E
printf '{"images/":"https://x.example/"}' >"$T/images.json"
knows mattermost.jsonl '{"ann":["Annie","https://x.example/ann.png"],"bo":["Bo Peep",""]}' --media-map images.json
cat >"$T/stream.jsonl" <<E
{"type":"user","data":{"id":"bo","name":"Bo S","image":"https://x.example/bo.png"}}
{"type":"channel","data":{"type":"messaging","member_ids":["ann","bo"],"created_by":"ann"}}
{"type":"message","data":{"id":"m1","type":"regular","text":"hi","channel_type":"messaging","channel_member_ids":["ann","bo"],"created_at":"$iso","user":{"id":"ann","name":"Ann S"}}}
E
knows stream.jsonl '{"ann":["Ann S",""],"bo":["Bo S","https://x.example/bo.png"]}'
mkdir -p "$T/slack/D1"
cat >"$T/slack/users.json" <<E
[{"id":"U1","name":"ann","profile":{"display_name":"","real_name":"Ann L","image_512":"https://x.example/ann.png"}},{"id":"U2","name":"bo"}]
E
printf '[{"id":"D1","members":["U1","U2"]}]' >"$T/slack/dms.json"
printf '[{"type":"message","user":"U1","text":"hi","ts":"%s.000100"}]' "$seconds" >"$T/slack/D1/$day.json"
knows slack '{"U1":["Ann L","https://x.example/ann.png"],"U2":["bo",""]}'

mkdir "$T/all"
cp "$T/telegram.json" "$T/sendbird.json" "$T/all"
knows all '{"ann":["Ann N","https://x.example/ann.png"],"bo":["Bo N","https://x.example/bo.png"],"user1":["Ann Own",""],"user2":["Bo Peer",""]}'

finish_cli
