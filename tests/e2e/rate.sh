#!/usr/bin/env bash
# Section 1: 20 calls a second per AppID for each operation. A (separate buckets, sliding second).
# The calls of one second go over one connection, signed beforehand; where the machine took longer than the second,
# nothing is proved and another AppId has another go.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh" || exit 1

APPS=()
for ((i = 1; i <= 60; i++)); do APPS+=(--app "$((1000 + i)):$SECRET"); done

bodies() { # ACTION COUNT: good ones
  local i
  for ((i = 1; i <= $2; i++)); do
    case $1 in
      UserRegister) echo "{\"UserInfo\":[{\"UserId\":\"u$((USER_COUNT + i))\"}]}" ;;
      ImportPeerMsg) message 'FromUserId="u1"' 'ToUserId="u2"' 'ImportedUserId="u1"' && echo "$MESSAGE" ;;
      QueryPeerMsg | ClearPeerMessage) echo '{"FromUserId":"u1","ToUserId":"u2"}' ;;
      RevokePeerMessage) echo '{"FromUserId":"u1","ToUserId":"u2","MsgSeq":987654321}' ;;
    esac
  done
}
fresh_app() { # an AppId whose seconds are unused, but for one UserRegister
  APP=$((APP + 1)) USER_COUNT=0
  register u1 u2
}
# within_a_second NAME ACTION COUNT: CODES, from a second in which all of them fit
within_a_second() {
  local tries
  for ((tries = 0; tries < 6; tries++)); do
    fresh_app
    WHAT=$1
    [[ $2 != UserRegister ]] || USER_COUNT=10
    calls "$2" < <(bodies "$2" "$3")
    ((CALLS_US > 950000)) || return
  done
  fail 'all calls within a second, once' "$CALLS_US microseconds"
}
counted() { printf '%s\n' "${CODES[@]}" | uniq -c | xargs; }

# --- 20 a second -------------------------------------------------------------------------------------------------------------------

APP=1000 RATE=20
start_mock "${APPS[@]}"
for action in QueryPeerMsg ImportPeerMsg ClearPeerMessage; do
  within_a_second "25 $action" $action 25
  expect_equal '20 0 5 660300005' "$(counted)" 'codes'
done
within_a_second '25 RevokePeerMessage' RevokePeerMessage 25
expect_equal '20 660000022 5 660300005' "$(counted)" 'codes'
within_a_second '25 UserRegister' UserRegister 25 # fresh_app used one of the second, or not
expect_equal '660700001' "$(printf '%s\n' "${CODES[@]}" | tail -n 5 | sort -u)" 'codes of the last five'
expect_equal '0' "$(printf '%s\n' "${CODES[@]}" | head -n 19 | sort -u)" 'codes of the first 19'

# --- one operation's second is not another's, nor another AppId's ---------------------------------------------------------------------

for ((tries = 0; tries < 6; tries++)); do
  fresh_app
  WHAT='20 of one operation, then one of each other operation, one of another AppId, and one with a bad body'
  calls - < <(
    bodies QueryPeerMsg 21 | sed "s/^/QueryPeerMsg $APP /"
    bodies ImportPeerMsg 1 | sed "s/^/ImportPeerMsg $APP /"
    bodies ClearPeerMessage 1 | sed "s/^/ClearPeerMessage $APP /"
    bodies RevokePeerMessage 1 | sed "s/^/RevokePeerMessage $APP /"
    bodies QueryPeerMsg 1 | sed 's/^/QueryPeerMsg 1060 /' # nobody is registered there: the operation says so
    echo "QueryPeerMsg $APP {\"FromUserId\":1"              # the rate is checked before the body
  )
  ((CALLS_US > 950000)) || break
done
expect_equal '20 0 1 660300005 2 0 1 660000022 1 660500002 1 660300005' "$(counted)" codes

WHAT='after the second it answers again'
for ((tries = 0; tries < 200; tries++)); do
  call QueryPeerMsg '{"FromUserId":"u1","ToUserId":"u2"}'
  [[ $CODE == 0 ]] && break
  sleep 0.1
done
expect_code 0
stop_mock TERM

# --- other rates -------------------------------------------------------------------------------------------------------------------------

APP=1000 RATE=5
start_mock "${APPS[@]}"
within_a_second '--rate 5' QueryPeerMsg 8
expect_equal '5 0 3 660300005' "$(counted)" 'codes'
stop_mock TERM

APP=1000 RATE=off
start_mock "${APPS[@]}"
fresh_app
for action in QueryPeerMsg ImportPeerMsg; do
  WHAT="--rate off: 200 $action"
  calls $action < <(bodies $action 200)
  expect_codes 0
done
stop_mock TERM

# --- the default is 20 -----------------------------------------------------------------------------------------------------------------

APP=1000 RATE=''
start_mock "${APPS[@]}"
within_a_second 'without --rate' QueryPeerMsg 25
expect_equal '20 0 5 660300005' "$(counted)" 'codes'

finish
