--[[ gate_left: what has been held at a gate for so long that it belongs to nothing in flight.
  KEYS[1] stock:{p}:held or coupon:{id}:held  sorted set of what is held, by the time of Redis's clock
  ARGV[1] milliseconds that it must have been held   ARGV[2] how many at the most
  returns what is held, the longest first ]]
local time = redis.call('TIME')
local millis = time[1] * 1000 + math.floor(time[2] / 1000)
local now, before = string.format('%.0f', millis), string.format('%.0f', millis - ARGV[1])
-- After a clock was set back, what seems to come from the future begins to age now.
for _, held in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. now, '+inf', 'LIMIT', 0, ARGV[2])) do
  redis.call('ZADD', KEYS[1], now, held)
end
return redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', before, 'LIMIT', 0, ARGV[2])
