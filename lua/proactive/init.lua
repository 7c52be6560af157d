--- proactive: Alexa's proactive events in Lua.
---
--- Requiring it does no I/O; each part is loaded when it is first used.

-- The types of its functions are in functions.lua.
---@class proactive
---@field audience proactive.audience    who is told
---@field campaign proactive.campaign    one event to many, in a run that survives anything
---@field events proactive.Events        constructors of events
---@field loop proactive.loop            clients in event loops
---@field manifest proactive.manifest    what the skill's manifest needs
---@field metrics proactive.metrics      a client's counters for Prometheus
---@field openresty proactive.openresty  clients and skills in OpenResty
---@field registry proactive.registry    who subscribed to what
---@field sandbox proactive.sandbox      the stand-in for Alexa
local proactive = { _VERSION = "dev-1" }

-- The module of each part, and the part's name in it where it is not the whole.
local PARTS = {
  audience = { "proactive.audience" },
  campaign = { "proactive.campaign" },
  client = { "proactive.client", "new" },
  doctor = { "proactive.doctor" },
  encode = { "proactive.request", "encode" },
  events = { "proactive.events" },
  localized = { "proactive.localized" },
  loop = { "proactive.loop" },
  manifest = { "proactive.manifest" },
  metrics = { "proactive.metrics" },
  openresty = { "proactive.openresty" },
  preview = { "proactive.preview" },
  registry = { "proactive.registry" },
  request = { "proactive.request", "build" },
  sandbox = { "proactive.sandbox" },
  skill = { "proactive.skill" },
  smapi = { "proactive.smapi" },
  validate = { "proactive.validate" },
}

--- Requires the module of a part. Only the sandbox can be missing: it is in a rock of its own.
local function module_of(part, module)
  local found, value = pcall(require, module)
  if found then return value end
  if not tostring(value):find(("module '%s' not found"):format(module), 1, true) then
    error(value, 0)
  end
  error(("proactive.%s is not installed: it is in the rock proactive-httpd"):format(part), 3)
end

return setmetatable(proactive, {
  __index = function(_, name)
    local where = PARTS[name]
    if not where then return nil end
    local part = module_of(name, where[1])
    if where[2] then part = part[where[2]] end
    rawset(proactive, name, part)
    return part
  end,
})
