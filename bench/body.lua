--- A prepared body, filled in, against lua-cjson encoding the same table.

local figures = require("bench.lib.figures")
local machine = require("bench.lib.machine")
local process = require("bench.lib.process")

local TIMES = 6

return function()
  local report = figures.report("body", "A body for another customer, as a Lua string")
  report:say("%s; %s", machine.describe(), machine.load())
  report:say("")
  local cells = { { "Lua", "filled in", "lua-cjson", "core.encode", "bytes" } }
  local results = {}
  for _, lua in ipairs({ "5.4", "jit" }) do
    local result = process.values(process.read(process.worker(lua, "body", {})))
    results[lua] = result
    cells[#cells + 1] = {
      lua == "jit" and "LuaJIT" or "5.4",
      string.format("%.0f/s", result.filled),
      string.format("%.0f/s", result.cjson),
      string.format("%.0f/s", result.encoded),
      string.format("%d", result.bytes),
    }
  end
  report:table(cells)
  for _, lua in ipairs({ "5.4", "jit" }) do
    local times = results[lua].filled / results[lua].cjson
    report:must(times >= TIMES, "%s: %.1f times lua-cjson (at least %d)",
      lua == "jit" and "LuaJIT" or "Lua 5.4", times, TIMES)
  end
  return report:finish()
end
