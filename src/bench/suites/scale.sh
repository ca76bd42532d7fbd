#!/usr/bin/env bash
# What 1, 2 and 3 instances on one PostgreSQL and one Redis do: on coupons, products and payments that are each instance's own,
# and on one campaign and one product that all of them are after. Prints two Markdown tables: what the sides did, and what a
# request cost each process, from which src/docs/growth.md calculates.
#
#   src/bench/run scale        ROUNDS=4 SECONDS_EACH=4 WARMUP=120 CLIENTS=256 USERS=80000 JAVA=java JAVA_OPTS=-Xmx512m
#
# Takes 8 minutes. Needs what src/bench/README.md names. Where all of it shares a few cores, more instances are not to be quicker:
# what carries over is what a request costs each process, and that it does not grow with the instances.
ROUNDS=${ROUNDS:-4}
source src/bench/lib.sh
most=3 warmup=${WARMUP:-120} campaign=0 paying=0 pay_rate=12000
coupons="SELECT count(*) FROM issued_coupons" orders="SELECT count(*) FROM orders" payments="SELECT count(*) FROM payments"

open_shop scale "${plain[@]}"
supply 10
for ((i = 2; i <= most; i++)); do beside=scale open_shop "scale-$i" "${plain[@]}"; done
instances=(scale); for ((i = 2; i <= most; i++)); do instances+=("scale-$i"); done
use scale; all_pids="${pid_of[*]}"

# Each load generator begins with a user of its own, so that no two instances work for the same one at the same moment.
first_user() { echo $(( users * $1 / most )); }
for ((i = 0; i < most; i++)); do
  { tail -n "+$(( $(first_user $i) + 1 ))" "$work/tokens"; head -n "$(first_user $i)" "$work/tokens"; } >"$work/tokens-$i"
done

# together NUMBER KIND SQL TARGET…: $seconds of that many load generators, one for each instance, which share the connections.
# Sets what load sets ($p99 is the worst instance's), and $costs, CPU µs a request with what follows it: shops, PostgreSQL,
# Redis; then bytes of WAL.
together() {
  local number=$1 kind=$2 query=$3 i pid pids=() from wal micros bad refused broken all; shift 3
  local targets=("$@")
  app_pid=$all_pids
  before_load "$query"
  wal=$(count "SELECT pg_current_wal_lsn() - '0/0'"); from=("${clocks[@]}")
  for ((i = 0; i < number; i++)); do
    KIND=$kind TARGET=${targets[i]:-$1} SPREAD=1 RUN=$(date +%s%N)-$i TOKENS=$work/tokens-$i BODIES=$work/bodies-$i \
      wrk -t1 -c$((clients / number)) -d"${seconds}s" --timeout 10s -s "$bench/requests.lua" \
      "http://127.0.0.1:${port_of[${instances[i]}]}" >"$work/out-$i" 2>&1 &
    pids+=($!)
  done
  for pid in "${pids[@]}"; do wait "$pid" || { cat "$work"/out-* >&2; fail "wrk failed"; }; done
  after_load "$query"
  all=$(for ((i = 0; i < number; i++)); do sed -n 's/^result: //p' "$work/out-$i"; done)
  read -r answered refused broken rate p50 p99 p999 < <(awk '
    { n += $1; r += $2; b += $3; rate += $1 * 1e6 / $4; for (i = 5; i <= 7; i++) if ($i > p[i]) p[i] = $i }
    END { printf "%d %d %d %d %.2f %.2f %.2f\n", n, r, b, rate, p[5] / 1000, p[6] / 1000, p[7] / 1000 }' <<<"$all")
  [ "$broken" = 0 ] || say "$kind: $broken broken connections or timeouts"
  [ "$refused" = 0 ] || { tail -n 30 "$work"/scale*.log >&2; fail "$kind: $refused of $answered refused"; }
  [ "$effects" -ge "$answered" ] && [ "$effects" -le $((answered + clients)) ] ||
    fail "$kind: $answered good answers, but $effects in the database"
  clocks=($(ticks))
  wal=$(( $(count "SELECT pg_current_wal_lsn() - '0/0'") - wal ))
  costs=$(for i in 0 1 2; do echo $(( (clocks[i] - from[i]) * 1000000 / $(getconf CLK_TCK) / effects )); done) costs="${costs//$'\n'/ } $((wal / effects))"
}

# measure SIDE NUMBER: own: each instance has a campaign, a product, a user's orders to itself; hot: all want the same.
measure() {
  local number=$2 i
  case $1 in
    coupon-own) together "$number" coupon "$coupons" $((campaign += 5)) $((campaign += 5)) $((campaign += 5)) ;;
    coupon-hot) together "$number" coupon "$coupons" $((campaign += 5)) ;;
    order-own) together "$number" order "$orders" 1 2 3 ;;
    order-hot) together "$number" order "$orders" 4 ;;
    pay-own)
      for ((i = 0; i < number; i++)); do
        open_orders $((++paying)) $((pay_rate * seconds / number + 2000)) $((5 + i)) "$(first_user $i)"
        mv "$work/bodies" "$work/bodies-$i"
      done
      together "$number" pay "$payments" 0
      pay_rate=$((rate * 2 > 12000 ? rate * 2 : 12000)) ;;
  esac
}
sides="coupon-own coupon-hot order-own order-hot pay-own"
declare -A cost=()

say "warming up for $warmup s"
warm=$((SECONDS + warmup))
until [ "$SECONDS" -ge "$warm" ]; do for side in $sides; do seconds=2 measure "$side" $most; done; done
for ((round = 1; round <= rounds; round++)); do
  for side in $sides; do
    for ((number = 1; number <= most; number++)); do
      [ "$number$side" != 1coupon-hot ] && [ "$number$side" != 1order-hot ] || continue
      measure "$side" "$number"; note "$side-$number"; cost[$side-$number]+="$costs;"
    done
  done
  say "round $round of $rounds"
done
say "checking the invariants"
invariants

name_of() {
  case $1 in
    coupon-own) echo "coupons, a campaign for each" ;;
    coupon-hot) echo "coupons, one campaign for all" ;;
    order-own) echo "orders, a product for each" ;;
    order-hot) echo "orders, one product for all" ;;
    pay-own) echo "payments, users of its own for each" ;;
  esac
}
# each ROW: a row for each side and number of instances.
each() {
  local side number
  for side in $sides; do
    for ((number = 1; number <= most; number++)); do
      [ -z "${rates[$side-$number]:-}" ] || "$1" "$side" "$number"
    done
  done
}
did() {
  echo "| $(name_of "$1") | $2 | $(spread ${rates[$1-$2]}) | $(spread $(ratios "$1-$2" "${1%-*}-own-1")) | $(median ${p99s[$1-$2]}) | $(mean_cpu "$1-$2") |"
}
costing() {
  tr ';' '\n' <<<"${cost[$1-$2]}" | awk -v name="$(name_of "$1")" -v number="$2" 'NF { n++; for (i = 1; i <= 4; i++) s[i] += $i }
    END { printf "| %s | %d | %d | %d | %d | %d |\n", name, number, s[1] / n, s[2] / n, s[3] / n, s[4] / n }'
}
echo "| | instances | a second: median (least–most) | ÷ one instance | p99, ms | CPU, % of a core: shops · PostgreSQL · Redis · load |"
echo "|---|---|---|---|---|---|"
each did
echo
echo "| CPU of one, with what follows it | instances | shops, µs | PostgreSQL, µs | Redis, µs | WAL, bytes |"
echo "|---|---|---|---|---|---|"
each costing
echo
echo "$rounds rounds of $seconds s for each side in turn, $clients connections in all; $(machine). Every good answer was found in the" \
  "database, and every invariant holds. It took $((SECONDS / 60)) minutes."
