--- The loop between `proactive.httpd` and the application: takes requests, gives answers, now or
--- when a fault's delay is over. Nothing here waits but for the next request or the next delayed
--- answer.

local app = require "proactive.sandbox.app"
local core = require "proactive.core"
local errors = require "proactive.errors"
local live = require "proactive.sandbox.live"
local reply = require "proactive.sandbox.reply"
local timers = require "proactive.timers"
local tls = require "proactive.sandbox.tls"
local world = require "proactive.sandbox.world"

local Server = {}
Server.__index = Server

local server = {}

-- A step waits at most so long, so that no mistake in a timer can stop the loop for ever.
local LONGEST_WAIT = 60

-- Between two looks at what a skill says.
local PAUSE = 0.002

local function is_loopback(host)
  return host == "localhost" or host == "::1" or host:find("^127%.%d+%.%d+%.%d+$") ~= nil
end

local function url_of(scheme, host, port)
  if host:find(":", 1, true) then host = "[" .. host .. "]" end
  return ("%s://%s:%d"):format(scheme, host, port)
end

local function refused(message, kind)
  return nil,
    errors.new(kind or "unexpected", {
      message = "the sandbox cannot start: " .. message,
      fix = message:find("in use", 1, true) and "Give another port, or end what listens there."
        or nil,
    })
end

--- Listens, without serving yet.
---@param options table  those of `sandbox.serve`
---@return table? server
---@return proactive.Error?
function server.new(options)
  local host, identity = options.host or "127.0.0.1", nil
  if options.tls then
    local problem
    identity, problem = tls.identity(options.tls_dir)
    if not identity then return refused(problem) end
  end
  local known, listener, message
  known, message = world.new(options)
  if not known then return refused(message, "invalid") end
  listener, message = require("proactive.httpd").listen {
    host = host,
    port = options.port or 4380,
    cert = identity and identity.cert,
    key = identity and identity.key,
    max_body = options.max_body,
    stop_on_stdin_eof = options.until_stdin_closes,
  }
  if not listener then return refused(message) end
  local scheme = identity and "https" or "http"
  return setmetatable({
    listener = listener,
    timers = timers.new(),
    unanswered = {},
    app = app.new(known, { scheme = scheme, host = host }),
    live = live.new(known, listener),
    url = url_of(scheme, host, listener:port()),
    host = host:find(":", 1, true) and "[" .. host .. "]" or host,
    ca_file = identity and identity.ca_file,
    open_to_others = not is_loopback(host),
  }, Server)
end

-- Whoever asked may have left in the meantime: that is no concern of the sandbox.
local function give(self, id, answer)
  if answer.abort then
    self.listener:abort(id, answer.abort ~= true and answer.abort or nil)
  elseif answer.stream then
    self.live:open(id, answer)
  else
    local pace = answer.bytes_per_second
    self.listener:respond(id, answer.status, answer.headers, answer.body, pace)
  end
end

--- Gives an answer when its delay is over.
local function give_in_time(self, id, answer)
  if not answer.delay then return give(self, id, answer) end
  self.timers:add(core.monotonic() + answer.delay, { id = id, answer = answer })
end

--- Seconds until something is due, at most `longest`.
local function wait(self, longest)
  local at = self.timers:next_at()
  return at and math.max(0, math.min(longest, at - core.monotonic())) or longest
end

local function give_due(self)
  local due = self.timers:take(core.monotonic())
  while due do
    give(self, due.id, due.answer)
    due = self.timers:take(core.monotonic())
  end
end

--- Gives an answer, or keeps what will be one: an invocation waits for the skill.
local function take(self, id, answer)
  if not answer.later then return give_in_time(self, id, answer) end
  self.unanswered[#self.unanswered + 1] = { id = id, later = answer.later }
end

-- A defect of ours costs one answer, not the sandbox.
local function safely(work, ...)
  local done, answer = pcall(work, ...)
  if done then return answer end
  io.stderr:write(("proactive sandbox: a defect: %s\n"):format(tostring(answer)))
  return reply.refusal(500, "the sandbox failed; its standard error says how")
end

local function give_late(self)
  local still = {}
  for _, entry in ipairs(self.unanswered) do
    local answer = safely(entry.later)
    if answer then
      give_in_time(self, entry.id, answer)
    else
      still[#still + 1] = entry
    end
  end
  self.unanswered = still
end

--- Answers a control request that did not come over the wire.
---@param request table
---@return table answer
function Server:answer(request)
  return safely(self.app.handle, self.app, request)
end

function Server:close()
  self.app.world.outbox:reset()
  self.listener:close()
end

--- Waits up to `timeout` seconds and serves what has come and what is due.
---@param timeout number?
---@return true?
---@return string? message  "stdin closed", or why the server cannot go on
function Server:step(timeout)
  local longest = math.min(timeout or LONGEST_WAIT, self.app.world.outbox:step() or LONGEST_WAIT)
  longest = math.min(longest, self.live:step() or LONGEST_WAIT)
  if #self.unanswered > 0 then longest = math.min(longest, PAUSE) end
  local waiting, message = self.listener:step(wait(self, longest))
  if not waiting then return nil, message end
  local request = self.listener:next()
  while request do
    take(self, request.id, safely(self.app.handle, self.app, request))
    request = self.listener:next()
  end
  give_late(self)
  give_due(self)
  return true
end

--- Serves until told to stop.
---@return true?
---@return proactive.Error?
function Server:run()
  local going, message
  repeat
    going, message = self:step()
  until not going
  self.listener:close()
  if message == "stdin closed" then return true end
  return nil, errors.new("unexpected", { message = "the sandbox stopped: " .. message })
end

return server
