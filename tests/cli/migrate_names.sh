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

finish_cli
