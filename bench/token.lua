--- Tokens asked for while events are sent over three hours: one an hour, and not one more.

local figures = require("bench.lib.figures")
local machine = require("bench.lib.machine")
local process = require("bench.lib.process")
local server_of = require("bench.lib.server")

local EVENTS = tonumber(os.getenv("EVENTS")) or 100000

return function()
  local report = figures.report("token", "Tokens over three virtual hours")
  report:say("%s; %s", machine.describe(), machine.load())
  report:say("")
  local server = server_of.start()
  for _, lua in ipairs({ "5.4", "jit" }) do
    local result = process.values(process.read(process.worker(lua, "token",
      { server.url, server.ca_file, string.format("%d", EVENTS) })))
    report:must(result.failed == 0 and (result.tokens == 3 or result.tokens == 4),
      "%s: %d events, %d failed, %d tokens (3 or 4)", lua == "jit" and "LuaJIT" or "Lua 5.4",
      result.events, result.failed, result.tokens)
  end
  server.stop()
  return report:finish()
end
