#!/usr/bin/env bash
# Where the time of one kind of load goes: whose it is, JFR's hottest methods and allocation sites while it runs.
#
#   src/bench/run profile nothing|coupon|soldout|order|spread|replay|pay|product|popular   SECONDS_EACH=30 WARMUP=30 JAVA=java KEEP=file.jfr
#
# Needs what src/bench/README.md names, on a JDK that has jcmd and jfr (21 or later knows the views; JFR=/path/of/bin/jfr).
kind=${1:-}
SECONDS_EACH=${SECONDS_EACH:-30}
source src/bench/lib.sh
source "$bench/sides.sh"
jfr=${JFR:-jfr}
for tool in jcmd "$jfr"; do command -v "$tool" >/dev/null || fail "missing: $tool (a JDK has it)"; done
grep -qw -- "$kind" <<<"$all_sides" || { sed -n '2,5p' "$0"; exit 2; }

open_bench_shop
say "warming up"
end=$((SECONDS + ${WARMUP:-30}))
[ "$kind" != replay ] || measure order
while [ "$SECONDS" -lt "$end" ]; do seconds=5 measure "$kind"; done
jcmd "$app_pid" JFR.start name=bench settings=profile >/dev/null
measure "$kind"
jcmd "$app_pid" JFR.stop name=bench filename="${KEEP:-$work/bench.jfr}" >/dev/null
say "$kind: $rate a second, p99 $p99 ms; CPU, % of a core, shop, PostgreSQL, Redis, load:$cpu"
say "whose time it is: $(python3 "$bench/shares.py" "$jfr" "${KEEP:-$work/bench.jfr}")"
for view in hot-methods allocation-by-site allocation-by-class gc-pauses thread-cpu-load; do
  echo "=== $view"
  "$jfr" view --width 160 --cell-height 3 "$view" "${KEEP:-$work/bench.jfr}"
done
