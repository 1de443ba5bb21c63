#!/usr/bin/env bash
# Files that are missing, unreadable or odd; full disks; pipes whose reader has gone.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh" || exit 1

start_mock
ENDPOINT=$URL
register ann bob
now_ms=$((EPOCHSECONDS * 1000))
records() { # COUNT [LABEL]: that many records, a second apart, ending a minute ago
  local i
  for ((i = 1; i <= $1; i++)); do
    printf '{"Id":"%s%d","FromUserId":"ann","ToUserId":"bob","MessageType":1,"Message":"%s %d","SendMessageTime":%d}\n' \
      "${2-m}" "$i" "${2-m}" "$i" $((now_ms - 60000 - ($1 - i) * 1000))
  done
}
in_list() { # how many messages ann's list holds
  zim query --as ann --peer bob --all --json
  wc -l <"$T/z_out"
}
records 20 >"$T/good.jsonl"
mkdir "$T/no-chats"

# --- input files ---------------------------------------------------------------------------------------------------------

for args in "" "--execute"; do
  refuses "a file that is not there $args" 2 'nothere\.jsonl.*no such file' migrate "$T/nothere.jsonl" ${args:+"$args"}
  refuses "a folder without a chat $args" 2 'expected chat histories, got none in 0 files' migrate "$T/no-chats" ${args:+"$args"}
  refuses "stdin $args" 2 'regular file|more than once' migrate - ${args:+"$args"}
  refuses "a device $args" 2 'regular file' migrate /dev/zero ${args:+"$args"}
done
WHAT='a pipe is refused and not waited for'
SENT='migrate PIPE'
mkfifo "$T/pipe"
refuses 'a pipe' 2 'regular file' migrate "$T/pipe"
STDIN=$T/pipe
exec 9<>"$T/pipe" # held open, so that whoever opens it does not wait for a writer
records 3 >&9
refuses 'stdin as a pipe' 2 'regular file' migrate /dev/stdin
exec 9>&-
STDIN=/dev/null
WHAT='a file that cannot be read'
zim migrate /proc/self/mem --format zim
expect_rc '1|2'
expect_err '/proc/self/mem.*(read|Input/output)'
WHAT='a file without permission'
cp "$T/good.jsonl" "$T/secretive.jsonl"
chmod 000 "$T/secretive.jsonl"
if [[ -r $T/secretive.jsonl ]]; then # root may read all, so there is nothing to refuse
  zim migrate "$T/secretive.jsonl"
  expect_rc 0
else
  refuses 'a file without permission' 2 'secretive\.jsonl.*permission denied' migrate "$T/secretive.jsonl"
fi

for content in '' $'\n\n \n' $'\xef\xbb\xbf'; do
  printf '%s' "$content" >"$T/empty.jsonl"
  for args in "" "--execute"; do
    WHAT="an empty file ($(printf '%s' "$content" | wc -c) bytes) $args"
    zim migrate "$T/empty.jsonl" --format zim ${args:+"$args"}
    expect_rc 1
    expect_out 'nothing'
    if [[ $OUT != *verified:\ all* ]]; then pass; else fail 'no word of all verified' "$(printed)"; fi
  done
done
refuses 'an empty file' 2 'empty.jsonl: expected a chat history, got an empty file' migrate "$T/empty.jsonl"
WHAT='a file of zeros'
head -c 5000 /dev/zero >"$T/zeros.jsonl"
zim migrate "$T/zeros.jsonl" --format zim
expect_rc 1
expect_out 'line 1'
WHAT='a line of 8 MB among good ones'
{ records 2; head -c 8000000 /dev/zero | tr '\0' x; echo; records 2 n; } >"$T/long.jsonl"
zim migrate "$T/long.jsonl"
expect_rc 1
expect_out 'line 3'
if [[ ${#OUT} -lt 20000 ]]; then pass; else fail 'a report that does not repeat it' "${#OUT} characters"; fi
WHAT='deeply nested JSON'
{ head -c 100000 /dev/zero | tr '\0' '['; echo; } >"$T/deep.jsonl"
zim migrate "$T/deep.jsonl" --format zim
expect_rc 1
expect_out 'line 1'
WHAT='a name with spaces, quotes and beyond ASCII'
cp "$T/good.jsonl" "$T/it's \"名\" 1.jsonl"
zim migrate "$T/it's \"名\" 1.jsonl"
expect_rc 0
WHAT='none of these sent anything'
expect_equal 0 "$(in_list)" 'messages in the list'

# --- a full disk ---------------------------------------------------------------------------------------------------------------

# That every other command ends so, and says it once, is in streams.py.
WHAT='a migration with stdout on a full disk must not say that all is well'
environment
SENT='zimmock migrate good.jsonl --execute >/dev/full'
timeout -k 5 "$HANG" "${ENV[@]}" "$ZIMMOCK" migrate "$T/good.jsonl" --execute --rate off --allow-extra --journal "$T/full.journal" \
  >/dev/full 2>"$T/z_err" </dev/null
RC=$? OUT='(to /dev/full)' ERR=$(<"$T/z_err")
cat "$T/z_err" >>"$T/printed"
if ((RC != 0 && RC < 128)); then pass; else fail 'an exit code other than 0, and no crash' "$(printed)"; fi
expect_err 'stdout|output|space'
WHAT='serve with its first line on a full disk'
environment
SENT='zimmock serve >/dev/full'
timeout -k 5 "$HANG" "${ENV[@]}" "$ZIMMOCK" serve --port 0 --ca-dir "$T/ca" >/dev/full 2>"$T/z_err" </dev/null
RC=$? OUT='' ERR=$(<"$T/z_err")
if ((RC != 0 && RC < 124)); then pass; else fail 'an exit code other than 0, soon' "$(printed)"; fi

# Never with /dev/full itself: whoever is root and renames a file over it destroys it for everybody.
mkfifo "$T/ready_pipe"
WHAT='a ready file that is no regular file is not replaced'
zim serve --port 0 --ca-dir "$T/ca" --log off --ready-file "$T/ready_pipe"
if [[ -p $T/ready_pipe ]]; then pass; else fail "$T/ready_pipe still a pipe" "$(stat -c %F "$T/ready_pipe"), $(printed)"; fi
refuses 'a ready file in a folder that is not there' 1 'nofolder' serve --port 0 --ca-dir "$T/ca" --ready-file "$T/nofolder/ready"
refuses 'a folder as ready file' '1|2' "$T/afolder" serve --port 0 --ca-dir "$T/ca" --ready-file "$T/afolder/"
if ls "$T"/*.tmp >/dev/null 2>&1; then fail 'no file left behind' "$(ls "$T")"; else pass; fi

# --- a pipe whose reader has gone -------------------------------------------------------------------------------------------------

gone() { # NAME ARGS...: its reader takes one line and goes
  WHAT="$1, into a closed pipe"
  environment
  own_journal "${@:2}"
  SENT="zimmock ${*:2} ${OWN_JOURNAL[*]} | head -n 1"
  { timeout -k 5 "$HANG" "${ENV[@]}" "$ZIMMOCK" "${@:2}" "${OWN_JOURNAL[@]}" 2>"$T/z_err" <"$STDIN"; echo $? >"$T/rc"; } | head -n 1 >"$T/z_out"
  RC=$(<"$T/rc") OUT=$(<"$T/z_out") ERR=$(<"$T/z_err")
  cat "$T/z_out" "$T/z_err" >>"$T/printed"
  # 141: ended by SIGPIPE, as usual for such a pipe. Not 134 (abort), 139 (segmentation fault), 124 (hanging).
  if [[ $RC == 141 || $RC -lt 124 ]]; then pass; else fail 'no crash' "$(printed)"; fi
  if [[ -n $OUT ]]; then pass; else fail 'a first line' "$(printed)"; fi
  if [[ $ERR != *terminate* && $ERR != *Sanitizer* ]]; then pass; else fail 'no crash' "$(printed)"; fi
}
records 300 p >"$T/p.jsonl"
zim migrate "$T/p.jsonl" --execute --rate off --allow-extra
gone 'list rules' list rules
gone 'list rules --json' list rules --json
gone query query --as ann --peer bob --all
gone 'query --json' query --as ann --peer bob --all --json
gone view view --as ann --peer bob --sdk 2.8.0
gone plan migrate "$T/p.jsonl" --max-examples 0
gone 'plan of a broken file' migrate "$(dirname "${BASH_SOURCE[0]}")/../../fixtures/migration/broken.jsonl" --max-examples 0
before=$(in_list)
records 40 late >"$T/late.jsonl"
gone execute migrate "$T/late.jsonl" --execute --rate off --allow-extra
WHAT='a migration whose reader has gone has not sent anything twice'
expect_equal yes "$([[ $(in_list) -le $((before + 40)) ]] && echo yes)" 'at most 40 more'

finish_cli
