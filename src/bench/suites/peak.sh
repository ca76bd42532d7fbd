#!/usr/bin/env bash
# How close Firstcome comes to what this machine can do, in one run; prints one Markdown table. README.md says what each
# row is.
#
#   src/bench/run peak          ROUNDS=5 SECONDS_EACH=4 WARMUP=75 CLIENTS=256 USERS=80000 JAVA=java JAVA_OPTS=-Xmx512m
#
# Takes 12 minutes. Needs the jar (./mvnw -DskipTests package), wrk, python3, redis-server, PostgreSQL's server and pgbench.
source src/bench/lib.sh
source "$bench/sides.sh"
warmup=${WARMUP:-75}

open_bench_shop

# The latency at half of the rate that was just measured.
half() {
  local half=$((rate / 2 > 0 ? rate / 2 : 1))
  case $1 in
    coupon) arrivals coupon $((campaign += 5)) $half "$coupons" ;;
    order) arrivals order $hot $half "$orders" ;;
    pay) open_orders $((++paying)) $((half * seconds + 1)) $paid; arrivals pay 0 $half "$payments" ;;
  esac
  note "$1-half"
}

say "warming up for $warmup s"
warm=$((SECONDS + warmup))
until [ "$SECONDS" -ge "$warm" ]; do
  for side in $shop_sides; do seconds=2 measure $side; done
done

say "finding pgbench's best number of clients for each"
for side in coupon order spread pay; do
  top=0
  for number in 2 4 8 16 32; do
    pg_clients=$number seconds=2 measure "$side-pg"
    [ "$rate" -le "$top" ] || top=$rate best[$side]=$number
  done
done

for round in $(seq "$rounds"); do
  for side in $all_sides; do
    measure "$side"
    note "$side"
    peak=$(resident VmHWM)
    case $side in coupon | order | pay) half "$side" ;; esac
  done
  say "round $round of $rounds"
done
threads=$(ls "/proc/$app_pid/task" | wc -l)
say "checking the invariants"
invariants

# row NAME SIDE OTHER TARGET
row() {
  echo "| $1 | $(spread ${rates[$2]}) | $(spread ${rates[$3]}) | **$(spread $(ratios "$2" "$3"))** | ${4:+≥ $4} | $(mean_cpu "$2") | $(median ${p99s[$2]}) |"
}
latency() { # NAME SIDE
  echo "| $1, at half of it: $(median ${rates[$2]}) a second | p50 $(median ${p50s[$2]}) ms · p99 $(spread ${p99s[$2]}) ms ·" \
    "p99.9 $(median ${p999s[$2]}) ms | | | p99 ≤ 15 ms | $(mean_cpu "$2") | |"
}
cat <<TABLE
| | a second: median (least–most) | the other side | ratio | target | CPU, % of a core: shop · PostgreSQL · Redis · load | p99, ms |
|---|---|---|---|---|---|---|
| C: nothing, with a token | $(spread ${rates[nothing]}) | | | | $(mean_cpu nothing) | $(median ${p99s[nothing]}) |
$(row "R1 coupons ÷ C" coupon nothing 0.65)
$(row "coupons ÷ pgbench, ${best[coupon]} clients" coupon coupon-pg "")
$(row "R2 orders of one product ÷ pgbench, ${best[order]} clients" order order-pg 10)
$(row "orders over 1,000 products ÷ pgbench, ${best[spread]} clients" spread spread-pg 3)
$(row "R3 orders of one product ÷ over 1,000" order spread 0.95)
$(row "R4 payments ÷ pgbench, ${best[pay]} clients" pay pay-pg 4)
$(row "R5 a product ÷ C" product nothing 0.85)
$(row "R6 the best sellers ÷ C" popular nothing 0.9)
$(row "R7 repeated orders ÷ first ones" replay order 1)
$(row "R8 refusals of a sold-out campaign ÷ C" soldout nothing 0.9)
$(row "R9 nothing with a token ÷ without" nothing nothing-open 0.9)
$(row "R10 orders of those who stay, one in ten hangs up ÷ nobody does" hangup patient 0.95)
$(latency coupons coupon-half)
$(latency "orders of one product" order-half)
$(latency payments pay-half)
| start to the first answer, database migrated | $first_answer ms | | | ≤ 5000 ms | | |
| resident memory at the peak | $peak MB, $threads threads | | | ≤ 400 MB | | |
| allocation for each request | coupon $(kilobytes coupon) · order $(kilobytes order) · payment $(kilobytes pay) · product $(kilobytes product) · nothing $(kilobytes nothing) | | | | | |

$rounds rounds of $seconds s for each side in turn, $clients connections, $users users; $(machine).
Every good answer was found in the database, and every invariant holds. It took $((SECONDS / 60)) minutes.
TABLE
