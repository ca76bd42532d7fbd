--[[ stock_compare_begin: announces that some of the loaded products are about to be compared with the database.
  KEYS[1] stock:{p}:available  hash product id -> units that nobody has taken; absent: not loaded
  KEYS[2] stock:{p}:held       sorted set of order ids whose outcome is open, by the time of Redis's clock
  KEYS[3] stock:{p}:lines      hash order id -> what it holds, "product units product units …"
  KEYS[4] stock:{p}:comparing  hash product id -> token of the comparison that is under way
  KEYS[5] stock:{p}:loading    hash product id -> "token second": the load that is under way, and since when
  ARGV[1] token of this comparison   ARGV[2] cursor, 0 to begin with
  ARGV[3] how many products, about   ARGV[4] seconds that tokens live, should what they stand for never end
  ARGV[5] seconds that the gate lives, should nobody compare it any more
  returns the next cursor, 0 at the end; the number of products; their ids; the ids of the orders that
    hold something ]]
local time = redis.call('TIME')
-- Lines without a time, as an eviction may leave them, would be held for ever: now the sweep finds them.
if redis.call('HLEN', KEYS[3]) > redis.call('ZCARD', KEYS[2]) then
  local now = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
  for _, order in ipairs(redis.call('HKEYS', KEYS[3])) do
    redis.call('ZADD', KEYS[2], 'NX', now, order)
  end
end
if ARGV[2] == '0' then
  -- Loads that have died leave their tokens.
  local loads = redis.call('HGETALL', KEYS[5])
  for i = 1, #loads, 2 do
    if time[1] - (string.match(loads[i + 1], ' (%d+)$') or 0) > tonumber(ARGV[4]) then
      redis.call('HDEL', KEYS[5], loads[i])
    end
  end
end
local page = redis.call('HSCAN', KEYS[1], ARGV[2], 'COUNT', ARGV[3])
local answer = {page[1], tostring(#page[2] / 2)}
for i = 1, #page[2], 2 do
  redis.call('HSET', KEYS[4], page[2][i], ARGV[1])
  answer[#answer + 1] = page[2][i]
end
redis.call('EXPIRE', KEYS[4], ARGV[4])
-- All of it at once: what is available means nothing without what is held.
for _, key in ipairs({KEYS[1], KEYS[2], KEYS[3]}) do redis.call('EXPIRE', key, ARGV[5]) end
for _, order in ipairs(redis.call('ZRANGE', KEYS[2], 0, -1)) do
  answer[#answer + 1] = order
end
return answer
