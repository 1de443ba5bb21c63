#!/usr/bin/env bash
# Runs the commands of docs/moving-exports.md in a folder with such exports, against a mock.
set -euo pipefail
# shellcheck source=tests/docs/page_lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/page_lib.sh"
python3 -B "$ZIMMOCK_SOURCE/tests/cli/make_exports.py" "$work"
commands_of docs/moving-exports.md 1

start_mock
sed -i 's/--execute$/--execute --rate off/' commands.sh
run_commands

imports=$(jq '[.conversations[] | length] | add * 2' expected.json)
expect "^nothing was sent: this was the plan"
expect "^verified: all $imports of $imports imports are in ZIM, in order$"
expect '¿qué tal, Ben\?'
[[ $(find . -name '*.journal' | wc -l) == 1 ]] || { echo "FAIL: expected one journal"; exit 1; }
echo "moving-exports: every command ran"
