--- `make bench`: what the client does with the sandbox on this machine, as counts and as rates. Counts
--- are promises and are compared; rates are only printed: machines differ.
local proactive = require("proactive")
local core = require("proactive.core")
local sandbox_of = require("proactive.sandbox")

local FIRST_SUBMITS = 100
local SEQUENTIAL = 1000

local L = proactive.localized
local kept = true

local function read(path)
  local file = io.open(path)
  local text = file and file:read("*a") or ""
  if file then file:close() end
  return text
end

local function machine()
  local info = read("/proc/cpuinfo")
  local _, cores = info:gsub("processor%s*:", "")
  local model = info:match("model name%s*:%s*([^\n]+)") or "unknown processor"
  local runtime = jit and jit.version or _VERSION -- luacheck: globals jit
  return string.format("%s, %d cores, %s", model, cores, runtime)
end

local function line(what, value, ...)
  print(string.format("%-52s " .. value, what, ...))
end

--- A count that is promised.
local function promise(what, got, expected)
  if got ~= expected then kept = false end
  line(what, "%8d  %s", got, got == expected and "as promised" or
    string.format("BROKEN: %d promised", expected))
end

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

local function first_submits(sandbox)
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
  promise(string.format("%d first submits: accepted", FIRST_SUBMITS), accepted, FIRST_SUBMITS)
  promise("  token requests", token_requests(sandbox), 1)
end

local function sequential(sandbox)
  local client = client_of(sandbox)
  assert(client:warm())
  local audience = proactive.audience.multicast()
  local cpu, began = os.clock(), core.monotonic()
  for _ = 1, SEQUENTIAL do assert(client:send(event, audience)) end
  local elapsed = core.monotonic() - began
  cpu = os.clock() - cpu
  promise(string.format("%d sequential sends over TLS: connections", SEQUENTIAL),
    client:stats().connections, 1)
  line("  events per second, the sandbox on the same machine", "%8.0f", SEQUENTIAL / elapsed)
  line("  the client's own CPU time, microseconds an event", "%8.0f", cpu / SEQUENTIAL * 1e6)
  client:close()
end

io.stderr:setvbuf("no")
print(machine())
local sandbox = assert(sandbox_of.start({ tls = true }))
first_submits(sandbox)
sequential(sandbox)
sandbox:stop()
if not kept then os.exit(1) end
