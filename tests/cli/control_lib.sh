# Sourced by the tests of the commands that steer a running mock: a stub in its place, what they send to it, what they
# make of its answer. That a mock answers so is for other tests.
# shellcheck shell=bash disable=SC2034 # globals are read by the scripts
# shellcheck source=tests/cli/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh" || exit 1

CREDENTIALS=no
STUB=$T/stub
mkdir "$STUB"
echo '{}' >"$STUB/answers"
python3 "$(dirname "${BASH_SOURCE[0]}")/control_stub.py" "$STUB" &
PIDS+=("$!")
until_true is_there "$STUB/port" "$!"
HOST=http://127.0.0.1:$(<"$STUB/port")
CONTROL=$HOST/_zimmock/v1
TENANT=/_zimmock/v1/tenants/12345
CLOCK='{"clock":"frozen:2026-10-01T00:00:00.000Z","now":"2026-10-01T00:00:00.000Z","now_ms":1790812800000}'
EXTRA_ENV=("ZIMMOCK_CONTROL=$CONTROL")

answers() { printf '%s' "$1" >"$STUB/answers"; } # '{"GET /path":{…}}'
reply() { jq -n --arg call "$1" --argjson json "$2" --argjson status "${3-200}" '{($call): {$status, $json}}' >"$STUB/answers"; }

# does NAME METHOD PATH BODY ARGS...: ends well, having sent exactly that. BODY: JSON, or - for no body.
does() {
  WHAT=$1
  : >"$STUB/seen"
  zim "${@:5}"
  expect_rc 0
  expect_equal '' "$ERR" stderr
  expect_equal "$2 $3" "$(jq -r '"\(.method) \(.path)"' "$STUB/seen")" request
  if [[ $4 == - ]]; then
    expect_equal '' "$(jq -r .body "$STUB/seen")" body
  else
    expect_equal "$(jq -Sc . <<<"$4")" "$(jq -r .body "$STUB/seen" | jq -Sc .)" body
    expect_equal application/json "$(jq -r '.headers["content-type"]' "$STUB/seen")" Content-Type
  fi
}
sent_nothing() { expect_equal '' "$(<"$STUB/seen")" 'what was sent'; }

finish_control() { # instead of finish_cli
  kill "${PIDS[-1]}"
  wait "${PIDS[-1]}" 2>/dev/null
  PIDS=()
  finish_cli
}
