#!/usr/bin/env bash
# zimmock list: the tables, for people and for machines.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh" || exit 1

CREDENTIALS=no
rows() { # KIND COLUMN...: both forms, with as many rows, and no column empty
  local kind=$1
  shift
  WHAT="list $kind --json"
  zim list "$kind" --json
  expect_rc 0
  expect_equal '' "$ERR" stderr
  expect_out_json 'type == "array" and length > 0 and all(type == "object")'
  # shellcheck disable=SC2016 # jq's variables
  expect_out_json '. as $rows | $ARGS.positional | all(. as $name | $rows | all(.[$name] != null and .[$name] != ""))' --args "$@"
  expect_out_json '(map(.name) | unique | length) == length'
  JSON=$OUT
  WHAT="list $kind"
  zim list "$kind"
  expect_rc 0
  expect_equal "$(jq length <<<"$JSON")" "$(wc -l <"$T/z_out")" lines
  expect_equal "$(jq -r '.[].name' <<<"$JSON")" "$(awk '{ print $1 }' "$T/z_out")" 'names at the beginnings'
  OUT=$JSON
}

rows actions name what method rate
for action in UserRegister ImportPeerMsg QueryPeerMsg RevokePeerMessage ClearPeerMessage QueryUserInfos; do
  # shellcheck disable=SC2016
  expect_out_json 'any(.name == $name and .emulated == "yes")' --arg name "$action"
done
expect_out_json 'any(.emulated == "no")'
WHAT='how often an operation may be called, and the code beyond that'
expect_out_json 'map({(.name): [.rate, .rate_code]}) | add | .ImportPeerMsg == ["20/s", 660300005] and .UserRegister == ["20/s", 660700001] and
  .SendGroupMessage == ["10/s", 660300005] and .DismissGroup == ["1/s of a group", 660300006] and .QueryRoomMembers == ["5/s of a room", 660300006] and
  .QueryAppCommunityList == ["1/s", null]'
expect_out_json 'all(if .emulated == "yes" then .repeatable == (if .name == "ImportPeerMsg" then "no" else "yes" end) else .repeatable == "" end)'

rows rules name mark what code section
expect_out_json 'all(.mark | ascii_downcase | test("^(d|i|a|documented|inferred|assumed)$"))'
expect_out_json '(map(.mark) | unique | length) == 3'
expect_out_json 'all(.name | test("^[a-z0-9.-]+$"))'
expect_out_json 'all(.code | type == "number")'

rows codes name class what
expect_equal "$(jq -r '.[].name' <<<"$OUT" | sort -n)" "$(jq -r '.[].name' <<<"$OUT")" 'codes, ascending'
# The tables of the page, section 1, have the same.
expect_equal "$(sed -n '/^## 1\. /,/^## 2\. /p' "$(dirname "${BASH_SOURCE[0]}")/../../docs/zim-api.md" | grep -oE '^\| [0-9][0-9, ]* \|' | grep -oE '[0-9]+' | sort -n)" \
  "$(jq -r '.[].name' <<<"$OUT")" 'codes, as in docs/zim-api.md'

rows settings name mark what
expect_out_json 'any(.default != .strict)'
rows delivery name mark delivery what
expect_out_json 'map(.delivery) | unique | sort == ["absent", "delivered", "undocumented", "unknown"]'
rows formats name what
expect_out_json 'any(.name == "zim")'

refuses 'a kind that is none' 2 'actions, rules, codes, settings, delivery or formats|actions.*formats' list everything
refuses 'a misspelt kind' 2 'did you mean.*rules' list ruls
refuses 'a surplus word' 2 'twice' list rules twice

finish_cli
