--[[ stock_compare: holds the gate against the database, product by product, where nothing has moved
    since the comparison began.
  KEYS[1] stock:{p}:available  hash product id -> units that nobody has taken; absent: not loaded
  KEYS[2] stock:{p}:lines      hash order id -> what it holds, "product units product units …"
  KEYS[3] stock:{p}:comparing  hash product id -> token of the comparison that is under way
  ARGV[1] token of this comparison
  ARGV[2] number n of products   ARGV[3] number u of orders that the database did not have
  ARGV[4…] n times product id, units in the database, units by which the gate may be raised; then the
    orders that held something when the comparison began: those u first
  returns a text for each product: 'INCONCLUSIVE' | 'COMPARED units' | 'REPAIRED units', with what the
    gate believed the database to have ]]
local first = 4 + 3 * tonumber(ARGV[2])
local open, ending = {}, {}
for i = first, #ARGV do
  local lines = redis.call('HGET', KEYS[2], ARGV[i]) or ''
  for product, units in string.gmatch(lines, '(%d+) (%d+)') do
    open[product] = (open[product] or 0) + tonumber(units)
    -- The database has it: it is about to be confirmed, or is a repetition and about to be released.
    ending[product] = ending[product] or i >= first + tonumber(ARGV[3])
  end
end
local words = {}
for i = 4, first - 1, 3 do
  local product = ARGV[i]
  local available = tonumber(redis.call('HGET', KEYS[1], product))
  local still = redis.call('HGET', KEYS[3], product) == ARGV[1]
  if still then
    redis.call('HDEL', KEYS[3], product)
  end
  if not still or not available or ending[product] then
    words[#words + 1] = 'INCONCLUSIVE'
  else
    local believed = available + (open[product] or 0)
    local missing = tonumber(ARGV[i + 1]) - believed
    -- Downwards at once, upwards by no more than has been missing for long.
    local change = math.min(missing, tonumber(ARGV[i + 2]))
    if change ~= 0 then
      redis.call('HINCRBY', KEYS[1], product, string.format('%.0f', change))
    end
    words[#words + 1] = (change == 0 and 'COMPARED ' or 'REPAIRED ') .. string.format('%.0f', believed)
  end
end
return words
