--- What the client does with the sandbox, as counts and as rates. Counts are promises; rates are
--- only printed: machines differ.

local core = require("proactive.core")
local figures = require("bench.lib.figures")
local machine = require("bench.lib.machine")
local proactive = require("proactive")
local sandbox_of = require("proactive.sandbox")

local FIRST_SUBMITS = 100
local SEQUENTIAL = 1000

local L = proactive.localized

local event = assert(proactive.events.MediaContent.Available({
  availability = {
    startTime = os.time() + 3600,
    provider = { name = L({ ["en-US"] = "Alexa Events Example" }) },
    method = "AIR",
  },
  content = { name = L({ ["en-US"] = "Some event" }), contentType = "EPISODE" },
}))

local function client_of(sandbox, more)
  local options = { sandbox = sandbox.url, ca_file = sandbox.ca_file }
  for name, value in pairs(more or {}) do options[name] = value end
  return assert(proactive.client(options))
end

local function token_requests(sandbox)
  local count = 0
  for _, request in ipairs(assert(sandbox:requests())) do
    if request.path:find("/auth/", 1, true) then count = count + 1 end
  end
  return count
end

local function first_submits(report, sandbox)
  local client = client_of(sandbox, { concurrency = FIRST_SUBMITS })
  local accepted = 0
  for _ = 1, FIRST_SUBMITS do
    assert(client:submit(event, proactive.audience.multicast(), nil, function(receipt, err)
      assert(receipt, err)
      accepted = accepted + 1
    end))
  end
  assert(client:flush(60))
  client:close()
  report:must(accepted == FIRST_SUBMITS, "%d first submits, %d accepted", FIRST_SUBMITS, accepted)
  local tokens = token_requests(sandbox)
  report:must(tokens == 1, "token requests for them: %d (1)", tokens)
end

local function sequential(report, sandbox)
  local client = client_of(sandbox)
  assert(client:warm())
  local audience = proactive.audience.multicast()
  local cpu, began = os.clock(), core.monotonic()
  for _ = 1, SEQUENTIAL do assert(client:send(event, audience)) end
  local elapsed = core.monotonic() - began
  cpu = os.clock() - cpu
  local opened = client:stats().connections
  report:must(opened == 1, "%d sequential sends over TLS: connections: %d (1)", SEQUENTIAL, opened)
  report:say("* events per second, the sandbox on the same machine: %.0f", SEQUENTIAL / elapsed)
  report:say("* the client's own CPU time: %.0f µs an event", cpu / SEQUENTIAL * 1e6)
  client:close()
end

return function()
  local report = figures.report("sandbox", "The client and the sandbox")
  report:say("%s; %s", machine.describe(), machine.load())
  report:say("")
  local sandbox = assert(sandbox_of.start({ tls = true }))
  first_submits(report, sandbox)
  sequential(report, sandbox)
  sandbox:stop()
  return report:finish()
end
