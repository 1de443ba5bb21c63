#!/usr/bin/env bash
# run.sh STACK: an unmodified client of that stack, which has https://zim-api.zego.im written into it, under zimmock
# exec; and what docs/exec.md says that the stack needs. A stack that is not on this machine, or a kernel that does not
# allow --hermetic, ends with 77: skipped.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../cli/lib.sh" || exit 1

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
CREDENTIALS=no

skip() {
  [[ $FAILURES == 0 ]] || finish
  FINISHED=yes
  echo "SKIPPED: $1"
  exit 77
}
need() { command -v "$1" >/dev/null || skip "$1 is not installed"; }
need_hermetic() { zim exec --hermetic -- true; [[ $RC == 3 ]] || skip "$ERR"; } # 3: it ran, and sent no request

good() { # the one answer, and not a word of the mock
  expect_rc 0
  expect_out_json '.Code == 0'
  expect_equal 1 "$(jq -s length <<<"$OUT")" answers
}
follows_proxy() { # COMMAND...: reaches the mock by HTTPS_PROXY
  WHAT="$STACK: under exec"
  zim exec -- "$@"
  good
}
ignores_proxy() { # COMMAND...: a proxy that is not there does not disturb it
  WHAT="$STACK: does not follow HTTPS_PROXY"
  zim exec --hermetic -- env HTTPS_PROXY=http://127.0.0.1:9 https_proxy=http://127.0.0.1:9 "$@"
  good
}
hermetic() { # COMMAND...
  WHAT="$STACK: under exec --hermetic"
  zim exec --hermetic -- "$@"
  good
}
axios() { # VERSION: the client meets this one, which npm installs at the first use
  local modules=${NPM_FOLDER:=$T}/axios-$1/node_modules new
  STACK="axios $1"
  EXTRA_ENV=("NODE_PATH=$modules")
  NODE_PATH=$modules node -e 'require("axios")' 2>/dev/null && return
  mkdir -p "$NPM_FOLDER"
  new=$(mktemp -d "$NPM_FOLDER/new.XXXXXX")
  npm install --prefix "$new" --no-save --no-audit --no-fund --fetch-retries 1 --fetch-timeout 30000 "axios@$1" >"$T/npm" 2>&1 ||
    { rm -rf "$new"; skip "npm could not install axios $1: $(grep -m 1 -i error "$T/npm")"; }
  rm -rf "$NPM_FOLDER/axios-$1"
  mv "$new" "$NPM_FOLDER/axios-$1"
}

STACK=$1
case $STACK in
  curl)
    follows_proxy sh "$HERE/client.sh"
    need_hermetic
    hermetic sh "$HERE/client.sh"
    ;;
  python-requests | python-urllib)
    need python3
    python=$(python3 -c 'import sys; print(sys.executable)')
    [[ $STACK != *requests ]] || "$python" -c 'import requests' 2>/dev/null || skip 'requests is not installed for python3'
    client=$HERE/client_${STACK#python-}.py
    follows_proxy "$python" "$client"
    need_hermetic
    hermetic "$python" "$client"
    ;;
  node-https | node-fetch)
    need node
    need_hermetic
    client=$HERE/client_${STACK#node-}.js
    hermetic node "$client"
    # From Node 24 on this is for the user to say; it stays so without NODE_USE_ENV_PROXY.
    ignores_proxy node "$client"
    ;;
  node-axios)
    need node
    need npm
    # From 1.21 on it sends CONNECT; 1.7 asks the proxy for https without it.
    axios 1.21.1
    follows_proxy node "$HERE/client_axios.js"
    axios 1.7.9
    follows_proxy node "$HERE/client_axios.js"
    need_hermetic
    hermetic node "$HERE/client_axios.js"
    axios 1.21.1
    hermetic node "$HERE/client_axios.js"
    ;;
  php)
    need php
    php -r 'exit(extension_loaded("curl") ? 0 : 1);' || skip 'ext-curl is not installed for php'
    # shellcheck disable=SC2016 # for the inner shell
    recipe=(sh -c 'php -d curl.cainfo="$SSL_CERT_FILE" "$1"' sh "$HERE/client.php")
    follows_proxy "${recipe[@]}"
    WHAT='php: without the recipe it refuses the certificate, hides that, and is told'
    zim exec -- php "$HERE/client.php"
    expect_rc 3
    expect_err 'of 1 TLS connection none came to a request, .*php -d curl\.cainfo="\$SSL_CERT_FILE"'
    need_hermetic
    hermetic "${recipe[@]}"
    ;;
  go)
    need go
    (cd "$T" && GOCACHE=$T/go go build -o "$T/client" "$HERE/client.go") || { WHAT='go build' fail 'a program' ''; finish; }
    follows_proxy "$T/client"
    need_hermetic
    hermetic "$T/client"
    ;;
  java)
    need java
    need keytool
    start_mock
    trust=(-Djavax.net.ssl.trustStore="$T/zimmock.p12" -Djavax.net.ssl.trustStorePassword=zimmock)
    keytool -importcert -noprompt -alias zimmock -file "$CA" -keystore "$T/zimmock.p12" -storepass zimmock >"$T/keytool" 2>&1 ||
      { WHAT=keytool fail 'a trust store' "$(cat "$T/keytool")"; }
    WHAT='java: under exec, told of the proxy'
    # shellcheck disable=SC2016 # for the inner shell
    zim exec --ca-dir "$T/ca" -- sh -c 'java -Dhttps.proxyHost=127.0.0.1 -Dhttps.proxyPort="${HTTPS_PROXY##*:}" "$@"' sh "${trust[@]}" "$HERE/Client.java"
    good
    need_hermetic
    WHAT='java: under exec --hermetic'
    zim exec --hermetic --ca-dir "$T/ca" -- java "${trust[@]}" "$HERE/Client.java"
    good
    WHAT='java: does not follow HTTPS_PROXY, nor SSL_CERT_FILE'
    zim exec --hermetic --ca-dir "$T/ca" -- env HTTPS_PROXY=http://127.0.0.1:9 java "${trust[@]}" "$HERE/Client.java"
    good
    zim exec --hermetic --ca-dir "$T/ca" -- java "$HERE/Client.java"
    expect_rc 1
    expect_err 'PKIX path building failed'
    ;;
  *)
    echo "FAIL: $STACK: no such stack"
    exit 1
    ;;
esac
finish
