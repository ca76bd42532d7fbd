-- Not CONCURRENTLY: Flyway holds its own lock in a transaction, for which that would wait for ever. Writes of orders wait
-- while it is made, about a second for a million of them.
SET LOCAL lock_timeout = '2s';

-- What a user has not paid yet: a limit counts it. A paid order leaves no entry here. The state is put so that no statement
-- that goes by another key is led here (decision 0019).
CREATE INDEX orders_unpaid_by_user ON orders (user_id) WHERE lower(status) = 'pending';
