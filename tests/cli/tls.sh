#!/usr/bin/env bash
# HTTPS: the right CA, no CA, a wrong one, a wrong host.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh" || exit 1

printf '{"Id":"1","FromUserId":"ann","ToUserId":"bob","MessageType":1,"Message":"hi","SendMessageTime":%d}\n' \
  $((EPOCHSECONDS * 1000 - 60000)) >"$T/one.jsonl"
EXECUTE=(migrate "$T/one.jsonl" --execute --connect-timeout "$HANG")
QUERY_BOB=(query --as bob --peer ann --connect-timeout "$HANG")

start_mock
register ann bob
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=another -keyout "$T/other.key" \
  -out "$T/other.pem" 2>/dev/null
ENDPOINT=$TLS_URL
WHAT='with the right CA'
zim "${QUERY_BOB[@]}" --ca-file "$CA"
expect_rc 0
expect_equal '' "$ERR" stderr
for args in "" "--ca-file $T/other.pem"; do
  # shellcheck disable=SC2086 # two words
  WHAT="query without the right CA: $args"
  read -ra words <<<"$args"
  zim "${QUERY_BOB[@]}" "${words[@]}"
  expect_rc '1|2|5|7'
  expect_err 'certificate.*--ca-file'
  expect_err "${TLS_URL#https://}"
  WHAT="migrate without the right CA: $args"
  zim "${EXECUTE[@]}" "${words[@]}"
  expect_rc '1|2|5|7'
  expect_out 'certificate.*--ca-file'
  if [[ $OUT != *'verified: all'* ]]; then pass; else fail 'no word of all verified' "$(printed)"; fi
done
refuses 'a CA file that is not there' 2 'nothere\.pem' "${QUERY_BOB[@]}" --ca-file "$T/nothere.pem"
: >"$T/empty.pem"
refuses 'an empty CA file' 2 'empty\.pem' "${QUERY_BOB[@]}" --ca-file "$T/empty.pem"
echo 'no PEM' >"$T/text.pem"
WHAT='a CA file without a certificate'
zim "${QUERY_BOB[@]}" --ca-file "$T/text.pem"
expect_rc '1|2|5'
expect_err '(text\.pem|--ca-file)'
WHAT='a right CA, but a host that the certificate does not name'
ENDPOINT=${TLS_URL/127.0.0.1/127.0.0.2}
zim "${QUERY_BOB[@]}" --ca-file "$CA"
expect_rc '1|2|5|7'
if [[ -n $ERR ]]; then pass; else fail 'a message' "$(printed)"; fi
WHAT='http to the port of https'
ENDPOINT=${TLS_URL/https/http}
zim "${QUERY_BOB[@]}"
expect_rc '1|5'
WHAT='https to the port of http'
ENDPOINT=${URL/http/https}
zim "${QUERY_BOB[@]}" --ca-file "$CA"
expect_rc '1|5'
WHAT='none of these changed anything'
list bob ann
expect_json '.List == []'
WHAT='a migration over TLS, verified'
ENDPOINT=$TLS_URL
zim "${EXECUTE[@]}" --ca-file "$CA"
expect_rc 0
expect_equal 'verified: all 2 of 2 imports are in ZIM, in order' "$(tail -n 1 "$T/z_out")" 'the last line'

finish_cli
