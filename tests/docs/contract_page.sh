#!/usr/bin/env bash
# docs/contract.md is what `zimmock contract list --md` prints.
set -euo pipefail
: "${ZIMMOCK:?path of the zimmock binary}" "${ZIMMOCK_SOURCE:?folder of the sources}"
page=$ZIMMOCK_SOURCE/docs/contract.md
diff -u "$page" <("$ZIMMOCK" contract list --md) || {
  echo 'FAIL: make it anew: zimmock contract list --md >docs/contract.md'
  exit 1
}
echo "contract page: $(grep -c '^| `' "$page") rules"
