#!/usr/bin/env bash
# --help, and words the program does not know.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh" || exit 1

COMMANDS=(serve exec env migrate query view sign ca list tenant state clock device fault requests verify wait healthcheck)

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
for flag in --execute --time-shift --too-old --rate --lanes --json --ca-file --bad; do
  WHAT="migrate --help tells of $flag"
  zim migrate --help
  expect_out "$flag"
done
WHAT='the help of migrate says where credentials come from, and how it can end'
expect_out 'ZIM_ENDPOINT'
expect_out 'ZIM_APP_ID'
expect_out 'ZIM_SERVER_SECRET'
expect_out '130'
WHAT='zimmock --version'
zim --version
expect_rc 0
expect_out '^zimmock [0-9]+\.[0-9]+'

# --- what it does not know --------------------------------------------------------------------------------------------

refuses 'no arguments' 2 '--help'
refuses 'an unknown subcommand' 2 'frobnicate' frobnicate
refuses 'a misspelt subcommand' 2 'migrte.*did you mean.*migrate' migrte
refuses 'a subcommand in upper case' 2 'SERVE' SERVE
refuses 'a misspelt flag of migrate' 2 '--exeucte.*did you mean.*--execute' migrate x.jsonl --exeucte
refuses 'a misspelt flag of serve' 2 '--listne.*did you mean.*--listen' serve --listne 127.0.0.1:0
refuses 'a misspelt flag of query' 2 '--josn.*did you mean.*--json' query --as ann --peer bob --josn
refuses 'a misspelt flag of view' 2 '--sdkk.*did you mean.*--sdk' view --as ann --peer bob --sdkk 2.8.0
refuses 'a misspelt flag with its value' 2 '--ltsen.*did you mean' serve --ltsen=127.0.0.1:0
refuses 'a flag that resembles nothing' 2 '--xyzzyplugh' migrate x.jsonl --xyzzyplugh
if [[ $ERR != *'did you mean'* ]]; then pass; else fail 'no guess' "$ERR"; fi
refuses 'migrate without a file' 2 'FILE' migrate
refuses 'query without users' 2 '--(as|peer)' query
refuses 'view without users' 2 '--(as|peer|sdk)' view
refuses 'list without a kind' 2 'KIND|actions' list
refuses 'a surplus word' 2 'surplus' migrate x.jsonl surplus
refuses 'a rate that is none' 2 '--rate.*(fast|expected)' migrate x.jsonl --rate fast
refuses 'a rate of 0' 2 '--rate' migrate x.jsonl --rate 0
refuses 'a rate below 0' 2 '--rate' migrate x.jsonl --rate -1
refuses 'lanes that are none' 2 '--lanes' migrate x.jsonl --lanes 0
refuses 'a policy that is none' 2 '--too-old.*(ignore|stop)' migrate x.jsonl --too-old ignore
refuses 'a policy for bad records that is none' 2 '--bad' migrate x.jsonl --bad ignore
refuses 'a shift that is none' 2 'time.shift.*expected.*newest=now.*yesterday' migrate x.jsonl --time-shift yesterday
refuses 'a format that is none' 2 '--format' migrate x.jsonl --format zip
refuses 'a flag without its value' 2 '--rate' migrate x.jsonl --rate

finish_cli
