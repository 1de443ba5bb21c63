# Sourced by the tests of zimmock migrate and its journal: a history, a mock without anything, and what became of it.
# shellcheck disable=SC2016 # variables of jq
# shellcheck source=tests/cli/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh" || exit 1

SOON=(--settle 100ms --sign-skew 597s) # what is in doubt is settled within 4 s
VERIFIED='verified: all 60 of 60 imports are in ZIM, in order'
now_ms=$((EPOCHSECONDS * 1000))
records() { # COUNT: that many, of ann and bob, cleo, dora in turn, a second apart, ending a minute ago
  local i others=(bob cleo dora)
  for ((i = 1; i <= $1; i++)); do
    printf '{"Id":"m%d","FromUserId":"ann","ToUserId":"%s","MessageType":1,"Message":"text %d","SendMessageTime":%d}\n' \
      "$i" "${others[i % 3]}" "$i" $((now_ms - 60000 - ($1 - i) * 1000))
  done
}
records 30 >"$T/chat.jsonl" # 60 imports into 6 lists

# --- helpers ----------------------------------------------------------------------------------------------------------

fresh_mock() { # an empty service, and no journal
  [[ ${#PIDS[@]} == 0 ]] || stop_mock TERM
  start_mock
  ENDPOINT=$URL
  EXTRA_ENV=(ZIMMOCK_CONTROL="$CONTROL_URL")
  rm -rf "$T"/*.journal*
}
run() { zim migrate chat.jsonl --execute --rate off --journal chat.journal "${SOON[@]}" "$@"; }
last() { tail -n 1 "$T/z_out"; }
expect_last() { expect_equal "$1" "$(last)" 'the last line'; }
expect_files() { # EXPECTED PATTERN...: names in $T, apart by a space
  local found
  found=$(cd "$T" && for pattern in "${@:2}"; do compgen -G "$pattern"; done | sort | xargs)
  expect_equal "$1" "$found" "files ${*:2}"
}
sent() { # --action ACTION [--code ok]: how many such requests the mock has answered
  local filter=''
  for ((; $# > 1; )); do filter+="&${1#--}=$2" && shift 2; done
  curl -q -sS --noproxy '*' --max-time "$HANG" "$URL/_zimmock/v1/tenants/$APP/requests/count?${filter#&}" | jq .count
}
expect_sent() { expect_equal "$1" "$(sent --action "$2")" "requests of $2"; } # COUNT ACTION
mock() { # ARGS: of a command that steers the mock
  environment
  (cd "$T" && "${ENV[@]}" "$ZIMMOCK" "$@") >"$T/m_out" 2>&1 || fail "success of: zimmock $*" "$(<"$T/m_out")"
}
another_app() { # OTHER_APP: its AppId. What runs from now on is of it, until EXTRA_ENV is set anew
  mock tenant create --rate off --json
  OTHER_APP=$(jq .app_id "$T/m_out")
  CREDENTIALS=other EXTRA_ENV+=(ZIM_APP_ID="$OTHER_APP" ZIM_SERVER_SECRET="$(jq -r .server_secret "$T/m_out")")
}
wait_for() { mock wait --timeout "${HANG}s" --action "$1" --count "$2"; } # ACTION COUNT

default() { # ARGS of a migration that sends, with the journal of its name; as zim
  environment
  SENT="zimmock migrate $* --execute --rate off"
  (cd "$T" && "${ENV[@]}" "$ZIMMOCK" migrate "$@" --execute --rate off) >"$T/z_out" 2>"$T/z_err" </dev/null
  RC=$? OUT=$(<"$T/z_out") ERR=$(<"$T/z_err")
}
background() { # ARGS of migrate: PID. Ended by `ended`.
  environment
  SENT="zimmock migrate $* &"
  : >"$T/b_out" # here, or whoever looks into it next could see what the last one printed
  : >"$T/b_err"
  set -m # or it would start with SIGINT ignored
  (cd "$T" && exec "${ENV[@]}" "$ZIMMOCK" migrate "$@") >"$T/b_out" 2>"$T/b_err" </dev/null &
  PID=$!
  set +m
  PIDS+=("$PID")
}
ended() { # as zim: OUT, ERR, RC
  local pid left=()
  wait "$PID" 2>/dev/null
  RC=$?
  for pid in "${PIDS[@]}"; do [[ $pid == "$PID" ]] || left+=("$pid"); done
  PIDS=("${left[@]}")
  cp "$T/b_out" "$T/z_out"
  cp "$T/b_err" "$T/z_err"
  OUT=$(<"$T/z_out") ERR=$(<"$T/z_err")
  cat "$T/z_out" "$T/z_err" >>"$T/printed"
}
expect_status() { # JQ-EXPR [jq args]: true of `migrate status --json`
  zim migrate status chat.journal --json
  expect_rc 0
  expect_out_json "$@"
}
expect_nothing_twice() { # the whole history is in the lists, each message once
  WHAT="$WHAT: all is there once"
  local other
  for other in bob cleo dora; do
    zim query --as ann --peer "$other" --all --json
    expect_equal 10 "$(jq -r 'select(.MsgSeq) | .MsgBody' "$T/z_out" | sort -u | wc -l)" "texts in ann's list with $other"
    expect_equal 10 "$(jq -r 'select(.MsgSeq) | .MsgBody' "$T/z_out" | wc -l)" "messages in ann's list with $other"
  done
}
