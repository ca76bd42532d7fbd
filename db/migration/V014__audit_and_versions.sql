-- A busy table is expanded in a moment or not at all; Flyway's next try finds nothing done.
SET LOCAL lock_timeout = '2s';

-- Which version administrators see; each change of theirs makes it one higher. An instance that does not know
-- the column changes without counting, so If-Match protects once all instances are new.
ALTER TABLE products ADD COLUMN version bigint NOT NULL DEFAULT 1;
ALTER TABLE coupons ADD COLUMN version bigint NOT NULL DEFAULT 1;
ALTER TABLE drops ADD COLUMN version bigint NOT NULL DEFAULT 1;

-- Every administrative change: who, what, before and after, why, and in which trace. Written by the change's
-- own transaction, a row for each subject.
CREATE TABLE audit (
  id       bigint GENERATED ALWAYS AS IDENTITY,
  at       timestamptz NOT NULL DEFAULT clock_timestamp(),
  actor    text        NOT NULL,
  action   text        NOT NULL,
  subject  text        NOT NULL,
  before   json,
  after    json,
  reason   text,
  trace_id text        NOT NULL,
  CONSTRAINT audit_pkey PRIMARY KEY (id),
  CONSTRAINT audit_of_a_change CHECK (before IS NOT NULL OR after IS NOT NULL)
);
CREATE INDEX audit_by_subject ON audit (subject, id);
CREATE INDEX audit_by_actor ON audit (actor, id);

-- Rows are added and never changed: not by the owner, nor in a session that replicates. Who may alter the
-- table (its owner, a superuser) can still disable the trigger, which only PostgreSQL's own log would show.
CREATE FUNCTION audit_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'audit is append-only'
    USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'audit_append_only';
END $$;
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
ALTER TABLE audit ENABLE ALWAYS TRIGGER audit_append_only;

-- The first answer to each administrative request that had a key, kept as long as its audit rows: for good. The
-- id is derived from actor, operation and Idempotency-Key. The row is inserted before the change and gets its
-- answer after it, in one transaction: nobody else ever sees it without.
CREATE TABLE admin_requests (
  id          uuid        NOT NULL,
  fingerprint uuid        NOT NULL,
  status      integer,
  location    text,
  etag        text,
  body        json,
  created_at  timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT admin_requests_pkey PRIMARY KEY (id)
);
