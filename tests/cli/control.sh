#!/usr/bin/env bash
# The commands that steer a running mock: where it is, who may, which App, refusals.
# shellcheck source=tests/cli/control_lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/control_lib.sh" || exit 1

# --- where, who, and whether -----------------------------------------------------------------------------------------

HEALTH='{"status":"ok","version":"0.1.0","url":null}'
reply 'GET /_zimmock/v1/health' "$HEALTH"
does 'zimmock healthcheck' GET /_zimmock/v1/health - healthcheck
expect_equal "ok: zimmock 0.1.0 at $CONTROL" "$OUT"
expect_equal null "$(jq '.headers.authorization' "$STUB/seen")" 'without a token, no header'
does 'healthcheck --json' GET /_zimmock/v1/health - healthcheck --json
expect_out_json '. == $health' --argjson health "$HEALTH"
reply 'GET /_zimmock/v1/health' '{"status":"ill"}'
WHAT='a mock that is ill'
zim healthcheck
expect_rc 1

reply 'GET /_zimmock/v1/health' "$HEALTH"
EXTRA_ENV=()
does 'the flag' GET /_zimmock/v1/health - healthcheck --control "$CONTROL"
does 'a slash at the end' GET /_zimmock/v1/health - healthcheck --control "$CONTROL/"
does 'without a path' GET /_zimmock/v1/health - healthcheck --control "$HOST"
EXTRA_ENV=("ZIMMOCK_CONTROL=http://127.0.0.1:1/")
does 'the flag comes before the variable' GET /_zimmock/v1/health - healthcheck --control "$CONTROL"
refuses 'nobody there' 5 'nothing answers at http://127.0.0.1:1/_zimmock/v1: is `zimmock serve` running there\?$' healthcheck
refuses 'nobody there, for the others' 5 'nothing answers at http://127.0.0.1:1/_zimmock/v1' clock show
for url in nonsense ftp://127.0.0.1 'http://127.0.0.1/?a=b' 'http://127.0.0.1/#a' 'http://' 'http://127.0.0.1/a b'; do
  refuses "an address that is none: $url" 2 'control: expected a URL like http://127.0.0.1:7480/_zimmock/v1' healthcheck --control "$url"
done
refuses 'a user name in the address' 2 'without a user name' healthcheck --control http://someone:hush@127.0.0.1/
if [[ $ERR != *hush* ]]; then pass; else fail 'the password is not repeated' "$ERR"; fi

EXTRA_ENV=("ZIMMOCK_CONTROL=$CONTROL" http_proxy=http://127.0.0.1:1 all_proxy=http://127.0.0.1:1)
does 'proxies are not for us' GET /_zimmock/v1/health - healthcheck

EXTRA_ENV=("ZIMMOCK_CONTROL=$CONTROL" ZIMMOCK_CONTROL_TOKEN=tok-of-the-variable)
does 'the token of the variable' GET /_zimmock/v1/health - healthcheck
expect_equal 'Bearer tok-of-the-variable' "$(jq -r '.headers.authorization' "$STUB/seen")"
echo 'tok-of-the-file' >"$T/token"
does 'the token of the file' GET /_zimmock/v1/health - healthcheck --control-token-file "$T/token"
expect_equal 'Bearer tok-of-the-file' "$(jq -r '.headers.authorization' "$STUB/seen")"
: >"$T/empty"
refuses 'an empty token file' 2 'empty: expected the control token' healthcheck --control-token-file "$T/empty"
refuses 'no token file' 2 'nowhere: could not open' healthcheck --control-token-file "$T/nowhere"
printf 'a\nX-Other: b\n' >"$T/token"
refuses 'a token that is two headers' 2 'control token: expected printable' healthcheck --control-token-file "$T/token"
EXTRA_ENV=("ZIMMOCK_CONTROL=$CONTROL")

# --- refusals --------------------------------------------------------------------------------------------------------

reply "GET $TENANT/clock" '{"error":"the token is wrong"}' 401
refuses '401' 1 '^zimmock: the token is wrong; give a token with --control-token-file' clock show
reply "GET $TENANT/clock" '{"error":"no App 12345"}' 404
refuses '404' 1 '^zimmock: no App 12345$' clock show
reply "GET $TENANT/clock" '{"error":"not now\nsecond line"}' 409
refuses '409, in one line' 1 'not now.*second line' clock show
reply "POST $TENANT/faults" '{"error":"fault: expected a kind, got \"dely\"; did you mean delay?"}' 400
refuses '400 is our usage' 2 '^zimmock: fault: expected a kind, got "dely"; did you mean delay\?$' fault add delay=1s
answers "{\"GET $TENANT/clock\":{\"status\":502,\"text\":\"<html>\",\"type\":\"text/html\"}}"
refuses 'an error of something else' 1 "$TENANT/clock: HTTP 502 without an explanation: is this zimmock's control API" clock show
answers "{\"GET $TENANT/clock\":{\"text\":\"<html>\",\"type\":\"text/html\"}}"
refuses 'an answer of something else' 1 'expected a JSON object, got "<html>": is this zimmock' clock show
reply "GET $TENANT/devices" '{}'
refuses 'an answer without its list' 1 'expected a list "devices" in the answer' device list

# --- which App -------------------------------------------------------------------------------------------------------

answers "$(jq -n --argjson json "$CLOCK" '[7, 8, 12345] | map({("GET /_zimmock/v1/tenants/\(.)/clock"): {$json}}) | add')"
does 'the default App' GET $TENANT/clock - clock show
does '--app-id' GET /_zimmock/v1/tenants/7/clock - clock show --app-id 7
EXTRA_ENV+=(ZIM_APP_ID=8)
does 'ZIM_APP_ID' GET /_zimmock/v1/tenants/8/clock - clock show
does '--app-id before ZIM_APP_ID' GET /_zimmock/v1/tenants/7/clock - clock show --app-id 7
EXTRA_ENV=("ZIMMOCK_CONTROL=$CONTROL")
refuses 'an App id that is none' 2 'app id: expected a decimal number' clock show --app-id 0x7

# --- commands of commands --------------------------------------------------------------------------------------------

for group in tenant state clock device fault; do
  refuses "$group without a subcommand" 2 "zimmock $group --help" "$group"
done
refuses 'a misspelt subcommand' 2 '"shwo": not expected; did you mean show\? \(see `zimmock clock --help`\)' clock shwo
refuses 'a misspelt flag of a subcommand' 2 '"--josn": not expected; did you mean --json\? \(see `zimmock clock show --help`\)' clock show --josn
refuses 'a subcommand of another' 2 '"freeze": not expected.*zimmock device --help' device freeze
refuses 'a surplus word' 2 '"surplus": not expected.*zimmock clock show --help' clock show surplus
refuses 'a command as a subcommand' 2 'zimmock clock --help' clock list
WHAT='the help of a subcommand'
zim fault add --help
expect_rc 0
expect_out 'drop-reply'
expect_out '--control'
expect_out 'ZIM_APP_ID'
WHAT='the help of a group names its subcommands'
zim clock --help
expect_rc 0
for word in show freeze set shift advance real; do expect_out "$word +[A-Z]"; done

finish_control
