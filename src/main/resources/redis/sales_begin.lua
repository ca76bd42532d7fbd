--[[ sales_begin: forgets what is there and begins to take everything over from PostgreSQL.
  KEYS[1] sales:{popular}:state    hash: from (first minute), cursor (of a rebuild, '' when whole), token, previous
  KEYS[2] sales:{popular}:window   sorted set: product -> units since that minute
  KEYS[3] sales:{popular}:minute:  what a minute's key begins with; each a hash: product -> units:version
  ARGV[1] the token that PostgreSQL has
  ARGV[2] the token that it will have once this pass is committed
  ARGV[3] the cursor at which the rebuild begins
  ARGV[4] first minute of the window, in minutes since the epoch
  ARGV[5] first minute, ARGV[6] last minute of which something may be there
  ARGV[7] seconds that the state lives, unless it is asked for again
  returns {'BEGUN'} | {'KNOWN'} ]]
local state = redis.call('HMGET', KEYS[1], 'token', 'previous')
-- Somebody else has begun meanwhile.
if state[1] and (ARGV[1] == state[1] or ARGV[1] == state[2]) then
  return {'KNOWN'}
end
-- The total must be the sum of the minutes: none may stay that is not in it.
local stale = {KEYS[1], KEYS[2]}
for minute = tonumber(ARGV[5]), tonumber(ARGV[6]) do
  stale[#stale + 1] = KEYS[3] .. minute
  if #stale == 1000 then
    redis.call('UNLINK', unpack(stale))
    stale = {}
  end
end
if #stale > 0 then
  redis.call('UNLINK', unpack(stale))
end
redis.call('HSET', KEYS[1], 'from', ARGV[4], 'cursor', ARGV[3], 'token', ARGV[2], 'previous', ARGV[1])
redis.call('EXPIRE', KEYS[1], ARGV[7])
return {'BEGUN'}
