--- What one new connection costs the client in CPU time: the part of a step that cannot be divided.
---
---   handshake.lua URL CA-FILE
---
--- Steps 60 times a second, as the frames do: after a rest the processor's caches are cold, and a
--- handshake costs half as much again as in a row.
---
--- Prints "handshake=…" in ms: the median of the longest step of each of several connections.

local core = require("proactive.core")
local figures = require("bench.lib.figures")

local CONNECTIONS, FRAME = 21, 1 / 60

local url, ca_file = arg[1], arg[2]

-- An idle pool is a clock that waits.
local clock = assert(core.http({}))

-- A pool of its own for each connection, so that none is resumed or used again.
local function longest_step()
  local pool = assert(core.http({ ca_file = ca_file, max_connections = 1 }))
  assert(pool:warm())
  local route = assert(pool:route({ method = "POST", url = url .. "/auth/o2/token" }))
  local longest, id = 0, assert(pool:start(route, "x", 30))
  while not pool:result(id) do
    clock:step(FRAME, nil, 1)
    local cpu = os.clock()
    assert(pool:step(0, nil, 1))
    longest = math.max(longest, os.clock() - cpu)
  end
  pool:close()
  return longest * 1000
end

local steps = {}
for index = 1, CONNECTIONS do steps[index] = longest_step() end
print(string.format("handshake=%.3f", figures.median(steps)))
