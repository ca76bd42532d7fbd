-- 2,000 paid orders of 45 users over the last 72 hours, and the coupons of these users.
-- The same orders on every run, only their times follow the clock: roll is a number from 0 to below 1
-- that depends on nothing but its name.
CREATE FUNCTION pg_temp.roll(name text) RETURNS double precision
LANGUAGE sql IMMUTABLE
RETURN ('x' || substr(md5(name), 1, 7))::bit(28)::integer / 268435456.0;

CREATE TEMP TABLE shoppers AS
SELECT user_id, no
FROM unnest(ARRAY[
  'dave', 'erin', 'frank', 'grace', 'heidi', 'ivan', 'judy', 'kate', 'leo', 'mallory', 'nina', 'oscar', 'peggy',
  'quinn', 'rupert', 'sybil', 'trent', 'uma', 'victor', 'wendy', 'seoyeon', 'doyun', 'haeun', 'siwoo', 'jiho',
  'seojun', 'yejun', 'jimin', 'hyunwoo', 'sumin', 'yuna', 'taeyang', 'nari', 'bora', 'dahyun', 'eunji', 'gyuri',
  'hajun', 'inho', 'jaehyun', 'kyungsoo', 'mina', 'sohee', 'woojin', 'younghee'])
  WITH ORDINALITY AS shopper (user_id, no);

INSERT INTO issued_coupons (id, coupon_id, user_id, issued_at)
SELECT md5(format('issued coupon %s %s', coupon_id, user_id))::uuid, coupon_id, user_id,
  now() - interval '4 days' + no * interval '10 minutes'
FROM shoppers, (VALUES (2), (4), (6)) AS coupon (coupon_id)
WHERE (coupon_id = 2) OR (coupon_id = 4 AND no <= 30) OR (coupon_id = 6 AND no > 15);

UPDATE coupons SET issued_quantity = (SELECT count(*) FROM issued_coupons WHERE coupon_id = coupons.id);

CREATE TEMP TABLE drafts AS
SELECT
  n,
  md5('order ' || n)::uuid AS id,
  md5('payment ' || n)::uuid AS payment_id,
  md5('fingerprint ' || n)::uuid AS fingerprint,
  user_id,
  now() - interval '10 minutes' - interval '71 hours 40 minutes' * pg_temp.roll('time ' || n) AS created_at
FROM generate_series(1, 2000) AS n
JOIN shoppers ON shoppers.no = 1 + floor(45 * pg_temp.roll('shopper ' || n));

-- One to three products an order; the cube prefers the best ranks, so that a few products lead by far.
INSERT INTO order_items (order_id, product_id, name, unit_price, quantity)
SELECT order_id, products.id, products.name, products.price, sum(units)
FROM (
  SELECT
    drafts.id AS order_id,
    1 + floor(292 * pg_temp.roll(format('product %s %s', n, line)) ^ 3)::integer * 113 % 300 AS product_id,
    1 + floor(1.6 * pg_temp.roll(format('units %s %s', n, line)))::integer AS units
  FROM drafts, generate_series(1, 3) AS line
  WHERE line = 1 OR pg_temp.roll(format('more %s %s', n, line)) < 0.35) AS picked
JOIN products ON products.id = picked.product_id
GROUP BY order_id, products.id;

INSERT INTO orders
  (id, user_id, status, subtotal, discount, total, payment_id, fingerprint, created_at, payment_due_at)
SELECT
  id, user_id, 'PAID', subtotal, 0, subtotal, payment_id, fingerprint, created_at, created_at + interval '15 minutes'
FROM drafts
JOIN (SELECT order_id, sum(unit_price * quantity) AS subtotal FROM order_items GROUP BY order_id) AS sums
  ON sums.order_id = drafts.id
ORDER BY created_at;

-- Two of three shoppers used coupon 2, and of the others those who have it coupon 4: each in the first
-- order that is large enough.
WITH used AS (
  SELECT DISTINCT ON (issued.id)
    issued.id AS issued_id, orders.id AS order_id, orders.created_at,
    CASE discount_type
      WHEN 'FIXED' THEN least(discount_value, subtotal)
      ELSE least(subtotal * discount_value / 100, discount_max_amount) END AS discount
  FROM issued_coupons AS issued
  JOIN coupons ON coupons.id = issued.coupon_id
  JOIN shoppers USING (user_id)
  JOIN orders ON orders.user_id = issued.user_id AND orders.subtotal >= coupons.min_order_amount
  WHERE coupon_id = CASE WHEN no % 3 = 0 THEN 4 ELSE 2 END
  ORDER BY issued.id, orders.created_at),
discounted AS (
  UPDATE orders
  SET issued_coupon_id = issued_id, discount = used.discount, total = subtotal - used.discount
  FROM used WHERE orders.id = used.order_id)
UPDATE issued_coupons
SET used_at = used.created_at, order_id = used.order_id
FROM used WHERE issued_coupons.id = used.issued_id;

DROP TABLE drafts;
DROP TABLE shoppers;
DROP FUNCTION pg_temp.roll(text);
