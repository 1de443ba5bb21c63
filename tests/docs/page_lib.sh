# Sourced by the tests of the documents: a folder with zimmock on the PATH, in which a page's commands are run.
: "${ZIMMOCK:?path of the zimmock binary}" "${ZIMMOCK_SOURCE:?folder of the sources}"
# shellcheck source=tests/support/mock.sh
. "$(dirname "${BASH_SOURCE[0]}")/../support/mock.sh"
unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY all_proxy ALL_PROXY

PIDS=()
work=$(mktemp -d "${TMPDIR:-/tmp}/zimmock-page.XXXXXX")
cleanup() {
  local pid
  for pid in $(jq -r .pid "$work/ready.json" 2>/dev/null); do kill "$pid" 2>/dev/null || true; done
  rm -rf "$work"
}
trap cleanup EXIT
mkdir "$work/bin"
ln -s "$ZIMMOCK" "$work/bin/zimmock"
cd "$work"

commands_of() { # PAGE BLOCKS: its blocks that are marked ```sh run, as commands.sh; so many must be there
  awk '/^```sh run$/ {on = 1; next} /^```/ {on = 0} on' "$ZIMMOCK_SOURCE/$1" >commands.sh
  [[ $(grep -cx '```sh run' "$ZIMMOCK_SOURCE/$1") == "$2" && $(wc -l <commands.sh) -gt 2 ]] ||
    { echo "FAIL: expected $2 blocks of commands in $1"; exit 1; }
}
start_mock() { # as the README's first commands start it, without a limit of the rate; and the variables they export
  launch ready.json first-line.json log.jsonl "$ZIMMOCK" serve --port 0 --plan pro --rate off
  ZIM_ENDPOINT=$(of_ready url)
  export ZIM_ENDPOINT ZIM_APP_ID=12345 ZIM_SERVER_SECRET=9193cc662a4c0ec135ec71fb57194b38
}
run_commands() { # as a user would, in one shell
  PATH=$work/bin:$PATH HOME=$work bash -euo pipefail commands.sh >out 2>err || {
    echo "FAIL: the page's commands ended with $?"
    cat out err
    exit 1
  }
}
expect() {
  grep -qE -- "$1" out || { echo "FAIL: expected a line like: $1"; cat out; exit 1; }
}
