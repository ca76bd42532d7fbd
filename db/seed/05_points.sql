-- Users who ordered charged enough for that, by the million. Five have charged and done nothing else:
-- they are for whoever tries the shop.
WITH movements AS (
  SELECT md5(format('charge %s %s', user_id, n))::uuid AS id, user_id, 'CHARGE' AS type, 1000000 AS amount,
    NULL::uuid AS order_id, now() - interval '10 days' + n * interval '1 hour' AS created_at
  FROM (SELECT user_id, sum(total) AS spent FROM orders GROUP BY user_id) AS spending,
    generate_series(0, trunc(spent / 1000000)) AS n
  UNION ALL
  SELECT md5('charge ' || user_id)::uuid, user_id, 'CHARGE', 100000, NULL, now() - interval '10 days'
  FROM unnest(ARRAY['alice', 'bob', 'carol', 'jiwoo', 'minsu']) AS user_id
  UNION ALL
  -- Paid between 20 seconds and about five minutes after ordering.
  SELECT md5('use ' || id)::uuid, user_id, 'USE', -total, id,
    created_at + interval '20 seconds' + ('x' || left(id::text, 4))::bit(16)::integer % 300 * interval '1 second'
  FROM orders)
INSERT INTO point_entries (id, user_id, type, amount, balance_after, order_id, created_at)
SELECT id, user_id, type, amount, sum(amount) OVER (PARTITION BY user_id ORDER BY created_at, id), order_id, created_at
FROM movements
ORDER BY created_at, id;

INSERT INTO point_balances (user_id, balance)
SELECT user_id, sum(amount) FROM point_entries GROUP BY user_id;

INSERT INTO payments (id, order_id, user_id, amount, balance_after, paid_at)
SELECT payment_id, orders.id, orders.user_id, total, balance_after, entry.created_at
FROM orders
JOIN point_entries AS entry ON entry.order_id = orders.id AND entry.type = 'USE'
ORDER BY entry.created_at;
