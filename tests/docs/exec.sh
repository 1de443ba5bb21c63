#!/usr/bin/env bash
# Runs the command of docs/exec.md that is marked ```sh run.
set -euo pipefail
# shellcheck source=tests/docs/page_lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/page_lib.sh"
commands_of docs/exec.md 1
run_commands

expect '"Code":0'
echo "exec: every command ran"
