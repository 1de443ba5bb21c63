#!/usr/bin/env bash
# zimmock migrate where its journal cannot be written: no permission, a full disk.
# shellcheck disable=SC2016 # variables of jq
# shellcheck source=tests/cli/migrate_lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/migrate_lib.sh" || exit 1

fresh_mock
mkdir -p "$T/readonly"
chmod 500 "$T/readonly"
if [[ ! -w $T/readonly ]]; then
  refuses 'a folder that cannot be written' 2 'readonly/j.*: .*Permission denied' migrate chat.jsonl --execute --journal readonly/j
  expect_sent 0 ImportPeerMsg
fi
WHAT='a journal that may only be read: status and report work all the same'
run
cp "$T/chat.journal" "$T/only-read.journal"
chmod 400 "$T/only-read.journal"
zim migrate status only-read.journal
expect_rc 0

fresh_mock
records 120 >"$T/long.jsonl"
WHAT='a full disk: an import that could not be written down is not sent'
environment
# A limit for files instead of a small disk, which only root could make; ignored, its signal is an error of write().
(cd "$T" && trap '' XFSZ && ulimit -f 128 && exec "${ENV[@]}" "$ZIMMOCK" migrate long.jsonl --execute --rate off --journal long.journal "${SOON[@]}") \
  >"$T/z_out" 2>"$T/z_err"
RC=$? OUT=$(<"$T/z_out") ERR=$(<"$T/z_err")
expect_rc 5
expect_out 'not verified: [0-9]+ of 240 imports were made; stopped: .*(full|disk|I/O)'
had=$(sent --action ImportPeerMsg)
expect_equal yes "$([[ $had -gt 0 && $had -lt 240 ]] && echo yes)" "some were sent, not all: $had"
zim migrate status long.journal --json
# Whoever could not write one import down may have written down another, and not sent it any more.
expect_out_json '.done <= $sent and $sent <= .done + .open' --argjson sent "$had"
WHAT='with room again, the same command goes on'
zim migrate long.jsonl --execute --rate off --journal long.journal "${SOON[@]}"
expect_rc 0
expect_last 'verified: all 240 of 240 imports are in ZIM, in order'
expect_sent 240 ImportPeerMsg

finish_cli
