--- The scenes of the torture run: scenes.lua(name, url, reference) -> run, settle.
---
--- `run` is called while one allocation fails; `settle` afterwards, with memory back: it lets the client
--- finish what it holds and tells what the script was told of its event:
---   "accepted", "failed KIND", "uncertain KIND" (failed, and the error says that the event may have
---   been accepted), "silent" (it was not taken), "could not be told" (there was no memory to enter
---   the callback: `stats` counts that), and what must not be: "taken and forgotten", "told twice",
---   "stuck".
local name, url, reference = ...

-- LuaJIT as Debian 12 has it crashes by itself when memory fails inside compiled code:
-- https://github.com/LuaJIT/LuaJIT/issues/1004, /1166, /1247, mended later.
if jit then jit.off() end -- luacheck: globals jit

-- In this state alone: each client says that it sends to a sandbox.
io.stderr = { write = function() end } -- luacheck: ignore

-- Loaded before the scene begins: that Lua survives a lack of memory while it compiles is known.
for _, module in ipairs({ "answer", "client", "request", "sandbox", "schema", "time", "validate" }) do
  require("proactive." .. module)
end

local json = require("proactive.json")
local proactive = require("proactive")
local audience, L = proactive.audience, proactive.localized
local Available = proactive.events.MediaContent.Available

local TIMEOUT = 2

local client
local told = { taken = false, closing = false, calls = 0, receipt = false, err = false }

--- Allocates nothing: what it is told must not get lost.
local function on_done(receipt, err)
  told.calls = told.calls + 1
  told.receipt, told.err = receipt or false, err or false
end

local function event()
  return assert(Available({
    availability = {
      startTime = "2030-01-01T20:00:00Z",
      provider = { name = L({ ["en-US"] = "Provider" }) },
      method = "AIR",
    },
    content = { name = L({ ["en-US"] = "Content" }), contentType = "EPISODE" },
  }))
end

local function open(secret, logger)
  client = assert(proactive.client({
    sandbox = url,
    client_id = "amzn1.application-oa2-client.sandbox",
    client_secret = secret or "sandbox",
    timeout = TIMEOUT,
    connect_timeout = TIMEOUT,
    retry = { attempts = 4, base = 0.001, cap = 0.001, budget = 500 },
    logger = logger == nil and function() end or logger or nil,
  }))
end

local function submit(what, whom, opts)
  opts.reference_id = reference
  told.taken = client:submit(what, whom, opts, on_done)
  assert(told.taken)
end

-- Ends after its time, so that a client which waits for ever is told apart from one that is done.
local function finish()
  client:flush(TIMEOUT + 1)
end

local function close()
  told.closing = true
  client:close()
end

local HOSTILE = {
  '{"a":[1,2,{"b":"\\u00e9\\ud83d\\ude00"}],"c":null,"d":1e3}',
  '{"a":1,"a":2}',
  '{"a":' .. ("["):rep(100),
  '{"n":9007199254740993}',
  '["\\ud800"]',
  '["' .. ("x"):rep(5000) .. '"] trailing',
  "{\"a\":\"\255\254\"}",
  "<html><body>Not found</body></html>",
}

local SCENES = {}

function SCENES.decode()
  for _, text in ipairs(HOSTILE) do json.decode(text) end
  json.encode({ list = json.array({}), text = ("y"):rep(3000), { "mixed" } })
  json.encode({ list = json.array({ 1, 2.5, "three" }), text = ("y"):rep(3000) })
end

function SCENES.token_refused()
  open("not the secret")
  submit(event(), audience.multicast(), {})
  finish()
end

function SCENES.send()
  open()
  submit(event(), audience.multicast(), {})
  finish()
  close()
end

function SCENES.refused_400()
  open()
  local wrong = event()
  wrong.payload.availability.method = "PIGEON"
  submit(wrong, audience.multicast(), { validate = false })
  finish()
end

function SCENES.refused_403()
  open()
  submit(event(), audience.unicast("amzn1.ask.account.NOBODY"), {})
  finish()
end

local many

-- A run of which nobody wants to hear singly: its events have no jobs, but one that is refused. One
-- user is never sent to, and some are no plain ids.
function SCENES.many()
  open(nil, false)
  local users = { "amzn1.ask.account.NOBODY", "nobody" }
  for i = 1, 9 do
    local user = proactive.sandbox.user_id(i % 4 + 1)
    users[#users + 1] = i % 3 == 0 and { user = user } or user
  end
  many = client:start_many(event(), users, { concurrency = 4, progress = function() end })
  finish()
end

-- The sandbox answers with bytes that are no HTTP.
function SCENES.hostile()
  open()
  submit(event(), audience.multicast(), {})
  finish()
end

-- The sandbox takes its time: the event is under way when the client is closed.
function SCENES.close()
  told.closing = true
  open()
  submit(event(), audience.multicast(), {})
  while told.calls == 0 and client:stats().in_flight == 0 do client:step(0.1) end
  close()
end

-- What became of a run: all that it took has an outcome, once.
local function verdict_of_many()
  local report = many:report()
  if report.accepted + report.failed ~= report.taken then return "taken and forgotten" end
  if not report.done then return "never done" end
  local whole = report.accepted == 9 and report.by_kind.not_enabled == 1 and report.by_kind.invalid == 1
  return whole and "accepted" or "failed " .. (report.stopped or "some")
end

local function verdict(raised)
  if many then return verdict_of_many() end
  if told.calls > 1 then return "told twice" end
  if told.calls == 0 and told.taken then
    return raised > 0 and "could not be told" or "taken and forgotten"
  end
  if told.calls == 0 then return "silent" end
  if told.receipt then return "accepted" end
  return (told.err.uncertain and "uncertain " or "failed ") .. told.err.kind
end

local function settle()
  if not client then return verdict(0) end
  local done = told.closing or client:flush(TIMEOUT + 1)
  local raised = told.closing and 0 or client:stats().hook_errors
  client:close() -- again, if it was cut short
  return done and verdict(raised) or "stuck"
end

return SCENES[name], settle
