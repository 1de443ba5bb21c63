#!/usr/bin/env bash
# Runs the commands of docs/moving-exports.md in a folder with such exports, against a mock.
set -euo pipefail
: "${ZIMMOCK:?path of the zimmock binary}" "${ZIMMOCK_SOURCE:?folder of the sources}"
unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY all_proxy ALL_PROXY

work=$(mktemp -d "${TMPDIR:-/tmp}/zimmock-moving.XXXXXX")
cleanup() {
  local pid
  for pid in $(jq -r .pid "$work/ready.json" 2>/dev/null); do kill "$pid" 2>/dev/null || true; done
  rm -rf "$work"
}
trap cleanup EXIT
mkdir "$work/bin"
ln -s "$ZIMMOCK" "$work/bin/zimmock"
python3 -B "$ZIMMOCK_SOURCE/tests/cli/make_exports.py" "$work"
awk '/^```sh run$/ {on = 1; next} /^```/ {on = 0} on' "$ZIMMOCK_SOURCE/docs/moving-exports.md" >"$work/commands.sh"
[[ $(wc -l <"$work/commands.sh") -gt 10 ]] || { echo "FAIL: no commands found in the page"; exit 1; }

cd "$work"
"$ZIMMOCK" serve --port 0 --plan pro --rate off --ready-file ready.json >first-line 2>log.jsonl &
until [ -s ready.json ]; do sleep 0.1; done
ZIM_ENDPOINT=$(jq -r .url ready.json)
export ZIM_ENDPOINT ZIM_APP_ID=12345 ZIM_SERVER_SECRET=9193cc662a4c0ec135ec71fb57194b38
sed -i 's/--execute$/--execute --rate off/' commands.sh
PATH=$work/bin:$PATH HOME=$work bash -euo pipefail commands.sh >out 2>err || {
  echo "FAIL: the commands ended with $?"
  cat out err
  exit 1
}

expect() {
  grep -qE -- "$1" out || { echo "FAIL: expected a line like: $1"; cat out; exit 1; }
}
imports=$(jq '[.conversations[] | length] | add * 2' expected.json)
expect "^nothing was sent: this was the plan"
expect "^verified: all $imports of $imports imports are in ZIM, in order$"
expect '¿qué tal, Ben\?'
[[ $(find . -name '*.journal' | wc -l) == 1 ]] || { echo "FAIL: expected one journal"; exit 1; }
echo "moving-exports: every command ran"
