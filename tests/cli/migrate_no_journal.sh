#!/usr/bin/env bash
# What is no journal of zimmock migrate, or cannot be one: refused, and left as it is.
# shellcheck disable=SC2016 # variables of jq
# shellcheck source=tests/cli/migrate_lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/migrate_lib.sh" || exit 1

fresh_mock
mkdir "$T/elsewhere"
printf 'text\n' >"$T/text"
: >"$T/empty"
python3 -c 'import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute("CREATE TABLE other(x)")' "$T/other.db"
for word in status report verify; do
  refuses "$word: a journal that is not there" 2 'nothere: could not open: No such file or directory' migrate "$word" nothere
  refuses "$word: a folder" 2 'elsewhere: could not open: Is a directory' migrate "$word" elsewhere
  refuses "$word: a text" 2 'text: (file is not a database|expected a journal)' migrate "$word" text
  refuses "$word: the chat history itself" 2 'chat\.jsonl: (file is not a database|expected a journal)' migrate "$word" chat.jsonl
  refuses "$word: an empty file" 2 'empty: expected a journal of zimmock migrate, got another file' migrate "$word" empty
  refuses "$word: another database" 2 'other\.db: expected a journal of zimmock migrate, got another file' migrate "$word" other.db
done
expect_files '' 'nothere*'
for file in text other.db chat.jsonl; do
  before=$(md5sum <"$T/$file")
  WHAT="$file as the journal of a migration"
  zim migrate chat.jsonl --execute --rate off --journal "$file"
  expect_rc 2
  expect_err 'not a database|expected a journal'
  expect_equal "$before" "$(md5sum <"$T/$file")" "$file, untouched"
done
expect_sent 0 ImportPeerMsg
refuses 'a journal in a folder that is not there' 2 'nofolder/j.*could not write: No such file.*--journal' \
  migrate chat.jsonl --execute --journal nofolder/j
refuses 'a folder as journal' 2 'elsewhere: .*(Is a directory|journal)' migrate chat.jsonl --execute --journal elsewhere

finish_cli
