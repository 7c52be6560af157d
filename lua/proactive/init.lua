--- proactive: Alexa's proactive events in Lua.
---
--- Requiring it does no I/O; each part is loaded when it is first used.

---@class proactive
---@field audience table     see `proactive.audience`
---@field campaign table     see `proactive.campaign`
---@field client fun(options?: table): proactive.Client?, proactive.Error?
---@field encode fun(request: table, opts?: {pretty: boolean?}): string?, proactive.Error?
---@field events proactive.Events
---@field localized fun(texts: table<string, string>): proactive.Localized
---@field loop table         see `proactive.loop`: clients in luv and cqueues
---@field manifest table     see `proactive.manifest`
---@field openresty table    see `proactive.openresty`
---@field preview function   see `proactive.preview`
---@field registry table     see `proactive.registry`
---@field request function   see `proactive.request.build`
---@field sandbox table      see `proactive.sandbox`
---@field skill fun(options: proactive.skill.Options): proactive.Skill?, proactive.Error?
---@field smapi fun(options?: proactive.smapi.Options): proactive.Smapi?, proactive.Error?
---@field validate function  see `proactive.validate`
local proactive = { _VERSION = "dev-1" }

-- The module of each part, and the part's name in it where it is not the whole.
local PARTS = {
  audience = { "proactive.audience" },
  campaign = { "proactive.campaign" },
  client = { "proactive.client", "new" },
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

return setmetatable(proactive, {
  __index = function(_, name)
    local where = PARTS[name]
    if not where then return nil end
    local part = require(where[1])
    if where[2] then part = part[where[2]] end
    rawset(proactive, name, part)
    return part
  end,
})
