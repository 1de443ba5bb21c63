#!/usr/bin/env bash
# zimmock sign: against the vendor's vector and md5sum, and against the mock.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh" || exit 1

ENDPOINT=http://127.0.0.1:9
VECTOR=(--nonce 4fd24687296dd9f3 --timestamp 1615186943)
GOOD=43e5cfcca828314675f91b001390566a

# --- the vendor's vector ---------------------------------------------------------------------------------------------

WHAT="the vendor's vector"
zim sign "${VECTOR[@]}" --format signature
expect_rc 0
expect_equal "$GOOD" "$OUT" stdout
expect_equal '' "$ERR" stderr
zim sign "${VECTOR[@]}" --action ImportPeerMsg
expect_rc 0
for part in Action=ImportPeerMsg AppId=12345 SignatureNonce=4fd24687296dd9f3 Timestamp=1615186943 SignatureVersion=2.0 "Signature=$GOOD"; do
  expect_out "(^|&)$part(&|\$)"
done
expect_equal 6 "$(tr '&' '\n' <"$T/z_out" | grep -c =)" 'parameters'
zim sign "${VECTOR[@]}" --format json
expect_out_json '.signature == "43e5cfcca828314675f91b001390566a" and .nonce == "4fd24687296dd9f3" and
  .timestamp == 1615186943 and .app_id == 12345 and .signature_version == "2.0" and (.url | startswith("http://127.0.0.1:9/?"))'

# --- md5sum agrees, whatever is signed -----------------------------------------------------------------------------------

for row in "0 0123456789abcdef 0" "4294967295 ffffffffffffffff 9999999999" "777 00000000000000 1" "1 z 1615186943"; do
  read -r app nonce timestamp <<<"$row"
  WHAT="app $app, nonce $nonce, second $timestamp"
  md5 "$app$nonce$SECRET$timestamp"
  zim sign --app-id "$app" --nonce "$nonce" --timestamp "$timestamp" --format signature
  expect_equal "$SUM" "$OUT" stdout
done
WHAT='a secret from a file, with a line break at its end'
printf '%s\n' 0123456789abcdef0123456789abcdef >"$T/secret"
echo 0123456789abcdef0123456789abcdef >>"$T/secrets"
md5 123454fd24687296dd9f30123456789abcdef0123456789abcdef1615186943
zim sign "${VECTOR[@]}" --format signature --secret-file "$T/secret"
expect_equal "$SUM" "$OUT" stdout

# --- what is not given is made ---------------------------------------------------------------------------------------------

WHAT='nonce and timestamp made up'
before=$EPOCHSECONDS
: >"$T/nonces"
for _ in 1 2 3 4 5 6 7 8 9 10; do
  zim sign --format json
  jq -r .nonce <<<"$OUT" >>"$T/nonces"
done
# shellcheck disable=SC2016
expect_out_json '.timestamp >= $before and .timestamp <= now' --argjson before "$before"
expect_equal 10 "$(grep -cE '^[0-9a-f]{16}$' "$T/nonces")" 'nonces of 16 hex characters'
expect_equal 10 "$(sort -u "$T/nonces" | wc -l)" 'different nonces'

# --- the mock takes it --------------------------------------------------------------------------------------------------------

start_mock
ENDPOINT=$URL
users ann bob >"$T/BODY.json"
WHAT='the command of --format curl registers users'
zim sign --action UserRegister --format curl
expect_rc 0
if (cd "$T" && bash -c "$OUT" >"$T/answer" 2>&1); then pass; else fail 'a command that runs' "$OUT $(<"$T/answer")"; fi
expect_equal 0 "$(jq .Code "$T/answer" 2>&1)" Code
WHAT='a path with a quote in --format curl'
zim sign --format curl --ca-file "$T/it's here.pem"
printf '%s\n' "$OUT" | sed 's/^curl/printf "[%s]"/' >"$T/command"
if bash "$T/command" | grep -qF "[$T/it's here.pem]"; then pass; else fail "one word: $T/it's here.pem" "$(bash "$T/command")"; fi

# --- mistakes --------------------------------------------------------------------------------------------------------------------

refuses 'a misspelt action' 2 'ImportPeerMgs.*did you mean.*ImportPeerMsg' sign --action ImportPeerMgs
refuses 'a misspelt format' 2 'did you mean.*signature' sign --format signatur
refuses 'a timestamp that is none' 2 '--timestamp' sign --timestamp yesterday
refuses 'an app id that is none' 2 'app id.*(4294967295|number)' sign --app-id '"12345"'
refuses 'an app id beyond 32 bits' 2 'app id.*4294967295' sign --app-id 4294967296

finish_cli
