#!/usr/bin/env bash
# mock_server -> contracts <- client; only cli and tests see all three. Each outside library is seen
# in one place. Libraries do not print, exit, sleep, or read clock or environment.
set -u
cd "${ZIMMOCK_SOURCE:?folder of the sources}" || exit 1
checks=0 failures=0

forbid() { # WHAT REGEX FOLDERS... [-- EXCEPT-REGEX]
  local what=$1 regex=$2 found except='^$'
  shift 2
  local folders=()
  while [[ $# -gt 0 ]]; do
    if [[ $1 == -- ]]; then except=$2; break; fi
    folders+=("$1")
    shift
  done
  checks=$((checks + 1))
  found=$(grep -rnE "$regex" "${folders[@]}" --include='*.h' --include='*.cpp' --include='*.inc' | grep -vE "$except")
  [[ -z $found ]] && return
  failures=$((failures + 1))
  printf 'FAIL: %s:\n%s\n' "$what" "$found"
}

# The folders must be there, or nothing below can fail.
for folder in contracts mock_server client cli; do
  [[ -n $(find "$folder" -name '*.cpp' -print -quit) ]] || { echo "FAIL: no sources in $folder"; exit 1; }
done

forbid 'contracts depends on nothing of ours' '#include "(mock_server|client|cli|tests)/' contracts
forbid 'mock_server depends on contracts only' '#include "(client|cli|tests)/' mock_server
forbid 'client depends on contracts only' '#include "(mock_server|cli|tests)/' client
forbid 'the executable does not include tests' '#include "tests/' cli
forbid 'cpp-httplib is seen in http/http_listener.cpp and http_wire only' '#include <httplib' . -- '^\./(mock_server/http/http_(listener\.cpp|wire\.h)|build/)'
forbid 'libcurl is seen in client/api/curl_*.cpp only' '#include <curl/' . -- '^\./(client/api/curl_[a-z_]*\.cpp|examples/|build/)'
forbid 'the date library is seen in client/formats/local_time.cpp only' '#include <date/' . -- '^\./(client/formats/local_time\.cpp|build/)'
forbid 'minizip is seen in client/formats/zip_file.cpp only' '#include <minizip/' . -- '^\./(client/formats/zip_file\.cpp|build/)'
forbid "JSON is parsed by contracts/api/json_text only, and streamed by client/formats/json_elements: nlohmann's parser takes a NUL for the end" \
  '([A-Za-z_>]::(sax_)?parse\(|json::accept\(|"_json\b|json> *>>)' contracts mock_server client cli -- \
  '^(contracts/api/json_text\.cpp:|client/formats/json_elements\.cpp:.*json::sax_parse\(ByteIterator)'
forbid 'contracts has no sockets, threads or streams' \
  '#include <(sys/socket\.h|netinet/.*|thread|mutex|iostream|fstream|unistd\.h)>' contracts
forbid 'libraries do not read the clock' '(system_clock|steady_clock|high_resolution_clock)::now|[^_a-z]time\(nullptr\)' \
  contracts mock_server client -- '^mock_server/include/zimmock/system_clock\.h'
forbid 'libraries do not print' '(std::(cout|cerr)|[^a-z_]f?printf\(|fmt::print\()' contracts mock_server client
forbid 'only cli/output.cpp writes to stdout and stderr' \
  'std::(cout|cerr|clog|puts|printf)|fmt::print|[(,] *(stdout|stderr)[,)]' cli -- '^cli/output\.cpp'
forbid 'only cli/files.cpp makes files, with the right readers' 'fopen\(|ofstream|O_CREAT' cli \
  -- '^cli/(files|contract/har_file|mock/ca_store|migrate/run_lock)\.cpp|fopen\(path, "a"\)'
forbid 'libraries do not read the environment' 'getenv\(' contracts mock_server client
forbid 'libraries do not exit' '[^a-z_:]exit\(|std::exit\(' contracts mock_server client
forbid 'libraries do not sleep' 'sleep_for|sleep_until|usleep|nanosleep' contracts mock_server client

checks=$((checks + 1))
elsewhere=$(grep -rnE '^namespace zimmock' contracts mock_server client cli --include='*.h' --include='*.cpp' |
  grep -vE '^(contracts/.*namespace zimmock::inline contract|mock_server/.*namespace zimmock::mock|client/.*namespace zimmock::client|cli/.*namespace zimmock::cli) \{' |
  grep -vE '^mock_server/(include/|mock_server\.cpp:)')
[[ -z $elsewhere ]] || { failures=$((failures + 1)); printf 'FAIL: each library has one namespace:\n%s\n' "$elsewhere"; }

while read -r lines file; do
  checks=$((checks + 1))
  [[ $lines -le 500 ]] || { failures=$((failures + 1)); echo "FAIL: $file has $lines lines; one noun a file, 500 at most"; }
done < <(find contracts mock_server client cli tests -name '*.h' -o -name '*.cpp' -o -name '*.sh' -o -name '*.py' |
  xargs wc -l | awk '$2 != "total"')

echo "layers: $checks checks, $failures failed"
[[ $checks -gt 50 && $failures -eq 0 ]]
