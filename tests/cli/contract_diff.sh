#!/usr/bin/env bash
# zimmock contract diff: two runs side by side, and the profile that the real one calibrates.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh" || exit 1

HANG=240 # a whole suite takes its time under sanitizers
: "${WRITE_REPORT:?path of write_report, which writes the report of a made-up run}"

# The made-up run is against the real service. Its twin of the mock passes what that one failed.
"$WRITE_REPORT" json >"$T/real.json" || { WHAT=write_report; fail 'a run' ''; }
jq '.real_service = false | .target = "mock"' "$T/real.json" >"$T/mock.json"
jq '.cases[1] |= (.verdict = "pass" | .mismatches = [])' "$T/mock.json" >"$T/good.json"
jq '.cases[0] |= (.verdict = "fail" | .mismatches = [{"call": 0, "where": "/Code", "expected": "0", "got": "2"}])' \
  "$T/mock.json" >"$T/bad.json"
of() { jq -r --arg rule "$1" '.rules[] | select(.rule == $rule).class' <<<"$OUT"; } # RULE-ID

WHAT='a mock and the real service'
zim contract diff "$T/good.json" "$T/real.json"
expect_rc 1
expect_equal '' "$ERR" stderr
expect_out 'A  mock, contract 2026-08, .*, not the real service'
expect_out 'B  http://127.0.0.1:1/, contract 2026-08, .*, the real service'
expect_out 'import\.send-time-not-in-future +inferred +fail +fail +document wrong'
expect_out 'A  pass
    B  fail: /Code: expected 660800046, got 0'
expect_out 'rules: [0-9]+ same, 0 mock wrong, [0-9]+ document wrong, 1 document silent, 0 changed since, [0-9]+ unverified, [0-9]+ differ'

WHAT='a mock that breaks what the real service keeps'
zim contract diff "$T/bad.json" "$T/real.json" --json
expect_rc 1
expect_equal 'mock_wrong' "$(of import.send-time-not-in-future)"
expect_equal 'document_silent' "$(of import.send-time-in-retention)"
expect_equal 'unverified' "$(of query.newest-first)"
expect_out_json '.verified and .b.real_service and (.a.real_service | not)'

WHAT='the real service, twice'
jq '.cases[1] |= (.verdict = "pass" | .mismatches = []) | .started_ms += 1' "$T/real.json" >"$T/later.json"
zim contract diff "$T/real.json" "$T/later.json" --json
expect_rc 1
expect_equal 'changed_since' "$(of import.send-time-not-in-future)"

WHAT='two mocks: unverified, and nothing is called same'
zim contract diff "$T/mock.json" "$T/mock.json"
expect_rc 0
expect_out 'UNVERIFIED: neither run is against the real service'
expect_equal '' "$(grep -w same <<<"$OUT")"
zim contract diff "$T/mock.json" "$T/good.json"
expect_rc 1
expect_out 'unverified, A and B differ'

WHAT='from stdin'
STDIN=$T/mock.json
zim contract diff - "$T/mock.json" --json
expect_rc 0
expect_out_json '.verified | not'
refuses 'stdin twice' 2 'stdin once' contract diff - -
STDIN=/dev/null

WHAT='runs of two contracts'
jq '.contract_version = "2025-01"' "$T/mock.json" >"$T/old.json"
zim contract diff "$T/old.json" "$T/real.json"
expect_out 'the runs are of contract 2025-01 and contract 2026-08: a rule may have changed'

WHAT='calibrate'
zim contract diff "$T/good.json" "$T/real.json" --calibrate "$T/profile.json"
expect_rc 1
expect_out 'profile\.json: 1 observations taken, '
expect_out 'taken     import\.send-time-in-retention: refused with 660600021, not 660000002'
expect_out 'left out  import\.send-time-not-in-future: import/send-time\.one-ms-late: /Code: expected 660800046, got 0'
expect_equal '{"base":"default","codes":{"import.send-time-in-retention":660600021},"settings":{}}' \
  "$(jq -cS . "$T/profile.json")" 'the profile'

WHAT='a mock with that profile does as the service did'
start_mock --profile "$T/profile.json"
call UserRegister '{"UserInfo":[{"UserId":"alice"},{"UserId":"bob"}]}'
call ImportPeerMsg '{"FromUserId":"alice","ToUserId":"bob","ImportedUserId":"bob","MessageType":1,"Priority":2,
  "SendMessageTime":1,"MessageBody":{"Message":"hi"}}'
expect_code 660600021

WHAT='a service that does otherwise, and a mock with the profile that it calibrates'
stop_mock TERM
WANTED='{"error_http_status":400,"nonce_must_be_hex16":true,"recall_reaches_receiver":false,"refuse_duplicate_members":false,"refuse_reused_nonce":true,"refuse_unsupported_fields":true}'
jq -cn --argjson settings "$WANTED" '{$settings, codes: {"import.no-push-or-receipt": 660600021}}' >"$T/otherwise.json"
run_against() { # PROFILE REPORT: the suite against a service with that profile
  start_mock --profile "$1"
  zim contract run --target "$URL" --allow-writes --rate 0 --report "json:$2"
  expect_rc '0|1'
  stop_mock TERM
}
run_against "$T/otherwise.json" "$T/observed.json"
jq '.real_service = true' "$T/observed.json" >"$T/service.json"
zim contract run --target mock --report "json:$T/honest.json"
expect_rc 0
zim contract diff "$T/honest.json" "$T/service.json" --calibrate "$T/calibrated.json" --json
expect_rc 1
expect_equal 'document_silent' "$(of import.no-push-or-receipt)"
expect_out_json '.counts.mock_wrong == 0 and .counts.document_wrong == 0'
expect_equal "$(jq -cS '.base = "default"' "$T/otherwise.json")" "$(jq -cS . "$T/calibrated.json")" 'the profile'
run_against "$T/calibrated.json" "$T/calibrated_run.json"
zim contract diff "$T/calibrated_run.json" "$T/service.json"
expect_rc 0
expect_out ', 0 differ$'

refuses 'nothing to calibrate by' 2 'calibrate: expected a run against the real service' \
  contract diff "$T/mock.json" "$T/good.json" --calibrate "$T/none.json"
WHAT='and no file is left'
expect 'no file' test ! -e "$T/none.json"
refuses 'a folder that is not there' 1 'could not write' contract diff "$T/good.json" "$T/real.json" --calibrate "$T/none/p.json"

refuses 'a file that is not there' 2 'nothing\.json: could not open' contract diff "$T/nothing.json" "$T/mock.json"
echo '{"format_version":1}' >"$T/empty.json"
refuses 'a file that is no run' 2 'empty\.json: /contract_version: expected' contract diff "$T/mock.json" "$T/empty.json"
echo 'no' >"$T/text"
refuses 'a file that is no JSON' 2 'text: expected a JSON document' contract diff "$T/mock.json" "$T/text"
refuses 'one file' 2 'B' contract diff "$T/mock.json"

WHAT='a run of this program is read'
zim contract run --target mock --only 'auth.signature-matches' --report "json:$T/run.json"
expect_rc '0|1|3'
zim contract diff "$T/run.json" "$T/run.json" --json
expect_rc 0
expect_out_json '.differing == 0 and (.verified | not)'
expect_out_json '.rules | map(select(.rule == "auth.signature-matches"))[0].cases | length > 0'

finish_cli
