#!/usr/bin/env bash
# Lints the whole API document (Redocly, src/test/checks/redocly.yaml) and has Mermaid parse the diagrams of the documents.
# Needs Node and npm; the tools go into target/. Exit code 75 if there is nothing to run them with.
set -euo pipefail
export TOOLS=$PWD/target/lint-api
export REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true

node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)' \
  2>/dev/null && command -v npm >/dev/null || { echo "Node 20.19 or later and npm are needed" >&2; exit 75; }

mkdir -p "$TOOLS"
[ -f "$TOOLS/package.json" ] || echo '{"private":true}' >"$TOOLS/package.json"
timeout 120 npm --prefix "$TOOLS" install --silent --no-audit --no-fund --ignore-scripts \
  @redocly/cli@2.77.0 mermaid@11.17.2 jsdom@29.1.1 >&2 || { echo "the tools cannot be had" >&2; exit 75; }

./mvnw -B -ntp -q test -Dtest=OpenApiTest >&2

# A warning is a failure too.
"$TOOLS/node_modules/.bin/redocly" lint --config src/test/checks/redocly.yaml --max-problems 50 \
  --format github-actions target/openapi.json | tee "$TOOLS/redocly.log"
if grep -qE '^::(error|warning)' "$TOOLS/redocly.log"; then exit 1; fi
node src/test/checks/diagrams.mjs README.md src/docs/*.md
