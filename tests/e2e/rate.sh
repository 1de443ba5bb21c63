#!/usr/bin/env bash
# docs/zim-api.md section 1: 20 calls a second per AppID for each operation. A (separate buckets, sliding second).
# The clock is frozen, so a second lasts until the script ends it, however slow the machine is.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh" || exit 1
# shellcheck source=tests/e2e/control.lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/control.lib.sh" || exit 1

APPS=()
for ((i = 1; i <= 20; i++)); do APPS+=(--app "$((1000 + i)):$SECRET"); done
FROZEN=(--clock frozen:2026-10-01T00:00:00Z)
TIMESTAMP=1790812800

bodies() { # ACTION COUNT: good ones
  local i
  for ((i = 1; i <= $2; i++)); do
    case $1 in
      UserRegister) echo "{\"UserInfo\":[{\"UserId\":\"u$((10 + i))\"}]}" ;;
      ImportPeerMsg) message 'FromUserId="u1"' 'ToUserId="u2"' 'ImportedUserId="u1"' && echo "$MESSAGE" ;;
      QueryPeerMsg | ClearPeerMessage) echo '{"FromUserId":"u1","ToUserId":"u2"}' ;;
      RevokePeerMessage) echo '{"FromUserId":"u1","ToUserId":"u2","MsgSeq":987654321}' ;;
    esac
  done
}
fresh_app() { # an AppId whose second is unused, but for one UserRegister
  APP=$((APP + 1))
  register u1 u2
}
in_one_second() { # NAME ACTION COUNT CODES: so many calls of a fresh AppId get those codes
  fresh_app
  WHAT=$1
  calls "$2" < <(bodies "$2" "$3")
  expect_equal "$4" "$(counted)" codes
}
counted() { printf '%s\n' "${CODES[@]}" | uniq -c | xargs; }

# --- 20 a second -------------------------------------------------------------------------------------------------------------------

APP=1000 RATE=20
start_mock "${FROZEN[@]}" "${APPS[@]}"
for action in QueryPeerMsg ImportPeerMsg ClearPeerMessage; do
  in_one_second "25 $action" $action 25 '20 0 5 660300005'
done
in_one_second '25 RevokePeerMessage' RevokePeerMessage 25 '20 660000022 5 660300005'
in_one_second '25 UserRegister after the first' UserRegister 25 '19 0 6 660700001'

# --- one operation's second is not another's, nor another AppId's ---------------------------------------------------------------------

fresh_app
WHAT='20 of one operation, then one of each other operation, one of another AppId, and one with a bad body'
calls - < <(
  bodies QueryPeerMsg 21 | sed "s/^/QueryPeerMsg $APP /"
  bodies ImportPeerMsg 1 | sed "s/^/ImportPeerMsg $APP /"
  bodies ClearPeerMessage 1 | sed "s/^/ClearPeerMessage $APP /"
  bodies RevokePeerMessage 1 | sed "s/^/RevokePeerMessage $APP /"
  bodies QueryPeerMsg 1 | sed 's/^/QueryPeerMsg 1020 /' # nobody is registered there: the operation says so
  echo "QueryPeerMsg $APP {\"FromUserId\":1"              # the rate is checked before the body
)
expect_equal '20 0 1 660300005 2 0 1 660000022 1 660500002 1 660300005' "$(counted)" codes

WHAT='a moment before the second is over it still refuses'
ctl POST '{}/clock/advance' '{"by":"999ms"}'
call QueryPeerMsg '{"FromUserId":"u1","ToUserId":"u2"}'
expect_code 660300005
WHAT='after the second it answers again'
ctl POST '{}/clock/advance' '{"by":"1ms"}'
call QueryPeerMsg '{"FromUserId":"u1","ToUserId":"u2"}'
expect_code 0
stop_mock TERM

# --- other rates -------------------------------------------------------------------------------------------------------------------------

APP=1000 RATE=5
start_mock "${FROZEN[@]}" "${APPS[@]}"
in_one_second '--rate 5' QueryPeerMsg 8 '5 0 3 660300005'
stop_mock TERM

APP=1000 RATE=off
start_mock "${FROZEN[@]}" "${APPS[@]}"
fresh_app
for action in QueryPeerMsg ImportPeerMsg; do
  WHAT="--rate off: 200 $action"
  calls $action < <(bodies $action 200)
  expect_codes 0
done
stop_mock TERM

# --- the default is 20 -----------------------------------------------------------------------------------------------------------------

APP=1000 RATE=''
start_mock "${FROZEN[@]}" "${APPS[@]}"
in_one_second 'without --rate' QueryPeerMsg 25 '20 0 5 660300005'

finish
