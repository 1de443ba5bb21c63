#!/usr/bin/env bash
# zimmock migrate --shard: the parts together import everything once.
# shellcheck disable=SC2016 # variables of jq
# shellcheck source=tests/cli/migrate_lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/migrate_lib.sh" || exit 1

fresh_mock
for ((i = 1; i <= 40; i++)); do
  printf '{"Id":"s%d","FromUserId":"u%d","ToUserId":"v%d","MessageType":1,"Message":"shard %d","SendMessageTime":%d}\n' \
    "$i" $((i % 13)) $((i % 7)) "$i" $((now_ms - 100000 + i * 1000))
done >"$T/sharded.jsonl"
: >"$T/balances"
for n in 1 2 3; do
  WHAT="shard $n of 3"
  default sharded.jsonl --shard "$n/3" --json
  expect_rc 0
  jq -c 'select(.type == "balance")' "$T/z_out" >>"$T/balances"
  expect_equal true "$(tail -n 1 "$T/balances" | jq .holds)" 'its balance holds'
done
WHAT='the shards together import everything once'
expect_files 'sharded.jsonl.localhost.12345.1-of-3.journal sharded.jsonl.localhost.12345.2-of-3.journal sharded.jsonl.localhost.12345.3-of-3.journal' \
  'sharded.jsonl.*'
expect_sent 80 ImportPeerMsg
expect_equal '[40,40]' "$(jq -nc '[inputs] | [([.[].sender.imported] | add), ([.[].receiver.imported] | add)]' "$T/balances")" 'imported, of all three'
expect_equal '[[40,40],[40,40],[40,40]]' "$(jq -nc '[inputs | [.sender.read, .receiver.read]]' "$T/balances")" 'each has read the whole file'
expect_equal '[80,80]' "$(jq -nc '[inputs] | [([.[].sender.skipped] | add), ([.[].receiver.skipped] | add)]' "$T/balances")" 'skipped: what the other two have'
zim migrate sharded.jsonl --verify-only --rate off
expect_rc 0
expect_last 'verified: all 80 of 80 imports are in ZIM, in order'
WHAT='shard 1 again: nothing is sent'
default sharded.jsonl --shard 1/3
expect_sent 80 ImportPeerMsg
WHAT='a shard with nothing in it has nothing to do'
head -n 1 "$T/sharded.jsonl" | sed 's/"u1"/"x1"/; s/"v1"/"y1"/; s/"s1"/"one"/' >"$T/one.jsonl"
for n in 1 2 3; do
  default one.jsonl --shard "$n/3"
  expect_rc 0
done
grep -c 'nothing was sent: this shard has no conversations$' <(for n in 1 2 3; do default one.jsonl --shard "$n/3"; printf '%s\n' "$OUT"; done) \
  >"$T/empty"
expect_equal 2 "$(<"$T/empty")" 'shards without a conversation'

finish_cli
