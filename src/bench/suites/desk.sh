#!/usr/bin/env bash
# What an administrator's search and export cost: each filter beside ten million orders, and a million ledger entries in a small heap.
#
#   src/bench/run desk         ORDERS=10000000 ENTRIES=1000000 PAGES=200 JAVA=java
#
# Takes six minutes and 8 GB of disk. Half of the orders are of product 1, and of drop 1. Needs what src/bench/README.md names.
source src/bench/lib.sh
order_rows=${ORDERS:-10000000} entries=${ENTRIES:-1000000} pages=${PAGES:-200} chunk=1000000
open_shop desk "${plain[@]}"; supply 1000
sql -c "INSERT INTO drops (name, opens_at) VALUES ('hot', now() - interval '1 year')"

# Indexes are made afterwards, which is quicker.
sql -At >"$work/indexes" <<'SQL'
SELECT indexdef || ';' FROM pg_indexes WHERE tablename IN ('orders', 'order_items') AND indexname NOT LIKE '%pkey'
SQL
sql -At -c "SELECT format('DROP INDEX %I;', indexname) FROM pg_indexes
  WHERE tablename IN ('orders', 'order_items') AND indexname NOT LIKE '%pkey'" | sql
sql -c "ALTER TABLE orders DROP CONSTRAINT orders_pkey" -c "ALTER TABLE order_items DROP CONSTRAINT order_items_pkey"
for ((from = 1; from <= order_rows; from += chunk)); do
  sql -v from=$from -v to=$((from + chunk - 1 < order_rows ? from + chunk - 1 : order_rows)) -v users="$users" <<'SQL'
CREATE TEMPORARY TABLE past AS
  SELECT i, md5('past-' || i)::uuid AS id, now() - interval '1 year' + i * interval '1 second' AS at,
    CASE WHEN i % 1000 = 0 THEN 'REFUNDED' WHEN i % 100 = 0 THEN 'CANCELLED' WHEN i % 50 = 0 THEN 'EXPIRED' ELSE 'PAID' END AS status
  FROM generate_series(:from::bigint, :to) i;
INSERT INTO orders (id, user_id, status, subtotal, discount, total, payment_id, fingerprint, created_at, payment_due_at)
  SELECT id, 'u' || i % :users, status, 1000, 0, 1000, CASE WHEN status IN ('PAID', 'REFUNDED') THEN id END, id, at, at FROM past;
INSERT INTO order_items (order_id, product_id, name, unit_price, quantity, drop_id, ordered_at)
  SELECT id, CASE WHEN i % 2 = 0 THEN 1 ELSE 2 + i % 999 END, 'product', 1000, 1, CASE WHEN i % 2 = 0 THEN 1 END, at FROM past;
SQL
  say "$((from + chunk - 1)) of $order_rows orders"
done
export PGOPTIONS='-c maintenance_work_mem=512MB'
sql -c "ALTER TABLE orders ADD CONSTRAINT orders_pkey PRIMARY KEY (id)" \
  -c "ALTER TABLE order_items ADD CONSTRAINT order_items_pkey PRIMARY KEY (order_id, product_id)" -f "$work/indexes"
unset PGOPTIONS
sql -v entries="$entries" <<'SQL'
INSERT INTO point_entries (id, user_id, type, amount, balance_after, created_at)
  SELECT md5('entry-' || i)::uuid, 'u' || i % 80000, 'CHARGE', 1, 1, now() FROM generate_series(1, :entries) i;
SQL
sql -c "VACUUM (ANALYZE)" -c CHECKPOINT

say "searching"
sql -At -c "SELECT pg_stat_reset()" >/dev/null
python3 "$bench/desk.py" search "$port" "$secret" "$users" "$pages"
echo
echo "$order_rows orders; $pages requests for each figure, one after the other; $(machine)."

echo
echo "Index scans while searching:"
sql -At -F ' ' -c "SELECT indexrelname, idx_scan FROM pg_stat_user_indexes WHERE relname IN ('orders', 'order_items') AND idx_scan > 0 ORDER BY 1" \
  -c "SELECT 'whole tables', sum(seq_scan) FROM pg_stat_user_tables WHERE relname IN ('orders', 'order_items')"

say "exporting"
java_opts=(-Xmx160m); beside=desk open_shop small "${plain[@]}"
echo
python3 "$bench/desk.py" export "$port" "$secret" "$entries"
