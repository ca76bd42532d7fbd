--[[ coupon_admit: which users of a batch may have one coupon, first come first served.
  KEYS[1] coupon:{id}:limit    how many there are; absent while the campaign is not loaded
  KEYS[2] coupon:{id}:holders  set of user ids that have one or hold one
  KEYS[3] coupon:{id}:held     sorted set of user ids whose coupon is not yet committed, by the time of Redis's clock
  KEYS[4] coupon:{id}:comparing  token of the comparison that is under way
  ARGV[1] seconds that the gate lives after its last use
  ARGV[2…] user ids in their order of arrival
  returns {'NOT_LOADED'} | a word for each user: 'ADMITTED' | 'ALREADY_YOURS' | 'SOLD_OUT'
    | 'UNDECIDED': sold out, unless some fail whose coupon is not yet committed ]]
local limit = tonumber(redis.call('GET', KEYS[1]))
if not limit then
  return {'NOT_LOADED'}
end
local time = redis.call('TIME')
local now = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
-- How many remain is derived from the holders, so that the two cannot drift apart.
local taken = redis.call('SCARD', KEYS[2])
local committed = taken - redis.call('ZCARD', KEYS[3])
local words = {}
for i = 2, #ARGV do
  -- Membership before stock: a holder who asks again must hear "yours", not "sold out".
  if redis.call('SISMEMBER', KEYS[2], ARGV[i]) == 1 then
    words[i - 1] = 'ALREADY_YOURS'
  elseif taken < limit then
    redis.call('SADD', KEYS[2], ARGV[i])
    redis.call('ZADD', KEYS[3], now, ARGV[i])
    redis.call('DEL', KEYS[4])
    taken = taken + 1
    words[i - 1] = 'ADMITTED'
  else
    words[i - 1] = committed < limit and 'UNDECIDED' or 'SOLD_OUT'
  end
end
for _, key in ipairs({KEYS[1], KEYS[2], KEYS[3]}) do redis.call('EXPIRE', key, ARGV[1]) end
return words
