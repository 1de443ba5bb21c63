#!/usr/bin/env bash
# Runs every block that is marked ```sh run of the README and of the pages that continue it, as a reader does who goes
# through them in order: in one shell, in a folder that has the project's fixtures, with zimmock on the PATH.
set -euo pipefail
# shellcheck source=tests/docs/page_lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/page_lib.sh"
ln -s "$ZIMMOCK_SOURCE/fixtures" "$work/fixtures"

commands_of README.md 1
cat commands.sh >all.sh
commands_of docs/mock.md 1
cat commands.sh >>all.sh
commands_of docs/migration.md 1
cat commands.sh >>all.sh
commands_of docs/contract-runs.md 2
cat commands.sh >>all.sh
# As an earlier run leaves them that was killed.
echo '{"url":"http://127.0.0.1:1","control_url":"http://127.0.0.1:1","pid":null}' | tee ready.json >proxy.json
# The pages migrate at the service's own 20 calls a second; the test need not wait for that.
sed 's/^zimmock serve --port 0 --plan pro /&--rate off /; s/ --execute/ --execute --rate off/' all.sh >commands.sh
run_commands

expect '"Code":0'
expect '^X-Zimmock-Explain: .*MessageType: expected an integer, got string "1"'
expect '^nothing was sent'
expect '^verified: all 752 of 752 imports are in ZIM, in order$'
expect 'delivery.custom-receiver-unknown'
[[ -s snapshot.jsonl ]] || { echo "FAIL: nothing was exported"; exit 1; }
expect '^verified: all 11 of 11 imports are in ZIM, in order; 30 of 36 records were left out$'
expect '^exit code 3$'
expect '"reason":"user-id.characters"'
expect ' failed 0 .* NOT EXERCISED 0 - conforms$'
expect '^query.next-is-opaque  \(assumed, binds server and client\)'
expect '^UNVERIFIED: neither run is against the real service'
expect '^1 call judged: '
echo "readme: every command ran"
