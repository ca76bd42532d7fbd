-- One payment as one transaction, with what the lane reads and writes: order and balance locked and read; payment,
-- point entry, both events; balance; order. Each client pays orders of its own, so that nobody waits for another.
\set i :n * :clients + :client_id + 1
\set user :i % :users
\set n :n + 1
BEGIN;
SELECT user_id, status, total FROM orders WHERE id = md5('pay-' || :run || '-' || :i)::uuid FOR NO KEY UPDATE;
SELECT balance FROM point_balances WHERE user_id = 'u' || :user FOR NO KEY UPDATE \gset
WITH payment AS (
  INSERT INTO payments (id, order_id, user_id, amount, balance_after, paid_at)
  VALUES (md5('paid-' || :run || '-' || :i)::uuid, md5('pay-' || :run || '-' || :i)::uuid, 'u' || :user, 1000,
    :balance - 1000, now())
  RETURNING *),
entry AS (
  INSERT INTO point_entries (id, user_id, type, amount, balance_after, order_id, created_at)
  SELECT id, user_id, 'USE', -amount, balance_after, order_id, paid_at FROM payment)
INSERT INTO outbox (id, consumer, type, subject, created_at, next_attempt_at)
  SELECT gen_random_uuid(), consumer, 'payment.completed', id, paid_at, paid_at
  FROM payment, unnest(ARRAY['BENCH', 'BENCH']) AS consumer;
UPDATE point_balances SET balance = :balance - 1000 WHERE user_id = 'u' || :user;
UPDATE orders SET status = 'PAID', payment_id = md5('paid-' || :run || '-' || :i)::uuid
  WHERE id = md5('pay-' || :run || '-' || :i)::uuid AND status = 'PENDING';
COMMIT;
