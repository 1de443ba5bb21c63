#!/usr/bin/env bash
# Runs every block of the README that is marked ```sh run, as a user would: in one shell, in a folder
# that has the project's fixtures, with zimmock on the PATH.
set -euo pipefail
# shellcheck source=tests/docs/page_lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/page_lib.sh"
ln -s "$ZIMMOCK_SOURCE/fixtures" "$work/fixtures"

commands_of README.md 1
# As an earlier run leaves it that was killed.
echo '{"url":"http://127.0.0.1:1","control_url":"http://127.0.0.1:1","pid":null}' >ready.json
# The README migrates at the service's own 20 calls a second; the test need not wait for that.
sed -i 's/^zimmock serve --port 0 --plan pro /&--rate off /; s/--execute$/--execute --rate off/' commands.sh
run_commands

expect '"Code":0'
expect '^X-Zimmock-Explain: .*MessageType: expected an integer, got string "1"'
expect '^nothing was sent'
expect '^verified: all 752 of 752 imports are in ZIM, in order$'
expect 'delivery.custom-receiver-unknown'
echo "readme: every command ran"
