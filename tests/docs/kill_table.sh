#!/usr/bin/env bash
# Every wrong mock is caught, by the case that docs/kill-table.md names first. The page's other column takes the whole
# matrix, which ./dev kill-table makes.
set -euo pipefail
: "${WRONG_MOCKS:?path of tests/wrong/wrong_mocks}" "${ZIMMOCK_SOURCE:?folder of the sources}"
made=$(mktemp "${TMPDIR:-/tmp}/zimmock-kills.XXXXXX")
trap 'rm -f "$made"' EXIT

"$WRONG_MOCKS" kills >"$made"
diff -u <(sed -nE 's/^\| `([^`]+)` \| .* \| `(.+)`( and [0-9]+ more)? \| [^|]*\|$/\1 \2/p' "$ZIMMOCK_SOURCE/docs/kill-table.md") "$made" ||
  { echo "FAIL: make the page anew: ./dev kill-table"; exit 1; }
grep -q "^\*\*$(wc -l <"$made") of $(wc -l <"$made") wrong mocks are caught" "$ZIMMOCK_SOURCE/docs/kill-table.md" ||
  { echo "FAIL: the page counts otherwise"; exit 1; }
echo "kill table: $(wc -l <"$made") wrong mocks are caught"
