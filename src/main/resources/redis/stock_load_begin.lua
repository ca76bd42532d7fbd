--[[ stock_load_begin: announces that products are about to be read from the database.
  KEYS[1] stock:{p}:loading  hash product id -> "token second": the load that is under way, and since when
  KEYS[2] stock:{p}:held     sorted set of order ids whose outcome is open, by the time of Redis's clock
  ARGV[1] token of this load   ARGV[2] seconds that it lives, should the load never end
  ARGV[3…] product ids
  returns the ids of the orders that hold something ]]
local time = redis.call('TIME')
for i = 3, #ARGV do
  redis.call('HSET', KEYS[1], ARGV[i], ARGV[1] .. ' ' .. time[1])
end
redis.call('EXPIRE', KEYS[1], ARGV[2])
return redis.call('ZRANGE', KEYS[2], 0, -1)
