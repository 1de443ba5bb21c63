#!/usr/bin/env bash
# Runs the commands of docs/migration.md against a mock that holds what the README's commands have migrated.
set -euo pipefail
# shellcheck source=tests/docs/page_lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/page_lib.sh"
ln -s "$ZIMMOCK_SOURCE/fixtures" "$work/fixtures"
commands_of docs/migration.md 1

start_mock
HOME=$work "$ZIMMOCK" migrate fixtures/migration/conversations.jsonl --time-shift newest=now --execute --rate off >before 2>&1 ||
  { echo "FAIL: the README's migration ended with $?"; cat before; exit 1; }
sed -i 's/--execute /--execute --rate off /' commands.sh
run_commands

expect '^verified: all 11 of 11 imports are in ZIM, in order; 30 of 36 records were left out$'
expect '^exit code 3: verified, but records were left out$'
expect '"reason":"user-id.characters"'
echo "migration: every command ran"
