#!/usr/bin/env bash
# Runs the commands of docs/contract-runs.md against a mock.
set -euo pipefail
# shellcheck source=tests/docs/page_lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/page_lib.sh"
commands_of docs/contract-runs.md 2

# As an earlier run leaves it that was killed.
echo '{"url":"http://127.0.0.1:1","control_url":"http://127.0.0.1:1","pid":null}' >proxy.json
start_mock
run_commands

expect ' failed 0 .* NOT EXERCISED 0 - conforms$'
expect '^query.next-is-opaque  \(assumed, binds server and client\)'
expect '^UNVERIFIED: neither run is against the real service'
expect '"Code":0'
expect '^1 call judged: '
echo "contract-runs: every command ran"
