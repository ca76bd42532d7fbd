-- The id is derived from (user, Idempotency-Key); the fingerprint tells a repeated request from
-- another one under the same key.
CREATE TABLE orders (
  id               uuid        NOT NULL,
  user_id          text        NOT NULL,
  status           text        NOT NULL,
  subtotal         bigint      NOT NULL,
  discount         bigint      NOT NULL,
  total            bigint      NOT NULL,
  issued_coupon_id uuid,
  payment_id       uuid,
  fingerprint      uuid        NOT NULL,
  created_at       timestamptz NOT NULL,
  payment_due_at   timestamptz NOT NULL,
  CONSTRAINT orders_pkey PRIMARY KEY (id),
  CONSTRAINT orders_status CHECK (status IN ('PENDING', 'PAID', 'CANCELLED', 'EXPIRED', 'REFUNDED')),
  CONSTRAINT orders_paid_by_a_payment CHECK ((payment_id IS NOT NULL) = (status IN ('PAID', 'REFUNDED'))),
  CONSTRAINT orders_amounts CHECK (subtotal >= 0 AND discount BETWEEN 0 AND subtotal AND total = subtotal - discount)
) WITH (fillfactor = 80);
CREATE INDEX orders_by_user ON orders (user_id, created_at, id);
CREATE INDEX orders_awaiting_payment ON orders (payment_due_at, id) WHERE status = 'PENDING';
CREATE UNIQUE INDEX orders_coupon_used_once ON orders (issued_coupon_id)
  WHERE issued_coupon_id IS NOT NULL AND status IN ('PENDING', 'PAID');

-- Name and price as they were when the order was made. No foreign keys here (decision 0003): the lane
-- writes an order and its items in one statement, from products that it has just locked.
CREATE TABLE order_items (
  order_id   uuid    NOT NULL,
  product_id bigint  NOT NULL,
  name       text    NOT NULL,
  unit_price bigint  NOT NULL,
  quantity   bigint  NOT NULL,
  CONSTRAINT order_items_pkey PRIMARY KEY (order_id, product_id),
  CONSTRAINT order_items_quantity CHECK (quantity > 0),
  CONSTRAINT order_items_unit_price CHECK (unit_price >= 0)
);
