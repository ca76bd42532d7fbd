CREATE TABLE cart_items (
  user_id    text        NOT NULL,
  product_id bigint      NOT NULL,
  quantity   integer     NOT NULL,
  added_at   timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT cart_items_pkey PRIMARY KEY (user_id, product_id),
  CONSTRAINT cart_items_product_exists FOREIGN KEY (product_id) REFERENCES products (id),
  CONSTRAINT cart_items_quantity CHECK (quantity BETWEEN 1 AND 999)
);
