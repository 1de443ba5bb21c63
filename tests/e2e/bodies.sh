#!/usr/bin/env bash
# Sourced by lib.sh: bodies to send, and what to read out of an answer.
# shellcheck disable=SC2034 # globals are read by the scripts

repeat() { # N TEXT
  local out
  printf -v out '%*s' "$1" ''
  printf '%s' "${out// /$2}"
}
json() { # TEXT: as a JSON string (for text without control characters)
  local s=${1//\\/\\\\}
  printf '"%s"' "${s//\"/\\\"}"
}
users() { # ID...: a UserRegister body
  local id out=''
  for id; do out+=",{\"UserId\":$(json "$id")}"; done
  printf '{"UserInfo":[%s]}' "${out#,}"
}
register() { # ID...: they exist from now on
  WHAT="register $*"
  call UserRegister "$(users "$@")"
  expect_code 0
}
message() { # [FIELD=JSON | -FIELD]...: MESSAGE, an ImportPeerMsg body; without arguments a text from ann to bob for ann
  local -A m=([FromUserId]='"ann"' [ToUserId]='"bob"' [MessageType]=1 [Priority]=2
    [MessageBody]='{"Message":"hi"}' [ImportedUserId]='"ann"')
  local f
  for f; do if [[ $f == -* ]]; then unset "m[${f#-}]"; else m[${f%%=*}]=${f#*=}; fi; done
  MESSAGE=''
  for f in "${!m[@]}"; do MESSAGE+=",\"$f\":${m[$f]}"; done
  MESSAGE="{${MESSAGE#,}}"
}
imp() { # NAME CODE EXPLAIN-REGEX [FIELD=JSON | -FIELD]...: one import
  message "${@:4}"
  row "$1" "$2" ImportPeerMsg "$MESSAGE" "$3"
}
imp_warn() { # NAME WARN-REGEX [FIELD=JSON | -FIELD]...: accepted with a warning
  message "${@:3}"
  row "$1" 0 ImportPeerMsg "$MESSAGE" '' "$2"
}
list() { # VIEWER OTHER [MEMBERS]: the viewer's list, e.g. list ann bob '"Limit":100'
  call QueryPeerMsg "{\"FromUserId\":\"$1\",\"ToUserId\":\"$2\"${3:+,$3}}"
}
# MsgIds as they stand in the text, one a line: they are beyond what a double holds. A quote inside a string is
# escaped, so only members match.
msg_ids() { grep -oE '"MsgId"[[:space:]]*:[[:space:]]*"?[0-9]+' "${1:-$T/body}" | grep -oE '[0-9]+$'; }
member() { # NAME: the first such member of the answer, as written
  [[ $BODY =~ \"$1\"[[:space:]]*:[[:space:]]*(\"[^\"]*\"|[^],}[:space:]]+) ]] && printf '%s' "${BASH_REMATCH[1]}"
}
url_decode() { # TEXT
  local s=${1//\\/\\\\}
  printf '%b' "${s//%/\\x}"
}
