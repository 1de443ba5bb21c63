#!/usr/bin/env bash
# Completeness: every row of a table has what belongs to it, and nothing stands outside its table.
set -u
cd "${ZIMMOCK_SOURCE:?folder of the sources}" || exit 1
: "${ZIMMOCK:?path of the zimmock binary}"
checks=0 failures=0

fail() { failures=$((failures + 1)); echo "FAIL: $1"; }
require() { # WHAT COMMAND...
  checks=$((checks + 1))
  local what=$1
  shift
  "$@" >/dev/null || fail "$what"
}
names() { "$ZIMMOCK" list "$1" --json | jq -r "${2:-.[].name}"; }

# Every emulated operation: the file of its row, a handler, and a case that calls it.
while read -r action; do
  file=$(sed -E 's/([a-z])([A-Z])/\1_\2/g' <<<"$action" | tr '[:upper:]' '[:lower:]')
  require "operation $action has no contracts/api/operations/$file.cpp" test -f "contracts/api/operations/$file.cpp"
  require "operation $action has no mock_server/handlers/$file.cpp" test -f "mock_server/handlers/$file.cpp"
  require "operation $action is called by no case" grep -rqE "\b$action\b" contracts/cases tests/e2e
done < <(names actions '.[] | select(.emulated == "yes") | .name')

# Every rule: its id is stable and of the house's form, and code outside the table uses it.
while read -r id; do
  require "rule $id: expected family.words-with-hyphens" grep -qE '^[a-z-]+\.[a-z0-9-]+$' <<<"$id"
done < <(names rules)
while read -r name; do
  id=$(sed -nE "s/^RULE\($name, \"([^\"]+)\".*/\1/p" contracts/rules/rules.inc)
  require "rule $name is in the table and has no case" grep -rqF "\"rule\": \"$id\"" contracts/cases --include='*.json'
done < <(sed -nE 's/^RULE\((k[A-Za-z]+),.*/\1/p' contracts/rules/rules.inc)
require 'two rules have one id' test -z "$(names rules | sort | uniq -d)"

# What a request can break is checked in code; what the service does (no code of its own, binding it alone) is seen by
# its cases.
while read -r name; do
  require "rule $name is in the table and used by no code" grep -rqE "RuleId::$name\b" contracts mock_server client --include='*.cpp' --include='handlers.h'
done < <(sed -nE 's/^RULE\((k[A-Za-z]+), "[^"]+", k[A-Za-z]+, k(Server|Both|Client), ([^0][^,]*),.*/\1/p' contracts/rules/rules.inc | grep -v '^kCommonInQuery$')

# Every refusing rule that a request can break is shown to refuse by a test that names its code or id.
while read -r code; do
  [[ $code == 0 ]] && continue
  require "code $code is expected by no test" grep -rqE "\b$code\b" tests/e2e tests/mock_server tests/contracts
done < <(names rules '.[].code' | sort -u)

# Every code a rule refuses with is one the contract lists.
while read -r code; do
  [[ $code == 0 ]] && continue
  require "code $code is in no table" grep -qx "$code" <<<"$(names codes)"
done < <(names rules '.[].code' | sort -u)

# Every setting of the profile is exercised by a test or changes nothing.
while read -r setting; do
  require "setting $setting is used by no code" grep -rqE "\b$setting\b" mock_server contracts/api/request_body.cpp contracts/api/operations \
    contracts/api/message_body.cpp
  require "setting $setting is set by no test" grep -rqE "\b$setting\b" tests --include='*.cpp' --include='*.sh'
done < <(names settings)

# Every kind of fault is observed from outside, every call of the control API is made by curl.
while read -r fault; do
  require "fault $fault is observed by no e2e test" grep -qE "fault '$fault[,=']" tests/e2e/faults.sh
done < <(names faults)
while read -r method path; do
  path=${path#*/v1/} path=${path/tenants\/\{app_id\}/\{\}} path=${path%\{*_id\}} path=${path%\{id\}}
  require "control call $method $path is made by no e2e test" \
    grep -qE "(ctl $method|-X $method .*|-d .*) ?['\"]?[^ ]*${path//[\{\}]/.}" tests/e2e/control.sh tests/e2e/faults.sh tests/e2e/control.lib.sh
done < <(names control)

# Every subcommand: cli/commands/<name>.cpp and a CLI test; every source format: a fixture that a test reads.
while read -r command; do
  require "subcommand $command has no cli/commands/$command.cpp" test -f "cli/commands/$command.cpp"
  require "subcommand $command is run by no test" grep -rqE "ZIMMOCK\"? $command|zimmock $command|\"$command\"" tests
done < <(sed -nE 's/^    \{"([a-z]+)", .*/\1/p' cli/commands.cpp)
while read -r format; do
  require "format $format has no client/formats/$format*.cpp" compgen -G "client/formats/${format}*.cpp"
done < <(names formats)

echo "tables: $checks checks, $failures failed"
[[ $checks -gt 100 && $failures -eq 0 ]]
