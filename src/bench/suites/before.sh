#!/usr/bin/env bash
# What a change costs: this jar and one from before, in turn in one run. Prints one Markdown table.
#
#   BEFORE=/somewhere/old.jar src/bench/run before     ROUNDS=7 SECONDS_EACH=3 WARMUP=60 CLIENTS=256 USERS=80000
#
# Takes 10 minutes. Needs what src/bench/README.md names. Each jar has a database of its own; a third shop, this jar again, has a limit on
# each product and on unpaid orders. SNAPSHOT=yes keeps an old snapshot open in each database meanwhile.
ROUNDS=${ROUNDS:-7} SECONDS_EACH=${SECONDS_EACH:-3}
source src/bench/lib.sh
source "$bench/sides.sh"
warmup=${WARMUP:-60} before=${BEFORE:?the jar of before} begin=0
mv "$work/tokens" "$work/first"
[ -f "$before" ] || fail "there is no $before"

# For the shop that has just opened.
supplied() {
  supply 2001
  [ -z "${SNAPSHOT:-}" ] || {
    psql -qXAt -c "BEGIN ISOLATION LEVEL REPEATABLE READ" -c "SELECT txid_current()" -c "SELECT pg_sleep(3600)" >/dev/null 2>&1 </dev/null &
    pid_of[snapshot-$PGDATABASE]=$!
  }
}
open_shop before -jar "$before"; supplied
open_shop now "${plain[@]}"; supplied
MAX_PENDING=10 open_shop limits "${plain[@]}"; supplied
# Nobody comes near it: what is measured is the counting.
sql -c "UPDATE products SET max_per_user = 900"

# What each shop is asked for. Only the orders differ where there are limits. Payments have unpaid orders made for them first, always of
# the same users: where ten are the most, that would soon be refused.
sides_of() {
  if [ "$1" != limits ]; then echo order spread coupon pay
  elif [ -n "${warming:-}" ]; then echo order spread coupon
  else echo order; fi
}
round() {
  local shop side
  # Each round begins with other users: nobody comes to ten unpaid orders. Payments are of the first users' orders.
  begin=$(( (begin + seconds * 10000) % users ))
  { tail -n +$((begin + 1)) "$work/first"; head -n $begin "$work/first"; } >"$work/others"
  for side in order spread coupon pay; do
    if [ $side = pay ]; then ln -f "$work/first" "$work/tokens"; else ln -f "$work/others" "$work/tokens"; fi
    for shop in "$@"; do
      case " $(sides_of "$shop") " in *" $side "*) ;; *) continue ;; esac
      use "$shop"; measure "$side"; [ "${warming:-}" ] || note "$shop-$side"
    done
  done
}

say "warming up for $warmup s"
warm=$((SECONDS + warmup))
until [ "$SECONDS" -ge "$warm" ]; do warming=yes seconds=1 round before now limits; done
for ((i = 1; i <= rounds; i++)); do
  # Who comes first has the cleaner buffers.
  if ((i % 2)); then round before now limits; else round limits now before; fi
  say "round $i of $rounds"
done
for shop in now limits; do use "$shop"; invariants; done

# row NAME SIDE OTHER
row() {
  echo "| $1 | $(spread ${rates[$2]}) | $(spread ${rates[$3]}) | **$(spread $(ratios "$2" "$3"))** | $(kilobytes "$2") | $(kilobytes "$3") | $(mean_cpu "$2") | $(mean_cpu "$3") |"
}
echo "| | a second: median (least–most) | the other side | ratio | allocated | the other | CPU, % of a core: shop · PostgreSQL · Redis · load | the other |"
echo "|---|---|---|---|---|---|---|---|"
row "orders of one product ÷ before" now-order before-order
row "orders over 1,000 products ÷ before" now-spread before-spread
row "coupons ÷ before" now-coupon before-coupon
row "payments ÷ before" now-pay before-pay
row "orders with a limit and at most ten unpaid ÷ without" limits-order now-order
echo
echo "$rounds rounds of $seconds s for each side in turn, $clients connections; $(machine). Every good answer was found in the database, and every" \
  "invariant holds for this jar. It took $((SECONDS / 60)) minutes."
