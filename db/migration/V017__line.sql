-- A busy table gets its trigger in a moment or not at all; Flyway's next try finds nothing done.
SET LOCAL lock_timeout = '2s';

-- The line in front of a drop. active: false once it was cleared; the seed stays what was committed to. opened_at: from
-- then on a ticket gets its number at once. shuffled_at: when the tickets from before had theirs. admitted_up_to: the
-- cursor. credit: admissions that the rate has granted and nobody has used. speed: numbers a second, over about half a
-- minute. heard_since: since when it is known, without a gap, who was heard of. paused_at, paused_micros: admissions are
-- kept in the line's own time, which stands still during a pause.
CREATE TABLE drop_lines (
  drop_id           bigint           NOT NULL,
  active            boolean          NOT NULL DEFAULT true,
  seed              bytea            NOT NULL,
  rate_per_second   bigint,
  admission_seconds bigint           NOT NULL,
  absent_seconds    bigint           NOT NULL,
  opened_at         timestamptz,
  shuffled_at       timestamptz,
  pooled            bigint           NOT NULL DEFAULT 0,
  last_number       bigint           NOT NULL DEFAULT 0,
  admitted_up_to    bigint           NOT NULL DEFAULT 0,
  waiting           bigint           NOT NULL DEFAULT 0,
  moved_at          timestamptz,
  heard_since       timestamptz,
  credit            double precision NOT NULL DEFAULT 0,
  automatic_rate    double precision NOT NULL DEFAULT 500,
  speed             double precision NOT NULL DEFAULT 0,
  sold_out_at       timestamptz,
  paused_at         timestamptz,
  paused_micros     bigint           NOT NULL DEFAULT 0,
  CONSTRAINT drop_lines_pkey PRIMARY KEY (drop_id),
  CONSTRAINT drop_lines_drop_exists FOREIGN KEY (drop_id) REFERENCES drops (id),
  CONSTRAINT drop_lines_seed_length CHECK (octet_length(seed) = 32),
  CONSTRAINT drop_lines_rate CHECK (rate_per_second BETWEEN 1 AND 100000),
  CONSTRAINT drop_lines_admission CHECK (admission_seconds BETWEEN 5 AND 3600),
  CONSTRAINT drop_lines_absent CHECK (absent_seconds BETWEEN 10 AND 3600),
  CONSTRAINT drop_lines_numbers CHECK (admitted_up_to BETWEEN 0 AND last_number AND pooled BETWEEN 0 AND last_number),
  CONSTRAINT drop_lines_waiting CHECK (waiting >= 0),
  CONSTRAINT drop_lines_shuffled_after_opening CHECK (shuffled_at IS NULL OR opened_at IS NOT NULL)
) WITH (fillfactor = 50);

-- Whatever an instance believes: the cursor never goes back, and what was committed to stays.
CREATE FUNCTION drop_lines_only_forward() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'line % goes back', OLD.drop_id USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
END $$;
CREATE TRIGGER drop_lines_only_forward BEFORE UPDATE ON drop_lines FOR EACH ROW
  WHEN (NEW.admitted_up_to < OLD.admitted_up_to OR NEW.last_number < OLD.last_number OR NEW.seed <> OLD.seed
        OR OLD.opened_at IS NOT NULL AND NEW.opened_at IS DISTINCT FROM OLD.opened_at
        OR OLD.shuffled_at IS NOT NULL AND NEW.shuffled_at IS DISTINCT FROM OLD.shuffled_at)
  EXECUTE FUNCTION drop_lines_only_forward();

-- A user's place in a drop's line. pooled: taken before the opening, and so numbered by the shuffle, in the order of lot,
-- the HMAC of the user id under the line's seed: whoever reads it could have read the seed. passed_at: when it
-- was passed over, unheard of; it keeps its number. admitted_until: in the line's own time. used_up: by orders, up to the
-- user's limit. Being heard of changes
-- a row again and again: a low fillfactor, so that it stays on its page.
CREATE TABLE tickets (
  drop_id        bigint      NOT NULL,
  user_id        text        NOT NULL,
  status         text        NOT NULL,
  number         bigint,
  pooled         boolean     NOT NULL,
  lot            bytea,
  heard_at       timestamptz NOT NULL,
  passed_at      timestamptz,
  admitted_at    timestamptz,
  admitted_until timestamptz,
  used_up        boolean     NOT NULL DEFAULT false,
  CONSTRAINT tickets_pkey PRIMARY KEY (drop_id, user_id),
  CONSTRAINT tickets_line_exists FOREIGN KEY (drop_id) REFERENCES drop_lines (drop_id),
  CONSTRAINT tickets_status CHECK (status IN ('WAITING', 'ADMITTED', 'EXPIRED', 'LEFT')),
  CONSTRAINT tickets_number_from_one CHECK (number >= 1),
  CONSTRAINT tickets_lot_of_the_pool CHECK (NOT pooled OR octet_length(lot) = 32 AND lot IS NOT NULL),
  CONSTRAINT tickets_admitted_by_number CHECK (
    status NOT IN ('ADMITTED', 'EXPIRED')
    OR number IS NOT NULL AND admitted_at IS NOT NULL AND admitted_until IS NOT NULL)
) WITH (fillfactor = 70);
-- Partial, so that tickets_pkey alone begins with the drop: a plan from before the crowd came goes by the key all the same.
CREATE UNIQUE INDEX tickets_one_per_number ON tickets (drop_id, number) WHERE number IS NOT NULL;
CREATE INDEX tickets_queue ON tickets (drop_id, number) WHERE status = 'WAITING' AND passed_at IS NULL;
CREATE INDEX tickets_shuffle ON tickets (drop_id, lot) WHERE pooled AND number IS NULL;
CREATE INDEX tickets_admitted ON tickets (drop_id, admitted_until) WHERE status = 'ADMITTED';

-- No order of a drop with a line without its user's open admission, by the moment at which the order was decided: also
-- not from an instance of an older release, which knows of no line.
CREATE FUNCTION order_items_admitted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM drop_lines WHERE drop_id = NEW.drop_id AND active) AND NOT EXISTS (
    SELECT FROM orders o
    JOIN tickets t ON t.drop_id = NEW.drop_id AND t.user_id = o.user_id
    JOIN drop_lines l ON l.drop_id = t.drop_id
    WHERE o.id = NEW.order_id AND t.status = 'ADMITTED'
      AND t.admitted_until > coalesce(l.paused_at, o.created_at) - l.paused_micros * interval '1 microsecond')
  THEN
    RAISE EXCEPTION 'order % has no admission to drop %', NEW.order_id, NEW.drop_id
      USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER order_items_admitted AFTER INSERT ON order_items FOR EACH ROW
  WHEN (NEW.drop_id IS NOT NULL) EXECUTE FUNCTION order_items_admitted();
