--- How often a second a request body can be written for another customer, as a Lua string: filled
--- into a prepared one, and encoded anew by lua-cjson and by the core. All from the same request.
---
--- Prints "filled=… cjson=… encoded=… bytes=…": the medians of rounds in turns.

local cjson = require("cjson")
local core = require("proactive.core")
local figures = require("bench.lib.figures")
local load = require("bench.lib.load")
local proactive = require("proactive")

local ROUNDS, ROUND_SECONDS, CUSTOMERS, BATCH = 9, 0.3, 1000, 1000

local request, text = load.request(), load.body()

local function mark(value)
  local first, last = text:find('"' .. value .. '"', 1, true)
  return { first + 1, last - 1 }
end

local prepared = assert(core.body(text, {
  mark(request.timestamp),
  mark(request.referenceId),
  mark(request.expiryTime),
  mark(request.relevantAudience.payload.user),
}))

local users, references = {}, {}
for index = 1, CUSTOMERS do
  users[index], references[index] = load.user(index), core.id()
end

local timestamp, expiry = request.timestamp, request.expiryTime

local ways = {}

function ways.filled(user, reference)
  return prepared:fill(timestamp, reference, expiry, user)
end

function ways.cjson(user, reference)
  request.relevantAudience.payload.user, request.referenceId = user, reference
  return cjson.encode(request)
end

function ways.encoded(user, reference)
  request.relevantAudience.payload.user, request.referenceId = user, reference
  return proactive.encode(request)
end

-- The same text, or the comparison is worth nothing; cjson keeps no order of keys, so its length.
local one, other = ways.filled(users[1], references[1]), ways.encoded(users[1], references[1])
assert(one == other, "a filled body differs from an encoded one")
assert(#ways.cjson(users[1], references[1]) == #one, "lua-cjson writes another body")

local function rate(write)
  local count, began, elapsed = 0, core.monotonic(), 0
  while elapsed < ROUND_SECONDS do
    for index = 1, BATCH do write(users[index], references[index]) end
    count = count + BATCH
    elapsed = core.monotonic() - began
  end
  return count / elapsed
end

local rates = { filled = {}, cjson = {}, encoded = {} }
for round = 1, ROUNDS do
  for name, write in pairs(ways) do rates[name][round] = rate(write) end
end
print(string.format("filled=%.0f cjson=%.0f encoded=%.0f bytes=%d", figures.median(rates.filled),
  figures.median(rates.cjson), figures.median(rates.encoded), #one))
