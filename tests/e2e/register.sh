#!/usr/bin/env bash
# docs/zim-api.md section 3: UserRegister.
# shellcheck disable=SC2016 # jq's variables
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh" || exit 1

start_mock

one() { # NAME CODE EXPLAIN-REGEX MEMBERS-OF-ONE-USER
  row "$1" "$2" UserRegister "{\"UserInfo\":[{$4}]}" "$3"
  if [[ $2 == 660[07]0* ]]; then # the only one failed: its code is the call's, and the list is full
    expect_json '.ErrorList | length == 1 and .[0].SubCode == $code and (.[0].SubMessage | type == "string" and . != "")' \
      --argjson code "${CODE:-0}"
  fi
}

# --- good users, and users that exist ------------------------------------------------------------------------------------

row 'a user' 0 UserRegister '{"UserInfo":[{"UserId":"ann"}]}'
expect_json '(.ErrorList // []) == []'
expect_no_warn
row 'a user with everything' 0 UserRegister \
  '{"UserInfo":[{"UserId":"bob","UserName":"Bob Übel 鲍勃","UserAvatar":"https://example.com/bob.png"}]}'
expect_json '(.ErrorList // []) == []'
row 'both exist for other operations' 0 QueryPeerMsg '{"FromUserId":"ann","ToUserId":"bob"}'
one 'the same user again' 660700002 '' '"UserId":"ann"'
expect_json '.ErrorList[0].UserId == "ann"'
row 'IDs are told apart by case' 0 UserRegister '{"UserInfo":[{"UserId":"Ann"},{"UserId":"ANN"}]}'
expect_json '(.ErrorList // []) == []'

# --- sizes, in bytes of UTF-8 ----------------------------------------------------------------------------------------------

one '32 bytes of UserId' 0 '' "\"UserId\":\"$(repeat 32 u)\""
one '33 bytes of UserId' 660000012 UserId "\"UserId\":\"$(repeat 33 u)\""
one 'a UUID with hyphens' 660000012 UserId '"UserId":"123e4567-e89b-12d3-a456-426614174000"'
one 'a UUID without hyphens' 0 '' '"UserId":"123e4567e89b12d3a456426614174000"'
one 'an empty UserId' 660000002 UserId '"UserId":""'
one '256 bytes of UserName' 0 '' "\"UserId\":\"n1\",\"UserName\":\"$(repeat 256 n)\""
one '257 bytes of UserName' 660700006 UserName "\"UserId\":\"n2\",\"UserName\":\"$(repeat 257 n)\""
one '128 two-byte characters of UserName' 0 '' "\"UserId\":\"n3\",\"UserName\":\"$(repeat 128 é)\""
one '128 two-byte characters and one' 660700006 UserName "\"UserId\":\"n4\",\"UserName\":\"$(repeat 128 é)n\""
one '64 four-byte characters, escaped' 0 '' "\"UserId\":\"n5\",\"UserName\":\"$(repeat 64 '\ud83d\ude00')\""
one '64 four-byte characters, escaped, and one' 660700006 UserName "\"UserId\":\"n6\",\"UserName\":\"$(repeat 64 '\ud83d\ude00')n\""
one '500 bytes of UserAvatar' 0 '' "\"UserId\":\"a1\",\"UserAvatar\":\"$(repeat 500 a)\""
one '501 bytes of UserAvatar' 660700007 UserAvatar "\"UserId\":\"a2\",\"UserAvatar\":\"$(repeat 501 a)\""
one '250 two-byte characters of UserAvatar' 0 '' "\"UserId\":\"a3\",\"UserAvatar\":\"$(repeat 250 é)\""
one '250 two-byte characters and one' 660700007 UserAvatar "\"UserId\":\"a4\",\"UserAvatar\":\"$(repeat 250 é)a\""

# --- a hundred ---------------------------------------------------------------------------------------------------------------

mapfile -t hundred < <(printf 'h%d\n' {1..100})
row '101 users' 660000011 UserRegister "$(users "${hundred[@]}" h101)"
row 'none of them was registered' 660500002 QueryPeerMsg '{"FromUserId":"h1","ToUserId":"ann"}'
row '100 users' 0 UserRegister "$(users "${hundred[@]}")"
expect_json '(.ErrorList // []) == []'
row 'the last of them exists' 0 QueryPeerMsg '{"FromUserId":"h100","ToUserId":"h1"}'
row '100 users that exist' 660700002 UserRegister "$(users "${hundred[@]}")"
expect_json '[.ErrorList[].SubCode] | length == 100 and all(. == 660700002)'

# --- some good, some bad -------------------------------------------------------------------------------------------------------

row 'one good among five bad' 0 UserRegister "{\"UserInfo\":[{\"UserId\":\"ann\"},{\"UserId\":\"$(repeat 33 m)\"},
  {\"UserId\":\"m1\",\"UserName\":\"$(repeat 257 n)\"},{\"UserId\":\"good\"},
  {\"UserId\":\"m2\",\"UserAvatar\":\"$(repeat 501 a)\"},{\"UserId\":\"m*\"}]}"
expect_json '[.ErrorList[] | [.UserId, .SubCode]] | sort == ([["ann", 660700002], [$long, 660000012], ["m1", 660700006],
  ["m2", 660700007], ["m*", 660000002]] | sort)' --arg long "$(repeat 33 m)"
expect_json '.ErrorList | all(.SubMessage | type == "string")'
row 'the good one exists' 0 QueryPeerMsg '{"FromUserId":"good","ToUserId":"ann"}'
for id in m1 m2; do
  row "$id does not exist" 660500002 QueryPeerMsg "{\"FromUserId\":\"$id\",\"ToUserId\":\"ann\"}"
done
row 'all bad, for different reasons' '660700002|660000012|660000002' UserRegister \
  "{\"UserInfo\":[{\"UserId\":\"ann\"},{\"UserId\":\"$(repeat 33 m)\"},{\"UserId\":\"m,\"}]}"
expect_json '[.ErrorList[].SubCode] | sort == [660000002, 660000012, 660700002]'

# --- malformed -------------------------------------------------------------------------------------------------------------------

row 'no UserInfo' 660000002 UserRegister '{}' UserInfo
row 'UserInfo an object' 660000002 UserRegister '{"UserInfo":{"UserId":"t1"}}' UserInfo
row 'UserInfo a string' 660000002 UserRegister '{"UserInfo":"t1"}' UserInfo
row 'a user as a string' 660000002 UserRegister '{"UserInfo":["t1"]}' UserInfo
row 'no UserId' 660000002 UserRegister '{"UserInfo":[{"UserName":"t1"}]}' UserId
row 'UserId a number' 660000002 UserRegister '{"UserInfo":[{"UserId":1}]}' UserId
row 'UserName a number' 660000002 UserRegister '{"UserInfo":[{"UserId":"t1","UserName":1}]}' UserName
row 'UserAvatar an object' 660000002 UserRegister '{"UserInfo":[{"UserId":"t1","UserAvatar":{}}]}' UserAvatar
row 't1 does not exist' 660500002 QueryPeerMsg '{"FromUserId":"t1","ToUserId":"ann"}'
row 'a user member nobody knows' 0 UserRegister '{"UserInfo":[{"UserId":"w1","Nick":"x"}]}' '' Nick
row 'a member nobody knows' 0 UserRegister '{"UserInfo":[{"UserId":"w2"}],"Users":[]}' '' Users

finish
