--[[ lock_line: one instance at the line of those that hold names or wait for them, by the numbers of
    their tickets: a ticket holds its names when no ticket before it has one of them.
  KEYS[1] lock:{locks}:line  hash ticket -> "number end names": the end in milliseconds of Redis's clock, the
    names separated by spaces; and last -> the number given last; gone a day after the last call
  ARGV[1] channel to tell on whose turn it is   ARGV[2] milliseconds that a ticket lives unless it is renewed
  ARGV[3] how many tickets there may be         ARGV[4] a number that those given from now on exceed
  ARGV[5] the ticket that comes, '' for none    ARGV[6] 'WAIT', or 'TRY' to come only if it need not wait
  ARGV[7] its names, separated by spaces        ARGV[8] number l of the tickets that leave
  ARGV[9…] the l tickets that leave, then those that stay and are renewed
  returns a text for the ticket that comes: 'HELD number' | 'WAITING number' | 'BUSY' | 'FULL'; then for each that
    stays: 'HELD number' | 'WAITING number' | 'LOST' ]]
local time = redis.call('TIME')
local micros, now = time[1] * 1000000 + time[2], time[1] * 1000 + math.floor(time[2] / 1000)
local stays, leaving, here = 9 + tonumber(ARGV[8]), {}, {}
for i = 9, #ARGV do
  leaving[ARGV[i]], here[ARGV[i]] = i < stays, i >= stays
end
local line, known, freed, last, fields = {}, {}, {}, 0, redis.call('HGETALL', KEYS[1])
for f = 1, #fields, 2 do
  local ticket, number, ends, names = fields[f], string.match(fields[f + 1], '^(%d+) (%d+) (.+)$')
  if ticket == 'last' then
    last = tonumber(fields[f + 1])
  elseif leaving[ticket] or tonumber(ends) <= now then -- as that of a dead holder, or a dead waiter, is
    redis.call('HDEL', KEYS[1], ticket)
    for name in string.gmatch(names, '%S+') do freed[name] = true end
  else
    -- After a clock was set back, no hold outlasts the longest lease that settings allow: the caller's may be shorter.
    local most = string.format('%.0f', math.min(ends, now + 60000))
    redis.call('HSET', KEYS[1], ticket, number .. ' ' .. most .. ' ' .. names)
    line[#line + 1], known[ticket] = {ticket = ticket, number = tonumber(number), names = names}, true
  end
end
local comes, words, taken, told = ARGV[5], {}, {}, {}
if comes ~= '' and not known[comes] and #line < tonumber(ARGV[3]) then
  -- The clock, because the line may be lost, or come back older, and numbers must go on rising.
  last = math.max(last + 1, micros, ARGV[4] + 1)
  line[#line + 1] = {ticket = comes, number = last, names = ARGV[7]}
end
table.sort(line, function(a, b) return a.number < b.number end)
for _, each in ipairs(line) do
  local ticket, number, first, woken = each.ticket, string.format('%.0f', each.number), true, false
  for name in string.gmatch(each.names, '%S+') do
    taken[name] = taken[name] or ticket
    first, woken = first and taken[name] == ticket, woken or freed[name]
  end
  if ticket == comes and not known[ticket] and not first and ARGV[6] == 'TRY' then
    words[ticket] = 'BUSY'
  elseif here[ticket] or ticket == comes then
    words[ticket] = (first and 'HELD ' or 'WAITING ') .. number
    local ends = string.format('%.0f', now + ARGV[2])
    redis.call('HSET', KEYS[1], ticket, number .. ' ' .. ends .. ' ' .. each.names, 'last', string.format('%.0f', last))
  elseif first and woken then
    told[#told + 1] = ticket .. ' ' .. number
  end
end
local answer = {comes ~= '' and (words[comes] or 'FULL') or nil}
for i = stays, #ARGV do answer[#answer + 1] = words[ARGV[i]] or 'LOST' end
redis.call('EXPIRE', KEYS[1], 86400)
if #told > 0 then redis.call('PUBLISH', ARGV[1], table.concat(told, ' ')) end
return answer
