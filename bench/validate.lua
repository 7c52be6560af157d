--- Judging a request body and writing it as JSON, beside lua-cjson writing the same table.

local figures = require("bench.lib.figures")
local machine = require("bench.lib.machine")
local process = require("bench.lib.process")

local AT_LEAST = { ["5.4"] = 60000, jit = 150000 }

return function()
  local report = figures.report("validate", "An OrderStatus request, validated and encoded")
  report:say("%s; %s", machine.describe(), machine.load())
  report:say("")
  report:say("A second is one of CPU time on one core.")
  report:say("")
  local cells = { { "Lua", "both", "validate", "encode", "lua-cjson, encode only", "bytes" } }
  local results = {}
  for _, lua in ipairs({ "5.4", "jit" }) do
    local result = process.values(process.read(process.worker(lua, "validate", {})))
    results[lua] = result
    cells[#cells + 1] = {
      lua == "jit" and "LuaJIT" or "5.4",
      string.format("%.0f/s", result.both),
      string.format("%.0f/s", result.validated),
      string.format("%.0f/s", result.encoded),
      string.format("%.0f/s", result.cjson),
      string.format("%d", result.bytes),
    }
  end
  report:table(cells)
  for _, lua in ipairs({ "5.4", "jit" }) do
    report:must(results[lua].both >= AT_LEAST[lua], "%s: %.0f/s (at least %d)",
      lua == "jit" and "LuaJIT" or "Lua 5.4", results[lua].both, AT_LEAST[lua])
  end
  return report:finish()
end
