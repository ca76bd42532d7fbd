#!/usr/bin/env bash
# What it costs to be large: two shops on one PostgreSQL take turns, one small, one with a million products, ten million orders
# and campaigns of which 900,000 coupons are out. Prints a Markdown table.
#
#   src/bench/run growth       ROUNDS=3 SECONDS_EACH=4 WARMUP=60 PRODUCTS=1000000 ORDERS=10000000 CAMPAIGN=1000000 JAVA=java
#
# Takes ten minutes and 8 GB of disk. Needs what src/bench/README.md names.
ROUNDS=${ROUNDS:-3}
ulimit -n "$(ulimit -Hn)"
source src/bench/lib.sh
# What many clients cost is asked here, so none is told to come back.
plain+=(--firstcome.web.max-concurrent-writes=8192 --firstcome.lanes.target=1s --firstcome.lanes.interval=2s)
products=${PRODUCTS:-1000000} order_rows=${ORDERS:-10000000} campaign_size=${CAMPAIGN:-1000000}
coupons="SELECT count(*) FROM issued_coupons" orders="SELECT count(*) FROM orders" payments="SELECT count(*) FROM payments"
campaign=0 paying=0 million=2000 chunk=1000000

# Orders that are over, as most are; their indexes are made afterwards, which is quicker.
past_orders() {
  local from
  sql -c "ALTER TABLE orders DROP CONSTRAINT orders_pkey" -c "DROP INDEX orders_by_user" \
    -c "ALTER TABLE order_items DROP CONSTRAINT order_items_pkey"
  for ((from = 1; from <= order_rows; from += chunk)); do
    sql -v from=$from -v to=$((from + chunk - 1 < order_rows ? from + chunk - 1 : order_rows)) -v users="$users" -v products="$products" <<'SQL'
INSERT INTO orders (id, user_id, status, subtotal, discount, total, fingerprint, created_at, payment_due_at)
  SELECT md5('past-' || i)::uuid, 'u' || i % :users, 'EXPIRED', 1000, 0, 1000, md5('past-' || i)::uuid,
    now() - interval '1 year' + i * interval '1 second', now() - interval '1 year' + i * interval '1 second'
  FROM generate_series(:from, :to) i;
INSERT INTO order_items (order_id, product_id, name, unit_price, quantity)
  SELECT md5('past-' || i)::uuid, 1 + i % :products, 'product', 1000, 1 FROM generate_series(:from, :to) i;
SQL
    say "$from of $order_rows orders"
  done
  PGOPTIONS='-c maintenance_work_mem=512MB' sql -c "ALTER TABLE orders ADD CONSTRAINT orders_pkey PRIMARY KEY (id)" \
    -c "CREATE INDEX orders_by_user ON orders (user_id, created_at, id)" \
    -c "ALTER TABLE order_items ADD CONSTRAINT order_items_pkey PRIMARY KEY (order_id, product_id)"
}
# campaigns ISSUED: one of $campaign_size for each round, of which so many are out already, and after each an empty one, in case
# that there are more requests than users.
campaigns() {
  sql -v first=$((million + 2)) -v last=$((million + 2 * rounds + 1)) -v size="$campaign_size" -v issued="$1" <<'SQL'
INSERT INTO coupons (id, name, discount_type, discount_value, total_quantity, issued_quantity, issuable_from, issuable_until, valid_until)
  SELECT i, 'large ' || i, 'FIXED', 1000, :size, CASE WHEN i % 2 = 0 THEN :issued ELSE 0 END, now() - interval '1 hour', now() + interval '1 day', now() + interval '2 days'
  FROM generate_series(:first, :last) i;
INSERT INTO issued_coupons (id, coupon_id, user_id, issued_at)
  SELECT md5(c || '-' || i)::uuid, c, 'holder-' || i, now() FROM generate_series(:first, :last, 2) c, generate_series(1, :issued) i;
SQL
}

open_shop small "${plain[@]}"; supply 1000; campaigns 0
open_shop large "${plain[@]}"; close_shop large
say "filling the large shop"
PGDATABASE=large supply "$products"
PGDATABASE=large campaigns $((campaign_size * 9 / 10))
PGDATABASE=large past_orders
PGDATABASE=large sql -c "VACUUM (ANALYZE)" -c CHECKPOINT
open_shop large "${plain[@]}"

# How long the gate takes to learn of everybody who has a coupon, from the first who asks on; ms.
gate_load() {
  local from
  from=$(date +%s%3N)
  curl -fs -o "$work/out" -X POST -H "Authorization: Bearer $(head -n 1 "$work/tokens")" "http://127.0.0.1:$port/api/v1/coupons/$1/issue"
  until [ "$(redis-cli -p "$redis_port" -n "${redis_of[$shop]}" EXISTS "coupon:{$1}:limit")" = 1 ]; do
    [ $(( $(date +%s%3N) - from )) -lt 120000 ] || fail "the gate has not loaded campaign $1 within two minutes"
    sleep 0.05
  done
  echo $(( $(date +%s%3N) - from ))
}
size() { [ "$shop" = small ] && echo 1000 || echo "$products"; }
# The sides: what, at which shop or of which size.
measure() {
  shop=$2
  case $2 in small | large) use "$2" ;; *) use small ;; esac
  case $1 in
    hot) load order 1 "$2" "$orders" ;;
    clients) clients=$2 load coupon $((campaign += 5)) 1 "$coupons" ;;
    product) load open /api/v1/products/%d "$(size)" ;;
    list) load open /api/v1/products ;;
    order) load order 1 1 "$orders" ;;
    spread) load order 1 "$(size)" "$orders" ;;
    pay) open_orders $((++paying)) $((15000 * seconds)) 1; load pay 0 1 "$payments" ;;
    mine) load get "/api/v1/orders?limit=10" ;;
    million) load coupon $((million + 2 * round)) 1 "$coupons" ;;
  esac
}
groups="hot:1:10:100:1000 clients:64:256:1024:4096 product:small:large list:small:large order:small:large spread:small:large
  pay:small:large mine:small:large million:small:large"

say "warming up"
end=$((SECONDS + ${WARMUP:-60}))
until [ "$SECONDS" -ge "$end" ]; do
  for what in product list order spread mine; do
    for shop in small large; do seconds=2 measure $what $shop; done
  done
  for shop in small large; do use $shop; seconds=2 load coupon $((campaign += 5)) 1 "$coupons"; done
done

loads=
for round in $(seq "$rounds"); do
  use large; shop=large
  loads+=" $(gate_load $((million + 2 * round)))"
  for group in $groups; do
    for size in $(tr ':' ' ' <<<"${group#*:}"); do
      measure "${group%%:*}" "$size"
      note "${group%%:*}-$size"
    done
  done
  say "round $round of $rounds"
done
for shop in small large; do use $shop; invariants; done

# rows NAME OF-SIZE-ONE … : a row for each size of a group, next to the first.
row() { # GROUP-SIZE FIRST WHAT
  echo "| $3 | $(spread ${rates[$1]}) | $(spread $(ratios "$1" "$2")) | $(median ${p99s[$1]}) | $(mean_cpu "$1") |"
}
echo "| | a second: median (least–most) | ÷ the first of its kind | p99, ms | CPU, % of a core: shop · PostgreSQL · Redis · load |"
echo "|---|---|---|---|---|"
for number in 1 10 100 1000; do row "hot-$number" hot-1 "orders of $number hot products"; done
for number in 64 256 1024 4096; do row "clients-$number" clients-64 "coupons, $number connections"; done
for what in "product:a product, of 1000:of $products" "list:the first page of products, of 1000:of $products" \
    "spread:orders over 1000 products:over $products, beside $order_rows orders" \
    "order:orders of one product, few orders yet:beside $order_rows" "pay:payments, few orders yet:beside $order_rows" \
    "mine:a user's orders, few yet:$order_rows of all users" \
    "million:coupons of a campaign of $campaign_size, none out yet:$((campaign_size * 9 / 10)) out"; do
  IFS=: read -r group small large <<<"$what"
  row "$group-small" "$group-small" "$small"; row "$group-large" "$group-small" "… $large"
done
echo "| the gate learns who has one of $((campaign_size * 9 / 10)) coupons | $(spread $loads) ms | | | |"
echo
echo "$rounds rounds of $seconds s for each side in turn, $clients connections unless said; $(machine). Every good answer was found in the" \
  "database, and every invariant holds. It took $((SECONDS / 60)) minutes."
