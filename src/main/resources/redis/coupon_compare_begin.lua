--[[ coupon_compare_begin: announces that a campaign is about to be compared with the database.
  KEYS[1] coupon:{id}:limit      how many there are; absent while the campaign is not loaded
  KEYS[2] coupon:{id}:held       sorted set of user ids whose coupon is not yet committed, by the time of Redis's clock
  KEYS[3] coupon:{id}:comparing  token of the comparison that is under way
  ARGV[1] token of this comparison   ARGV[2] seconds that it lives, should the comparison never end
  returns {'NOT_LOADED'} | {'LOADED', user ids whose coupon is not yet committed} ]]
if redis.call('EXISTS', KEYS[1]) == 0 then
  return {'NOT_LOADED'}
end
redis.call('SET', KEYS[3], ARGV[1], 'EX', ARGV[2])
local answer = {'LOADED'}
for _, user in ipairs(redis.call('ZRANGE', KEYS[2], 0, -1)) do
  answer[#answer + 1] = user
end
return answer
