--[[ stock_reserve: takes the products of each order of a batch, all of an order's or none.
  KEYS[1] stock:{p}:available  hash product id -> units that nobody has taken; absent: not loaded
  KEYS[2] stock:{p}:held       sorted set of order ids whose outcome is open, by the time of Redis's clock
  KEYS[3] stock:{p}:lines      hash order id -> what it holds, "product units product units …"
  KEYS[4] stock:{p}:comparing  hash product id -> token of the comparison that is under way
  ARGV[1] seconds that the gate lives after its last use
  ARGV[2…] for each order in order of arrival: order id, number n of lines, n times product id, units
  returns a text for each order: 'HELD' | 'ALREADY_HELD' | 'NOT_LOADED product …'
    | 'SHORT product available …': final only if the database has too little as well ]]
local time, comparing = redis.call('TIME'), redis.call('EXISTS', KEYS[4]) == 1
local now = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
local available, taken, lines, times, words = {}, {}, {}, {}, {}
local i = 2
while i <= #ARGV do
  local order, last = ARGV[i], i + 1 + 2 * tonumber(ARGV[i + 1])
  local unknown, short = {}, {}
  for line = i + 2, last, 2 do
    local product, wanted = ARGV[line], tonumber(ARGV[line + 1])
    available[product] = available[product] or tonumber(redis.call('HGET', KEYS[1], product))
    local all = available[product]
    if not all then
      unknown[#unknown + 1] = product
    elseif all - (taken[product] or 0) < wanted then
      short[#short + 1] = product .. ' ' .. math.max(all - (taken[product] or 0), 0)
    end
  end
  if times[order] or redis.call('HEXISTS', KEYS[3], order) == 1 then
    -- The same request again, perhaps after a lost reply: it holds what it held, and no more.
    words[#words + 1] = 'ALREADY_HELD'
  elseif #unknown > 0 then
    words[#words + 1] = 'NOT_LOADED ' .. table.concat(unknown, ' ')
  elseif #short > 0 then
    words[#words + 1] = 'SHORT ' .. table.concat(short, ' ')
  else
    for line = i + 2, last, 2 do taken[ARGV[line]] = (taken[ARGV[line]] or 0) + ARGV[line + 1] end
    lines[#lines + 1], lines[#lines + 2] = order, table.concat(ARGV, ' ', i + 2, last)
    times[#times + 1], times[#times + 2], times[order] = now, order, true
    words[#words + 1] = 'HELD'
  end
  i = last + 1
end
for product, units in pairs(taken) do
  redis.call('HINCRBY', KEYS[1], product, -units)
  -- A comparison that has begun has not heard of these orders.
  if comparing then redis.call('HDEL', KEYS[4], product) end
end
for from = 1, #lines, 1000 do
  local to = math.min(from + 999, #lines)
  redis.call('HSET', KEYS[3], unpack(lines, from, to))
  redis.call('ZADD', KEYS[2], unpack(times, from, to))
end
redis.call('EXPIRE', KEYS[2], ARGV[1])
redis.call('EXPIRE', KEYS[3], ARGV[1])
return words
