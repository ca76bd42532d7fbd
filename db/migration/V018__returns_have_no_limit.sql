-- An upper limit binds what is supplied and charged, where that is decided. It never binds what comes back:
-- a closed order's stock and a refund's points always find room.
SET LOCAL lock_timeout = '1500ms';
ALTER TABLE stock DROP CONSTRAINT stock_quantity_limit;
ALTER TABLE point_balances DROP CONSTRAINT point_balances_limit;
ALTER TABLE point_entries
  DROP CONSTRAINT point_entries_balance_after,
  ADD CONSTRAINT point_entries_balance_after CHECK (balance_after >= 0) NOT VALID;
