--[[ sales_begin: forgets what is there and begins to take everything over from PostgreSQL.
  KEYS[1] sales:{popular}:state    hash: from (first minute), cursor (of a rebuild, '' when whole), token, previous
  KEYS[2] sales:{popular}:window   sorted set: product -> units since that minute
  KEYS[3] sales:{popular}:minute:  what a minute's key begins with; each a hash: product -> units:version
  ARGV[1] the token that PostgreSQL has
  ARGV[2] the token that it will have once this pass is committed
  ARGV[3] the cursor at which the rebuild begins
  ARGV[4] minutes that the window has, this one included: Redis's clock says which that is
  ARGV[5] minutes before the window, ARGV[6] minutes from its beginning on of which something may be there
  ARGV[7] seconds that the state lives, unless it is asked for again
  returns {'BEGUN'} | {'KNOWN'} ]]
local state = redis.call('HMGET', KEYS[1], 'token', 'previous')
-- Somebody else has begun meanwhile.
if state[1] and (ARGV[1] == state[1] or ARGV[1] == state[2]) then
  return {'KNOWN'}
end
local from = math.floor(redis.call('TIME')[1] / 60) + 1 - ARGV[4]
-- The total must be the sum of the minutes: none may stay that is not in it.
local stale = {KEYS[1], KEYS[2]}
for minute = from - ARGV[5], from + ARGV[6] do
  stale[#stale + 1] = KEYS[3] .. string.format('%.0f', minute)
  if #stale == 1000 then
    redis.call('UNLINK', unpack(stale))
    stale = {}
  end
end
if #stale > 0 then
  redis.call('UNLINK', unpack(stale))
end
redis.call('HSET', KEYS[1], 'from', string.format('%.0f', from), 'cursor', ARGV[3], 'token', ARGV[2], 'previous', ARGV[1])
redis.call('EXPIRE', KEYS[1], ARGV[7])
return {'BEGUN'}
