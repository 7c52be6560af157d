--- proactive: Alexa's proactive events in Lua.
---
--- Requiring it does no I/O; each part is loaded when it is first used.

---@class proactive
---@field audience table     see `proactive.audience`
---@field campaign table     see `proactive.campaign`
---@field events proactive.Events
---@field localized fun(texts: table<string, string>): proactive.Localized
---@field loop table         see `proactive.loop`: clients in luv and cqueues
---@field manifest table     see `proactive.manifest`
---@field openresty table    see `proactive.openresty`
---@field preview function   see `proactive.preview`
---@field registry table     see `proactive.registry`
---@field sandbox table      see `proactive.sandbox`
---@field validate function  see `proactive.validate`
local proactive = { _VERSION = "dev-1" }

---@param event proactive.Event
---@param audience proactive.Audience
---@param opts? proactive.RequestOptions
---@return table?, proactive.Error?
function proactive.request(event, audience, opts)
  return require("proactive.request").build(event, audience, opts)
end

---@param request table
---@param opts? {pretty: boolean?}
---@return string?, proactive.Error?
function proactive.encode(request, opts)
  return require("proactive.request").encode(request, opts)
end

---@param options? table  see `proactive.client`
---@return proactive.Client?, proactive.Error?
function proactive.client(options)
  return require("proactive.client").new(options)
end

---@param options proactive.skill.Options
---@return proactive.Skill?, proactive.Error?
function proactive.skill(options)
  return require("proactive.skill")(options)
end

---@param options proactive.smapi.Options?
---@return proactive.Smapi?, proactive.Error?
function proactive.smapi(options)
  return require("proactive.smapi")(options)
end

-- Parts that are what their module returns.
local PARTS = {
  audience = "proactive.audience",
  campaign = "proactive.campaign",
  events = "proactive.events",
  localized = "proactive.localized",
  loop = "proactive.loop",
  manifest = "proactive.manifest",
  metrics = "proactive.metrics",
  openresty = "proactive.openresty",
  preview = "proactive.preview",
  registry = "proactive.registry",
  sandbox = "proactive.sandbox",
  validate = "proactive.validate",
}

return setmetatable(proactive, {
  __index = function(_, name)
    local module = PARTS[name]
    if not module then return nil end
    local part = require(module)
    rawset(proactive, name, part)
    return part
  end,
})
