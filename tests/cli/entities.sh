#!/usr/bin/env bash
# Users, groups, members, friends and blocked users in a document of records: migrate and the mock say that they leave them
# out, migrate convert keeps them with the ids of --users, and a line that is broken is a bad record.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh" || exit 1

NOW=$((EPOCHSECONDS - 3600))000
cat >"$T/history.jsonl" <<TEXT
{"FromUserId":"ann","ToUserId":"bob","MessageType":1,"Message":"hi","SendMessageTime":$NOW,"Id":"1"}
{"Record":"user","UserId":"ann","UserName":"Ann"}
{"Record":"group","GroupId":"g1","GroupName":"Friends","GroupOwner":"ann","CreateGroupTime":1700000000000}
{"Record":"member","GroupId":"g1","UserId":"ann","Role":1}
{"Record":"member","GroupId":"g1","UserId":"bob","UserNickName":"Bobby","Role":3}
{"Record":"relation","Relation":"friend","FromUserId":"ann","UserId":"bob","FriendAlias":"B"}
{"Record":"relation","Relation":"blocked","FromUserId":"bob","UserId":"eve"}
{"Record":"user","UserId":"lonely","UserName":"Nobody wrote to"}
TEXT

start_mock
WHAT='the plan counts what it leaves out'
zim migrate "$T/history.jsonl" --json
expect_rc 0
expect_equal '{"blocked users":1,"friends":1,"groups":1,"members of groups":2}' \
  "$(jq -cS 'select(.source_skipped).source_skipped' <<<"$OUT")" 'skipped'
ENDPOINT=$URL
zim migrate "$T/history.jsonl" --execute --rate off
expect_rc 0
expect_out 'skipped +2 members of groups \(zimmock does not import these yet\)'

WHAT='a line that is broken is a bad record'
{ cat "$T/history.jsonl"; echo '{"Record":"member","GroupId":"g1","Role":"owner"}'; } >"$T/broken.jsonl"
zim migrate "$T/broken.jsonl"
expect_rc 1
expect_out 'line 9: /UserId: expected .*, got nothing'

WHAT='convert keeps them, with the ids of --users'
printf '{"ann":"a1","bob":"b1"}' >"$T/users.json"
zim migrate convert "$T/history.jsonl" --users "$T/users.json" -o new.jsonl
expect_rc 0
expect_err 'kept: 2 members of groups'
expect_equal '["a1",null,null]
["lonely",null,null]
["a1",null,"g1"]
["b1",null,"g1"]
["b1","a1",null]
["eve","b1",null]' "$(jq -c 'select(.Record) | select(.Record != "group") | [.UserId, .FromUserId, .GroupId]' "$T/new.jsonl")" 'lines'
expect_equal '{"CreateGroupTime":1700000000000,"GroupId":"g1","GroupName":"Friends","GroupOwner":"a1","Record":"group"}' \
  "$(jq -cS 'select(.Record == "group")' "$T/new.jsonl")" 'the group'

LEFT_OUT='1 blocked users, 1 friends, 1 groups, 2 members of groups: the mock does not have these yet, so they were left out'
WHAT='a state import tells of them'
EXTRA_ENV=(ZIMMOCK_CONTROL="$(jq -r .control_url <<<"$READY")")
zim state import "$T/history.jsonl"
expect_rc 0
expect_equal '3 users, 0 devices, 2 messages' "$OUT"
expect_err "note: $LEFT_OUT"
stop_mock TERM
WHAT='so does a seed'
start_mock --seed "$T/history.jsonl"
expect "the mock's note" grep -q "$LEFT_OUT" "$T/log"
stop_mock TERM
finish_cli
