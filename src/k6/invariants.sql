-- Every promise that spans rows, checked over the whole database: one row for each promise that is broken, with
-- how often and an example; no rows when all is well. One statement sees one snapshot, and every promise holds at
-- every commit, so the shop may be at work meanwhile:
--   psql -X -f src/k6/invariants.sql
WITH
lines AS (
  SELECT order_id, sum(unit_price * quantity) AS subtotal FROM order_items GROUP BY order_id),
issued AS (
  SELECT coupon_id, count(*) AS number FROM issued_coupons GROUP BY coupon_id),
held AS (
  SELECT product_id, sum(quantity - refunded) AS units
  FROM order_items JOIN orders ON orders.id = order_items.order_id
  WHERE status IN ('PENDING', 'PAID')
  GROUP BY product_id),
bought AS (
  SELECT user_id, product_id, sum(quantity - refunded) AS units, max(created_at) AS last_at
  FROM orders JOIN order_items ON order_id = id
  WHERE status IN ('PENDING', 'PAID')
  GROUP BY user_id, product_id),
bought_in_drop AS (
  SELECT user_id, drop_id, sum(quantity - refunded) AS units, max(created_at) AS last_at
  FROM orders JOIN order_items ON order_id = id
  WHERE status IN ('PENDING', 'PAID') AND drop_id IS NOT NULL
  GROUP BY user_id, drop_id),
split AS (
  SELECT order_id, sum(discount) AS discount FROM order_items WHERE discount IS NOT NULL GROUP BY order_id),
-- Of orders that know refunds: the release before gave back all at once and wrote none.
returned AS (
  SELECT order_id, count(DISTINCT id) AS refunds, sum(refund_items.amount) AS amount
  FROM refunds JOIN refund_items ON refund_id = id GROUP BY order_id),
returned_units AS (
  SELECT order_id, product_id, sum(quantity) AS units
  FROM refunds JOIN refund_items ON refund_id = id GROUP BY order_id, product_id),
supplied AS (
  SELECT product_id, sum(delta) AS units FROM stock_adjustments GROUP BY product_id),
ledger AS (
  SELECT user_id, sum(amount) AS total, max(seq) AS last_seq FROM point_entries GROUP BY user_id),
moves AS (
  SELECT order_id,
    count(*) FILTER (WHERE type = 'USE') AS uses, sum(amount) FILTER (WHERE type = 'USE') AS used,
    count(*) FILTER (WHERE type = 'REFUND') AS refunds, sum(amount) FILTER (WHERE type = 'REFUND') AS refunded,
    min(user_id) AS first_user, max(user_id) AS last_user
  FROM point_entries WHERE order_id IS NOT NULL GROUP BY order_id),

broken (name, example) AS (
  SELECT 'a campaign counts what it issued, and never more than it has',
    format('coupon %s: %s counted, %s issued, %s in total', id, issued_quantity, coalesce(number, 0), total_quantity)
  FROM coupons LEFT JOIN issued ON issued.coupon_id = coupons.id
  WHERE issued_quantity <> coalesce(number, 0) OR coalesce(number, 0) > total_quantity
  UNION ALL
  SELECT 'every issued coupon has its campaign', format('coupon %s', coupon_id)
  FROM issued WHERE NOT EXISTS (SELECT FROM coupons WHERE id = coupon_id)
  UNION ALL
  SELECT 'a user has one coupon of a campaign', format('coupon %s of %s: %s', coupon_id, user_id, count(*))
  FROM issued_coupons GROUP BY coupon_id, user_id HAVING count(*) > 1
  UNION ALL
  SELECT 'every unit is in stock or in an open or paid order',
    format('product %s: %s in stock, %s in orders, %s supplied', product_id, coalesce(quantity, 0),
      coalesce(held.units, 0), coalesce(supplied.units, 0))
  FROM stock FULL JOIN held USING (product_id) FULL JOIN supplied USING (product_id)
  WHERE coalesce(quantity, 0) + coalesce(held.units, 0) <> coalesce(supplied.units, 0)
  UNION ALL
  SELECT 'every product has a stock', format('product %s', id)
  FROM products WHERE NOT EXISTS (SELECT FROM stock WHERE product_id = id)
  UNION ALL
  SELECT 'every balance is the sum of its entries',
    format('%s: balance %s, entries %s', user_id, coalesce(balance, 0), coalesce(total, 0))
  FROM point_balances FULL JOIN ledger USING (user_id)
  WHERE coalesce(balance, 0) <> coalesce(total, 0)
  UNION ALL
  SELECT 'the last entry shows the balance', format('%s: balance %s, shown %s', user_id, balance, balance_after)
  FROM ledger
  JOIN point_entries AS last USING (user_id)
  JOIN point_balances USING (user_id)
  WHERE last.seq = last_seq AND balance_after <> balance
  UNION ALL
  SELECT 'an order''s amount is the sum of its items',
    format('order %s: subtotal %s, items %s', id, orders.subtotal, lines.subtotal)
  FROM orders LEFT JOIN lines ON lines.order_id = orders.id
  WHERE orders.subtotal IS DISTINCT FROM lines.subtotal OR total <> orders.subtotal - discount
  UNION ALL
  SELECT 'every item is an order''s', format('order %s', order_id)
  FROM lines WHERE NOT EXISTS (SELECT FROM orders WHERE id = order_id)
  UNION ALL
  SELECT 'every item is a product', format('product %s', product_id)
  FROM held WHERE NOT EXISTS (SELECT FROM products WHERE id = product_id)
  UNION ALL
  SELECT 'an order has a payment of its total if and only if it was paid',
    format('order %s: %s, total %s, paid %s', orders.id, status, total, amount)
  FROM orders LEFT JOIN payments ON payments.order_id = orders.id
  WHERE (status IN ('PAID', 'REFUNDED')) <> (payments.id IS NOT NULL)
    OR payments.id <> payment_id OR amount <> total OR payments.user_id <> orders.user_id
  UNION ALL
  SELECT 'every payment is an order''s', format('payment %s', id)
  FROM payments WHERE NOT EXISTS (SELECT FROM orders WHERE orders.id = order_id)
  UNION ALL
  SELECT 'an order takes its total from its user once if it was paid, and gives back all of it if refunded, else less',
    format('order %s: %s, total %s, %s uses of %s, %s refunds of %s', id, status, total, coalesce(uses, 0),
      coalesce(used, 0), coalesce(moves.refunds, 0), coalesce(refunded, 0))
  FROM orders LEFT JOIN moves ON moves.order_id = orders.id LEFT JOIN returned ON returned.order_id = orders.id
  WHERE coalesce(uses, 0) <> CASE WHEN total > 0 AND status IN ('PAID', 'REFUNDED') THEN 1 ELSE 0 END
    OR (uses > 0 AND used <> -total)
    OR (status = 'REFUNDED' AND coalesce(refunded, 0) <> total)
    OR (status = 'PAID' AND coalesce(refunded, 0) > total)
    OR (status NOT IN ('PAID', 'REFUNDED') AND moves.refunds > 0)
    OR (returned.order_id IS NOT NULL AND coalesce(refunded, 0) <> returned.amount)
    OR (returned.order_id IS NULL AND coalesce(moves.refunds, 0) > CASE status WHEN 'REFUNDED' THEN 1 ELSE 0 END)
    OR first_user <> user_id OR last_user <> user_id
  UNION ALL
  SELECT 'an order''s discount is split over its items', format('order %s: %s, items %s', id, orders.discount, split.discount)
  FROM orders JOIN split ON split.order_id = orders.id WHERE orders.discount <> split.discount
  UNION ALL
  SELECT 'a refund is the sum of its items and has its entry, if it is of any amount', format('refund %s', refunds.id)
  FROM refunds LEFT JOIN point_entries ON point_entries.id = refunds.id
  WHERE refunds.amount <> coalesce(point_entries.amount, 0)
    OR refunds.amount IS DISTINCT FROM (SELECT sum(amount) FROM refund_items WHERE refund_id = refunds.id)
  UNION ALL
  SELECT 'no unit is given back twice', format('order %s, product %s: %s of %s', order_id, product_id, units, refunded)
  FROM order_items LEFT JOIN returned_units USING (order_id, product_id)
  WHERE refunded <> coalesce(units, 0) OR refunded > quantity
  UNION ALL
  SELECT 'an order is refunded in part or in whole', format('order %s: %s', id, status)
  FROM orders JOIN returned ON returned.order_id = orders.id
  WHERE partly_refunded <> (status = 'PAID') OR status NOT IN ('PAID', 'REFUNDED')
    OR (status = 'REFUNDED') <> NOT EXISTS (
      SELECT FROM order_items WHERE order_items.order_id = id AND refunded < quantity)
  UNION ALL
  SELECT 'no points move for an order that does not exist', format('order %s', order_id)
  FROM moves WHERE NOT EXISTS (SELECT FROM orders WHERE id = order_id)
  UNION ALL
  SELECT 'a used coupon belongs to the order that used it',
    format('issued coupon %s: order %s, %s', issued_coupons.id, order_id, status)
  FROM issued_coupons LEFT JOIN orders ON orders.id = order_id
  WHERE used_at IS NOT NULL
    AND (status IN ('PENDING', 'PAID', 'REFUNDED')
      AND issued_coupon_id = issued_coupons.id
      AND orders.user_id = issued_coupons.user_id) IS NOT TRUE
  UNION ALL
  -- A refund may give the coupon back, where that is configured.
  SELECT 'an open or paid order''s coupon is used by it', format('order %s: issued coupon %s', orders.id, issued_coupon_id)
  FROM orders LEFT JOIN issued_coupons
    ON issued_coupons.id = issued_coupon_id AND issued_coupons.user_id = orders.user_id AND order_id = orders.id
  WHERE issued_coupon_id IS NOT NULL AND status IN ('PENDING', 'PAID') AND issued_coupons.id IS NULL
  UNION ALL
  -- limits. A limit that was lowered leaves a user what is there; nothing may be added to it.
  SELECT 'nobody orders more of a product than its limit',
    format('product %s: %s has %s, limit %s', product_id, user_id, units, max_per_user)
  FROM bought JOIN products ON products.id = product_id
  WHERE units > max_per_user AND last_at >= coalesce(limited_at, '-infinity')
  UNION ALL
  SELECT 'nobody orders more in a drop than its limit',
    format('drop %s: %s has %s, limit %s', drop_id, user_id, units, max_per_user)
  FROM bought_in_drop JOIN drops ON drops.id = drop_id
  WHERE units > max_per_user AND last_at >= coalesce(limited_at, '-infinity')
  UNION ALL
  SELECT 'nothing is ordered in a drop before it opens',
    format('drop %s: order %s at %s, opening %s', drop_id, orders.id, orders.created_at, opens_at)
  FROM order_items JOIN orders ON orders.id = order_id JOIN drops ON drops.id = drop_id
  WHERE orders.created_at < opens_at
  UNION ALL
  -- The line. Who was admitted is behind the cursor; the line counts those who wait.
  SELECT 'nobody is admitted beyond the line''s cursor', format('drop %s: number %s of %s', drop_id, number, admitted_up_to)
  FROM tickets JOIN drop_lines USING (drop_id)
  WHERE admitted_at IS NOT NULL AND status <> 'LEFT' AND number > admitted_up_to
  UNION ALL
  SELECT 'a line counts those who wait', format('drop %s: %s wait, counted %s', drop_id, waiting, counted)
  FROM drop_lines, LATERAL (
    SELECT count(*) AS counted FROM tickets
    WHERE tickets.drop_id = drop_lines.drop_id AND status = 'WAITING') AS counted
  WHERE waiting <> counted)

SELECT name, format('%s times, such as %s', count(*), min(example)) AS detail
FROM broken
GROUP BY name
ORDER BY name;
