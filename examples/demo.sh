#!/usr/bin/env bash
# demo.sh ZIMMOCK: the main job once, on the project's own conversations. Ends with the verdict.
set -euo pipefail
zimmock=$(realpath "$1")
cd "$(dirname "${BASH_SOURCE[0]}")/.."

work=$(mktemp -d "${TMPDIR:-/tmp}/zimmock-demo.XXXXXX")
trap 'kill "${mock:-}" 2>/dev/null || true; rm -rf "$work"' EXIT
unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY all_proxy ALL_PROXY # all of it stays on this machine

bold='' plain=''
if [[ -t 1 && -z ${NO_COLOR-} && ${TERM-dumb} != dumb ]]; then bold=$'\033[1m' plain=$'\033[0m'; fi
say() { printf '\n%s%s%s\n' "$bold" "$*" "$plain"; }
run() {
  printf '$ zimmock'
  printf ' %q' "$@"
  printf '\n'
  "$zimmock" "$@"
}

say 'A mock of the service on free ports, as a plan with 30 days of history'
"$zimmock" serve --port 0 --plan pro --rate off --log off --ca-dir "$work/ca" --ready-file "$work/ready" >"$work/first-line" &
mock=$!
until [[ -s $work/ready ]]; do
  kill -0 "$mock"
  sleep 0.02
done
cat "$work/ready"
ZIM_ENDPOINT=$(jq -r .tls_url "$work/ready")
export ZIM_ENDPOINT ZIM_APP_ID=12345 ZIM_SERVER_SECRET=9193cc662a4c0ec135ec71fb57194b38
ca=$work/ca/ca.pem

say 'The migration over TLS: planned, sent, read back, compared'
run migrate fixtures/migration/conversations.jsonl --time-shift newest=now --max-examples 1 \
  --rate off --ca-file "$ca" --journal "$work/journal" --execute | tee "$work/report"

say 'What three versions of the SDK would get of one of these conversations'
for sdk in 1.9.0 2.7.0 2.19.0; do
  run view --as 'rook=e1' --peer 'knight>f3' --sdk "$sdk" --ca-file "$ca" | tail -n 5
done

say 'The verdict'
tail -n 1 "$work/report"
