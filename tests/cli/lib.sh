#!/usr/bin/env bash
# What every script of the command line shares, on top of tests/e2e/lib.sh: the program run with an environment of its
# own, and checks of what it printed and how it ended. Whatever it prints is searched for the secret at the end.
# shellcheck disable=SC2034 # globals are read by the scripts
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../e2e/lib.sh" || exit 1

OUT='' ERR='' RC=''
ENDPOINT=''        # for ZIM_ENDPOINT; empty: not set
CREDENTIALS=yes    # for ZIM_APP_ID and ZIM_SERVER_SECRET; anything else: not set
EXTRA_ENV=()       # NAME=VALUE, added
STDIN=/dev/null
JOURNALS=0         # made so far
ZIMMOCK=$(realpath "$ZIMMOCK")
: >"$T/printed"
umask 077          # a file with a secret that others may read is warned of

environment() { # ENV: what the program gets to see
  ENV=(env -i "PATH=$PATH" "HOME=$T" "TMPDIR=$T" LC_ALL=C.UTF-8)
  local name
  for name in ASAN_OPTIONS UBSAN_OPTIONS TSAN_OPTIONS LSAN_OPTIONS; do
    [[ -z ${!name-} ]] || ENV+=("$name=${!name}")
  done
  [[ -z $ENDPOINT ]] || ENV+=("ZIM_ENDPOINT=$ENDPOINT")
  [[ $CREDENTIALS != yes ]] || ENV+=("ZIM_APP_ID=$APP" "ZIM_SERVER_SECRET=$SECRET")
  ENV+=("${EXTRA_ENV[@]}")
}

# What keeps a migration that sends out of the journals of the others: a journal of its own, unless the test names one.
own_journal() { # ARGS: OWN_JOURNAL
  OWN_JOURNAL=()
  [[ ${1-} == migrate && ${2-} != probe && " $* " == *' --execute '* && " $* " != *' --journal '* ]] || return
  OWN_JOURNAL=(--journal "$T/own.$((++JOURNALS)).journal")
}

zim() { # ARGS: OUT, ERR, RC. In the folder $T, where files without a folder go.
  environment
  own_journal "$@"
  SENT="zimmock $* ${OWN_JOURNAL[*]}"
  (cd "$T" && exec timeout -k 5 "$HANG" "${ENV[@]}" "$ZIMMOCK" "$@" "${OWN_JOURNAL[@]}") >"$T/z_out" 2>"$T/z_err" <"$STDIN"
  RC=$?
  OUT=$(tr -d '\0' <"$T/z_out") ERR=$(tr -d '\0' <"$T/z_err")
  cat "$T/z_out" "$T/z_err" >>"$T/printed"
}

printed() { printf 'exit %s\n--- stdout\n%s\n--- stderr\n%s' "$RC" "$OUT" "$ERR"; }
expect_rc() { if [[ "|$1|" == *"|$RC|"* ]]; then pass; else fail "exit code $1" "$(printed)"; fi; } # N or N|M
expect_out() { if matches "$OUT" "$1"; then pass; else fail "stdout matching $1" "$(printed)"; fi; }
expect_err() { if matches "$ERR" "$1"; then pass; else fail "stderr matching $1" "$(printed)"; fi; }
expect_no_out() { if [[ -z $OUT ]]; then pass; else fail 'nothing on stdout' "$(printed)"; fi; }
expect_out_json() { # JQ-EXPR [jq args]: true of stdout
  local expr=$1
  shift
  if jq -e "$expr" "$@" <<<"$OUT" >"$T/jq" 2>&1; then pass; else fail "true of stdout: $expr $*" "$(printed) ($(<"$T/jq"))"; fi
}

# refuses NAME CODE REGEX ARGS...: ends with CODE, one line on stderr that matches, and nothing on stdout.
refuses() {
  WHAT=$1
  zim "${@:4}"
  expect_rc "$2"
  expect_err "$3"
  if [[ $(wc -l <"$T/z_err") == 1 ]]; then pass; else fail 'one line on stderr' "$(printed)"; fi
  if [[ $ERR == 'zimmock: '* ]]; then pass; else fail 'stderr that begins with "zimmock: "' "$(printed)"; fi
  expect_no_out
}

finish_cli() { # instead of finish: the secret was never printed
  WHAT='the secret is never printed' SENT='(all of the above)'
  printf '%s\n' "$SECRET" >>"$T/secrets"
  expect_equal '' "$(grep -aiFf "$T/secrets" "$T/printed")"
  if [[ -s $T/signatures ]]; then expect_equal '' "$(grep -aiFf "$T/signatures" "$T/printed")"; fi
  finish
}
