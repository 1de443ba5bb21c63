#!/usr/bin/env bash
# docs/zim-api.md section 1: the common parameters, the signature, and the mistakes of real clients, each with its name.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh" || exit 1

FROZEN=1615186943 # the Timestamp of the vendor's vector
TIMESTAMP=$FROZEN
PROBE='{"FromUserId":"ann","ToUserId":"bob"}'
start_mock --clock frozen:2021-03-08T07:02:23Z
register ann bob

# sig NAME CODE EXPLAIN-REGEX [PARAMETER=VALUE | -PARAMETER]...: a good query but for these parameters
sig() {
  WHAT=$1
  query QueryPeerMsg "${@:4}"
  send POST "$PROBE"
  expect_code "$2"
  [[ -z $3 ]] || expect_explain "$3"
}
sum_of() { md5 "$1" && echo "$SUM"; }
sha_of() { printf '%s' "$1" | sha256sum | cut -d' ' -f1; }

# --- what is right ---------------------------------------------------------------------------------------------------

sig 'a good request' 0 ''
expect_equal '' "$EXPLAIN" 'X-Zimmock-Explain'
expect_json '.Code == 0 and .Message == "success" and .List == [] and .Next == 0'
sig "the vendor's vector" 0 '' SignatureNonce=4fd24687296dd9f3 Signature=43e5cfcca828314675f91b001390566a
sig 'a nonce of 14 digits' 0 '' SignatureNonce=20210308070223            # A: form not enforced
sig 'a nonce of any letters' 0 '' SignatureNonce=Zz_nonce.with-31-characters-in1 # A
sig 'the same nonce once more' 0 '' SignatureNonce=20210308070223        # A: accepted and reported
expect_warn 'nonce'
sig "one digit of the vendor's vector changed" 100000005 '' SignatureNonce=4fd24687296dd9f3 \
  Signature=43e5cfcca828314675f91b001390566b

# --- the window: 600 s is inside (A), 601 s is not ---------------------------------------------------------------------

sig '600 s ago' 0 '' Timestamp=$((FROZEN - 600))
sig '600 s ahead' 0 '' Timestamp=$((FROZEN + 600))
sig '601 s ago' 100000004 '' Timestamp=$((FROZEN - 601))
sig '601 s ahead' 100000004 '' Timestamp=$((FROZEN + 601))

# --- parameters that are missing, empty or malformed ---------------------------------------------------------------------

for empty in '' =; do # left out, then sent without a value
  without() { # NAME CODE
    if [[ $empty == '' ]]; then sig "$1 left out" "$2" "$1" "-$1"; else sig "$1 empty" "$2" "$1" "$1="; fi
  }
  without Action 100000006
  without AppId 100000001
  without Timestamp 100000002
  without SignatureNonce 100000008
  without SignatureVersion 100000013
  without Signature 100000009
done
for id in abc 12345x -1 12345.0 0x3039 1e4 4294967296 99999999999999999999 %EF%BC%91; do
  sig "AppId $id" 100000001 AppId AppId=$id
done
sig 'AppId of nobody' 100000011 AppId AppId=4294967295
for time in abc 1615186943.0 0x6045cdff 9223372036854775808 2021-03-08T07:02:23Z; do
  sig "Timestamp $time" 100000003 Timestamp Timestamp=$time
done
sig 'the largest Timestamp' 100000004 Timestamp Timestamp=9223372036854775807
sig 'the smallest Timestamp' 100000004 Timestamp Timestamp=-9223372036854775808
sig 'Timestamp 0' 100000004 Timestamp Timestamp=0
for version in 1.0 2 2.00 3.0 v2.0; do
  sig "SignatureVersion $version" 100000014 SignatureVersion SignatureVersion=$version
done
for signature in x 0 "$(repeat 31 a)" "$(repeat 33 a)" "$(repeat 31 a)g" "$(repeat 32 0)"; do
  sig "Signature $signature" 100000005 Signature Signature="$signature"
done
sig 'signed with another secret' 100000005 '' SignatureNonce=abc Signature="$(sum_of "${APP}abc${SECRET/9193/9194}$FROZEN")"
sig 'signed for another AppId' 100000005 '' SignatureNonce=abc Signature="$(sum_of "54321abc$SECRET$FROZEN")"
sig 'signed for another second' 100000005 '' SignatureNonce=abc Signature="$(sum_of "${APP}abc$SECRET$((FROZEN - 1))")"

# --- mistakes seen in real public clients ---------------------------------------------------------------------------------

sig 'Timestamp in milliseconds' 100000004 'millisecond' Timestamp=${FROZEN}000
sig 'Timestamp shifted by 9000 s' 100000004 '9000|offset|shift' Timestamp=$((FROZEN + 9000))
sig 'Timestamp shifted by -9000 s' 100000004 '9000|offset|shift' Timestamp=$((FROZEN - 9000))
sig 'SHA-256, SignatureVersion 1' 100000014 'SHA-?256' SignatureVersion=1 SignatureNonce=abc \
  Signature="$(sha_of "${APP}abc$SECRET$FROZEN")"
sig 'SHA-256, SignatureVersion 2.0' 100000005 'SHA-?256' SignatureNonce=abc Signature="$(sha_of "${APP}abc$SECRET$FROZEN")"
sig 'nonce not in the signature' 100000005 'nonce' Signature="$(sum_of "$APP$SECRET$FROZEN")"
expect_explain 'left out|leaves out|leaving out|without|missing|omit'
sig 'secret and nonce swapped' 100000005 'swapped|order' SignatureNonce=abc Signature="$(sum_of "$APP${SECRET}abc$FROZEN")"
sum=$(sum_of "${APP}abc$SECRET$FROZEN")
sig 'upper-case hex' 100000005 'upper' SignatureNonce=abc Signature="${sum^^}"
sig 'AppId in quotes' 100000001 'quote' 'AppId=%2212345%22'
sig 'AppId in single quotes' 100000001 'quote' 'AppId=%2712345%27'
sig 'AppId in quotes in the signature' 100000005 'quote' SignatureNonce=abc \
  Signature="$(sum_of "\"$APP\"abc$SECRET$FROZEN")"

SPACE='space|line break|newline|line feed'
for gap in %0A%20%20%20%20 %20 %0D%0A; do
  sig "Action followed by $gap" 100000007 "$SPACE" Action="QueryPeerMsg$gap"
  sig "AppId followed by $gap" 100000001 "$SPACE" AppId="$APP$gap"
  sig "Timestamp followed by $gap" 100000003 "$SPACE" Timestamp="$FROZEN$gap"
  sig "SignatureVersion followed by $gap" 100000014 "$SPACE" SignatureVersion="2.0$gap"
  sig "Signature followed by $gap" 100000005 "$SPACE" SignatureNonce=abc Signature="$sum$gap"
  sig "nonce followed by $gap" 100000005 "$SPACE" SignatureNonce="abc$gap" Signature="$sum"
  sig "AppId's name after $gap" 100000001 "$SPACE" -AppId "${gap}AppId=$APP"
  sig "Signature's name after $gap" 100000009 "$SPACE" -Signature "${gap}Signature=$sum" SignatureNonce=abc
done

sig "md5sum's output as a whole" 100000005 'md5sum' SignatureNonce=abc Signature="$sum++-"
base64_of() { printf '%s' "$1" | sed 's/../\\x&/g' | xargs -0 printf '%b' | base64 -w0 | sed 's/+/%2B/g; s|/|%2F|g; s/=/%3D/g'; }
sig 'the digest in base64' 100000005 'the right signature, in base64' SignatureNonce=abc Signature="$(base64_of "$sum")"
sig 'SHA-1 in base64' 100000005 'SHA-1.*base64' SignatureNonce=abc \
  Signature="$(base64_of "$(printf '%s' "${APP}abc$SECRET$FROZEN" | sha1sum | cut -d' ' -f1)")"
sig 'SignatureVersion 1, SHA-256 and no nonce' 100000008 'SignatureVersion "1".*SHA-256.*MD5' SignatureVersion=1 -SignatureNonce \
  Signature="$(sha_of "$APP$SECRET$FROZEN")"

WHAT='the headers of another API'
for path in '' v2/peers/message; do
  explained() { EXPLAIN=$(curl -q -s --noproxy '*' -D - -o "$T/body" -d '{}' "$@" "$URL/$path" | grep -i '^X-Zimmock-Explain'); }
  explained -H 'App-ID: 12345' -H "Server-Secret: $SECRET"
  expect_explain 'a header App-ID: this API takes AppId and Signature in the query of /'
  explained -H 'Authorization: Bearer eyJhbGciOiJIUzI1NiJ9.e30.x'
  expect_explain 'Authorization header \(Bearer token\?\): this API takes AppId and Signature'
done
WHAT='a Bearer token instead of a signature'
query QueryPeerMsg -Signature
send POST "$PROBE" -H 'Authorization: Bearer eyJhbGciOiJIUzI1NiJ9.e30.x'
expect_code 100000009
expect_explain 'Bearer'
sig 'a Bearer token as the signature' 100000005 'Bearer' Signature=Bearer%20eyJhbGciOiJIUzI1NiJ9.e30.x

GOOD='"FromUserId":"ann","ToUserId":"bob","MessageType":1,"Priority":1,"ImportedUserId":"ann"'
row 'MessageBody as a JSON string' 660000002 ImportPeerMsg "{$GOOD,\"MessageBody\":\"{\\\"Message\\\":\\\"hi\\\"}\"}" \
  '/MessageBody.*string'
for field in MessageType Priority SendMessageTime; do
  message "$field=\"1\""
  row "$field as a string" 660000002 ImportPeerMsg "$MESSAGE" "/$field.*string"
done
WHAT='the body as a form'
query ImportPeerMsg
send POST - --data-urlencode FromUserId=ann --data-urlencode ToUserId=bob --data-urlencode 'MessageBody={"Message":"hi"}' \
  -d MessageType=1 -d Priority=1 -d ImportedUserId=ann -H 'Content-Type: application/x-www-form-urlencoded'
expect_code 660000002
expect_explain 'form'
WHAT='the body as a multipart form'
query ImportPeerMsg
send POST - -F FromUserId=ann -F ToUserId=bob -F 'MessageBody={"Message":"hi"}' -F MessageType=1 -F Priority=1 -F ImportedUserId=ann
expect_code 660000002
expect_explain 'form'

finish
