#!/usr/bin/env bash
# Schemathesis against a fresh shop: makes up requests from openapi.json, good ones and bad ones, alone and in sequences,
# as a user and as an administrator, and finds every answer that is a 5xx or not in the document.
#
#   src/test/check schemathesis                        against a fresh shop of its own
#   BASE=http://localhost:8080 src/test/check schemathesis   against one that runs
#
# EXAMPLES (40) is how many requests each call is tried with in each phase, SEED (1) what they are made from.
# Its reports stay in target/schemathesis. Exit code 75 if Schemathesis cannot be had.
set -euo pipefail
[ -n "${BASE:-}" ] || exec src/test/check with-shop src/test/check schemathesis
tools=target/schemathesis/python

if [ ! -x $tools/bin/st ]; then
  python3 -m venv $tools && timeout 120 $tools/bin/pip install -q --disable-pip-version-check schemathesis==4.32.5 ||
    { rm -rf $tools; echo "Schemathesis cannot be had" >&2; exit 75; }
fi >&2

token() {
  curl -sf "$BASE/dev/tokens" -H 'Content-Type: application/json' -d "{\"userId\":\"schemathesis\",\"scopes\":[$1]}" |
    sed -E 's/.*"token":"([^"]+)".*/\1/'
}

# Every call as a user, but for the streams, which never end; then, as an administrator, those that a user may not make.
attack() {
  local name=$1 scopes=$2
  shift 2
  echo "as $name"
  $tools/bin/st --config-file src/test/checks/schemathesis.toml run "$BASE/openapi.json" --url "$BASE" --no-color \
    --header "Authorization: Bearer $(token "$scopes")" --seed "${SEED:-1}" --max-examples "${EXAMPLES:-40}" \
    --report junit,html --report-junit-path "target/schemathesis/$name.xml" \
    --report-html-path "target/schemathesis/$name" "$@"
}

code=0
attack user '' --exclude-path-regex '/stream$' || code=1
attack administrator '"admin"' --include-path-regex '^/api/v1/admin/' || code=1
exit $code
