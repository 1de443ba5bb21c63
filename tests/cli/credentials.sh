#!/usr/bin/env bash
# Credentials and endpoints: where they come from, what is said when they are missing, and that they are never shown.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh" || exit 1

start_mock
register ann bob
RECORD='{"Id":"1","FromUserId":"ann","ToUserId":"bob","MessageType":1,"Message":"hi","SendMessageTime":'$((EPOCHSECONDS * 1000 - 60000))'}'
echo "$RECORD" >"$T/one.jsonl"
EXECUTE=(migrate "$T/one.jsonl" --execute)
QUERY_BOB=(query --as bob --peer ann)
# shellcheck disable=SC2034 # used by name
SIGN=(sign) VIEW=(view --as bob --peer ann --sdk 2.8.0)

# --- missing ---------------------------------------------------------------------------------------------------------------

ENDPOINT=$URL CREDENTIALS=no
for command in EXECUTE QUERY_BOB SIGN VIEW; do

  declare -n args=$command
  EXTRA_ENV=("ZIM_APP_ID=$APP")
  refuses "${args[0]} without a secret" '2|7' 'ZIM_SERVER_SECRET' "${args[@]}"
  EXTRA_ENV=("ZIM_SERVER_SECRET=$SECRET")
  refuses "${args[0]} without an app id" '2|7' 'ZIM_APP_ID' "${args[@]}"
  EXTRA_ENV=("ZIM_SERVER_SECRET=" "ZIM_APP_ID=$APP")
  refuses "${args[0]} with an empty secret" '2|7' 'ZIM_SERVER_SECRET' "${args[@]}"
done
EXTRA_ENV=("ZIM_SERVER_SECRET=$SECRET" "ZIM_APP_ID=twelve")
refuses 'an app id that is no number' 2 'twelve' "${QUERY_BOB[@]}"

# --- the secret in another's place ------------------------------------------------------------------------------------------------

WHAT='the secret where something else should be'
for server_secret in "$SECRET" "$APP"; do # also where the two are swapped
  for variable in "ZIM_APP_ID=$SECRET" "ZIM_APP_ID=$APP:$SECRET" "ZIM_ENDPOINT=$SECRET" "ZIM_ENDPOINT=https://x:$SECRET@x"; do
    EXTRA_ENV=("ZIM_APP_ID=$APP" "ZIM_SERVER_SECRET=$server_secret" "$variable")
    refuses "$variable" 2 'expected' "${QUERY_BOB[@]}"
  done
  for variable in "ZIM_APP_ID=$SECRET" "ZIMMOCK_CONTROL=$SECRET"; do
    EXTRA_ENV=("ZIM_SERVER_SECRET=$server_secret" "$variable")
    refuses "$variable, steering" 2 'expected' clock show
  done
done
EXTRA_ENV=("ZIM_APP_ID=$APP" "ZIM_SERVER_SECRET=$SECRET")
refuses 'the secret as a command' 2 'not expected' "$SECRET"
refuses 'the secret as an option' 2 'port' serve --port "$SECRET"

# --- the secret on a command line ---------------------------------------------------------------------------------------------

EXTRA_ENV=("ZIM_APP_ID=$APP")
for command in EXECUTE QUERY_BOB SIGN; do
  declare -n args=$command
  for flag in --server-secret --secret; do
    refuses "${args[0]} $flag" 2 'command line.*ZIM_SERVER_SECRET' "${args[@]}" "$flag" "$SECRET"
  done
  refuses "${args[0]} --server-secret=..." 2 'command line.*ZIM_SERVER_SECRET' "${args[@]}" "--server-secret=$SECRET"
done
refuses 'a misspelt --server-secret does not show it either' 2 'secret' "${QUERY_BOB[@]}" "--sever-secret=$SECRET"
refuses 'nor as a word of its own' 2 'secret' "${QUERY_BOB[@]}" --sever-secret "$SECRET"

# --- files -----------------------------------------------------------------------------------------------------------------------

printf '%s\n' "$SECRET" >"$T/secret"
WHAT='--secret-file'
zim "${QUERY_BOB[@]}" --secret-file "$T/secret"
expect_rc 0
: >"$T/empty"
refuses 'an empty secret file' 2 'empty' "${QUERY_BOB[@]}" --secret-file "$T/empty"
refuses 'a secret file that is not there' '1|2' 'nothere.*(no such file|not found|does not exist)' "${QUERY_BOB[@]}" --secret-file "$T/nothere"
refuses 'a folder as secret file' '1|2' "$T" "${QUERY_BOB[@]}" --secret-file "$T"

# --- wrong ones -------------------------------------------------------------------------------------------------------------------

CREDENTIALS=yes EXTRA_ENV=()
WRONG=0123456789abcdef0123456789abcdef
echo $WRONG >>"$T/secrets"
EXTRA_ENV=("ZIM_SERVER_SECRET=$WRONG")
refuses 'query with a wrong secret' 7 '100000005' "${QUERY_BOB[@]}"
WHAT='migrate with a wrong secret'
zim "${EXECUTE[@]}"
expect_rc 7
expect_equal 1 "$(cat "$T/z_out" "$T/z_err" | grep -c 100000005)" 'lines that name the code'
EXTRA_ENV=("ZIM_APP_ID=777")
WHAT='migrate with an app that is not known'
zim "${EXECUTE[@]}"
expect_rc 7
expect_equal yes "$(cat "$T/z_out" "$T/z_err" | grep -q 100000011 && echo yes)" 'the code is named'
EXTRA_ENV=()
WHAT='nothing was imported by any of these'
list bob ann
expect_json '.List == []'

# --- endpoints ---------------------------------------------------------------------------------------------------------------------

ENDPOINT=''
for bad in "ftp://127.0.0.1" "127.0.0.1:80" "http://" "http://127.0.0.1:99999" "http://127.0.0.1/path" "http://127.0.0.1/?x=1" "http://me:$SECRET@127.0.0.1" ""; do
  [[ -n $bad ]] || continue
  refuses "the endpoint ${bad/$SECRET/SECRET}" 2 'endpoint' "${QUERY_BOB[@]}" --endpoint "$bad"
done
WHAT='an endpoint with a slash at its end'
zim "${QUERY_BOB[@]}" --endpoint "$URL/"
expect_rc 0
WHAT='the flag beats the variable'
ENDPOINT=http://127.0.0.1:1
zim "${QUERY_BOB[@]}" --endpoint "$URL"
expect_rc 0
ENDPOINT=$URL EXTRA_ENV=(ZIM_APP_ID=777)
zim "${QUERY_BOB[@]}" --app-id "$APP"
expect_rc 0

finish_cli
