--[[ stock_reserve: takes the products of each order of a batch, all of an order's or none.
  KEYS[1] stock:{p}:available  hash product id -> units that nobody has taken; absent: not loaded
  KEYS[2] stock:{p}:held       sorted set of order ids whose outcome is open, by time
  KEYS[3] stock:{p}:lines      hash order id -> what it holds, "product units product units …"
  KEYS[4] stock:{p}:comparing  hash product id -> token of the comparison that is under way
  ARGV[1] now, milliseconds since the epoch
  ARGV[2…] for each order in order of arrival: order id, number n of lines, n times product id, units
  returns a text for each order: 'HELD' | 'ALREADY_HELD' | 'NOT_LOADED product …'
    | 'SHORT product available …' ]]
local comparing = redis.call('EXISTS', KEYS[4]) == 1
local words = {}
local i = 2
while i <= #ARGV do
  local order, last = ARGV[i], i + 1 + 2 * tonumber(ARGV[i + 1])
  local unknown, short = {}, {}
  for line = i + 2, last, 2 do
    local available = tonumber(redis.call('HGET', KEYS[1], ARGV[line]))
    if not available then
      unknown[#unknown + 1] = ARGV[line]
    elseif available < tonumber(ARGV[line + 1]) then
      short[#short + 1] = ARGV[line] .. ' ' .. math.max(available, 0)
    end
  end
  if redis.call('HEXISTS', KEYS[3], order) == 1 then
    -- The same request again, perhaps after a lost reply: it holds what it held, and no more.
    words[#words + 1] = 'ALREADY_HELD'
  elseif #unknown > 0 then
    words[#words + 1] = 'NOT_LOADED ' .. table.concat(unknown, ' ')
  elseif #short > 0 then
    words[#words + 1] = 'SHORT ' .. table.concat(short, ' ')
  else
    for line = i + 2, last, 2 do
      redis.call('HINCRBY', KEYS[1], ARGV[line], -ARGV[line + 1])
      -- A comparison that has begun has not heard of this order.
      if comparing then
        redis.call('HDEL', KEYS[4], ARGV[line])
      end
    end
    redis.call('HSET', KEYS[3], order, table.concat(ARGV, ' ', i + 2, last))
    redis.call('ZADD', KEYS[2], ARGV[1], order)
    words[#words + 1] = 'HELD'
  end
  i = last + 1
end
return words
