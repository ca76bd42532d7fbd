SET LOCAL lock_timeout = '1500ms';

-- What of the order's discount falls to a line. An old line has none: it is computed by the same rule when it is read.
-- refunded: units that were given back. An order that the last release refunded shows it by its status alone.
ALTER TABLE order_items
  ADD COLUMN discount bigint,
  ADD COLUMN refunded bigint NOT NULL DEFAULT 0,
  ADD CONSTRAINT order_items_discount CHECK (discount BETWEEN 0 AND unit_price * quantity) NOT VALID,
  ADD CONSTRAINT order_items_refunded CHECK (refunded BETWEEN 0 AND quantity) NOT VALID;

-- An instance of the last release gives back the whole of what it refunds. This flag keeps it from doing so to an order of
-- which a part was given back: it knows no flag, and so cannot take it off.
ALTER TABLE orders
  ADD COLUMN partly_refunded boolean NOT NULL DEFAULT false,
  ADD CONSTRAINT orders_refunded_once CHECK (NOT partly_refunded OR status = 'PAID') NOT VALID;

-- The id is the ledger entry's too, if there is one. Without a reason: the user cancelled.
CREATE TABLE refunds (
  id          uuid        NOT NULL,
  order_id    uuid        NOT NULL,
  payment_id  uuid        NOT NULL,
  user_id     text        NOT NULL,
  amount      bigint      NOT NULL,
  restock     boolean     NOT NULL,
  reason      text,
  refunded_by text        NOT NULL,
  created_at  timestamptz NOT NULL,
  CONSTRAINT refunds_pkey PRIMARY KEY (id),
  CONSTRAINT refunds_amount CHECK (amount >= 0),
  CONSTRAINT refunds_reason_length CHECK (char_length(reason) BETWEEN 1 AND 200)
);
CREATE INDEX refunds_by_order ON refunds (order_id);

CREATE TABLE refund_items (
  refund_id  uuid   NOT NULL,
  product_id bigint NOT NULL,
  quantity   bigint NOT NULL,
  amount     bigint NOT NULL,
  CONSTRAINT refund_items_pkey PRIMARY KEY (refund_id, product_id),
  CONSTRAINT refund_items_quantity CHECK (quantity > 0),
  CONSTRAINT refund_items_amount CHECK (amount >= 0)
);

-- An instance of the last release takes these events too, has no data for them, and would end them as dead. They stay, until
-- one that knows them comes.
CREATE FUNCTION outbox_refund_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.status := 'PENDING';
  NEW.next_attempt_at := now() + interval '2 seconds';
  RETURN NEW;
END $$;
CREATE TRIGGER outbox_refund_stays BEFORE UPDATE ON outbox FOR EACH ROW
WHEN (NEW.type = 'payment.refunded' AND NEW.status = 'DEAD' AND NEW.last_error = 'there is nothing to send')
EXECUTE FUNCTION outbox_refund_stays();
