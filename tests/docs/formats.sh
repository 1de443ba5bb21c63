#!/usr/bin/env bash
# Runs the commands of docs/formats.md, and holds its table against `zimmock list formats`.
set -euo pipefail
# shellcheck source=tests/docs/page_lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/page_lib.sh"
ln -s "$ZIMMOCK_SOURCE/fixtures" "$work/fixtures"
commands_of docs/formats.md 1
run_commands

expect '"user700000000"'
expect '^user700000001/user300000000 +1 '
expect '^exit code 3: without the bad records$'
expect '"FromUserId":'
diff <("$ZIMMOCK" list formats --json | jq -r '.[].name') \
  <(sed -nE '/^### /q; s/^\| `([a-z]+)` \| .*/\1/p' "$ZIMMOCK_SOURCE/docs/formats.md") ||
  { echo "FAIL: the table of docs/formats.md has other formats than the program"; exit 1; }
echo "formats: every command ran"
