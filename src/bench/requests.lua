-- Requests for wrk. KIND says which; TOKENS is a file of bearer tokens, one a line.
-- Each thread takes its own share of the tokens, so that no two send as the same user at once.
local kind, target = os.getenv("KIND"), os.getenv("TARGET") or "1"
local products = tonumber(os.getenv("PRODUCTS") or "1")
local run = os.getenv("RUN") or "r"
local threads, tokens, statuses = {}, {}, {}
local counter = 0

function setup(thread)
  thread:set("number", #threads)
  table.insert(threads, thread)
end

function init(args)
  local of = tonumber(os.getenv("THREADS") or "1")
  local line_number = 0
  for line in io.lines(os.getenv("TOKENS")) do
    if line_number % of == number then tokens[#tokens + 1] = line end
    line_number = line_number + 1
  end
  math.randomseed(number * 7919 + os.time())
  answers = {}
end

local kinds = {
  coupon = function(headers)
    return wrk.format("POST", "/api/v1/coupons/" .. target .. "/issue", headers)
  end,
  order = function(headers)
    headers["Content-Type"] = "application/json"
    headers["Idempotency-Key"] = run .. "-" .. number .. "-" .. counter
    local product = tonumber(target) + (products > 1 and math.random(0, products - 1) or 0)
    return wrk.format("POST", "/api/v1/orders", headers,
      '{"items":[{"productId":' .. product .. ',"quantity":1}]}')
  end,
  charge = function(headers)
    headers["Content-Type"] = "application/json"
    headers["Idempotency-Key"] = run .. "-" .. number .. "-" .. counter
    return wrk.format("PATCH", "/api/v1/points", headers, '{"amount":100}')
  end,
  get = function(headers)
    return wrk.format("GET", target, headers)
  end,
}

function request()
  counter = counter + 1
  local token = tokens[(counter - 1) % #tokens + 1]
  return kinds[kind]({ Authorization = "Bearer " .. token })
end

function response(status)
  answers[status] = (answers[status] or 0) + 1
end

function done(summary, latency, requests)
  local total = {}
  for _, thread in ipairs(threads) do
    for status, number in pairs(thread:get("answers")) do
      total[status] = (total[status] or 0) + number
    end
  end
  io.write("answers:")
  for status, number in pairs(total) do io.write(" ", status, "=", number) end
  io.write(string.format("\nrate: %.0f  p50: %.2f ms  p99: %.2f ms\n",
    summary.requests / (summary.duration / 1e6),
    latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
