#!/usr/bin/env bash
# The demo ends with the verdict and leaves nothing behind.
set -euo pipefail
: "${ZIMMOCK:?path of the zimmock binary}" "${ZIMMOCK_SOURCE:?folder of the sources}"
work=$(mktemp -d "${TMPDIR:-/tmp}/zimmock-demotest.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir "$work/tmp"
TMPDIR=$work/tmp HOME=$work "$ZIMMOCK_SOURCE/examples/demo.sh" "$ZIMMOCK" >"$work/out" 2>"$work/err" || {
  echo "FAIL: the demo ended with $?"
  cat "$work/out" "$work/err"
  exit 1
}
last=$(tail -n 1 "$work/out")
[[ $last == 'verified: all 752 of 752 imports are in ZIM, in order' ]] || { echo "FAIL: last line: $last"; exit 1; }
for sdk in 1.9.0 2.7.0 2.19.0; do
  grep -q "^SDK $sdk: " "$work/out" || { echo "FAIL: no view for SDK $sdk"; exit 1; }
done
! grep -q $'\033' "$work/out" "$work/err" || { echo "FAIL: escapes for a terminal in a file"; exit 1; }
[[ -z $(ls -A "$work/tmp") ]] || { echo "FAIL: left behind: $(ls -A "$work/tmp")"; exit 1; }
echo "demo: ended with the verdict"
