CREATE TABLE point_balances (
  user_id text   NOT NULL,
  balance bigint NOT NULL,
  CONSTRAINT point_balances_pkey PRIMARY KEY (user_id),
  CONSTRAINT point_balances_never_overdrawn CHECK (balance >= 0),
  CONSTRAINT point_balances_limit CHECK (balance <= 1000000000)
) WITH (fillfactor = 50);

-- The ledger: append-only. A user's balance is the sum of the amounts at any moment.
-- The id is derived from (user, Idempotency-Key), so the primary key is what makes a charge happen once.
CREATE TABLE point_entries (
  id            uuid        NOT NULL,
  seq           bigint GENERATED ALWAYS AS IDENTITY,
  user_id       text        NOT NULL,
  type          text        NOT NULL,
  amount        bigint      NOT NULL,
  balance_after bigint      NOT NULL,
  order_id      uuid,
  created_at    timestamptz NOT NULL,
  CONSTRAINT point_entries_pkey PRIMARY KEY (id),
  CONSTRAINT point_entries_type CHECK (type IN ('CHARGE', 'USE', 'REFUND')),
  CONSTRAINT point_entries_sign CHECK ((type = 'USE' AND amount < 0) OR (type <> 'USE' AND amount > 0)),
  CONSTRAINT point_entries_order CHECK ((type = 'CHARGE') = (order_id IS NULL)),
  CONSTRAINT point_entries_balance_after CHECK (balance_after BETWEEN 0 AND 1000000000)
);
CREATE UNIQUE INDEX point_entries_by_user ON point_entries (user_id, seq);
