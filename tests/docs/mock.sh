#!/usr/bin/env bash
# Runs the commands of docs/mock.md against a mock.
set -euo pipefail
# shellcheck source=tests/docs/page_lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/page_lib.sh"
ln -s "$ZIMMOCK_SOURCE/fixtures" "$work/fixtures"
commands_of docs/mock.md 1

start_mock
run_commands

[[ -s snapshot.jsonl ]] || { echo "FAIL: nothing was exported"; exit 1; }
echo "mock: every command ran"
