-- Requests for wrk, of one KIND. TOKENS is a file of bearer tokens, one a line, taken in turn. A request is put
-- together as one string and no answer is looked at in Lua: this shares the machine with what it measures.
local kind, target = os.getenv("KIND"), os.getenv("TARGET")
local spread = tonumber(os.getenv("SPREAD") or "1")
local first = tonumber(os.getenv("FIRST") or "1")
local run = os.getenv("RUN")
local tokens, bodies, host = {}, {}, nil
local sent = 0
local threads = {}

local function lines(file)
  local all = {}
  for line in io.lines(file) do all[#all + 1] = line end
  return all
end

function setup(thread)
  table.insert(threads, thread)
end

function init(args)
  tokens = lines(os.getenv("TOKENS"))
  if kind == "pay" then bodies = lines(os.getenv("BODIES")) end
  host = " HTTP/1.1\r\nHost: " .. wrk.headers["Host"] .. "\r\n"
  math.randomseed(os.time())
end

local function head(line)
  return line .. host .. "Authorization: Bearer " .. tokens[sent % #tokens + 1] .. "\r\n"
end

local function write(line, key, body)
  return head(line) .. "Content-Type: application/json\r\nIdempotency-Key: " .. key
    .. "\r\nContent-Length: " .. #body .. "\r\n\r\n" .. body
end

local function one_of_many()
  return tonumber(target) + (spread > 1 and math.random(0, spread - 1) or 0)
end

-- %d in the path is one of SPREAD numbers, from FIRST on.
local function path()
  return (target:gsub("%%d", first + math.random(0, spread - 1)))
end

local function order(number, product)
  return write("POST /api/v1/orders", run .. "-" .. number, '{"items":[{"productId":' .. product .. ',"quantity":1}]}')
end

local kinds = {
  -- When everybody has one of the campaign, the next campaign is hot.
  coupon = function()
    return head("POST /api/v1/coupons/" .. tonumber(target) + math.floor(sent / #tokens) .. "/issue")
      .. "Content-Length: 0\r\n\r\n"
  end,
  -- Everybody at one campaign, again and again.
  crowd = function()
    return head("POST /api/v1/coupons/" .. target .. "/issue") .. "Content-Length: 0\r\n\r\n"
  end,
  order = function() return order(sent, one_of_many()) end,
  -- Keys of an earlier run, from the same users: without 1, which wrk asks for before it starts, and then does not send.
  replay = function()
    sent = (sent - 2) % spread + 2
    return order(sent, tonumber(target))
  end,
  pay = function()
    return write("POST /api/v1/payments", run .. "-" .. sent, '{"orderId":"' .. (bodies[sent] or error("not enough orders to pay")) .. '"}')
  end,
  get = function() return head("GET " .. path()) .. "\r\n" end,
  open = function() return "GET " .. path() .. host .. "\r\n" end,
}

function request()
  sent = sent + 1
  return kinds[kind]()
end

-- Answers, those above 399, broken connections and timeouts, microseconds: taken, then percentiles.
function done(summary, latency)
  local errors = summary.errors
  io.write(string.format("result: %d %d %d %d %d %d %d\n", summary.requests, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout, summary.duration,
    latency:percentile(50), latency:percentile(99), latency:percentile(99.9)))
end
