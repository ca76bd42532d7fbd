#!/usr/bin/env bash
# What it costs those who want coupons that others watch: coupons a second without and with CLIENTS server-sent event streams of
# the very campaign, the two taking turns in every round. Prints a Markdown table.
#
#   src/bench/run streams         ROUNDS=5 SECONDS_EACH=4 WARMUP=60 STREAMS=2000 JAVA=java
#
# The watchers are one Python process, which reads what has come once in a while; it shares the machine like everything else.
# Needs what src/bench/README.md names.
ulimit -n "$(ulimit -Hn)"
source src/bench/lib.sh
streams=${STREAMS:-2000} warmup=${WARMUP:-60}
coupons="SELECT count(*) FROM issued_coupons"
campaign=0 watchers=
open_shop streams "${plain[@]}"; supply 10

# Everybody may have one of each campaign: the next one before they run out.
next() { campaign=$((campaign + 5)); }
end_watchers() { [ -z "$watchers" ] || { kill "$watchers" 2>/dev/null; wait "$watchers" || true; watchers=; }; }
trap 'end_watchers; finish' EXIT
watch() {
  python3 "$bench/watchers.py" "$port" "/api/v1/coupons/$campaign/stream" "$streams" >"$work/watched" 2>"$work/watchers.err" </dev/null &
  watchers=$!
  local _
  for _ in $(seq 600); do
    [ "$(curl -fs "http://127.0.0.1:$port/actuator/prometheus" | sed -n 's/^firstcome_streams_clients \([0-9]*\).*/\1/p')" != "$streams" ] || return 0
    kill -0 "$watchers" 2>/dev/null || { cat "$work/watchers.err" >&2; fail "the watchers ended"; }
    sleep 0.1
  done
  fail "not all $streams watch"
}
measure() { load coupon "$campaign" 1 "$coupons"; note "$1"; }

say "warming up"
end=$((SECONDS + warmup))
until [ "$SECONDS" -ge "$end" ]; do next; load coupon "$campaign" 1 "$coupons"; done
events=0
for ((round = 1; round <= rounds; round++)); do
  say "round $round of $rounds"
  for side in $([ $((round % 2)) = 0 ] && echo "with without" || echo "without with"); do
    next
    [ "$side" = without ] || watch
    measure "$side"
    if [ "$side" = with ]; then end_watchers; events=$((events + $(cat "$work/watched"))); fi
  done
done
[ "$events" -ge $((streams * rounds)) ] || fail "$streams watchers heard only $events events"
invariants
echo "| coupons, one campaign | a second: median (least–most) | p99, ms | CPU, % of a core: shop · PostgreSQL · Redis · load |"
echo "|---|---|---|---|"
echo "| nobody watches | $(spread ${rates[without]}) | $(median ${p99s[without]}) | $(mean_cpu without) |"
echo "| $streams watch it | $(spread ${rates[with]}) | $(median ${p99s[with]}) | $(mean_cpu with) |"
echo "| ratio | **$(spread $(ratios with without))** | | |"
echo
echo "$rounds rounds of $seconds s for each side in turn; the $streams watchers heard $events events, $((events / rounds / streams)) each and round; $(machine)"
