-- The greatest fencing token under which a product's stock was adjusted: whoever comes with a smaller one
-- has lost its lease, and is refused. A constant default rewrites no row, and an instance that does not
-- know the column goes on beside one that does.
ALTER TABLE stock ADD COLUMN fence bigint NOT NULL DEFAULT 0;
