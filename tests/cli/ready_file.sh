#!/usr/bin/env bash
# --ready-file is there for as long as the command answers: an earlier run's is removed before anything else, this run's
# when it ends. Otherwise who waits for the file is led to a mock that is gone.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh" || exit 1

stale='{"url":"http://127.0.0.1:1","app_id":12345,"pid":1}'
leave() { echo "$stale" >"$T/ready.json"; }
is_new() { [[ -s $T/ready.json && $(jq .pid "$T/ready.json") == "$1" ]]; }
is_none() { [[ ! -e $T/ready.json ]]; }
expect_none() { if is_none; then pass; else fail "no $T/ready.json" "$(<"$T/ready.json")"; fi; }

background() { # ARGS...: PID
  environment
  set -m # a background job without job control starts with SIGINT ignored
  (cd "$T" && exec "${ENV[@]}" "$ZIMMOCK" "$@") >"$T/first" 2>"$T/err" </dev/null &
  PID=$!
  set +m
  PIDS+=("$PID")
}

for command in serve 'proxy --upstream http://127.0.0.1:9'; do
  WHAT="$command: the loop of README ends with the new one's file" SENT="$command"
  read -ra words <<<"$command"
  leave
  background "${words[@]}" --port 0 --ready-file ready.json
  if until_true is_new "$PID"; then pass; else fail "the file of pid $PID" "$(cat "$T/ready.json" "$T/err" 2>&1)"; fi
  WHAT="$command: it is gone with the command"
  kill -TERM "$PID"
  wait_exit "$PID"
  expect_none

  WHAT="$command: a file that another run has put there stays"
  background "${words[@]}" --port 0 --ready-file ready.json
  until_true is_new "$PID"
  leave
  kill -TERM "$PID"
  wait_exit "$PID"
  expect_equal "$stale" "$(cat "$T/ready.json" 2>&1)"

  for wrong in '--nosuch' '--port x' '--listen nowhere:port'; do
    leave
    read -ra more <<<"$wrong"
    refuses "$command $wrong" 2 . "${words[@]}" --ready-file ready.json "${more[@]}"
    expect_none
    leave
    refuses "$command: the same before it" 2 . "${words[@]}" "${more[@]}" --ready-file ready.json
    expect_none
  done
done

WHAT='a port that is taken'
start_mock
leave
refuses 'a port that is taken' '1|2' 'Address already in use|in use' serve --listen "${URL#http://}" --ready-file ready.json
expect_none
WHAT='what could not be removed is named'
mkdir "$T/ready.d"
refuses 'a folder' 2 'ready\.d: expected a regular file' serve --port 0 --ca-dir "$T/ca" --ready-file ready.d
[[ -d $T/ready.d ]] && pass || fail 'the folder is still there' ''

PIDS=("$MOCK_PID")
finish_cli
