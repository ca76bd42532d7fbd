-- Units in paid orders by the minute in which they were paid: what the best-seller list is made of.
-- The version grows with every change, so that a late copy to Redis can be told from a fresh one;
-- projected is the version that Redis has been given. A row of which Redis has an older one is in the
-- partial index until it was told, whatever happens to the process that changed it.
CREATE TABLE sales (
  minute     timestamptz NOT NULL,
  product_id bigint      NOT NULL,
  units      bigint      NOT NULL,
  version    bigint      NOT NULL DEFAULT 1,
  projected  bigint      NOT NULL DEFAULT 0,
  CONSTRAINT sales_pkey PRIMARY KEY (minute, product_id),
  CONSTRAINT sales_projected CHECK (projected <= version)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000);
CREATE INDEX sales_unprojected ON sales (minute, product_id) WHERE projected < version;

-- One row, locked by the instance that is telling Redis. The token names the last pass that was
-- committed; a Redis that does not know it has lost something, or belonged to another database.
CREATE TABLE sales_projection (
  one   boolean NOT NULL DEFAULT true,
  token uuid    NOT NULL,
  CONSTRAINT sales_projection_pkey PRIMARY KEY (one),
  CONSTRAINT sales_projection_one_row CHECK (one)
);
INSERT INTO sales_projection (token) VALUES (gen_random_uuid());
