--- The handler of Alexa's requests: verifies them, tracks who is subscribed, calls your functions
--- and answers.
---
--- One handler for every host: what it is given are header lines and a body, what it gives back is
--- a status, header lines and a body. Handlers of one process may run at the same time where the
--- host lets them wait.

local certificates_of = require "proactive.skill.certificates"
local compat = require "proactive.compat"
local core = require "proactive.core"
local errors = require "proactive.errors"
local fetch = require "proactive.skill.fetch"
local json = require "proactive.json"
local options = require "proactive.options"
local replies_of = require "proactive.skill.replies"
local response = require "proactive.skill.response"
local trust = require "proactive.skill.trust"
local verify = require "proactive.skill.verify"

---@alias proactive.skill.Function
---| fun(request: table, envelope: table, context: table?): nil|string|table

---@class proactive.skill.Options
---@field application_id string|string[]  the skill's id, `amzn1.ask.skill.…`; or several
---@field registry any?                    skill events are applied to it
---@field on table<string, proactive.skill.Function>?
---   by request type, `LaunchRequest` or `AlexaSkillEvent.SkillEnabled`: gets the decoded request
---   and the envelope around it, in Lambda also a `proactive.lambda.Context`; returns a text to
---   speak, a response, or nothing
---@field sandbox string?  its address, on this machine; requests of Amazon are refused then
---@field ca_file string?  whom the certificates must end at, in place of the system's store
---@field fetch_certificate (fun(url: string): string?, any)?
---   gives the PEM text of a certificate file; default: it is fetched
---@field clock (fun(): number)|{wall: fun(): number}|nil
---@field logger fun(level: string, fields: table)?
---   default: what failed is a line on standard error

local OPTIONS = {
  application_id = { "string|table", required = true },
  registry = { "table" },
  on = { "table" },
  sandbox = { "string" },
  ca_file = { "string" },
  fetch_certificate = { "function" },
  clock = { "function|table" },
  logger = { "function" },
}

---@class proactive.Skill
---@field private applications table<string, boolean>
---@field private registry any?
---@field private on table<string, proactive.skill.Function>
---@field private sandbox string?
---@field private wall fun(): number
---@field private certificates proactive.skill.Certificates
local Skill = {}
Skill.__index = Skill

-- Answering --------------------------------------------------------------------------------------

local function log_to_stderr(level, fields)
  if level ~= "error" then return end
  io.stderr:write(("proactive.skill: %s: %s\n"):format(fields.type, fields.message))
end

--- A logger that fails must not take the request with it.
local function log(self, level, envelope, message)
  local request = envelope and envelope.request or {}
  pcall(self.logger, level, {
    message = tostring(message),
    type = request.type or "request refused",
    request_id = request.requestId,
  })
end

local function is_skill_event(kind)
  return kind:find "^AlexaSkillEvent%." ~= nil
end

--- Calls what may fail; what failed is told to the log alone.
local function attempt(self, envelope, work)
  local ran, result, problem = compat.traced_pcall(work)
  if ran and (result ~= nil or problem == nil) then return true, result end
  log(self, "error", envelope, ran and problem or result)
  return false
end

--- A registry gives true, or nil and an error.
local function apply(self, envelope)
  return attempt(self, envelope, function()
    return self.registry:apply(envelope)
  end)
end

local function failed(what)
  return nil, errors.new("server", {
    message = what .. " failed",
    fix = "The reason stands in the log of the skill.",
  })
end

--- Applies the request and asks the user's function.
local function answer_to(self, envelope, context)
  local request = envelope.request
  local kind = request.type
  if self.registry and is_skill_event(kind) and not apply(self, envelope) then
    return failed "the registry"
  end
  local own, ran, result = self.on[kind], true, nil
  if own then
    ran, result = attempt(self, envelope, function()
      return (own(request, envelope, context))
    end)
  end
  if not ran then return failed("the function for " .. kind) end
  local answer, problem = response.of(kind, result)
  local text = answer and json.encode(answer)
  if text then return { table = answer, text = text } end
  log(self, "error", envelope, problem or "the function's result is no JSON")
  return failed("the function for " .. kind)
end

local function answer_once(self, envelope, context)
  return self.replies:once(envelope.request.requestId, function()
    return answer_to(self, envelope, context)
  end)
end

--- Answers a request that is known to come from Alexa, as AWS Lambda's are. Checks the application
--- id and nothing else.
---@param envelope table  the decoded JSON
---@param context table?  for your functions, as their third argument
---@return table? answer
---@return proactive.Error?
---   kinds `unverified`: of another skill, or no request; `server`: a function or the registry
---   failed
function Skill:dispatch(envelope, context)
  local good, err = verify.shape(envelope)
  if good then
    good, err = verify.application(self, envelope)
  end
  if not good then return nil, err end
  local answer
  answer, err = answer_once(self, envelope, context)
  if not answer then return nil, err end
  return answer.table
end

-- HTTP -------------------------------------------------------------------------------------------

local function reply(status, body)
  return status, { ["Content-Type"] = "application/json;charset=UTF-8" }, body
end

local function refuse(status, reason)
  local said = reason:gsub("%s+", " ")
  return reply(status, json.encode { reason = said })
end

--- Answers a request as it came over HTTP. It is always verified.
---@param request {headers: table<string, string|string[]>, body: string}
---   the body as received, byte for byte; a list where a header came more than once
---@return integer status
---   200; 400: it does not come from Alexa; 500: a function or the registry failed; 503: try again
---@return table<string, string> headers
---@return string body
function Skill:handle(request)
  local is_request = type(request) == "table" and type(request.headers) == "table"
  if not is_request or type(request.body) ~= "string" then
    error("skill:handle: {headers = table, body = text} expected", 2)
  end
  local envelope, err = verify.request(self, request.headers, request.body)
  if not envelope then
    log(self, "warning", nil, err.message)
    return refuse(err.status, err.message)
  end
  local answer
  answer, err = answer_once(self, envelope)
  if not answer then return refuse(500, err.message) end
  return reply(200, answer.text)
end

-- Making -----------------------------------------------------------------------------------------

local function applications(given)
  local set = {}
  for _, id in ipairs(type(given) == "table" and given or { given }) do
    if type(id) ~= "string" or id == "" then set = {} break end
    set[id] = true
  end
  if next(set) == nil then
    error("proactive.skill: option application_id must be a text, or a list of them", 3)
  end
  return set
end

local function check_functions(on)
  for kind, own in pairs(on) do
    if type(kind) ~= "string" or type(own) ~= "function" then
      error("proactive.skill: option on must hold functions by request type", 3)
    end
  end
end

local function wall_of(clock)
  if type(clock) == "function" then return clock end
  if clock and type(clock.wall) ~= "function" then
    error("proactive.skill: option clock must be a function, or have the function wall", 3)
  end
  return clock and clock.wall or core.wall
end

local function source_of(opts)
  if opts.fetch_certificate then return opts.fetch_certificate end
  return function(url)
    return fetch(opts.sandbox and trust.sandbox_file(opts.sandbox) or url)
  end
end

--- A handler of a skill's requests.
---@param opts proactive.skill.Options
---@return proactive.Skill?
---@return proactive.Error?  the file of certificates cannot be read
local function new(opts)
  opts = options.check(opts, OPTIONS, "proactive.skill")
  check_functions(opts.on or {})
  local trust_of, err = trust.of(opts)
  if not trust_of then return nil, err end
  return setmetatable({
    applications = applications(opts.application_id),
    registry = opts.registry,
    on = opts.on or {},
    sandbox = opts.sandbox,
    wall = wall_of(opts.clock),
    logger = opts.logger or log_to_stderr,
    certificates = certificates_of(trust_of, source_of(opts)),
    replies = replies_of(),
  }, Skill)
end

return new
