--[[ sales_top: the products that sold most, after the window has moved on to its time.
  KEYS[1] sales:{popular}:state    hash: from (first minute), cursor (of a rebuild, '' when whole), token, previous
  KEYS[2] sales:{popular}:window   sorted set: product -> units since that minute
  KEYS[3] sales:{popular}:minute:  what a minute's key begins with; each a hash: product -> units:version
  ARGV[1] minutes that the window has, this one included: Redis's clock says which that is
  ARGV[2] how many products
  ARGV[3] how many changes this call may make, about
  ARGV[4] seconds that the state lives, unless it is asked for again
  ARGV[5] the token that PostgreSQL has; '' from a reader, who does not know it
  returns {'NOT_LOADED'} | {'LOADING', from, cursor} | {'BEHIND'} | {'READY', from, product, units, ...} ]]
local state = redis.call('HMGET', KEYS[1], 'from', 'cursor', 'token', 'previous')
if not state[1] then
  return {'NOT_LOADED'}
end
-- Neither the last pass nor the one before it: writes were lost, or they were another database's.
if ARGV[5] ~= '' and ARGV[5] ~= state[3] and ARGV[5] ~= state[4] then
  return {'NOT_LOADED'}
end
local from, left = tonumber(state[1]), tonumber(ARGV[3])
local target = math.floor(redis.call('TIME')[1] / 60) + 1 - ARGV[1]
-- Never back, as what has left the window is no longer known here: after a clock was set back, begin anew.
if from > target + 2 then
  redis.call('DEL', KEYS[1])
  return {'NOT_LOADED'}
end
while from < target and left > 0 do
  local minute = KEYS[3] .. from
  local cursor = '0'
  repeat
    local page = redis.call('HSCAN', minute, cursor, 'COUNT', 200)
    cursor = page[1]
    for i = 1, #page[2], 2 do
      local units = string.match(page[2][i + 1], '^(.-):')
      redis.call('ZINCRBY', KEYS[2], -tonumber(units), page[2][i])
      -- One by one with the total, so that a minute may leave in several calls.
      redis.call('HDEL', minute, page[2][i])
    end
    left = left - #page[2] / 2
  until cursor == '0' or left <= 0
  if cursor == '0' then
    redis.call('DEL', minute)
    from, left = from + 1, left - 1
  end
end
redis.call('ZREMRANGEBYSCORE', KEYS[2], 0, 0)
redis.call('HSET', KEYS[1], 'from', from)
redis.call('EXPIRE', KEYS[1], ARGV[4])
redis.call('EXPIRE', KEYS[2], ARGV[4])
if state[2] ~= '' then
  return {'LOADING', tostring(from), state[2]}
elseif from < target then
  return {'BEHIND'}
end
-- Equal scores come in reverse order of the members, which are written so that the lower id is first.
local top = redis.call('ZREVRANGEBYSCORE', KEYS[2], '+inf', 1, 'WITHSCORES', 'LIMIT', 0, ARGV[2])
return {'READY', tostring(from), unpack(top)}
