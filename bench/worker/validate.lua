--- How often a second of CPU time one request body can be validated, encoded, and both; and encoded
--- by lua-cjson.
---
--- Prints "both=… validated=… encoded=… cjson=… bytes=…": the medians of rounds in turns.

local cjson = require("cjson")
local figures = require("bench.lib.figures")
local load = require("bench.lib.load")
local proactive = require("proactive")

local ROUNDS, ROUND_SECONDS, BATCH = 9, 0.3, 1000

local request = load.request()

-- The same body, or the comparison is worth nothing; cjson keeps no order of keys, so its length.
local bytes = #assert(proactive.encode(request))
assert(#cjson.encode(request) == bytes, "lua-cjson writes another body")
assert(proactive.validate(request))

local ways = {}

function ways.both()
  assert(proactive.validate(request))
  return proactive.encode(request)
end

function ways.validated() return proactive.validate(request) end

function ways.encoded() return proactive.encode(request) end

function ways.cjson() return cjson.encode(request) end

local function rate(act)
  local count, began, elapsed = 0, os.clock(), 0
  while elapsed < ROUND_SECONDS do
    for _ = 1, BATCH do act() end
    count = count + BATCH
    elapsed = os.clock() - began
  end
  return count / elapsed
end

local names = { "both", "validated", "encoded", "cjson" }
local rates = {}
for round = 1, ROUNDS do
  for _, name in ipairs(names) do
    rates[name] = rates[name] or {}
    rates[name][round] = rate(ways[name])
  end
end
local parts = {}
for index, name in ipairs(names) do
  parts[index] = string.format("%s=%.0f", name, figures.median(rates[name]))
end
print(string.format("%s bytes=%d", table.concat(parts, " "), bytes))
