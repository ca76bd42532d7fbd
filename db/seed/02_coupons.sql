-- Campaigns in every state. The walk-through of the README counts on coupon 1.
INSERT INTO coupons
  (id, name, discount_type, discount_value, discount_max_amount, min_order_amount, total_quantity,
   issuable_from, issuable_until, valid_until, created_at)
SELECT
  id, name, type, value, max_amount, minimum, total,
  now() + opens, now() + closes, now() + expires, now() - interval '14 days'
FROM (VALUES
  -- open
  (1, '선착순 5,000원 할인 / 5,000 won off, first come first served', 'FIXED', 5000, NULL, 10000, 1000,
   interval '-7 days', interval '30 days', interval '60 days'),
  (2, '전 상품 10% 할인 / 10 % off everything', 'PERCENT', 10, 10000, 30000, 5000,
   interval '-7 days', interval '30 days', interval '60 days'),
  -- open, and large enough for load tests
  (3, '10만 명 1,000원 할인 / 1,000 won off for a hundred thousand', 'FIXED', 1000, NULL, 0, 100000,
   interval '-7 days', interval '30 days', interval '60 days'),
  -- closed, its coupons still good
  (4, '지난주 3,000원 할인 / Last week''s 3,000 won off', 'FIXED', 3000, NULL, 0, 500,
   interval '-10 days', interval '-1 day', interval '20 days'),
  -- not yet open
  (5, '내일 시작하는 20% 할인 / 20 % off, from tomorrow', 'PERCENT', 20, 30000, 50000, 300,
   interval '1 day', interval '8 days', interval '30 days'),
  -- sold out
  (6, '30명 한정 20,000원 할인 / 20,000 won off for thirty', 'FIXED', 20000, NULL, 50000, 30,
   interval '-7 days', interval '30 days', interval '60 days'))
  AS campaign (id, name, type, value, max_amount, minimum, total, opens, closes, expires);

ALTER TABLE coupons ALTER COLUMN id RESTART WITH 7;
