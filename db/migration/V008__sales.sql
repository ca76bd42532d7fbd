-- Units in paid orders by the minute in which they were paid: what the best-seller list is made of.
-- The version grows with every change, so that a late copy to Redis can be told from a fresh one.
CREATE TABLE sales (
  minute     timestamptz NOT NULL,
  product_id bigint      NOT NULL,
  units      bigint      NOT NULL,
  version    bigint      NOT NULL DEFAULT 1,
  CONSTRAINT sales_pkey PRIMARY KEY (minute, product_id)
) WITH (fillfactor = 70);
