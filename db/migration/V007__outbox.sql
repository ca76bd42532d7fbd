-- One row for each (event, consumer), written in the effect's transaction and named after both, so that
-- writing it again meets the primary key. The subject is the order or payment that the event tells of.
CREATE TABLE outbox (
  id              uuid        NOT NULL,
  consumer        text        NOT NULL,
  type            text        NOT NULL,
  subject         uuid        NOT NULL,
  status          text        NOT NULL DEFAULT 'PENDING',
  attempts        integer     NOT NULL DEFAULT 0,
  last_error      text,
  created_at      timestamptz NOT NULL,
  next_attempt_at timestamptz NOT NULL,
  CONSTRAINT outbox_pkey PRIMARY KEY (id),
  CONSTRAINT outbox_status CHECK (status IN ('PENDING', 'DELIVERED', 'DEAD')),
  CONSTRAINT outbox_attempts CHECK (attempts >= 0)
);
CREATE INDEX outbox_due ON outbox (consumer, next_attempt_at, id) WHERE status = 'PENDING';
