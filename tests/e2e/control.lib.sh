# Sourced after lib.sh by the scripts that steer the mock: its control API by curl alone.
# shellcheck shell=bash disable=SC2034

CTL_STATUS='' CTL='' # of the last call: HTTP status and answer
ctl() { # METHOD PATH [BODY]: a call of the control API, PATH below /_zimmock/v1; {} in it is the tenant
  local data=()
  [[ -z ${3-} ]] || data=(--data-binary "$3")
  SENT="$1 ${2//\{\}/tenants/$APP} ${3-}"
  CTL_STATUS=$(curl -q -sS --noproxy '*' --max-time "$HANG" -X "$1" -o "$T/ctl" -w '%{http_code}' "${data[@]}" \
    "$URL/_zimmock/v1/${2//\{\}/tenants/$APP}" 2>"$T/curl_error")
  CTL=$(<"$T/ctl")
}
expect_ctl() { # STATUS [JQ-EXPR]
  if [[ $CTL_STATUS != "$1" ]]; then
    fail "HTTP $1" "$CTL_STATUS $CTL"
  elif [[ -n ${2-} ]] && ! jq -e "$2" <<<"$CTL" >/dev/null 2>&1; then
    fail "true of $2" "$CTL"
  else
    pass
  fi
}

new_tenant() { # [SETTINGS]: APP and SECRET are a new tenant's, with the users u1, u2 and u3
  ctl POST tenants "${1-{\}}"
  [[ $CTL_STATUS == 201 ]] || fail 'a tenant' "$CTL_STATUS $CTL"
  APP=$(jq -r .app_id <<<"$CTL") SECRET=$(jq -r .server_secret <<<"$CTL")
  echo "$SECRET" >>"$T/secrets"
  ctl POST '{}/state' '{"Record":"user","UserId":"u1"}
{"Record":"user","UserId":"u2"}
{"Record":"user","UserId":"u3"}'
  [[ $CTL_STATUS == 200 ]] || fail 'three users' "$CTL_STATUS $CTL"
}

import_text() { # TEXT [TO]: the body of an import from u1 into u1's list
  printf '{"FromUserId":"u1","ToUserId":"%s","MessageType":1,"Priority":2,"MessageBody":{"Message":"%s"},"ImportedUserId":"u1"}' \
    "${2-u2}" "$1"
}

stored() { # what u1's list with u2 holds, newest first, in one line
  query QueryPeerMsg
  curl -q -sS --noproxy '*' --max-time "$HANG" -H 'Content-Type: application/json' \
    -d '{"FromUserId":"u1","ToUserId":"u2","Limit":100}' "$URL/?$QUERY" | jq -r '[.List[].MsgBody] | join(" ")'
}
