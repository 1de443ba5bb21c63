#!/usr/bin/env bash
# zimmock exec --hermetic: a network in which the vendor's hosts are the mock and nothing else is there. Where the
# kernel does not allow it, the message is what is tested.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh" || exit 1

CREDENTIALS=no
HOSTS_BEFORE=$(cat /etc/hosts)
REFUSED='^zimmock: --hermetic: could not [^:]+: .*; run as root, or allow user namespaces .*, or leave --hermetic out.*HTTPS_PROXY$'

not_run() { # the command was not run, and the message says what was refused and what to do
  expect_rc 1
  expect_err "$REFUSED"
  expect_equal 1 "$(wc -l <"$T/z_err")" 'lines on stderr'
  expect_no_out
}

WHAT='exec --hermetic'
zim exec --hermetic --findings ignore -- echo ran
if [[ $RC != 3 ]]; then # it sent no request
  if [[ $(uname -s) == Linux ]]; then not_run; else expect_err 'expected Linux'; fi
  echo "not allowed here: $ERR"
  finish
fi
expect_equal ran "$OUT" stdout

WHAT='curl without a flag or a proxy, to every vendor host'
for host in zim-api zim-api-sha zim-api-hkg zim-api-fra zim-api-lax zim-api-bom zim-api-sgp; do
  query UserRegister
  printf 'curl -sS "https://%s.zego.im/?%s" -H "Content-Type: application/json" -d "%s" || exit\n' "$host" "$QUERY" \
    "{\\\"UserInfo\\\":[{\\\"UserId\\\":\\\"$host\\\"}]}"
done >"$T/hosts.sh"
EXTRA_ENV=(HTTPS_PROXY=http://192.0.2.1:1 https_proxy=http://192.0.2.1:1 ALL_PROXY=http://192.0.2.1:1 NO_PROXY=x)
zim exec --hermetic -- sh "$T/hosts.sh"
expect_rc 0
expect_equal '' "$ERR" stderr
expect_equal 7 "$(grep -o '"Code":0' <<<"$OUT" | wc -l)" 'good answers'
WHAT='no proxy variables'
zim exec --hermetic -- jq -nc env
expect_out_json '[to_entries[] | select(.key | test("proxy"; "i"))] == []'
expect_out_json '.SSL_CERT_FILE == .NODE_EXTRA_CA_CERTS and .ZIM_APP_ID == "12345"'
EXTRA_ENV=()

WHAT='the vendor and localhost are loopback'
zim exec --hermetic -- getent ahostsv4 zim-api-sgp.zego.im
expect_out '^127\.0\.0\.1 +STREAM'
zim exec --hermetic -- getent ahostsv4 localhost
expect_out '^127\.0\.0\.1 +STREAM'
WHAT='loopback is the only interface'
zim exec --hermetic -- awk -F: 'NR > 2 {print $1}' /proc/net/dev
expect_equal lo "$(tr -d ' ' <<<"$OUT")" interfaces
WHAT='nothing else can be reached'
zim exec --hermetic -- curl -sS --max-time "$HANG" https://example.com/
expect_rc 6
zim exec --hermetic -- curl -sS --max-time "$HANG" http://198.51.100.1/
expect_rc 7
expect_err 'the command sent no request to the mock, and opened no TLS connection$'
WHAT='nor the machine that it runs on'
start_mock
zim exec --hermetic -- curl -sS --max-time "$HANG" "$URL/_zimmock/v1/health"
expect_rc 7
stop_mock TERM
WHAT='a client that refuses the certificate'
"$ZIMMOCK" ca --ca-dir "$T/other-ca" >"$T/no_ca"
zim exec --hermetic -- sh -c "curl -sS --cacert $T/no_ca https://zim-api.zego.im/; exit 0"
expect_rc 3
expect_err 'sent no request to the mock: of 1 TLS connection none came to a request, .*curl\.cainfo'
WHAT='the command cannot undo it'
zim exec --hermetic -- umount /etc/hosts
if [[ $RC != 0 ]]; then pass; else fail 'an error' "$(printed)"; fi
WHAT='the API as before: exit code, findings, HTTP on a port of its own'
zim exec --hermetic -- sh -c 'exit 5'
expect_rc 5
zim exec --hermetic --port 8080 -- curl -sS -d '{}' http://127.0.0.1:8080/
expect_rc 1
expect_err '1 × '
WHAT='outside, nothing changed and nothing is left'
expect_equal "$HOSTS_BEFORE" "$(cat /etc/hosts)" /etc/hosts
expect_equal '' "$(compgen -G "$T/zimmock-hosts*")" 'files left in TMPDIR'

# --- as others --------------------------------------------------------------------------------------------------------

if [[ $(id -u) == 0 ]] && command -v setpriv >/dev/null; then
  mkdir -m 777 "$T/nobody"
  chmod 755 "$T"
  install -m 755 "$ZIMMOCK" "$T/nobody/zimmock"
  chmod a+r "$T/hosts.sh"
  environment
  WHAT='as a user without privileges, who stays who it is'
  OUT=$(setpriv --reuid 65534 --regid 65534 --clear-groups "${ENV[@]}" TMPDIR="$T/nobody" "$T/nobody/zimmock" exec --hermetic \
    --ca-dir "$T/nobody/ca" -- sh -c "id -u; sh '$T/hosts.sh'; grep CapEff /proc/self/status" 2>"$T/z_err")
  RC=$? ERR=$(<"$T/z_err")
  if [[ $RC == 1 && $ERR == *'could not make a user namespace'* ]]; then
    expect_err "$REFUSED"
    echo "not allowed here for a user without privileges: $ERR"
  else
    expect_rc 0
    expect_out $'^65534\n.*"Code":0.*CapEff:[[:space:]]+0000000000000000'
    WHAT='as the root of a container, without CAP_SYS_ADMIN or CAP_NET_ADMIN'
    for capability in sys_admin net_admin; do
      OUT=$(setpriv --bounding-set "-$capability" "${ENV[@]}" "$ZIMMOCK" exec --hermetic -- \
        sh "$T/hosts.sh" 2>"$T/z_err")
      RC=$? ERR=$(<"$T/z_err")
      expect_rc 0
      expect_out '"Code":0'
    done
  fi
fi
environment
for limit in user net; do
  WHAT="where the kernel refuses a $limit namespace"
  # In a user namespace of its own the limit is nobody else's.
  unshare --user --map-root-user sh -c "echo 0 >/proc/sys/user/max_${limit}_namespaces" 2>/dev/null || continue
  OUT=$(unshare --user --map-root-user sh -c "echo 0 >/proc/sys/user/max_${limit}_namespaces
    [ $limit = net ] || exec setpriv --bounding-set -sys_admin \"\$@\"
    exec \"\$@\"" sh "${ENV[@]}" "$ZIMMOCK" exec --hermetic -- echo ran 2>"$T/z_err")
  RC=$? ERR=$(<"$T/z_err")
  not_run
done

finish
