-- Product 1 has 500 left, product 3 has three, product 4 is sold out.
INSERT INTO stock (product_id, quantity)
SELECT id, CASE id WHEN 1 THEN 500 WHEN 3 THEN 3 WHEN 4 THEN 0 ELSE 100 + id * 37 % 900 END
FROM products
ORDER BY id;

-- The first supply is what is left and what was sold.
INSERT INTO stock_adjustments (product_id, delta, reason, adjusted_by, created_at)
SELECT product_id, stock.quantity + coalesce(sold.units, 0), 'initial stock', 'seed', products.created_at
FROM stock
JOIN products ON products.id = stock.product_id
LEFT JOIN (SELECT product_id, sum(quantity) AS units FROM order_items GROUP BY product_id) AS sold USING (product_id)
ORDER BY product_id;
