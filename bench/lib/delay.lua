--- A long way to a server on this machine: see bench/delay.c.

local files = require("bench.lib.files")
local process = require("bench.lib.process")
local server = require("bench.lib.server")

local delay = {}

--- Puts a server's port so far away.
---@param port integer
---@param round_trip number  ms
---@return {url: string, stop: fun()}
function delay.start(port, round_trip)
  local here = server.free_ports(1)[1]
  local words = {
    files.path("delay"),
    string.format("%d", here),
    string.format("%d", port),
    string.format("%.3f", round_trip / 2),
  }
  local running = process.start(process.pinned(process.server_core, words))
  local url = string.format("https://127.0.0.1:%d", here)
  server.await(url)
  return { url = url, stop = running.stop }
end

return delay
