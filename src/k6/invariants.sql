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
  SELECT product_id, sum(quantity) AS units
  FROM order_items JOIN orders ON orders.id = order_items.order_id
  WHERE status IN ('PENDING', 'PAID')
  GROUP BY product_id),
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
  SELECT 'an order takes its total from its user once if it was paid, and gives it back once if refunded',
    format('order %s: %s, total %s, %s uses of %s, %s refunds of %s', id, status, total, coalesce(uses, 0),
      coalesce(used, 0), coalesce(refunds, 0), coalesce(refunded, 0))
  FROM orders LEFT JOIN moves ON moves.order_id = orders.id
  WHERE coalesce(uses, 0) <> CASE WHEN total > 0 AND status IN ('PAID', 'REFUNDED') THEN 1 ELSE 0 END
    OR (uses > 0 AND used <> -total)
    OR coalesce(refunds, 0) <> CASE WHEN total > 0 AND status = 'REFUNDED' THEN 1 ELSE 0 END
    OR (refunds > 0 AND refunded <> total)
    OR first_user <> user_id OR last_user <> user_id
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
  WHERE issued_coupon_id IS NOT NULL AND status IN ('PENDING', 'PAID') AND issued_coupons.id IS NULL)

SELECT name, format('%s times, such as %s', count(*), min(example)) AS detail
FROM broken
GROUP BY name
ORDER BY name;
