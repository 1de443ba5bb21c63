#!/usr/bin/env bash
# --help, and words the program does not know.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh" || exit 1

COMMANDS=(serve exec proxy env migrate query view sign ca contract list tenant state clock device fault requests verify wait
  healthcheck help version)

# --- help ------------------------------------------------------------------------------------------------------------

CREDENTIALS=no
WHAT='zimmock --help'
zim --help
expect_rc 0
expect_equal '' "$ERR" stderr
for command in "${COMMANDS[@]}"; do
  expect_out "(^|"$'\n'")  $command +[A-Z]"
done
HELP=$OUT
for command in "${COMMANDS[@]}"; do
  WHAT="zimmock $command --help"
  zim "$command" --help
  expect_rc 0
  expect_equal '' "$ERR" stderr
  expect_out '--help'
  if [[ $OUT != "$HELP" ]]; then pass; else fail 'a help of its own' "$OUT"; fi
done
: >"$T/printed" # the help of serve names the published secret of the default app
for flag in --execute --time-shift --too-old --rate --lanes --json --ca-file --bad --journal --quarantine --tag --gap --shard \
  --settle --sign-skew; do
  WHAT="migrate --help tells of $flag"
  zim migrate --help
  expect_out "$flag"
done
WHAT='the help of migrate says where credentials come from, and how it can end'
expect_out 'ZIM_ENDPOINT'
expect_out 'ZIM_APP_ID'
expect_out 'ZIM_SERVER_SECRET'
expect_out '130'
for word in status report verify; do
  WHAT="zimmock migrate $word --help"
  zim migrate "$word" --help
  expect_rc 0
  expect_out JOURNAL
  expect_out '--json'
done
for word in map preview convert; do
  WHAT="zimmock migrate $word --help"
  zim migrate "$word" --help
  expect_rc 0
  expect_out INPUT
  refuses "migrate $word without an input" 2 'expected INPUT' migrate "$word"
done
WHAT='the version, in three ways'
zim --version
expect_rc 0
expect_out '^zimmock [0-9]+\.[0-9]+[^ ]*$'
VERSION=$OUT
for word in -V version; do
  zim $word
  expect_rc 0
  expect_equal "$VERSION" "$OUT"
done

# Every help there is: the words of a command, and below it those of its subcommands.
all_helps() { # COMMAND...
  local word
  WHAT="$* --help"
  zim "$@" --help
  expect_rc 0
  expect_equal '' "$(grep -nE '^.{81}' <<<"$OUT")" 'lines of more than 80 columns'
  local help=$OUT
  if [[ $1 != help ]]; then
    zim help "$@"
    expect_rc 0
    expect_equal "$help" "$OUT" "zimmock help $*"
  fi
  for word in $(sed -nE '/^Subcommands:/,/^$/s/^  ([a-z][a-z-]*) .*/\1/p' <<<"$help"); do all_helps "$@" "$word"; done
}
zim --help
expect_equal '' "$(grep -nE '^.{81}' <<<"$OUT")" 'lines of more than 80 columns'
for command in "${COMMANDS[@]}"; do all_helps "$command"; done
if ((CHECKS > 150)); then pass; else fail 'the helps of subcommands, too' "$CHECKS checks"; fi
WHAT='options and commands stand under headings'
zim --help
expect_out $'\nRun a mock:\n  serve .*\nMove and read messages:\n  migrate .*\nSteer a running mock:\n'
zim serve --help
expect_out $'\nAddresses:\n  --listen .*\nApps:\n  --app .*\nOutput:\n'
zim migrate --help
expect_out $'\nInput:\n  --format .*\nPlan:\n  --plan .*\nRun:\n  --execute .*\nOutput:.*\nService:\n'
zim help
expect_rc 0
expect_out '^zimmock: a mock of the ZEGOCLOUD ZIM server API'
WHAT='no arguments: the help, and an exit code that says that something was expected'
zim
expect_rc 2
expect_no_out
expect_err $'^zimmock: a mock of the ZEGOCLOUD ZIM server API.*\n  serve '
refuses 'help of a command that is none' 2 'help: expected a command, got "migrte"; did you mean migrate' help migrte
refuses 'help of a subcommand that is none' 2 'help: expected a command, got "statsu"; did you mean status' help migrate statsu
: >"$T/printed"

: >"$T/x.jsonl"
# --- what it does not know --------------------------------------------------------------------------------------------

refuses 'an unknown subcommand' 2 'frobnicate' frobnicate
refuses 'a misspelt subcommand' 2 'migrte.*did you mean.*migrate' migrte
refuses 'a subcommand in upper case' 2 'SERVE' SERVE
refuses 'a misspelt subcommand that is taken for the file' 2 'expected a file or a subcommand, got "statsu"; did you mean status' migrate statsu j.db
refuses 'the same without another word' 2 'expected a file or a subcommand, got "statsu"; did you mean status' migrate statsu
refuses '--port and --listen' 2 '--(port|listen).*(port|listen)' serve --port 0 --listen 127.0.0.1:0
refuses 'a misspelt flag of migrate' 2 '--exeucte.*did you mean.*--execute' migrate x.jsonl --exeucte
refuses 'a misspelt flag of serve' 2 '--listne.*did you mean.*--listen' serve --listne 127.0.0.1:0
refuses 'a misspelt flag of query' 2 '--josn.*did you mean.*--json' query --as ann --peer bob --josn
refuses 'a misspelt flag of view' 2 '--sdkk.*did you mean.*--sdk' view --as ann --peer bob --sdkk 2.8.0
refuses 'a misspelt flag with its value' 2 '--ltsen.*did you mean' serve --ltsen=127.0.0.1:0
refuses 'a flag that resembles nothing' 2 '--xyzzyplugh' migrate x.jsonl --xyzzyplugh
if [[ $ERR != *'did you mean'* ]]; then pass; else fail 'no guess' "$ERR"; fi
refuses 'migrate without a file' 2 'expected INPUT, the chat history, or map, preview, convert, probe, status, report, retry or verify' migrate
refuses 'migrate with options alone' 2 'expected INPUT, the chat history, or map, preview, convert, probe, status, report, retry or verify' migrate --execute
for word in status report verify; do
  refuses "migrate $word without a journal" 2 'JOURNAL' migrate "$word"
  refuses "migrate $word with a misspelt flag" 2 '--jsn.*did you mean.*--json' migrate "$word" x.journal --jsn
done
refuses 'a misspelt status' 2 'statsu' migrate statsu
refuses 'query without users' 2 '--(as|peer)' query
refuses 'view without users' 2 '--(as|peer|sdk)' view
refuses 'list without a kind' 2 'KIND|actions' list
refuses 'a surplus word' 2 'surplus' migrate status x.journal surplus
# What is wrong with the words is said before the file is looked at.
MIGRATE=(migrate x.jsonl --format zim)
refuses 'a rate that is none' 2 '--rate.*(fast|expected)' "${MIGRATE[@]}" --rate fast
refuses 'a rate of 0' 2 '--rate' "${MIGRATE[@]}" --rate 0
refuses 'a rate below 0' 2 '--rate' "${MIGRATE[@]}" --rate -1
refuses 'lanes that are none' 2 '--lanes' "${MIGRATE[@]}" --lanes 0
refuses 'a policy that is none' 2 '--too-old.*(ignore|stop)' "${MIGRATE[@]}" --too-old ignore
refuses 'a policy for bad records that is none' 2 '--bad: expected stop, quarantine, got "ignore"' "${MIGRATE[@]}" --bad ignore
refuses 'the policy of an earlier version' 2 '--bad: expected stop, quarantine, got "skip"' "${MIGRATE[@]}" --bad skip
refuses 'a tag that is none' 2 '--tag: expected on, off, got "maybe"' "${MIGRATE[@]}" --tag maybe
refuses 'a policy for gaps that is none' 2 '--gap: expected stop, continue, got "skip"' "${MIGRATE[@]}" --gap skip
for shard in 0/3 4/3 3 /3 1/0 a/b 1/3/5 -1/3 ''; do
  refuses "the shard \"$shard\"" 2 '--shard.*expected' "${MIGRATE[@]}" --shard "$shard"
done
refuses 'more shards than calls a second' 2 '--shard: expected at most .* 20, got 21' "${MIGRATE[@]}" --shard 21/21
refuses 'a time to settle that is none' 2 '--settle: expected a duration.*"soon"' "${MIGRATE[@]}" --settle soon
refuses 'a time to settle below 0' 2 '--settle: expected a duration.*"-1s"' "${MIGRATE[@]}" --settle=-1s
refuses 'a time to settle of more than a day' 2 '--settle: expected a duration up to 86400 s' "${MIGRATE[@]}" --settle 25h
refuses 'signed as early as the window is long' 2 '--sign-skew: expected a duration up to 599 s.*"600s"' "${MIGRATE[@]}" --sign-skew 600s
refuses 'signed in the future' 2 '--sign-skew: expected a duration.*"-1s"' "${MIGRATE[@]}" --sign-skew=-1s
refuses 'a shift that is none' 2 'time.shift.*expected.*newest=now.*yesterday' "${MIGRATE[@]}" --time-shift yesterday
refuses 'a format that is none' 2 '--format' migrate x.jsonl --format zip
refuses 'a flag without its value' 2 '--rate' migrate x.jsonl --rate

finish_cli
