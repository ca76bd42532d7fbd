-- Not CONCURRENTLY: Flyway holds its own lock in a transaction, for which that would wait for ever. Writes of orders wait
-- while it is made, about a second for a million of them.
SET LOCAL lock_timeout = '2s';

-- What a user has bought or is about to pay: limits count it. Cancelled and expired orders leave no entry: ordering and
-- cancelling costs nothing, and must not make the look dear for all of a batch. The state is put so that no statement that
-- goes by another key is led here (decision 0019).
CREATE INDEX orders_live_by_user ON orders (user_id, lower(status)) WHERE lower(status) IN ('pending', 'paid');
