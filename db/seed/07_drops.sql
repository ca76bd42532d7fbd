-- A drop that is open, one that opens in a while and one that is over. Load tests order products with lower ids.
INSERT INTO drops (id, name, opens_at, closes_at, max_per_user)
VALUES
  (1, '오늘의 드롭 / Today''s drop', now() - interval '1 hour', now() + interval '30 days', 3),
  (2, '곧 열리는 드롭 / Opening soon', now() + interval '10 minutes', NULL, 2),
  (3, '지난주 드롭 / Last week''s drop', now() - interval '8 days', now() - interval '7 days', NULL);

ALTER TABLE drops ALTER COLUMN id RESTART WITH 4;

UPDATE products SET
  drop_id = CASE WHEN id <= 296 THEN 1 WHEN id <= 299 THEN 2 ELSE 3 END,
  max_per_user = CASE WHEN id IN (295, 297) THEN 1 END,
  -- What the demo's users have bought before stands.
  limited_at = CASE WHEN id IN (295, 297) THEN now() END
WHERE id BETWEEN 295 AND 300;
