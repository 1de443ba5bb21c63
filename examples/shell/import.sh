#!/usr/bin/env bash
# A test in shell: seed the mock, lose the answer of the second import, and look at what the service
# holds. Needs zimmock, curl and jq on the PATH.
set -euo pipefail
work=$(mktemp -d)
zimmock serve --port 0 --ready-file "$work/ready.json" --die-with-parent >/dev/null 2>"$work/log" &
mock=$!
trap 'kill "$mock"; rm -rf "$work"' EXIT
until [[ -s $work/ready.json ]]; do sleep 0.05; done
ZIMMOCK_CONTROL=$(jq -r .control_url "$work/ready.json")
ZIM_ENDPOINT=$(jq -r .url "$work/ready.json")
export ZIMMOCK_CONTROL

# An App of our own: nobody else's test meets it.
tenant=$(zimmock tenant create --json)
ZIM_APP_ID=$(jq .app_id <<<"$tenant") ZIM_SERVER_SECRET=$(jq -r .server_secret <<<"$tenant")
export ZIM_APP_ID ZIM_SERVER_SECRET
zimmock state import - <<'SEED'
{"Record":"user","UserId":"alice"}
{"Record":"user","UserId":"bob"}
SEED
zimmock fault add drop-reply,action=ImportPeerMsg,nth=2

import() { # TEXT: the client under test
  curl -sf --noproxy '*' "$ZIM_ENDPOINT/?$(zimmock sign --action ImportPeerMsg)" -H 'Content-Type: application/json' -d \
    '{"FromUserId":"alice","ToUserId":"bob","ImportedUserId":"alice","MessageType":1,"Priority":2,"MessageBody":{"Message":"'"$1"'"}}'
}
import one >/dev/null
if import two; then
  echo "expected the second answer to be lost" >&2
  exit 1
fi
import three >/dev/null

zimmock verify --action ImportPeerMsg --count 3
zimmock verify --fault drop-reply --count 1
zimmock verify --no-findings
held=$(zimmock state export | jq -r 'select(.Message) | .Message' | xargs)
[[ $held == 'one two three' ]] || {
  echo "expected one two three, got $held" >&2
  exit 1
}
echo "the service holds: $held"
