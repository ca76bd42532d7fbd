-- Not CONCURRENTLY, as in V013. Writes wait while the indexes are made, about a second for a million rows.
SET LOCAL lock_timeout = '2s';

-- Which transaction wrote an entry; none for an old one, which stands before all others. The default serves instances that do
-- not know the column, and rewrites no row as it is set afterwards. The ledger is read in this order, below the oldest
-- transaction that still runs: nothing can be committed any more that would stand before what was read. (After a restore from a
-- dump, which keeps these numbers and begins to count anew, set them to NULL before the shop starts.)
ALTER TABLE point_entries ADD COLUMN written_by xid8;
ALTER TABLE point_entries ALTER COLUMN written_by SET DEFAULT pg_current_xact_id();
CREATE INDEX point_entries_ledger ON point_entries (coalesce(written_by, '0'::xid8), seq);

-- When the order was made, so that a product's and a drop's orders are found in the order of time. A background job dates old
-- lines; the default serves instances that do not know the column.
ALTER TABLE order_items ADD COLUMN ordered_at timestamptz;
ALTER TABLE order_items ALTER COLUMN ordered_at SET DEFAULT now();
CREATE INDEX order_items_by_product ON order_items (product_id, ordered_at, order_id);
CREATE INDEX order_items_by_drop ON order_items (drop_id, ordered_at, order_id) WHERE drop_id IS NOT NULL;
CREATE INDEX order_items_undated ON order_items (order_id) WHERE ordered_at IS NULL;

-- For the orders of one status, and of each. The state is put so that no other statement is led here (decision 0019).
CREATE INDEX orders_by_status ON orders (upper(status), created_at, id);
