#!/usr/bin/env bash
# docs/kill-table.md is what `wrong_mocks kill-table` prints, and every wrong mock is caught. With ONLY set (in
# builds too slow for all of them), the mocks of that pattern alone: their rows are on the page as they are printed.
set -euo pipefail
: "${WRONG_MOCKS:?path of tests/wrong/wrong_mocks}" "${ZIMMOCK_SOURCE:?folder of the sources}"
page=$ZIMMOCK_SOURCE/docs/kill-table.md
made=$(mktemp "${TMPDIR:-/tmp}/zimmock-kill-table.XXXXXX")
trap 'rm -f "$made"' EXIT

if [[ -n ${ONLY-} ]]; then
  "$WRONG_MOCKS" kill-table --only "$ONLY" >"$made"
  rows=$(grep -c '^| `' "$made") || { echo "FAIL: no wrong mock is called $ONLY"; exit 1; }
  missing=$(grep '^| `' "$made" | grep -vxFf "$page" || true)
  [[ -z $missing ]] || { printf 'FAIL: not in docs/kill-table.md as it is:\n%s\n' "$missing"; exit 1; }
  echo "kill table: $rows wrong mocks ($ONLY) are caught as the page says"
  exit
fi
"$WRONG_MOCKS" kill-table >"$made"
diff -u "$page" "$made" || { echo "FAIL: make it anew: ./dev kill-table"; exit 1; }
echo "kill table: $(grep -c '^| `' "$made") wrong mocks are caught"
