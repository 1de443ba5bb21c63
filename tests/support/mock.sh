# Sourced by every script that starts a mock: the one way to start what listens, and to wait for it.
# shellcheck shell=bash disable=SC2034 # globals are read by the scripts

HANG=120 # seconds: whatever takes longer hangs. It ends a hang and measures nothing

# until_true COMMAND...: tried again and again until it succeeds; fails when that hangs
until_true() {
  local end=$((EPOCHSECONDS + HANG))
  until "$@"; do
    ((EPOCHSECONDS < end)) || return 1
    sleep 0.02
  done
}
is_gone() { ! kill -0 "$1" 2>/dev/null; }   # PID
is_there() { [[ -s $1 ]] || is_gone "$2"; } # FILE PID: it has something in it, or nobody will write it any more

# launch READY_FILE OUT LOG COMMAND...: the command in the background, with --ready-file, until it answers. LAUNCHED: its
# pid. READY: what the file says; the script ends where it says nothing.
launch() {
  local ready=$1 out=$2 log=$3
  rm -f "$ready"
  set -m # a background job without job control starts with SIGINT ignored
  "${@:4}" --ready-file "$ready" >"$out" 2>"$log" </dev/null &
  LAUNCHED=$!
  set +m
  PIDS+=("$LAUNCHED")
  until_true is_there "$ready" "$LAUNCHED"
  READY=$(cat "$ready" 2>/dev/null) || true
  [[ -z $READY ]] || return 0
  echo "FAIL: nothing is ready: ${*:4}"
  cat "$out" "$log"
  exit 1
}

# of_ready NAME...: those members of READY, a line each; an empty one for what it has not
of_ready() {
  local name
  for name; do jq -r --arg name "$name" '.[$name] // ""' <<<"$READY"; done
}
