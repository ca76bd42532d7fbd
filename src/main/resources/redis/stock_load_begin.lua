--[[ stock_load_begin: announces that products are about to be read from the database.
  KEYS[1] stock:{p}:loading  hash product id -> token of the load that is under way
  KEYS[2] stock:{p}:held     sorted set of order ids whose outcome is open, by time
  ARGV[1] token of this load   ARGV[2…] product ids
  returns the ids of the orders that hold something ]]
for i = 2, #ARGV do
  redis.call('HSET', KEYS[1], ARGV[i], ARGV[1])
end
return redis.call('ZRANGE', KEYS[2], 0, -1)
