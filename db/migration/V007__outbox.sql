-- One row for each (event, consumer), written in the effect's transaction and named after both, so that
-- writing it again meets the primary key. The subject is the order or payment that the event tells of.
-- A consumer whose whole effect is in this database deletes the row together with it; one that tells the
-- outside marks it, and it is cleaned away later. For those trying_since is the first failure, from which
-- the time is counted after which an event is given up.
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
  trying_since    timestamptz,
  delivered_at    timestamptz,
  CONSTRAINT outbox_pkey PRIMARY KEY (id),
  CONSTRAINT outbox_status CHECK (status IN ('PENDING', 'DELIVERED', 'DEAD')),
  CONSTRAINT outbox_delivered_at CHECK ((status = 'DELIVERED') = (delivered_at IS NOT NULL)),
  CONSTRAINT outbox_attempts CHECK (attempts >= 0)
)
-- A queue: small at any moment, but every row that ever was leaves a dead one. Vacuumed by number
-- rather than by share, or the look for due rows would walk over the dead.
WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000);
CREATE INDEX outbox_due ON outbox (consumer, next_attempt_at, id) WHERE status = 'PENDING';
CREATE INDEX outbox_delivered ON outbox (delivered_at) WHERE status = 'DELIVERED';
-- What administrators see: the events that leave the house, of one status or of each, newest first.
CREATE INDEX outbox_outgoing ON outbox (status, created_at, id) WHERE consumer = 'PLATFORM';
