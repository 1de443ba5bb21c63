# Sourced by the tests of the documents: a folder with zimmock on the PATH, in which a page's commands are run.
: "${ZIMMOCK:?path of the zimmock binary}" "${ZIMMOCK_SOURCE:?folder of the sources}"
unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY all_proxy ALL_PROXY

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

commands_of() { # PAGE: its blocks that are marked ```sh run, as commands.sh
  awk '/^```sh run$/ {on = 1; next} /^```/ {on = 0} on' "$ZIMMOCK_SOURCE/$1" >commands.sh
  [[ $(wc -l <commands.sh) -gt 10 ]] || { echo "FAIL: no commands found in $1"; exit 1; }
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
