--- A skill on an HTTP server of its own. Each request is answered in a coroutine, so that those
--- that come together share a commit, and none waits while another's certificate is fetched.

local errors = require "proactive.errors"
local host = require "proactive.host"

-- Seconds to wait for more requests while some are being answered.
local BREATH = 0.001

---@class proactive.skill.Server
---@field url string
---@field running table<thread, integer>  the handlers, and the ids of their requests
local Server = {}
Server.__index = Server

local server = {}

local function refuse(status, reason, headers)
  headers["Content-Type"] = "application/json;charset=UTF-8"
  return status, headers, ('{"reason":"%s"}'):format(reason)
end

local function answer_to(self, request)
  if request.method ~= "POST" then
    return refuse(405, "Alexa sends POST", { Allow = "POST" })
  elseif request.too_large then
    return refuse(413, "the body is larger than any of Alexa's", {})
  end
  return self.skill:handle { headers = request.headers, body = request.body }
end

local function give(self, id, status, headers, body)
  local list = {}
  for name, value in pairs(headers) do
    list[#list + 1] = { name, value }
  end
  self.listener:respond(id, status, list, body)
end

--- Lets a handler go on. A defect of ours costs one answer, not the server.
local function resume(self, thread, ...)
  local ran, problem = coroutine.resume(thread, ...)
  if coroutine.status(thread) ~= "dead" then return end
  local id = self.running[thread]
  self.running[thread] = nil
  if ran then return end
  io.stderr:write(("proactive.skill: a defect: %s\n"):format(errors.text_of(problem)))
  give(self, id, refuse(500, "the skill failed", {}))
end

local function begin(self, request)
  local thread = coroutine.create(function()
    give(self, request.id, answer_to(self, request))
  end)
  self.running[thread] = request.id
  resume(self, thread)
end

local function resume_all(self)
  local threads = {}
  for thread in pairs(self.running) do
    threads[#threads + 1] = thread
  end
  for _, thread in ipairs(threads) do
    resume(self, thread)
  end
end

--- Waits for requests, at most so many seconds, and gets on with those that are there.
---@param timeout number
---@return true?
---@return string? message  why the server cannot go on
function Server:step(timeout)
  local wait = next(self.running) and BREATH or timeout
  local going, message = self.listener:step(wait)
  if not going then return nil, message end
  resume_all(self)
  for request in self.listener.next, self.listener do
    begin(self, request)
  end
  return true
end

--- Answers what has come, and ends.
function Server:close()
  while next(self.running) and self:step(BREATH) do
    resume_all(self)
  end
  self.listener:close()
  host.lend(nil)
end

local function url_of(scheme, name, port)
  return ("%s://%s:%d"):format(scheme, name:find(":", 1, true) and "[" .. name .. "]" or name, port)
end

--- Listens.
---@param skill proactive.Skill
---@param options {host: string?, port: integer, cert: string?, key: string?}
---   `cert` and `key` are PEM texts, for https
---@return proactive.skill.Server?
---@return proactive.Error?
function server.new(skill, options)
  local name = options.host or "127.0.0.1"
  local listener, message = require("proactive.httpd").listen {
    host = name,
    port = options.port,
    cert = options.cert,
    key = options.key,
  }
  if not listener then
    return nil, errors.new("unexpected", { message = "the skill cannot be served: " .. message })
  end
  local self = setmetatable({
    skill = skill,
    listener = listener,
    url = url_of(options.cert and "https" or "http", name, listener:port()),
    running = {},
  }, Server)
  -- in the coroutines of plain Lua 5.1's `compat.pcall` nobody waits: one commit after the other
  host.lend(function()
    return self.running[coroutine.running() or self] and coroutine.yield or nil
  end)
  return self
end

return server
