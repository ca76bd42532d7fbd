-- One order as one transaction, with what the lane reads and writes: stock locked and read; order, item;
-- an event if the product is in the user's cart, which it is not; stock.
\set product :first + random(0, :products - 1)
\set user random(1, 100000)
BEGIN;
SELECT s.quantity, p.name, p.price, p.on_sale FROM stock s JOIN products p ON p.id = s.product_id
  WHERE s.product_id = :product FOR NO KEY UPDATE OF s;
WITH placed AS (
  INSERT INTO orders (id, user_id, status, subtotal, discount, total, fingerprint, created_at, payment_due_at)
  VALUES (gen_random_uuid(), 'p' || :user, 'PENDING', 1000, 0, 1000, gen_random_uuid(), now(), now() + interval '15 minutes')
  RETURNING id, user_id),
item AS (
  INSERT INTO order_items (order_id, product_id, name, unit_price, quantity)
  SELECT id, :product, 'product', 1000, 1 FROM placed)
INSERT INTO outbox (id, consumer, type, subject, created_at, next_attempt_at)
  SELECT gen_random_uuid(), 'BENCH', 'order.placed', id, now(), now() FROM placed
  WHERE EXISTS (SELECT FROM cart_items c WHERE c.user_id = placed.user_id AND c.product_id = :product);
UPDATE stock SET quantity = quantity - 1 WHERE product_id = :product;
COMMIT;
