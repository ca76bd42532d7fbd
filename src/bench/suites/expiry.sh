#!/usr/bin/env bash
# What an expiry of many orders costs those who are ordering: 200,000 open orders, of which 20,000 fall due at once.
#
#   src/bench/run expiry           SECONDS_EACH=8 CLIENTS=32 JAVA=java
#
# Prints the p99 of orders of one product without and with the sweep at work on orders of the same product, at a fixed
# number of connections, and when the last one was expired. Needs what src/bench/README.md names.
CLIENTS=${CLIENTS:-32} SECONDS_EACH=${SECONDS_EACH:-8}
source src/bench/lib.sh
orders="SELECT count(*) FROM orders"
open_shop shop "${plain[@]}"
supply 1000

sql <<'SQL'
INSERT INTO orders (id, user_id, status, subtotal, discount, total, fingerprint, created_at, payment_due_at)
  SELECT md5('open' || i)::uuid, 'open-' || i % 1000, 'PENDING', 1000, 0, 1000, md5('open' || i)::uuid, now(),
         now() + interval '1 day'
  FROM generate_series(1, 200000) i;
INSERT INTO order_items (order_id, product_id, name, unit_price, quantity)
  SELECT md5('open' || i)::uuid, CASE WHEN i <= 20000 THEN 1 ELSE 1 + i % 1000 END, 'product', 1000, 1
  FROM generate_series(1, 200000) i;
ANALYZE;
SQL
echo "warming up" >&2
for i in $(seq 3); do load order 1 1 "$orders"; done
load order 1 1 "$orders"; before_rate=$rate before_p99=$p99
sql -c "UPDATE orders SET payment_due_at = now()
  WHERE id IN (SELECT md5('open' || i)::uuid FROM generate_series(1, 20000) i)"
due=$(date +%s%3N)
drain=no load order 1 1 "$orders"; during_rate=$rate during_p99=$p99
until [ "$(count "SELECT count(*) FROM orders WHERE id IN (SELECT md5('open' || i)::uuid FROM generate_series(1, 20000) i)
    AND status <> 'EXPIRED'")" = 0 ]; do sleep 0.2; done
took=$(( $(date +%s%3N) - due ))
[ "$(count "SELECT count(*) FROM orders WHERE status = 'EXPIRED'")" = 20000 ]

echo "| orders of one product, $clients connections | a second | p99 |"
echo "|---|---|---|"
echo "| 200,000 open orders | $before_rate | $before_p99 ms |"
echo "| while 20,000 of them, of the same product, expire | $during_rate | $during_p99 ms |"
echo
echo "all expired $took ms after they fell due at once (measured when the load was over, at the earliest)"
