--[[ coupon_compare: holds the gate against the database, if nothing has moved since the comparison began.
  KEYS[1] coupon:{id}:limit      how many there are; absent while the campaign is not loaded
  KEYS[2] coupon:{id}:holders    set of user ids that have one or hold one
  KEYS[3] coupon:{id}:held       sorted set of user ids whose coupon is not yet committed, by the time of Redis's clock
  KEYS[4] coupon:{id}:comparing  token of the comparison that is under way
  ARGV[1] token of this comparison   ARGV[2] how many remain in the database
  ARGV[3] how many of those who held one when the comparison began had none in the database
  ARGV[4] by how much the gate has long been too generous; negative: too strict; 0: it has not been
  ARGV[5] seconds that the gate lives after its last use
  returns {'INCONCLUSIVE'} | {'COMPARED', remaining} | {'REPAIRED', remaining}, with how many the gate
    believed to remain in the database ]]
local limit = tonumber(redis.call('GET', KEYS[1]))
if not limit or redis.call('GET', KEYS[4]) ~= ARGV[1] then
  return {'INCONCLUSIVE'}
end
redis.call('DEL', KEYS[4])
local believed = limit - redis.call('SCARD', KEYS[2]) + tonumber(ARGV[3])
local excess = believed - tonumber(ARGV[2])
if excess * tonumber(ARGV[4]) <= 0 then
  return {'COMPARED', string.format('%.0f', believed)}
end
-- Without its limit the campaign is loaded anew, which adds the users who are missing among the holders.
redis.call('DEL', KEYS[1])
if excess < 0 then
  -- One of them has none. Those in flight stay, the load brings the others back.
  redis.call('UNLINK', KEYS[2])
  for _, user in ipairs(redis.call('ZRANGE', KEYS[3], 0, -1)) do
    redis.call('SADD', KEYS[2], user)
  end
  redis.call('EXPIRE', KEYS[2], ARGV[5])
end
return {'REPAIRED', string.format('%.0f', believed)}
