#!/usr/bin/env bash
# zimmock env: the variables that lead a client to a running mock.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh" || exit 1

CREDENTIALS=no
EXTRA_ENV=(HTTPS_PROXY=http://192.0.2.1:1)

start_mock --proxy-listen 127.0.0.1:0 --ca-dir "$T/it's a \$CA"
CONTROL=$CONTROL_URL
WHAT='as JSON'
zim env --ready-file "$T/ready" --json
expect_rc 0
expect_equal '' "$ERR" stderr
expect_out_json '.HTTPS_PROXY == $p and .https_proxy == $p and .HTTP_PROXY == null and has("ALL_PROXY")' --arg p "$PROXY"
expect_out_json '.SSL_CERT_FILE == $ca and .CURL_CA_BUNDLE == $ca and .REQUESTS_CA_BUNDLE == $ca and .NODE_EXTRA_CA_CERTS == $ca' --arg ca "$CA"
expect_out_json '.ZIM_ENDPOINT == $u and .ZIMMOCK_CONTROL == $c and .ZIM_APP_ID == "12345" and .ZIM_SERVER_SECRET == $s' \
  --arg u "$URL" --arg c "$CONTROL" --arg s "$SECRET"
AS_JSON=$(jq -c 'with_entries(select(.value != null))' <<<"$OUT")
WHAT='as a script: the same, whatever the values are'
zim env --ready-file "$T/ready"
expect_rc 0
expect_out "(^|"$'\n'")export ZIM_APP_ID='12345'"$'\n'
if [[ $(grep -cvE "^(export [A-Za-z_]+='.*'|unset [A-Za-z_]+)$" "$T/z_out") == 0 ]]; then pass; else fail 'export and unset lines only' "$OUT"; fi
environment
for shell in sh bash; do
  AFTER=$("${ENV[@]}" ALL_PROXY=x "$shell" -euc "$OUT"'
    jq -nc env')
  expect_equal "$AS_JSON" "$(jq -c --argjson all "$AFTER" 'with_entries(.value = $all[.key])' <<<"$AS_JSON")" "variables in $shell"
  expect_equal null "$(jq .ALL_PROXY <<<"$AFTER")" 'ALL_PROXY'
done
WHAT='a client that is led by it'
query UserRegister
ANSWER=$("${ENV[@]}" sh -euc "$OUT"'
  curl -sS "$1" -H "Content-Type: application/json" -d "{\"UserInfo\":[{\"UserId\":\"ann\"}]}"' sh "https://zim-api.zego.im/?$QUERY" 2>&1)
expect_equal 0 "$(jq .Code <<<"$ANSWER")" Code
stop_mock TERM

start_mock --app 7:seventhsecret
WHAT='without a proxy, and another App'
echo seventhsecret >>"$T/secrets"
zim env --ready-file "$T/ready" --json
expect_rc 0
expect_out_json '.HTTPS_PROXY == null and has("HTTPS_PROXY") and .NO_PROXY == null and .ZIM_APP_ID == "7" and .ZIM_SERVER_SECRET == "seventhsecret"'
WHAT='asked over its control URL'
zim env --control "$CONTROL_URL" --app-id 12345 --json
expect_rc 0
expect_out_json '.ZIM_APP_ID == "12345" and .ZIM_SERVER_SECRET == $s' --arg s "$SECRET"
zim env --control "$CONTROL_URL" --app-id 8
expect_rc 1
expect_err 'no tenant has "8"'
cp "$T/ready" "$T/left" # as a mock leaves it that was killed
stop_mock TERM

refuses 'no mock' 5 'nothing answers' env --ready-file "$T/left"
refuses 'a mock that has ended' 2 'ready: could not open' env --ready-file "$T/ready"
refuses 'a file that is not there' 2 'nothere: could not open' env --ready-file "$T/nothere"
for text in '' '[]' '{}' '{"app_id":1}' '{"url":"http://x","app_id":"1"}' '{"url":1,"app_id":1}' '{"url":"http://x","app_id":4294967296}'; do
  printf '%s\n' "$text" >"$T/bad"
  refuses "not a ready line: $text" 2 'bad: expected the first line of `zimmock serve`' env --ready-file "$T/bad"
done

finish
