#!/usr/bin/env bash
# Every section that the program names is a heading of docs/zim-api.md: of each rule (rules.inc) and of each statement
# without a rule (rules.cpp). So is every section that a comment names beside the page. A page without one of its
# headings must fail.
set -euo pipefail
: "${ZIMMOCK_SOURCE:?folder of the sources}"
cd "$ZIMMOCK_SOURCE"

named() { # the sections that the sources name, one a line
  sed -nE 's/^RULE\(k[A-Za-z0-9]+, "[^"]+", k[A-Za-z]+, k[A-Za-z]+, [^,]+, "([^"]*)", .*/\1/p' contracts/rules/rules.inc
  sed -nE '/kUnruled\[\]/,/^};/ s/^    \{"([^"]*)",.*/\1/p' contracts/rules/rules.cpp
  grep -rhoE 'docs/zim-api\.md,? sections? [0-9]+' contracts mock_server client cli tests --include='*.h' --include='*.cpp' \
    --include='*.inc' --include='*.sh' --include='*.py' | grep -oE '[0-9]+$'
}
missing() { # PAGE: sections that are named and have no heading there
  named | sort -nu | while read -r section; do
    grep -qE "^## $section\. " "$1" || echo "$section"
  done
}

rules=$(grep -cE '^RULE\(k' contracts/rules/rules.inc)
read_rules=$(sed -nE 's/^RULE\(k[A-Za-z0-9]+, "[^"]+", k[A-Za-z]+, k[A-Za-z]+, [^,]+, "([0-9]+)", .*/\1/p' contracts/rules/rules.inc | wc -l)
[[ $rules -gt 100 && $read_rules == "$rules" ]] || {
  echo "FAIL: $rules rules, and $read_rules of them name a section by its number"
  exit 1
}
without=$(missing docs/zim-api.md)
[[ -z $without ]] || { echo "FAIL: docs/zim-api.md has no section" $without; exit 1; }

# The control: without one heading, that section is missed.
page=$(mktemp "${TMPDIR:-/tmp}/zimmock-sections.XXXXXX")
trap 'rm -f "$page"' EXIT
for section in $(named | sort -nu); do
  grep -vE "^## $section\. " docs/zim-api.md >"$page"
  [[ $(missing "$page") == "$section" ]] || { echo "FAIL: nobody misses section $section"; exit 1; }
done
echo "sections: $rules rules, $(named | sort -nu | wc -l) sections"
