#!/usr/bin/env bash
# README.md has at most 200 lines. Every relative link of README.md and docs/*.md leads to a file, and its anchor to a
# heading. A page with commands (```sh run) has a test that runs them. Pages that break one of these must fail.
set -euo pipefail
: "${ZIMMOCK_SOURCE:?folder of the sources}"
most_lines=200

text_of() { # PAGE: without blocks of code and code between backquotes
  awk '/^```/ {on = !on; next} !on' "$1" | sed -E 's/`[^`]*`//g'
}
anchors_of() { # PAGE: of its headings, as GitHub makes them
  awk '/^```/ {on = !on; next} !on && /^#+ /' "$1" | sed -E 's/^#+ +//; s/\[([^]]*)\]\([^)]*\)/\1/g' |
    tr '[:upper:]' '[:lower:]' | sed -E 's/[^a-z0-9 _-]//g; s/ /-/g'
}
links_of() { # PAGE: the relative ones
  tr '\n' ' ' < <(text_of "$1") | grep -oE '\]\([^) ]+\)' | sed -E 's/^\]\(//; s/\)$//' | grep -vE '^(https?|mailto):' || true
}
faults() ( # of the pages of a FOLDER, one a line
  cd "$1"
  lines=$(wc -l <README.md)
  [[ $lines -le $most_lines ]] || echo "README.md has $lines lines; $most_lines at most"
  for page in README.md docs/*.md; do
    while read -r link; do
      [[ -n $link ]] || continue
      target=$page
      [[ ${link%%#*} == '' ]] || target=$(dirname "$page")/${link%%#*}
      if [[ ! -e $target ]]; then
        echo "$page: $link leads nowhere"
      elif [[ $link == *#* ]] && ! anchors_of "$target" | grep -qxF -- "${link#*#}"; then
        echo "$page: $link: there is no such heading"
      fi
    done < <(links_of "$page")
    if grep -qx '```sh run' "$page" && ! grep -rqE "^commands_of $page [0-9]+$" tests/docs; then
      echo "$page: no test runs its commands"
    fi
  done
)

found=$(faults "$ZIMMOCK_SOURCE")
[[ -z $found ]] || { printf 'FAIL: %s\n' "$found"; exit 1; }
links=$(cd "$ZIMMOCK_SOURCE" && for page in README.md docs/*.md; do links_of "$page"; done | wc -l)
[[ $links -gt 30 ]] || { echo "FAIL: found $links links only"; exit 1; }

# The controls: a copy whose pages are spoilt in one way.
copy=$(mktemp -d "${TMPDIR:-/tmp}/zimmock-pages.XXXXXX")
trap 'rm -rf "$copy"' EXIT
ln -s "$ZIMMOCK_SOURCE"/* "$copy"
spoilt() { # WHAT TEXT: README.md with TEXT behind it
  rm "$copy/README.md"
  { cat "$ZIMMOCK_SOURCE/README.md"; printf '%b' "$2"; } >"$copy/README.md"
  [[ $(faults "$copy" | wc -l) == 1 ]] || { echo "FAIL: $1 is not noticed"; exit 1; }
}
spoilt 'a link to no file' '[x](docs/no-such-page.md)\n'
spoilt 'a link to no heading' '[x](docs/mock.md#no-such-heading)\n'
spoilt 'a link to no heading of its own' '[x](#no-such-heading)\n'
spoilt 'a README that is too long' "$(printf '\\n%.0s' $(seq "$most_lines"))"
rm "$copy/docs" && mkdir "$copy/docs" && ln -s "$ZIMMOCK_SOURCE"/docs/* "$copy/docs"
rm "$copy/README.md" && ln -s "$ZIMMOCK_SOURCE/README.md" "$copy"
printf '```sh run\ntrue\n```\n' >"$copy/docs/new.md"
[[ $(faults "$copy") == 'docs/new.md: no test runs its commands' ]] || { echo 'FAIL: commands that nobody runs are not noticed'; exit 1; }
echo "pages: $links links, README.md has $(wc -l <"$ZIMMOCK_SOURCE/README.md") lines"
