--[[ sales_project: takes over units sold as PostgreSQL has them; the same again changes nothing.
  KEYS[1] sales:{popular}:state    hash: from (first minute), cursor (of a rebuild, '' when whole), token, previous
  KEYS[2] sales:{popular}:window   sorted set: product -> units since that minute
  KEYS[3] sales:{popular}:minute:  what a minute's key begins with; each a hash: product -> units:version
  ARGV[1] the token that PostgreSQL has
  ARGV[2] the token that it will have once this pass is committed
  ARGV[3] the cursor from now on
  ARGV[4] seconds that a minute lives after its last change
  ARGV[5…] minute, product, units, version of each row
  returns {'TAKEN'} | {'NOT_LOADED'} ]]
local state = redis.call('HMGET', KEYS[1], 'from', 'token', 'previous')
if not state[1] or (ARGV[1] ~= state[2] and ARGV[1] ~= state[3]) then
  return {'NOT_LOADED'}
end
-- The expected token is kept beside the new one: should the pass not be committed, it is still known.
redis.call('HSET', KEYS[1], 'token', ARGV[2], 'previous', ARGV[1], 'cursor', ARGV[3])
local from = tonumber(state[1])
local touched = ''
for i = 5, #ARGV, 4 do
  local minute, product = KEYS[3] .. ARGV[i], ARGV[i + 1]
  local known = redis.call('HGET', minute, product)
  local units, version = string.match(known or '0:0', '^(.-):(.+)$')
  -- What has left the window is never counted again, and a late copy never undoes a fresher one.
  if tonumber(ARGV[i]) >= from and tonumber(ARGV[i + 3]) > tonumber(version) then
    redis.call('HSET', minute, product, ARGV[i + 2] .. ':' .. ARGV[i + 3])
    redis.call('ZINCRBY', KEYS[2], ARGV[i + 2] - units, product)
    if minute ~= touched then
      redis.call('EXPIRE', minute, ARGV[4])
      touched = minute
    end
  end
end
redis.call('ZREMRANGEBYSCORE', KEYS[2], 0, 0)
redis.call('EXPIRE', KEYS[2], ARGV[4])
return {'TAKEN'}
