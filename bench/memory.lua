--- Resident memory of sending to many must not depend on how many they are.

local figures = require("bench.lib.figures")
local machine = require("bench.lib.machine")
local process = require("bench.lib.process")
local server_of = require("bench.lib.server")

local FEW, MANY = 10000, tonumber(os.getenv("EVENTS")) or 1000000
local MOST_MORE = 2048 -- kB

return function()
  local report = figures.report("memory", "Resident memory by the number of users")
  report:say("%s; %s", machine.describe(), machine.load())
  report:say("")
  local server = server_of.start()
  local cells = { { "Lua", "users", "most resident memory, kB", "events a second" } }
  for _, lua in ipairs({ "5.4", "jit" }) do
    local resident = {}
    for _, users in ipairs({ FEW, MANY }) do
      local result = process.values(process.read(process.worker(lua, "send_many", {
        server.url, server.ca_file, string.format("%d", users), "64", "1.1",
      })))
      assert(result.failed == 0, "some events failed")
      resident[users] = result.resident
      cells[#cells + 1] = {
        lua == "jit" and "LuaJIT" or "5.4",
        string.format("%d", users),
        string.format("%d", result.resident),
        string.format("%.0f", result.events / result.seconds),
      }
    end
    local more = resident[MANY] - resident[FEW]
    report:must(more <= MOST_MORE, "%s: %d kB more for %d users than for %d (at most %d)",
      lua == "jit" and "LuaJIT" or "Lua 5.4", more, MANY, FEW, MOST_MORE)
  end
  report:say("")
  report:table(cells)
  server.stop()
  return report:finish()
end
