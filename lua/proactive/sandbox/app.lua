--- Requests in, answers out: which part of the sandbox a request is for, and the fault it has to
--- bear. No I/O.

local control = require "proactive.sandbox.control"
local counts = require "proactive.sandbox.counts"
local events = require "proactive.sandbox.events"
local faults = require "proactive.sandbox.faults"
local guard = require "proactive.sandbox.guard"
local ids = require "proactive.sandbox.ids"
local json = require "proactive.json"
local lwa = require "proactive.sandbox.lwa"
local oa = require "proactive.sandbox.oa"
local page = require "proactive.sandbox.page"
local reply = require "proactive.sandbox.reply"
local resources = require "proactive.sandbox.smapi.resources"
local signer = require "proactive.sandbox.signer"
local smapi = require "proactive.sandbox.smapi"
local streams = require "proactive.sandbox.live"

local App = {}
App.__index = App

local app = {}

-- All paths of the service, so that a request costs one look-up. A prefix stands for that region's
-- host.
local SERVICE = {}
for region, prefix in pairs { NA = "", EU = "/eu", FE = "/fe" } do
  local live = { kind = "events", judge = events.judge, region = region, stage = "live" }
  local development = { kind = "events", judge = events.judge, region = region }
  development.stage = "development"
  local token = { kind = "token", judge = lwa.judge, region = region }
  SERVICE[prefix .. "/v1/proactiveEvents"] = live
  SERVICE[prefix .. "/v1/proactiveEvents/"] = live
  SERVICE[prefix .. "/v1/proactiveEvents/stages/development"] = development
  SERVICE[prefix .. "/auth/o2/token"] = token
  SERVICE[prefix .. "/auth/O2/token"] = token
end

local SMAPI = { kind = "smapi", judge = smapi.judge, any_method = true }

local UNKNOWN = {
  any_method = true,
  kind = "other",
  judge = function()
    return reply.refusal(404, "no such path")
  end,
}

-- One exchange with the service.
local Call = { document = events.document, user = events.user }
Call.__index = Call

--- The sandbox without its server.
---@param world table
---@param own {scheme: string, host: string}
---@return table
function app.new(world, own)
  return setmetatable({ world = world, own = own, next_id = ids.new() }, App)
end

local function judge(world, call)
  local request, route = call.request, call.route
  if request.method ~= "POST" and not route.any_method then
    return reply.add(reply.refusal(405, "use POST"), "Allow", "POST")
  elseif request.too_large then
    return reply.refusal(413, "the request body is too large")
  end
  return route.judge(world, call)
end

-- A value of a rule's headers and body, as text.
local function scripted(action)
  local body = action.body or ""
  local is_text = type(body) == "string"
  local answer = reply.new(action.status, nil, is_text and body or json.encode(body))
  for name, value in pairs(action.headers or {}) do
    reply.add(answer, name, value)
  end
  if not is_text then reply.add(answer, "Content-Type", "application/json") end
  return answer
end

-- The connection ends without an answer, after some bytes that are none.
local function no_answer(bytes)
  local answer = reply.new(nil)
  answer.abort, answer.lost = bytes, true
  return answer
end

-- Faults that answer in the judgement's place: nothing is judged or delivered.
local REPLACES = {}

function REPLACES.status(rule)
  return scripted(rule.action)
end

function REPLACES.garbage(rule)
  return no_answer(faults.noise(rule, rule.action.garbage))
end

-- Never a success for an event that was not delivered.
function REPLACES.oversize(rule, call)
  local status = call.route.kind == "token" and 200 or 500
  return reply.new(status, "text/plain", ("x"):rep(rule.action.oversize))
end

function REPLACES.throttle(rule)
  local answer, after = reply.refusal(429, "Too many requests"), rule.action.throttle.retry_after
  if type(after) == "number" then after = ("%.14g"):format(after) end
  return after and reply.add(answer, "Retry-After", after) or answer
end

function REPLACES.quota()
  return reply.refusal(432, "Notification limit exceeded")
end

function REPLACES.reset(rule)
  if rule.action.reset ~= "before" then return nil end
  return no_answer(true)
end

-- Ends the life of the request's token, or of all tokens of its client.
local function spoil_token(world, call, how)
  local token = events.token(call.request)
  if token and world.logins:holds(token) then return world.logins:expire(token) end
  local skill = token and world.skills:holder(token)
  if not skill then return end
  if how == "expired" then
    world.skills:expire(token)
  else
    world.skills:revoke(skill)
  end
end

-- Faults that do something to the answer that was judged.
local CHANGES = {}

function CHANGES.delay(answer, rule)
  answer.delay = rule.action.delay
end

function CHANGES.slow(answer, rule)
  answer.bytes_per_second = rule.action.slow
end

function CHANGES.reset(answer)
  answer.abort, answer.lost = true, true
end

-- Over TLS no part of an answer can be sent.
function CHANGES.cut(answer, rule, own)
  local raw = reply.raw(answer)
  local bytes = raw:sub(1, rule.action.cut)
  answer.abort = bytes ~= "" and bytes or true
  answer.lost = #bytes < #raw or own.scheme == "https" or nil
end

--- Makes a judgement the answer that is sent: with the headers all have, and the fault it bears.
local function finish(self, call, answer, rule)
  local world, kind = self.world, rule and rule.kind
  reply.add(answer, "x-amzn-requestid", call.request_id)
  local date = world.clock:date()
  if date then reply.add(answer, "Date", date) end
  if CHANGES[kind] and not answer.abort then CHANGES[kind](answer, rule, self.own) end
  call.fault = kind
  if answer.lost then counts.destroyed(call.accepted) end
  world.journal:add(call, answer)
  world.changes = world.changes + 1
  if call.route.kind == "events" then world.outcomes:add(answer) end
  return answer
end

--- The answer of the service's own paths.
local function serve(self, route, request)
  local world = self.world
  local call = setmetatable({
    route = route,
    request = request,
    own = self.own,
    request_id = self.next_id(),
    received_at = world.clock:now(),
  }, Call)
  local rule
  if route.kind ~= "other" then rule = world.faults:pick(call) end
  local kind = rule and rule.kind
  local answer = REPLACES[kind] and REPLACES[kind](rule, call)
  if not answer then
    if kind == "token" then spoil_token(world, call, rule.action.token) end
    answer = judge(world, call)
  end
  if not answer.later then return finish(self, call, answer, rule) end
  return {
    later = function()
      local judged = answer.later()
      return judged and finish(self, call, judged, rule)
    end,
  }
end

--- The certificates that the sandbox signs with.
local function certificates(world)
  local pem, message = world.outbox.signer:file()
  if not pem then return reply.refusal(500, message) end
  return reply.new(200, "application/x-pem-file", pem)
end

--- Answers one request.
---@param request table  as `proactive.httpd` gives it; its headers are changed
---@return table answer  as `reply` makes it; or `later`, to be called until it returns the answer
function App:handle(request)
  local path = request.path
  local route = SERVICE[path]
  if route then return serve(self, route, request) end
  if smapi.is_path(path) then return serve(self, SMAPI, request) end
  if path == signer.PATH then return certificates(self.world) end
  if resources.is_path(path) then return resources.read(self.world, request) end
  local part = page.paths[path] and page or path == oa.PATH and oa
  if not part and not path:find("^/sandbox/") then return serve(self, UNKNOWN, request) end
  local refusal = guard.refusal(request, self.own)
  if refusal then return reply.refusal(403, refusal) end
  if path == streams.PATH then return streams.handle(request) end
  if part then return part.handle(self.world, request) end
  return control.handle(self.world, request)
end

return app
