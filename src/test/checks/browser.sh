#!/usr/bin/env bash
# The live page in a real Chromium: the whole flow in both languages and by keyboard alone, a crowd at a drop, axe-core on
# every state, and no request that leaves the origin. The pictures are in target/browser/pictures afterwards.
#
#   src/test/check browser                            against a fresh shop of its own
#   BASE=http://localhost:8080 src/test/check browser   against one that runs
#
# Needs Node 20, npm and a Chromium; what is missing is installed where it may be (root with apt), else the whole is left
# out and says so. CHROMIUM names another one than the first on the PATH.
set -euo pipefail
[ -n "${BASE:-}" ] && export no_proxy="localhost,127.0.0.1${no_proxy:+,$no_proxy}"
tools=$PWD/target/browser

skip() { echo "SKIPPED: the page was not tested in a browser: $*" >&2; exit 0; }
find_chromium() { type -P "${CHROMIUM:-chromium}" || type -P chromium-browser || type -P google-chrome; }
install() {
  [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null || return 1
  echo "installing $*"
  { timeout 120 apt-get update && timeout 240 apt-get install -d -y --no-install-recommends "$@" &&
    DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"; } >/dev/null
}

# With a font for each of our languages, or half of each picture is boxes.
find_chromium >/dev/null || install chromium fonts-nanum || skip "there is no Chromium here"
command -v npm >/dev/null || install nodejs npm || skip "there is no Node here"
mkdir -p "$tools"
[ -d "$tools/node_modules/axe-core" ] ||
  timeout 120 npm install --prefix "$tools" --no-audit --no-fund --silent playwright-core@1.65.1 axe-core@4.14.1 ||
  skip "npm cannot be had here"
[ -f "$tools/package.json" ] || echo '{}' >"$tools/package.json"

run=(timeout 400 node src/test/checks/browser.mjs "$tools" "$tools/pictures" "$(find_chromium)")
if [ -n "${BASE:-}" ]; then "${run[@]}"; else src/test/check with-shop "${run[@]}"; fi
