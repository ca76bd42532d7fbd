--[[ limit_share: what one instance let through of some users, or addresses, and what that leaves them.
  KEYS[1…] limit:{policy}:who  of each of them: tokens left, and when, 'tokens millis'
  ARGV[1] tokens a second   ARGV[2] tokens at the most
  ARGV[3…] tokens each has taken since this instance last said so
  returns {'LEFT', tokens, …} one for each, in their order; below zero if more were taken than there were ]]
-- Redis's own clock, because those of the instances differ: under the latest of them nobody else's bucket would fill.
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local rate, most = tonumber(ARGV[1]), tonumber(ARGV[2])
local answer = {'LEFT'}
-- Every key by its name: while their slot moves, a cluster then says "try again" rather than to begin anew.
for i = 3, #ARGV do
  local key = KEYS[i - 2]
  local known = redis.call('GET', key)
  local left = most
  if known then
    local tokens, at = string.match(known, '^(%S+) (%S+)$')
    left = math.min(most, tokens + math.max(0, now - at) * rate / 1000)
  end
  left = left - ARGV[i]
  -- Once it is full again it is as if it had never been.
  local full = string.format('%.0f', math.ceil((most - left) * 1000 / rate) + 1)
  local kept = string.format('%.3f %.0f', left, now)
  redis.call('SET', key, kept, 'PX', full)
  answer[#answer + 1] = string.format('%.0f', math.floor(left))
end
return answer
