CREATE TABLE payments (
  id            uuid        NOT NULL,
  order_id      uuid        NOT NULL,
  user_id       text        NOT NULL,
  amount        bigint      NOT NULL,
  balance_after bigint      NOT NULL,
  paid_at       timestamptz NOT NULL,
  CONSTRAINT payments_pkey PRIMARY KEY (id),
  CONSTRAINT payments_one_per_order UNIQUE (order_id),
  CONSTRAINT payments_amount CHECK (amount >= 0),
  CONSTRAINT payments_balance_after CHECK (balance_after >= 0)
);
