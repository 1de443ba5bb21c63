#!/usr/bin/env bash
# Runs every block of the README that is marked ```sh run, as a user would: in one shell, in a folder
# that has the project's fixtures, with zimmock on the PATH.
set -euo pipefail
: "${ZIMMOCK:?path of the zimmock binary}" "${ZIMMOCK_SOURCE:?folder of the sources}"
unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY all_proxy ALL_PROXY

work=$(mktemp -d "${TMPDIR:-/tmp}/zimmock-readme.XXXXXX")
cleanup() {
  local pid
  for pid in $(jq -r .pid "$work/ready.json" 2>/dev/null); do kill "$pid" 2>/dev/null || true; done
  rm -rf "$work"
}
trap cleanup EXIT
mkdir "$work/bin"
ln -s "$ZIMMOCK" "$work/bin/zimmock"
ln -s "$ZIMMOCK_SOURCE/fixtures" "$work/fixtures"

awk '/^```sh run$/ {on = 1; next} /^```/ {on = 0} on' "$ZIMMOCK_SOURCE/README.md" >"$work/commands.sh"
[[ $(wc -l <"$work/commands.sh") -gt 10 ]] || { echo "FAIL: no commands found in README.md"; exit 1; }

cd "$work"
# As an earlier run leaves them that was killed.
echo '{"url":"http://127.0.0.1:1","control_url":"http://127.0.0.1:1","pid":null}' | tee ready.json >proxy.json
# The README migrates at the service's own 20 calls a second; the test need not wait for that.
sed -i 's/^zimmock serve --port 0 --plan pro /&--rate off /; s/--execute$/--execute --rate off/' commands.sh
PATH=$work/bin:$PATH HOME=$work bash -euo pipefail commands.sh >out 2>err || {
  echo "FAIL: the README's commands ended with $?"
  cat out err
  exit 1
}

expect() {
  grep -qE -- "$1" out || { echo "FAIL: expected a line like: $1"; cat out; exit 1; }
}
expect '"Code":0'
expect '^X-Zimmock-Explain: .*MessageType: expected an integer, got string "1"'
expect '^nothing was sent'
expect '^verified: all 752 of 752 imports are in ZIM, in order$'
expect '^verified: all 11 of 11 imports are in ZIM, in order; 30 of 36 records were left out$'
expect 'delivery.custom-receiver-unknown'
expect ' failed 0 .* NOT EXERCISED 0 - conforms$'
expect '^query.next-is-opaque  \(assumed, binds server and client\)'
expect '^UNVERIFIED: neither run is against the real service'
expect '^1 call judged: '
echo "readme: every command ran"
