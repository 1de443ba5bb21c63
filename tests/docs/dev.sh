#!/usr/bin/env bash
# ./dev without root: it asks for every package that is missing, at once, and says how.
set -euo pipefail
: "${ZIMMOCK_SOURCE:?folder of the sources}"
work=$(mktemp -d "${TMPDIR:-/tmp}/zimmock-devtest.XXXXXX")
trap 'rm -rf "$work"' EXIT
# Nobody is root here, no package is installed, and there is neither sudo nor apt-get.
for program in bash dirname grep cat; do ln -s "$(command -v $program)" "$work/$program"; done
printf '#!/bin/sh\necho 1000\n' >"$work/id"
printf '#!/bin/sh\nexit 1\n' >"$work/dpkg-query"
chmod +x "$work/id" "$work/dpkg-query"
for command in demo test check chaos; do
  code=0
  PATH=$work bash "$ZIMMOCK_SOURCE/dev" $command >"$work/out" 2>"$work/err" || code=$?
  said=$(<"$work/err")
  [[ $code == 1 && ! -s $work/out && $(wc -l <"$work/err") == 1 &&
    $said == 'dev: as root, run: apt-get update && apt-get install g++ cmake '*' curl jq '* ]] ||
    { echo "FAIL: ./dev $command: exit code $code: $said"; exit 1; }
done
echo 'dev: asks for all of them at once'
