#!/usr/bin/env bash
# The importer that anybody writes first: curl in a loop, again whenever an answer does not say success.
#   naive.sh BODIES URL APP_ID SECRET     BODIES: one ImportPeerMsg body a line
set -u
bodies=$1 url=$2 app=$3 secret=$4
sent=0
while IFS= read -r body; do
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    sent=$((sent + 1))
    nonce=$(printf '%016x' "$sent")
    now=$(date +%s)
    signature=$(printf '%s' "$app$nonce$secret$now" | md5sum)
    query="Action=ImportPeerMsg&AppId=$app&SignatureNonce=$nonce&Timestamp=$now&SignatureVersion=2.0"
    answer=$(curl -s --max-time 10 -H 'Content-Type: application/json' --data-binary "$body" \
      "$url/?$query&Signature=${signature%% *}")
    [[ $answer =~ \"Code\":\ ?0[,}] ]] && break
  done
done < "$bodies"
