#!/usr/bin/env bash
# --users: who of a source becomes whom is told, two people who would become one are refused, in every format.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh" || exit 1

start_mock
ENDPOINT=$URL
EXTRA_ENV=(ZIMMOCK_CONTROL="$CONTROL_URL")
now_ms=$((EPOCHSECONDS * 1000))
channel() { # PEER NUMBER: a channel of me and PEER, with one message
  printf '{"channel":{"channel_url":"c%s","members":[{"user_id":"me"},{"user_id":"%s"}]},"messages":[' "$1" "$1"
  printf '{"message_id":%d,"type":"MESG","user":{"user_id":"%s"},"message":"private of %s","created_at":%d}]}\n' \
    "$2" "$1" "$1" $((now_ms - 60000 + $2))
}
line() { # PEER NUMBER: the same in format zim
  printf '{"Id":"%d","FromUserId":"%s","ToUserId":"me","MessageType":1,"Message":"private of %s","SendMessageTime":%d}\n' \
    "$2" "$1" "$1" $((now_ms - 60000 + $2))
}
{ channel bb 1; channel cc 2; } >"$T/coll.json"
{ line bb 1; line cc 2; } >"$T/coll.jsonl"
requests() { # how many the mock has had
  environment
  (cd "$T" && "${ENV[@]}" "$ZIMMOCK" requests --count --json) | jq '.count // .'
}
map() { printf '%s' "$1" >"$T/map.json"; }

# --- two people who become one --------------------------------------------------------------------------------------------

for file in coll.json coll.jsonl; do
  for args in '' --execute --json; do
    map '{"bb":"x1","cc":"x1"}'
    refuses "$file: two of the map $args" 2 '--users: .*/map\.json: expected a user id of its own for each person, got "x1" for "bb" and "cc"; .*--merge-users' \
      migrate "$T/$file" --users "$T/map.json" ${args:+"$args"}
    map '{"bb":"cc"}'
    refuses "$file: one who becomes another who keeps the id $args" 2 'got "cc" for "bb" and "cc"' \
      migrate "$T/$file" --users "$T/map.json" ${args:+"$args"}
  done
  map '{"bb":"x1","zz":"x1"}'
  refuses "$file: the other may be in another file of the same map" 2 'got "x1" for "bb" and "zz"' migrate "$T/$file" --users "$T/map.json"
  map '{"bb":"x1","cc":"x1","me":"x2","dd":"x2"}'
  refuses "$file: the others are counted" 2 'for "bb" and "cc" \(and 1 more such ids\)' migrate "$T/$file" --users "$T/map.json"
  WHAT="$file: an exchange of ids merges nobody"
  map '{"bb":"cc","cc":"bb"}'
  zim migrate "$file" --users map.json --json
  expect_rc 0
  expect_out_json -s '.[0].users_merged == 0 and .[0].users == 3'
done
WHAT='nothing was sent, and no journal is left'
expect_equal 0 "$(requests)" requests
expect_equal '' "$(cd "$T" && compgen -G '*.journal*' | xargs)" 'files of journals'
printf '30.07.26, 12:03 - Ann: one\n30.07.26, 12:04 - Bob: two\n' >"$T/wa.txt"
map '{"Ann":"a","Bob":"a"}'
refuses 'a text format' 2 'got "a" for "Ann" and "Bob"' migrate "$T/wa.txt" --tz UTC --users "$T/map.json"
refuses 'nothing to merge' 2 '--merge-users: expected --users' migrate "$T/coll.json" --merge-users

# --- who becomes whom -------------------------------------------------------------------------------------------------------

WHAT='the plan tells who becomes whom, and of ids that are nobody'\''s'
map '{"bb":"b1","me":"m1","ccc":"c1","zzzzzz":"z1"}'
zim migrate coll.json --users map.json
expect_rc 0
expect_out 'users +2 of 3 get another id by --users: "bb" becomes "b1", "me" becomes "m1"'
expect_out 'note +--users has 2 ids that no message of this file has: "ccc" \(did you mean "cc"\?\), "zzzzzz"'
zim migrate coll.json --users map.json --max-examples 1
expect_out '"bb" becomes "b1"; and 1 more \(--max-examples 0 shows all\)'
zim migrate coll.json --users map.json --json --max-examples 1
expect_out_json -s '[.[] | select(.type == "user") | [.from, .to]] == [["bb", "b1"], ["me", "m1"]]'
expect_out_json -s '[.[] | select(.type == "unknown-user") | [.id, .meant]] == [["ccc", "cc"]]'
expect_out_json -s '.[0] | .users_mapped == 2 and .users_merged == 0 and .users_unknown == 2'
WHAT='without a map there is nothing to tell'
zim migrate coll.json --json
expect_out_json -s '.[0].users_mapped == 0 and .[0].users_unknown == 0 and ([.[] | select(.type == "user")] == [])'

WHAT='--merge-users: as said, told, and kept in the journal'
map '{"bb":"x1","cc":"x1"}'
zim migrate coll.jsonl --users map.json --merge-users
expect_rc 0
expect_out 'merged +"bb" and "cc" become "x1"'
zim migrate coll.jsonl --users map.json --merge-users --json
expect_out_json -s '[.[] | select(.type == "merged-user") | [.to, .from]] == [["x1", ["bb", "cc"]]]'
zim migrate coll.jsonl --users map.json --merge-users --execute --rate off --journal merged.journal
expect_rc 0
expect_out 'verified: all 4 of 4 imports'
refuses 'the same command goes on, another does not' 2 '--merge-users: was on, is nothing' migrate "$T/coll.jsonl" --users "$T/map.json" --execute --journal "$T/merged.journal"
zim migrate report merged.journal --json
expect_out_json '.told["--merge-users"] == "on"'
WHAT='its lists can be read back'
zim migrate verify merged.journal
expect_rc 0
WHAT='the ids of format zim are mapped, too'
zim query --as x1 --peer me --all --json
expect_equal 2 "$(jq -c 'select(.MsgSeq)' "$T/z_out" | wc -l)" 'messages of x1'

finish_cli
