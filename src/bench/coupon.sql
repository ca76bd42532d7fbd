-- One coupon as one transaction, with what the lane writes: the count guarded, the row, once a user.
\set user random(1, 1000000000000000)
BEGIN;
UPDATE coupons SET issued_quantity = issued_quantity + 1 WHERE id = :coupon AND issued_quantity < total_quantity;
INSERT INTO issued_coupons (id, coupon_id, user_id, issued_at)
  VALUES (gen_random_uuid(), :coupon, 'p' || :user || '-' || :client_id, now()) ON CONFLICT DO NOTHING;
COMMIT;
