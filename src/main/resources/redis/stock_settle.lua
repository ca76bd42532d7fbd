--[[ stock_settle: how the orders of a batch ended.
  KEYS[1] stock:{p}:available  hash product id -> units that nobody has taken; absent: not loaded
  KEYS[2] stock:{p}:held       sorted set of order ids whose outcome is open, by the time of Redis's clock
  KEYS[3] stock:{p}:lines      hash order id -> what it holds, "product units product units …"
  KEYS[4] stock:{p}:loading    hash product id -> token of the load that is under way
  KEYS[5] stock:{p}:comparing  hash product id -> token of the comparison that is under way
  ARGV[1] number c of confirmed orders   ARGV[2] number r of released orders
  ARGV[3…] c ids of committed orders, r ids of refused orders, then ids of products to forget
  returns {'SETTLED'} ]]
local confirmed, released = tonumber(ARGV[1]) + 2, tonumber(ARGV[1]) + tonumber(ARGV[2]) + 2
local comparing = redis.call('EXISTS', KEYS[5]) == 1
local back = {}
for i = 3, released do
  local lines = redis.call('HGET', KEYS[3], ARGV[i]) or ''
  redis.call('HDEL', KEYS[3], ARGV[i])
  redis.call('ZREM', KEYS[2], ARGV[i])
  for product, units in string.gmatch(lines, '(%d+) (%d+)') do
    back[product] = (back[product] or 0) + (i > confirmed and units or 0)
  end
end
for product, units in pairs(back) do
  -- A product that was forgotten meanwhile is loaded without what is released.
  if units > 0 and redis.call('HEXISTS', KEYS[1], product) == 1 then
    redis.call('HINCRBY', KEYS[1], product, units)
  end
  -- A comparison that has begun counts on what ends here.
  if comparing then
    redis.call('HDEL', KEYS[5], product)
  end
end
-- Forgetting stops a load under way as well: what it has read may be older than the reason for this.
for i = released + 1, #ARGV do
  redis.call('HDEL', KEYS[1], ARGV[i])
  redis.call('HDEL', KEYS[4], ARGV[i])
  redis.call('HDEL', KEYS[5], ARGV[i])
end
return {'SETTLED'}
