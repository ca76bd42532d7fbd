--[[ coupon_settle: how a batch of held coupons ended.
  KEYS[1] coupon:{id}:limit    how many there are
  KEYS[2] coupon:{id}:holders  set of user ids that have one or hold one
  KEYS[3] coupon:{id}:held     sorted set of user ids whose coupon is not yet committed, by the time of Redis's clock
  KEYS[4] coupon:{id}:comparing  token of the comparison that is under way
  ARGV[1] 'EXACT' | 'TOO_GENEROUS': the database had fewer left than the gate believed
  ARGV[2] seconds that the gate lives after its last use   ARGV[3] number n of confirmed users
  ARGV[4…] n user ids whose coupon is committed, then user ids that were refused
  returns {'SETTLED'} ]]
local confirmed = tonumber(ARGV[3])
local moved = ARGV[1] == 'TOO_GENEROUS'
for i = 4, #ARGV do
  local was_held = redis.call('ZREM', KEYS[3], ARGV[i])
  if i <= confirmed + 3 then
    -- Also when the gate was not asked: a load that runs meanwhile may have read an older state.
    moved = redis.call('SADD', KEYS[2], ARGV[i]) == 1 or moved
  elseif was_held == 1 then
    redis.call('SREM', KEYS[2], ARGV[i])
  end
  moved = moved or was_held == 1
end
-- What ends here is what a comparison that has begun counts on. A user who only asks again moves nothing.
if moved then
  redis.call('DEL', KEYS[4])
end
-- Holders are missing here. Without the limit the gate is closed to nobody and is loaded anew.
if ARGV[1] == 'TOO_GENEROUS' then
  redis.call('DEL', KEYS[1])
end
for _, key in ipairs({KEYS[1], KEYS[2], KEYS[3]}) do redis.call('EXPIRE', key, ARGV[2]) end
return {'SETTLED'}
