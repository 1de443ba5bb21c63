#!/usr/bin/env bash
# HTTPS: with the mock's CA, clients reach the vendor's hosts unchanged; without it, they do not.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh" || exit 1

PROBE='{"FromUserId":"ann","ToUserId":"bob"}'
HOSTS=(zim-api zim-api-sha zim-api-hkg zim-api-fra zim-api-lax zim-api-bom zim-api-sgp)
fingerprint() { openssl x509 -noout -fingerprint -sha256 -in "$1" 2>&1; }

start_mock
register ann bob
HTTP=$URL PORT=${TLS_URL##*:}
"$ZIMMOCK" ca --ca-dir "$T/ca" >"$T/printed.pem" 2>"$T/ca_error"
WHAT='zimmock ca prints the CA that the mock uses' SENT='zimmock ca'
expect_equal 0 "$?" 'exit code'
expect_equal "$(fingerprint "$CA")" "$(fingerprint "$T/printed.pem")" fingerprint

# --- with the CA -----------------------------------------------------------------------------------------------------------------

over() { # NAME URL [curl args]: a query there
  WHAT=$1
  URL=$2
  CURL_ARGS=("${@:3}")
  call QueryPeerMsg "$PROBE"
  URL=$HTTP CURL_ARGS=()
}
WITH=(--cacert "$T/printed.pem")
over 'the address of the ready line' "$TLS_URL" "${WITH[@]}"
expect_code 0
over 'localhost' "https://localhost:$PORT" "${WITH[@]}" --resolve "localhost:$PORT:127.0.0.1"
expect_code 0
for host in "${HOSTS[@]}"; do
  over "$host" "https://$host.zego.im" "${WITH[@]}" --connect-to "$host.zego.im:443:127.0.0.1:$PORT"
  expect_code 0
done
for version in 1.2 1.3; do
  over "TLS $version" "$TLS_URL" "${WITH[@]}" --tlsv$version --tls-max $version
  expect_code 0
done
WHAT='what HTTPS writes, HTTP reads: one world'
URL=$TLS_URL CURL_ARGS=("${WITH[@]}")
imp 'an import over HTTPS' 0 ''
URL=$HTTP CURL_ARGS=()
list ann bob
expect_json '.List | length == 1'

# --- without it, or for a host that is not the vendor's ------------------------------------------------------------------------------

untrusted() { # curl says: the peer cannot be verified (60), or there is no CA at all here (77)
  expect_equal refused "$([[ $CURL_STATUS == 60 || $CURL_STATUS == 77 ]] && echo refused || echo "status $CURL_STATUS, $BODY")" curl
}
over 'without the CA' "$TLS_URL"
untrusted
over "the vendor's host without the CA" https://zim-api.zego.im --connect-to "zim-api.zego.im:443:127.0.0.1:$PORT"
untrusted
for host in example.com zego.im.example.com zim-api.example.com; do
  over "$host" "https://$host" "${WITH[@]}" --connect-to "$host:443:127.0.0.1:$PORT"
  untrusted
done
over 'HTTP to the port of HTTPS' "http://127.0.0.1:$PORT" --max-time "$HANG"
expect_equal '' "$CODE" 'Code'
over 'HTTPS after that' "$TLS_URL" "${WITH[@]}"
expect_code 0

# --- the CA itself -----------------------------------------------------------------------------------------------------------------------

WHAT='the CA is constrained to names of the vendor and of this machine' SENT='openssl x509 -text'
text=$(openssl x509 -noout -text -in "$T/printed.pem")
constraints=$(grep -A 12 'Name Constraints' <<<"$text")
expect_equal yes "$([[ $constraints == *Permitted:* ]] && echo yes)" 'Name Constraints: Permitted'
expect_equal yes "$([[ $constraints == *zego.im* ]] && echo yes)" 'zego.im is permitted'
expect_equal yes "$([[ $constraints == *localhost* ]] && echo yes)" 'localhost is permitted'
expect_equal yes "$([[ $text == *CA:TRUE* ]] && echo yes)" 'CA:TRUE'
WHAT='whoever holds the CA key cannot vouch for other hosts' SENT='openssl verify'
key=$(grep -rlE 'BEGIN ([A-Z]+ )?PRIVATE KEY' "$T/ca" | while IFS= read -r file; do
  [[ $(openssl pkey -in "$file" -pubout 2>/dev/null) == "$(openssl x509 -in "$CA" -noout -pubkey)" ]] && echo "$file"
done | head -n 1)
expect_equal found "${key:+found}" "the CA's key below --ca-dir"
vouch() { # HOST: does a certificate for it, made with the CA's key, verify
  openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$T/leaf.key" -subj /CN=leaf \
    -out "$T/leaf.csr" 2>/dev/null
  openssl x509 -req -in "$T/leaf.csr" -CA "$CA" -CAkey "$key" -set_serial 1 -days 1 -out "$T/leaf.pem" \
    -extfile <(printf 'subjectAltName=DNS:%s\n' "$1") 2>/dev/null
  openssl verify -CAfile "$CA" "$T/leaf.pem" >/dev/null 2>&1 && echo yes || echo no
}
expect_equal yes "$(vouch zim-api.zego.im)" 'zim-api.zego.im verifies'
expect_equal no "$(vouch example.com)" 'example.com verifies'

private() { # DIR: the modes of the files with a private key
  grep -rlE 'BEGIN ([A-Z]+ )?PRIVATE KEY' "$1" | xargs -d '\n' stat -c %a | sort -u
}
WHAT='private keys are for their owner' SENT='stat'
expect_equal 600 "$(private "$T/ca")" 'mode'
WHAT='no private key is printed' SENT='zimmock ca'
expect_equal 0 "$(grep -c PRIVATE "$T/printed.pem")" 'PRIVATE in the printed CA'
stop_mock TERM

# --- it survives a restart, and another folder has another ------------------------------------------------------------------------------

start_mock
HTTP=$URL
WHAT='the CA survives a restart' SENT='serve'
expect_equal "$(fingerprint "$T/printed.pem")" "$(fingerprint "$CA")" fingerprint
over 'a client that trusts it is served by the next mock' "$TLS_URL" "${WITH[@]}"
expect_code 660500002 # a new world: ann is not registered
stop_mock TERM
WHAT='zimmock ca makes a CA where there is none' SENT='zimmock ca --ca-dir other'
(umask 000 && "$ZIMMOCK" ca --ca-dir "$T/other" >"$T/other.pem" 2>"$T/ca_error")
expect_equal 0 "$?" 'exit code'
expect_equal differs "$([[ $(fingerprint "$T/other.pem") == "$(fingerprint "$T/printed.pem")" ]] || echo differs)" fingerprint
expect_equal 600 "$(private "$T/other")" 'mode, whatever the umask'
WHAT='and the second time prints the same' SENT='zimmock ca --ca-dir other'
expect_equal "$(<"$T/other.pem")" "$("$ZIMMOCK" ca --ca-dir "$T/other" 2>&1)"

start_mock --ca-dir "$T/other"
over 'one folder is not vouched for by the CA of another' "$TLS_URL" "${WITH[@]}"
untrusted
over 'but by its own' "$TLS_URL" --cacert "$T/other.pem"
expect_code 660500002

finish
