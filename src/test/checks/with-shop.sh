#!/usr/bin/env bash
# Runs a command against a shop of its own, started fresh on a free port, and closes the shop again.
#
#   src/test/check with-shop k6 run src/k6/drop.js
#
# The command finds the shop's address in BASE. The exit code is the command's. SHOP_START_LIMIT (600) is how many
# seconds the start may take: the first one compiles, and may have to fetch everything. With QUIET=true a stack trace in
# what the shop printed, from its start to its end, is a failure.
set -euo pipefail

say() { echo "with-shop: $*" >&2; }

trace='^(\[[A-Z]+\])?[[:space:]]+at '
log=$(mktemp "${TMPDIR:-/tmp}/firstcome-shop.XXXXXX")
group=

close() {
  local code=$?
  trap - EXIT
  if [ -n "$group" ]; then
    # Maven and the shop are one process group of ours, and nobody else is in it.
    kill -TERM -- "-$group" 2>/dev/null || true
    for _ in $(seq 120); do
      kill -0 -- "-$group" 2>/dev/null || break
      sleep 0.5
    done
    kill -KILL -- "-$group" 2>/dev/null && say "the shop did not close within 60 s and was killed" && code=1
  fi
  if [ "$code" -eq 0 ] && [ "${QUIET:-}" = true ] && grep -qE "$trace" "$log"; then
    say "the shop printed a stack trace:"
    grep -m 1 -E -B 3 -A 5 "$trace" "$log" >&2
    code=1
  fi
  # 75: what the command needs cannot be had here, whatever the shop did.
  if [ "$code" -ne 0 ] && [ "$code" -ne 75 ]; then
    say "the end of the shop's log:"
    grep -v "^\[ERROR\][[:space:]]*at " "$log" | tail -n 60 >&2
  fi
  rm -f "$log"
  exit "$code"
}
trap close EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

say "starting a fresh shop"
set -m
# Scenarios let one user order much and pay little.
SERVER_PORT=0 FIRSTCOME_ORDER_MAXPENDING=${FIRSTCOME_ORDER_MAXPENDING:-0} ./mvnw -B spring-boot:test-run >"$log" 2>&1 </dev/null &
group=$!
set +m

limit=$((SECONDS + ${SHOP_START_LIMIT:-600}))
until BASE=$(sed -n 's/^ *export BASE=//p' "$log") && [ -n "$BASE" ]; do
  kill -0 "$group" 2>/dev/null || { say "the shop did not start"; exit 1; }
  [ "$SECONDS" -lt "$limit" ] || { say "the shop did not start in time"; exit 1; }
  sleep 0.5
done
export BASE
say "$BASE is open after $SECONDS s"

"$@"
