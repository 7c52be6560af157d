--- What a campaign is to send: checked when it is created, kept as JSON, the same for all workers.

local core = require "proactive.core"
local errors = require "proactive.errors"
local json = require "proactive.json"
local options = require "proactive.options"
local request_of = require "proactive.request"
local rule = require "proactive.campaign.rule"
local validate = require "proactive.validate"

local definition = {}

---@class proactive.campaign.CreateOptions
---@field name string
---@field event proactive.Event?       what is sent …
---@field request table|string|nil     … or a request body whose event is
---@field users any                    an array, iterator, coroutine, or `audience.subscribers(…)`
---@field stage "development"|"live"|nil  default development
---@field rate number?                 events per second, of all workers together
---@field deadline number?             Unix seconds: nothing is sent later
---@field expires_in number?           seconds, as for `client:send`
---@field stop_on proactive.campaign.StopOn?
---   stops when the share of failures of one kind is larger
---@field canary number?
---   so many first, or this share when less than 1; the others when these went well
---@field validate boolean?            false: leave the judgement to the service

---@type table<string, proactive.Option>
definition.OPTIONS = {
  name = { "string", required = true },
  event = { "table" },
  request = { "table|string" },
  users = { "table|function|thread", required = true },
  stage = { "string", one_of = { "development", "live" } },
  rate = { "number", above = 0 },
  deadline = { "number" },
  expires_in = { "number" },
  stop_on = { "number|table" },
  canary = { "number", above = 0 },
  validate = { "boolean" },
}

local function event_of(opts)
  if opts.event then return opts.event end
  local body = opts.request
  if type(body) == "string" then
    local problem
    body, problem = json.decode(body)
    if problem then
      return nil, errors.new("invalid", { message = "the request is no JSON: " .. problem })
    end
  end
  if type(body) ~= "table" or type(body.event) ~= "table" then
    return nil, errors.new("invalid", { message = "the request has no event" })
  end
  return (request_of.event(body))
end

--- A body for nobody in particular, to find out whether the event can be sent at all.
local function check(event, opts)
  local now = core.wall()
  local body, err = request_of.build(event, { type = "Multicast" }, {
    expires_in = opts.expires_in,
    now = now,
  })
  if not body then return nil, err end
  if opts.validate == false then return true end
  local valid, invalid = validate(body, { now = now })
  return valid, not valid and invalid or nil
end

--- Checks what `create` is given. Raises for a programmer's mistake.
---@param opts proactive.campaign.CreateOptions
---@return table? definition
---@return string|proactive.Error  its JSON
function definition.of(opts)
  options.check(opts, definition.OPTIONS, "campaign:create", 2)
  if (opts.event == nil) == (opts.request == nil) then
    error("campaign:create: either event or request is required", 3)
  end
  local problem = opts.stop_on and rule.check(opts.stop_on)
  if problem then error("campaign:create: option stop_on: " .. problem, 3) end
  if not opts.name:find "^[%w%._%-]+$" or #opts.name > 100 then
    return nil,
      errors.new("invalid", {
        message = "the name of a campaign has letters, digits, dots, - and _, at most 100",
      })
  end
  local event, err = event_of(opts)
  if not event then return nil, err end
  local fits, invalid = check(event, opts)
  if not fits then return nil, invalid end
  local made = {
    event = event,
    stage = opts.stage or "development",
    rate = opts.rate,
    deadline = opts.deadline,
    expires_in = opts.expires_in,
    stop_on = opts.stop_on,
    canary = opts.canary,
    validate = opts.validate,
  }
  return made, assert(json.encode(made))
end

return definition
