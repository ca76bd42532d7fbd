--[[ stock_load: opens the gate for products, as the database had them, and ends their load.
  KEYS[1] stock:{p}:available  hash product id -> units that nobody has taken; absent: not loaded
  KEYS[2] stock:{p}:lines      hash order id -> what it holds, "product units product units …"
  KEYS[3] stock:{p}:loading    hash product id -> "token second": the load that is under way, and since when
  KEYS[4] stock:{p}:comparing  hash product id -> token of the comparison that is under way
  ARGV[1] token of this load   ARGV[2] seconds that the gate lives after its last use
  ARGV[3] number n of products
  ARGV[4…] n times product id, units in the database or '' if it was not found there; then the orders
    that held something when the load began and that the database did not have
  returns {'LOADED', number of products that were set} ]]
local products = 2 * tonumber(ARGV[3]) + 3
local taken = {}
for i = products + 1, #ARGV do
  -- Counted only while it is still held: one that has ended may have been committed or given back,
  -- and leaving it out is too generous at worst, which the database refuses.
  local lines = redis.call('HGET', KEYS[2], ARGV[i])
  if lines then
    for product, units in string.gmatch(lines, '(%d+) (%d+)') do
      taken[product] = (taken[product] or 0) + tonumber(units)
    end
  end
end
local set = 0
for i = 4, products, 2 do
  local loading = redis.call('HGET', KEYS[3], ARGV[i]) or ''
  -- Another token, or none: a later load, or a change of the stock, has overtaken this one.
  if string.match(loading, '^%S*') == ARGV[1] then
    redis.call('HDEL', KEYS[3], ARGV[i])
    if ARGV[i + 1] ~= '' then
      local available = tonumber(ARGV[i + 1]) - (taken[ARGV[i]] or 0)
      redis.call('HSET', KEYS[1], ARGV[i], string.format('%.0f', available))
      redis.call('HDEL', KEYS[4], ARGV[i])
      set = set + 1
    end
  end
end
redis.call('EXPIRE', KEYS[1], ARGV[2])
return {'LOADED', set}
