#!/usr/bin/env bash
# Clients that OpenAPI Generator makes of the served openapi.json: each is compiled whole and does the walk-through once against a shop.
#
#   src/test/check clients                              all four, against a fresh shop of its own
#   src/test/check clients typescript go                some
#   BASE=http://localhost:8080 src/test/check clients   against one that runs
#
# Needs the network the first time, and Node with npm, Python with venv, or Go. A language whose tools cannot be had here is left out,
# and then the exit code is 75: the check is whole only if every language that was asked for has walked. What was generated stays in target/clients.
set -euo pipefail
[ -n "${BASE:-}" ] || exec src/test/check with-shop src/test/check clients "$@"
[ $# -gt 0 ] || set -- typescript python java go
generator=7.25.0 typescript=5.9.3 node_types=20.19.43
python_needs=(pydantic==2.14.4 python-dateutil==4.0.0 typing-extensions==4.16.0 urllib3==2.8.0)
work=$PWD/target/clients walks=$PWD/src/test/checks/clients tools=$PWD/target/clients-tools
jar=$tools/openapi-generator-cli-$generator.jar

unavailable() { echo "$*" >&2; return 75; }
gently() { nice -n 5 timeout "$@"; }

generate() {
  gently 100 java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -jar "$jar" generate -i "$work/openapi.json" -o "$work/$1" -g "${@:2}" \
    >"$work/$2.log" 2>&1 || { cat "$work/$2.log" >&2; return 1; }
}

typescript() {
  command -v npm >/dev/null || { unavailable "no npm here"; return; }
  [ -f "$tools/package.json" ] || echo '{"private":true}' >"$tools/package.json"
  timeout 120 npm --prefix "$tools" install --silent --no-audit --no-fund --ignore-scripts \
    "typescript@$typescript" "@types/node@$node_types" >&2 || { unavailable "no TypeScript here"; return; }
  generate typescript/client typescript-fetch
  cp "$walks/walk.ts" "$work/typescript/"
  gently 200 "$tools/node_modules/.bin/tsc" --strict --target es2022 --module commonjs --moduleResolution node10 --lib es2022,dom \
    --typeRoots "$tools/node_modules/@types" --types node --noEmitOnError --outDir "$work/typescript/out" \
    --rootDir "$work/typescript" "$work"/typescript/walk.ts "$work"/typescript/client/index.ts
  timeout 60 node "$work/typescript/out/walk.js"
}

python() {
  generate python python --additional-properties=packageName=shop
  [ -x "$tools/python/bin/pip" ] || python3 -m venv "$tools/python" || { unavailable "no Python with venv here"; return; }
  timeout 120 "$tools/python/bin/pip" install -q --disable-pip-version-check "${python_needs[@]}" >&2 ||
    { unavailable "what the Python client needs cannot be had"; return; }
  "$tools/python/bin/python" -W error -m compileall -q "$work/python/shop"
  PYTHONPATH=$work/python timeout 60 "$tools/python/bin/python" "$walks/walk.py"
}

java() {
  local sources=$work/java/src/main/java classes=$work/java/target/classes
  generate java java --library native \
    --additional-properties=hideGenerationTimestamp=true,invokerPackage=client,apiPackage=client.api,modelPackage=client.model
  timeout 200 ./mvnw -B -ntp -q -Dstyle.color=never -f "$work/java/pom.xml" dependency:build-classpath -Dmdep.outputFile="$work/java.classpath" >&2 ||
    { unavailable "what the Java client needs cannot be had"; return; }
  mkdir -p "$classes" && cp "$walks/Walk.java" "$sources/client/"
  find "$sources" -name '*.java' >"$work/java.sources"
  gently 200 javac -J-XX:TieredStopAtLevel=1 -nowarn -proc:none -encoding UTF-8 --release 17 -d "$classes" -cp "$(cat "$work/java.classpath")" "@$work/java.sources"
  timeout 60 java -cp "$classes:$(cat "$work/java.classpath")" client.Walk
}

go() {
  type -P go >/dev/null || PATH=$PATH:/usr/local/go/bin
  type -P go >/dev/null || { unavailable "no Go here"; return; }
  generate go go --git-host example.org --git-user-id firstcome --git-repo-id client \
    --additional-properties=packageName=shop,useOneOfDiscriminatorLookup=true
  rm -rf "$work/go/test" && mkdir "$work/go/walk" && cp "$walks/walk.go" "$work/go/walk/"
  cd "$work/go"
  timeout 120 go mod download >&2 || { unavailable "what the Go client needs cannot be had"; return; }
  gently 300 go build -o "$work/go-walk" ./walk
  timeout 60 "$work/go-walk"
}

rm -rf "$work" && mkdir -p "$work" "$tools"
curl -fsS --max-time 30 "$BASE/openapi.json" -o "$work/openapi.json"
[ -f "$jar" ] || timeout 200 ./mvnw -B -ntp -q -Dstyle.color=never dependency:copy -Dartifact="org.openapitools:openapi-generator-cli:$generator" \
  -DoutputDirectory="$tools" >&2 || unavailable "OpenAPI Generator cannot be had"
walk() {
  TOKEN=$(curl -fsS "$BASE/dev/tokens" -H 'Content-Type: application/json' -d "{\"userId\":\"$1-$$-$RANDOM\"}" |
    sed -E 's/.*"token":"([^"]+)".*/\1/')
  export TOKEN
  "$1"
  echo "clients: $1: compiled, and through the walk-through, after $SECONDS s"
}

# All at once: each waits for the network while another computes.
walks_of=()
for language; do
  (walk "$language") >"$work/$language.out" 2>&1 & walks_of+=($!)
done
left_out=() failed=0
for language; do
  code=0
  wait "${walks_of[0]}" || code=$?
  walks_of=("${walks_of[@]:1}")
  sed "s/^/$language: /" "$work/$language.out"
  case $code in
    0) ;;
    75) left_out+=("$language") ;;
    *) failed=1; echo "clients: $language failed ($code)" >&2 ;;
  esac
done
[ "$failed" -eq 0 ] || exit 1
[ ${#left_out[@]} -eq 0 ] || unavailable "clients: SKIPPED, because their tools cannot be had here: ${left_out[*]}"
