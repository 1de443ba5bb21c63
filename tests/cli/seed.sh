#!/usr/bin/env bash
# zimmock serve --seed: what is in the document is there when the first request comes, for the first App, all or nothing.
# And the same document is what zimmock migrate takes.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh" || exit 1

now_ms=$((EPOCHSECONDS * 1000))
FIXTURE=$(dirname "${BASH_SOURCE[0]}")/../../fixtures/migration/conversations.jsonl

# untagged: the same without the tags that migrate adds to empty ExtendedData; it must be there in each
untagged() { jq -c 'if .Payload | test("^\\{\"_zm\":\"[0-9a-f]{20}\"\\}$") then .Payload = "" else .Payload |= "no tag: " + . end'; }

# bodies VIEWER OTHER: what the viewer's list holds, newest first, without what the service gives itself
bodies() {
  zim query --as "$1" --peer "$2" --all --json
  jq -c 'select(.MsgSeq) | {Sender, MsgType, SubMsgType, MsgBody, Payload, MsgTime}' "$T/z_out"
}

# --- a seed written by hand ---------------------------------------------------------------------------------------------

cat >"$T/seed.jsonl" <<END
{"FromUserId":"ann","ToUserId":"bob","MessageType":1,"Message":"hello"}

{"FromUserId":"bob","ToUserId":"ann","MessageType":1,"Message":"only bob has this","ImportedUserId":"bob"}
{"Record":"user","UserId":"cleo","UserName":"Cleo"}
{"Record":"devices","UserId":"bob","SdkVersions":["2.6.0"]}
END
start_mock --seed "$T/seed.jsonl"
ENDPOINT=$URL
WHAT='a bare message is in both lists'
list ann bob
expect_code 0
expect_json '[.List[].MsgBody] == ["hello"]'
list bob ann
expect_json '[.List[].MsgBody] == ["only bob has this", "hello"] and (.List[1].MsgTime >= '"$now_ms"')'
row 'users are registered' 660700002 UserRegister "$(users cleo)"
row 'those of the messages too' 660700002 UserRegister "$(users ann)"
row 'others are not' 0 UserRegister "$(users dora)"
WHAT='later messages come after the seed'
imp 'a later import' 0 '' 'FromUserId="bob"' 'ToUserId="ann"'
expect_json '.MsgSeq == 2'
stop_mock TERM

WHAT='the seed goes to the first App'
start_mock --app 7:seven --app 8:eight --seed "$T/seed.jsonl"
ENDPOINT=$URL
list ann bob
expect_code 660500002
EXTRA_ENV=()
CREDENTIALS=no
EXTRA_ENV=(ZIM_APP_ID=7 ZIM_SERVER_SECRET=seven)
expect_equal 1 "$(bodies ann bob | wc -l)" 'messages of App 7'
CREDENTIALS=yes EXTRA_ENV=()
stop_mock TERM

WHAT='the fixture of the migration, from a pipe'
start_mock --plan enterprise --clock frozen:2026-02-01T00:00:00Z --seed <(cat "$FIXTURE")
now_iso=1769904000
TIMESTAMP=$now_iso
call QueryPeerMsg '{"FromUserId":"rook=e1","ToUserId":"knight>f3","Limit":100}'
TIMESTAMP=''
expect_code 0
expect_json '.List | length > 20'
stop_mock TERM

# --- a snapshot, served and migrated ------------------------------------------------------------------------------------

# entry LIST FROM TO AGE_MS SEQ TEXT [MORE OF STORED]
entry() {
  id=$((id + 2))
  printf '{"Id":"%s","ImportedUserId":"%s","FromUserId":"%s","ToUserId":"%s","MessageType":1,"Priority":2,' "$id" "$1" "$2" "$3"
  printf '"SendMessageTime":%s,"Message":"%s","Stored":{"MsgId":"%s","MsgSeq":%s%s}}\n' "$((now_ms - $4))" "$6" "$id" "$5" "${7-}"
}
id=971000000000000001
{
  printf '{"Record":"tenant","LastMsgId":"971000000000000101"}\n{"Record":"user","UserId":"ann"}\n{"Record":"user","UserId":"bob"}\n'
  entry ann ann bob 5000 1 deleted ',"Deleted":true'
  entry ann bob ann 4000 2 one
  entry ann ann bob 3000 3 recalled ',"Recalled":true'
  entry ann ann bob 2000 4 two
  entry ann bob ann 1000 5 three
  entry bob bob ann 4000 1 one
  entry bob ann bob 2000 2 two
} >"$T/state.jsonl"
WHAT='a snapshot is served as it was'
start_mock --seed "$T/state.jsonl"
ENDPOINT=$URL
list ann bob '"WithEmptyMsg":1'
expect_json '[.List[].IsEmpty] == [0,0,2,0,1] and [.List[].MsgSeq] == [5,4,3,2,1]'
expect_equal "$(sed -n '8p;7p;6p;5p;4p' "$T/state.jsonl" | msg_ids /dev/stdin | sort -r)" "$(msg_ids)" MsgIds
call ImportPeerMsg "$(message; echo "$MESSAGE")"
expect_code 0
expect_json '.MsgSeq == 6'
if [[ $(msg_ids) -gt 971000000000000101 ]]; then pass; else fail 'a MsgId beyond those given' "$BODY"; fi
stop_mock TERM

start_mock --seed "$T/state.jsonl"
ENDPOINT=$URL
bodies ann bob >"$T/ann_was"
bodies bob ann >"$T/bob_was"
stop_mock TERM
start_mock
ENDPOINT=$URL
WHAT='migrate takes a snapshot without complaint, and tells of what is gone'
zim migrate "$T/state.jsonl" --json
expect_rc 0
printf '%s\n' "$OUT" >"$T/plan"
expect_out 'plan\.emptied'
if [[ $OUT != *oldest-first* && $OUT != *same-time* ]]; then pass; else fail 'no word of order' "$(printed)"; fi
zim migrate "$T/state.jsonl" --execute --rate off
expect_rc 0
expect_equal 'verified: all 5 of 5 imports are in ZIM, in order' "$(tail -n 1 "$T/z_out")"
jq -c 'select(.MsgBody != "")' "$T/ann_was" >"$T/wanted"
expect_equal "$(<"$T/wanted")" "$(bodies ann bob | untagged)" "ann's list"
expect_equal "$(<"$T/bob_was")" "$(bodies bob ann | untagged)" "bob's list"
WHAT='--tag off gives back what was there, to the byte'
stop_mock TERM
start_mock
ENDPOINT=$URL
zim migrate "$T/state.jsonl" --execute --rate off --tag off
expect_out '  tag +off: equal messages are counted instead; '
expect_equal 'verified: all 5 of 5 imports are in ZIM, in order' "$(tail -n 1 "$T/z_out")"
expect_equal "$(<"$T/wanted")" "$(bodies ann bob)" "ann's list"
expect_equal "$(<"$T/bob_was")" "$(bodies bob ann)" "bob's list"
stop_mock TERM

# --- mistakes -----------------------------------------------------------------------------------------------------------

refuses 'a seed that is not there' 2 'nothere\.jsonl.*no such file' serve --port 0 --ca-dir "$T/ca" --seed "$T/nothere.jsonl"
mkdir "$T/nothing"
refuses 'a folder without a chat' 2 'expected chat histories, got none' serve --port 0 --ca-dir "$T/ca" --seed "$T/nothing"
{ cat "$T/seed.jsonl"; echo '{"FromUserId":"ann","ToUserId":"bob","MessageType":99,"Message":"x"}'; } >"$T/bad.jsonl"
refuses 'a bad line' 1 'bad\.jsonl: line 6: import\.type: /MessageType: expected 1, 10.*, got 99' serve --port 0 --ca-dir "$T/ca" --seed "$T/bad.jsonl"
echo '{"FromUserId":"ann","ToUserId":"bob","MessageType":1,"Mesage":"x"}' >"$T/bad.jsonl"
refuses 'an unknown member' 1 'line 1: body\.member-known: /Mesage: .*did you mean Message' serve --port 0 --ca-dir "$T/ca" --seed "$T/bad.jsonl"

refuses 'both names of one setting' 2 '--journal: expected --keep-requests alone, got both' serve --port 0 --ca-dir "$T/ca" --keep-requests 6 --journal 5
refuses 'a setting out of range' 2 '--keep-requests: expected a number from 0 to 1000000, got "-1"' serve --port 0 --ca-dir "$T/ca" --keep-requests -1

finish_cli
