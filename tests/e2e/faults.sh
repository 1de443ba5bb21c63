#!/usr/bin/env bash
# Every fault, as a client that knows nothing of it sees it: curl, its exit codes and a plain socket.
. "$(dirname "$0")/lib.sh" || exit 1
. "$(dirname "$0")/control.lib.sh" || exit 1
start_mock --plan pro
BASE=$URL

# raw ACTION BODY [curl args]: one request. CURL_STATUS, STATUS, BODY, HEADERS, SECONDS_TAKEN; no judgement.
raw() {
  query "$1"
  SENT="$1 $2"
  : >"$T/headers"
  : >"$T/body"
  local out
  out=$(curl -q -s --noproxy '*' --max-time "$HANG" -D "$T/headers" -o "$T/body" -w '%{http_code} %{time_total}' \
    -H 'Content-Type: application/json' --data-binary "$2" "${@:3}" "$BASE/?$QUERY")
  CURL_STATUS=$?
  STATUS=${out% *} SECONDS_TAKEN=${out#* }
  HEADERS=$(tr '[:upper:]' '[:lower:]' <"$T/headers") BODY=$(tr -d '\0' <"$T/body")
}
fault() { # SPEC: the only rule
  WHAT="fault $1"
  ctl DELETE '{}/faults'
  ctl POST '{}/faults' "$(jq -nc --arg spec "$1" '{$spec}')"
  expect_ctl 201
}
lost() { # CURL-STATUS... : the last request got no whole answer
  if [[ " $* " == *" $CURL_STATUS "* ]]; then pass; else fail "curl's exit code $*" "$CURL_STATUS, HTTP $STATUS $BODY"; fi
}
holds() { expect_equal "$1" "$(stored)" 'the list'; } # TEXTS: u1's list with u2
took() { # SECONDS at least
  if awk "BEGIN { exit !($SECONDS_TAKEN >= $1) }"; then pass; else fail "at least $1 s" "$SECONDS_TAKEN s"; fi
}
journal() { # JQ-EXPR of the newest import's entry
  ctl GET '{}/requests?action=ImportPeerMsg&limit=1'
  expect_ctl 200 ".requests[0] | $1"
}

for scheme in http https; do
  BASE=$URL CURL_ARGS=()
  [[ $scheme == http ]] || BASE=$TLS_URL
  ca=(--cacert "$CA")
  new_tenant

  fault 'delay=300ms,action=ImportPeerMsg'
  raw ImportPeerMsg "$(import_text delayed)" "${ca[@]}"
  expect_equal 200 "$STATUS"
  took 0.3
  journal '.faults == ["delay#1"] and .effect == "applied" and .code == 0'

  fault 'delay=300ms,when=mid-body,action=ImportPeerMsg'
  raw ImportPeerMsg "$(import_text paused)" "${ca[@]}"
  expect_equal 0 "$(jq .Code <<<"$BODY")"
  took 0.3

  fault 'delay=300ms,when=before-read,action=ImportPeerMsg'
  raw ImportPeerMsg "$(import_text waited)" "${ca[@]}"
  took 0.3
  holds 'waited paused delayed'

  fault 'status=503,action=ImportPeerMsg,body={"error":"down, for now"}'
  raw ImportPeerMsg "$(import_text never1)" "${ca[@]}"
  expect_equal '503 {"error":"down, for now"}' "$STATUS $BODY"
  journal '.effect == "none" and .code == null and .status == 503'

  fault 'status=503,when=after-effect,action=ImportPeerMsg'
  raw ImportPeerMsg "$(import_text after503)" "${ca[@]}"
  expect_equal 503 "$STATUS"
  journal '.effect == "applied"'

  fault 'html,action=ImportPeerMsg'
  raw ImportPeerMsg "$(import_text never2)" "${ca[@]}"
  expect_equal 502 "$STATUS"
  expect 'an HTML page' grep -q '<html>' "$T/body"
  expect 'its type' grep -q '^content-type: text/html' <<<"$HEADERS"
  expect 'the fault is named' grep -q '^x-zimmock-fault: html#' <<<"$HEADERS"

  fault 'html=504,when=before-read'
  raw ImportPeerMsg "$(import_text never3)" "${ca[@]}"
  expect_equal 504 "$STATUS"
  ctl DELETE '{}/faults'

  fault 'code=660000001,action=ImportPeerMsg'
  raw ImportPeerMsg "$(import_text never4)" "${ca[@]}"
  expect_equal '200 660000001' "$STATUS $(jq .Code <<<"$BODY")"
  journal '.effect == "none" and .code == 660000001'

  fault 'code=105001,when=after-effect,action=ImportPeerMsg'
  raw ImportPeerMsg "$(import_text after105001)" "${ca[@]}"
  expect_equal 105001 "$(jq .Code <<<"$BODY")"
  journal '.effect == "applied"'

  fault 'rate-storm,first=2'
  raw ImportPeerMsg "$(import_text never5)" "${ca[@]}"
  expect_equal 660300005 "$(jq .Code <<<"$BODY")"
  raw UserRegister '{"UserInfo":[{"UserId":"u9"}]}' "${ca[@]}"
  expect_equal 660700001 "$(jq .Code <<<"$BODY")"
  raw UserRegister '{"UserInfo":[{"UserId":"u9"}]}' "${ca[@]}"
  expect_equal 0 "$(jq .Code <<<"$BODY")"

  fault 'reset,action=ImportPeerMsg'
  raw ImportPeerMsg "$(import_text never6)" "${ca[@]}"
  lost 35 56
  journal '.effect == "none" and .status == null and .answer == null'

  fault 'reset,when=before-read,action=ImportPeerMsg'
  raw ImportPeerMsg "$(import_text never7)" "${ca[@]}"
  lost 35 55 56

  fault 'reset,when=mid-body,action=ImportPeerMsg'
  raw ImportPeerMsg "$(import_text midreset)" "${ca[@]}"
  lost 18 56

  fault 'close,action=ImportPeerMsg'
  raw ImportPeerMsg "$(import_text never8)" "${ca[@]}"
  lost 52 56
  journal '.effect == "none"'

  fault 'close,when=mid-body,action=ImportPeerMsg'
  raw ImportPeerMsg "$(import_text midclose)" "${ca[@]}"
  lost 18 56
  expect 'half an answer' test -s "$T/body"

  fault 'garbage=64,action=ImportPeerMsg'
  raw ImportPeerMsg "$(import_text garbled)" "${ca[@]}"
  lost 1 8 35 52 56
  journal '.effect == "applied"'

  fault 'truncate=5,action=ImportPeerMsg'
  raw ImportPeerMsg "$(import_text cut)" "${ca[@]}"
  lost 18 56
  expect_equal 5 "$(wc -c <"$T/body")" 'bytes of the body'

  fault 'length=+7,action=ImportPeerMsg'
  raw ImportPeerMsg "$(import_text long)" "${ca[@]}"
  lost 18 56
  expect_equal "$(wc -c <"$T/body")" "$(($(sed -n 's/^content-length: //p' <<<"${HEADERS//$'\r'/}") - 7))" 'the length announced, less 7'

  fault 'length=-7,action=ImportPeerMsg'
  raw ImportPeerMsg "$(import_text short)" "${ca[@]}"
  expect 'what arrives is no JSON' bash -c "! jq -e . '$T/body' >/dev/null 2>&1"

  fault 'drip=400ms,action=ImportPeerMsg'
  raw ImportPeerMsg "$(import_text dripped)" "${ca[@]}"
  expect_equal 0 "$(jq .Code <<<"$BODY")"
  took 0.35

  fault 'content-type=text/plain;charset=utf-8,action=ImportPeerMsg'
  raw ImportPeerMsg "$(import_text typed)" "${ca[@]}"
  expect 'the type' grep -q '^content-type: text/plain;charset=utf-8' <<<"$HEADERS"
  expect_equal 0 "$(jq .Code <<<"$BODY")"

  fault 'drop-reply,action=ImportPeerMsg,nth=2'
  raw ImportPeerMsg "$(import_text first)" "${ca[@]}"
  expect_equal 0 "$(jq .Code <<<"$BODY")"
  raw ImportPeerMsg "$(import_text second)" "${ca[@]}"
  lost 52 56
  journal '.faults == ["drop-reply#1"] and .effect == "applied" and .code == 0 and .status == null'
  raw ImportPeerMsg "$(import_text third)" "${ca[@]}"
  expect_equal 0 "$(jq .Code <<<"$BODY")"
  holds 'third second first typed dripped short long cut garbled midclose midreset after105001 after503 waited paused delayed'
done
BASE=$URL ca=()

WHAT='late-apply: the effect comes when its time has come, and not before'
new_tenant '{"clock":"frozen:2026-10-01T00:00:00Z"}'
TIMESTAMP=1790812800
fault 'late-apply=5s,action=ImportPeerMsg,first=1'
raw ImportPeerMsg "$(import_text late)"
lost 52 56
journal '.effect == "pending" and .code == null'
holds ''
ctl POST '{}/clock/advance' '{"by":"4999ms"}'
holds ''
ctl POST '{}/clock/advance' '{"by":"1ms"}'
journal '.effect == "late" and .code == 0'
holds late
expect_equal 1790812805000 "$(query QueryPeerMsg; curl -q -s --noproxy '*' -d '{"FromUserId":"u1","ToUserId":"u2"}' -H 'Content-Type: application/json' "$URL/?$QUERY" | jq '.List[0].MsgTime')" 'MsgTime'

WHAT='clock-skew: judged as if the clock were off'
ctl PUT '{}/clock' '{"clock":"frozen:2026-10-01T00:00:00Z"}'
fault 'clock-skew=+600s'
raw QueryPeerMsg '{"FromUserId":"u1","ToUserId":"u2"}'
expect_equal 0 "$(jq .Code <<<"$BODY")"
fault 'clock-skew=+601s'
raw QueryPeerMsg '{"FromUserId":"u1","ToUserId":"u2"}'
expect_equal 100000004 "$(jq .Code <<<"$BODY")"
fault 'clock-skew=-601s,nth=2'
raw QueryPeerMsg '{"FromUserId":"u1","ToUserId":"u2"}'
expect_equal 0 "$(jq .Code <<<"$BODY")"
raw QueryPeerMsg '{"FromUserId":"u1","ToUserId":"u2"}'
expect_equal 100000004 "$(jq .Code <<<"$BODY")"
fault 'clock-skew=+300s,action=ImportPeerMsg'
raw ImportPeerMsg "$(import_text ahead)"
fault 'clock-skew=-300s,action=ImportPeerMsg'
raw ImportPeerMsg "$(import_text behind)"
raw QueryPeerMsg '{"FromUserId":"u1","ToUserId":"u2"}'
expect_equal '[["ahead",1790813100000],["late",1790812805000],["behind",1790812500000]]' \
  "$(jq -c '[.List[] | [.MsgBody, .MsgTime]]' <<<"$BODY")" 'texts and MsgTimes'
TIMESTAMP=''

WHAT='which requests: user, conversation, every, first, for'
new_tenant
hits() { # SPEC TO...: the imports to these users that it hits, by their numbers
  local to i=0 out=''
  fault "$1"
  for to in "${@:2}"; do
    i=$((i + 1))
    raw ImportPeerMsg "$(import_text "m$i" "$to")"
    [[ $(jq .Code <<<"$BODY") == 7 ]] && out+="$i "
  done
  HITS=${out% }
}
hits 'code=7,user=u3' u2 u3 u2 u3
expect_equal '2 4' "$HITS"
hits 'code=7,conversation=u2/u1,nth=2' u2 u3 u2 u2
expect_equal 3 "$HITS"
hits 'code=7,every=3' u2 u2 u2 u2 u2 u2
expect_equal '3 6' "$HITS"
hits 'code=7,first=2' u2 u2 u2
expect_equal '1 2' "$HITS"
hits 'code=7,p=0' u2 u2
expect_equal '' "$HITS"
hits 'code=7,p=1' u2 u2
expect_equal '1 2' "$HITS"
ctl PUT '{}/clock' '{"clock":"frozen"}'
TIMESTAMP=$(jq '.now_ms / 1000 | floor' <<<"$CTL")
fault 'code=7,for=10s'
raw ImportPeerMsg "$(import_text in-time)"
expect_equal 7 "$(jq .Code <<<"$BODY")"
ctl POST '{}/clock/advance' '{"by":"10s"}'
raw ImportPeerMsg "$(import_text over)"
expect_equal 0 "$(jq .Code <<<"$BODY")"
TIMESTAMP=''

WHAT='the same seed has the same faults, another seed others'
matrix() { # SEED: the faults that 40 requests meet
  new_tenant "{\"rng_seed\":$1,\"rate\":\"off\"}"
  local spec
  for spec in 'code=7,p=0.2' 'status=500,p=0.2' 'close,p=0.2' 'delay=1ms..3ms,p=0.3' 'drop-reply,p=0.3' 'truncate,p=0.3' \
    'html,p=0.1,when=before-read' 'garbage,p=0.2' 'rate-storm,every=9'; do
    ctl POST '{}/faults' "$(jq -nc --arg spec "$spec" '{$spec}')"
  done
  local i
  for ((i = 0; i < 40; i++)); do raw ImportPeerMsg "$(import_text "m$i")"; done
  ctl GET '{}/requests'
  MATRIX=$(jq -c '[.requests[] | [.faults, .effect, .code, .status]]' <<<"$CTL")
}
matrix 7
one=$MATRIX
matrix 7
expect_equal "$one" "$MATRIX" 'the matrix again'
expect 'many kinds were met' test "$(jq '[.[][0][]] | unique | length' <<<"$one")" -ge 6
matrix 8
expect 'another seed differs' test "$one" != "$MATRIX"

WHAT='a fault that cannot be is refused and says what can'
new_tenant
for row in '{"spec":"drop-repli"}|did you mean drop-reply' '{"spec":"drop-reply,acton=UserRegister"}|did you mean action' \
  '{"spec":"drop-reply,when=before-effect"}|after-effect for drop-reply' '{"spec":"delay"}|DURATION' '{"spec":"status=99"}|HTTP status' \
  '{"spec":"close,when=before-read,user=u1"}|before the body is read' '{"spec":"code=7,p=1.5"}|0 to 1' '{"spec":"code=7,nth=0"}|nth: expected a number from 1' \
  '{"spec":"code=7,action=importPeerMsg"}|did you mean ImportPeerMsg' '{"fault":"code"}|return code' '{"fault":"code","value":7,"x":1}|"x"' \
  '{"spec":"clock-skew=99999999d"}|DURATION' '{"spec":"close,for=99999999d"}|up to 3650d' '{}|drop-reply' '[]|JSON object' 'x|body: expected a JSON document' '{"spec":"code=7,body=x"}|only status'; do
  ctl POST '{}/faults' "${row%|*}"
  expect_ctl 400
  expect "$row" grep -qiF "${row#*|}" <<<"$(jq -r .error <<<"$CTL")"
done
ctl POST '{}/faults' '{"fault":"delay","value":"50ms..400ms","when":"mid-body","action":"QueryPeerMsg","every":3,"p":0.5}'
expect_ctl 201 '.spec == "delay=50ms..400ms,when=mid-body,action=QueryPeerMsg,every=3,p=0.5" and .id == 1'
ctl DELETE '{}/faults/2'
expect_ctl 404
ctl DELETE '{}/faults/1'
ctl GET '{}/faults'
expect_ctl 200 '.faults == []'

WHAT='every kind is in this script'
while read -r kind; do
  expect "$kind" grep -qE "(fault|\"spec\":|')[ \"']*$kind|['\"]$kind[=,' ]" "$0"
done < <("$ZIMMOCK" list faults --json | jq -r '.[].name')
stop_mock TERM

WHAT='serve --fault takes the same words, and the log names the hit'
APP=12345 SECRET=9193cc662a4c0ec135ec71fb57194b38
start_mock --fault drop-reply,action=UserRegister --fault code=7,action=QueryPeerMsg
BASE=$URL
raw UserRegister '{"UserInfo":[{"UserId":"u1"}]}'
lost 52 56
expect_log '.faults == ["drop-reply#1"] and .effect == "applied" and .status == null'
raw QueryPeerMsg '{"FromUserId":"u1","ToUserId":"u1"}'
expect_log '.faults == ["code#2"] and .code == 7'
WHAT='a delay is called off when the mock stops'
ctl POST '{}/faults' '{"spec":"delay=1h,action=ClearPeerMessage"}'
query ClearPeerMessage
curl -q -s --noproxy '*' --max-time "$HANG" -d '{}' "$URL/?$QUERY" >/dev/null &
slow=$!
ctl POST '{}/faults' '{"spec":"code=7,action=RevokePeerMessage"}'
raw RevokePeerMessage '{}'
stop_mock TERM
wait "$slow"
expect 'the command line refuses too' bash -c "! '$ZIMMOCK' serve --fault nonsense 2>'$T/err'"
expect 'and says why' grep -q '^zimmock: --fault: expected delay, ' "$T/err"
finish
