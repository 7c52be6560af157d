--- The difference between a manifest and what is needed: each part that is missing or conflicts,
--- and the value that mends it.

local document = require "proactive.manifest.document"
local needs_of = require "proactive.manifest.needs"

local is_list, is_object, list_of = document.is_list, document.is_object, document.list_of

local edits = {}

---@class proactive.manifest.Edit
---@field path (string|integer)[]
---@field value any
---@field violations proactive.Violation[]  what is wrong as long as it is not made

--- How keys of new parts are ordered: as Amazon's own sample has them.
edits.ORDER = {}
for rank, name in ipairs {
  "publications",
  "endpoint",
  "subscriptions",
  "regions",
  "sslCertificateType",
  "uri",
  "eventName",
  "name",
} do
  edits.ORDER[name] = rank
end

--- `$.manifest.events.regions.NA`
---@param path (string|integer)[]
---@return string
function edits.describe(path)
  local parts = { "$" }
  for _, key in ipairs(path) do
    parts[#parts + 1] = type(key) == "number" and ("[%d]"):format(key - 1) or "." .. key
  end
  return table.concat(parts)
end

---@class proactive.manifest.EditList
---@field manifest table  what stands there now
---@field list proactive.manifest.Edit[]
---@field unmended proactive.Violation?  what no edit can mend
local EditList = {}
EditList.__index = EditList

function EditList:add(path, value, violations)
  for _, violation in ipairs(violations) do
    violation.path = violation.path or edits.describe(path)
    violation.rule = violation.rule or "missing"
  end
  self.list[#self.list + 1] = { path = path, value = value, violations = violations }
end

local function lists(list, key, name)
  for _, item in ipairs(is_list(list) and list or {}) do
    if is_object(item) and item[key] == name then return true end
  end
  return false
end

local function copy(fields)
  local result = {}
  for name, value in pairs(fields) do
    result[name] = value
  end
  return result
end

local function below(path, step)
  local at = copy(path)
  at[#at + 1] = step
  return at
end

--- Names that a list of `{[key] = name}` lacks, each added at its end; or the whole list.
local function complete(self, path, given, key, names, violation_of)
  local count, missing, violations = is_list(given) and #given or 0, {}, {}
  for _, name in ipairs(names) do
    if not lists(given, key, name) then
      local index = #missing + 1
      missing[index], violations[index] = name, violation_of(name)
      violations[index].path = edits.describe(below(path, count + index))
    end
  end
  if not is_list(given) then
    if #missing > 0 then self:add(path, list_of(key, missing), violations) end
    return
  end
  for index, name in ipairs(missing) do
    self:add(below(path, count + index), { [key] = name }, { violations[index] })
  end
end

local function permission(self, needs)
  local path = { "manifest", "permissions" }
  complete(self, path, self.manifest.permissions, "name", { needs.permission }, function(name)
    return {
      message = ("the permission %s is missing"):format(name),
      hint = "without it a token request ends with 400 invalid_scope, and one for the skill's "
        .. "credentials with 404",
    }
  end)
end

local function publication_violation(name)
  return {
    message = ("%s is not published"):format(name),
    hint = "without any a token request ends with 400 invalid_scope; with others, sending this one "
      .. "ends with 403",
  }
end

local function publications(self, events, needs)
  local path = { "manifest", "events", "publications" }
  local names = needs.publications
  complete(self, path, events.publications, "eventName", names, publication_violation)
end

local function subscription_violation(name)
  return {
    message = ("the skill does not hear of %s"):format(name),
    hint = "Alexa tells who subscribes, and who leaves, by these events only",
  }
end

local function subscriptions(self, events, needs)
  local path = { "manifest", "events", "subscriptions" }
  local names = needs.subscriptions
  complete(self, path, events.subscriptions, "eventName", names, subscription_violation)
end

local function member(object, name)
  return is_object(object[name]) and object[name] or {}
end

--- `apis.custom`, where the skill itself is.
function EditList:custom()
  return member(member(self.manifest, "apis"), "custom")
end

--- The endpoint of an object, when it is one that events can have.
local function endpoint_in(object)
  local own = member(object, "endpoint")
  if not needs_of.is_uri(own.uri) then return nil end
  return { uri = own.uri, sslCertificateType = own.sslCertificateType }
end

--- The endpoint that events should have: the one wanted, else that of the skill itself.
local function endpoint_wanted(self, needs)
  return needs.endpoint or endpoint_in(self:custom())
end

--- Endpoints by region: those wanted, else those of the skill itself unless another endpoint is
--- wanted.
local function regions_wanted(self, needs)
  if needs.regions then return needs.regions end
  local wanted = {}
  for region, entry in pairs(needs.endpoint and {} or member(self:custom(), "regions")) do
    wanted[region] = endpoint_in(is_object(entry) and entry or {})
  end
  return wanted
end

local NO_ENDPOINT = {
  rule = "MISSING_REQUIRED_PROPERTY",
  path = "$.manifest.events",
  message = "the required property endpoint is missing",
  hint = "skill events go there and not to apis.custom.endpoint; give the endpoint",
}

--- Another address, and the kind of certificate that goes with it. All else stays.
local function move(self, path, given, wanted, violation)
  violation.path = edits.describe(below(path, "uri"))
  if given.sslCertificateType == wanted.sslCertificateType then
    return self:add(below(path, "uri"), wanted.uri, { violation })
  end
  local moved = copy(given)
  moved.uri, moved.sslCertificateType = wanted.uri, wanted.sslCertificateType
  self:add(path, moved, { violation })
end

--- An endpoint that stands there already: it gets an address where it has none, and another one
--- only when that was asked for by name.
local function mend(self, path, given, wanted, is_asked_for)
  if not wanted or given.uri == wanted.uri then return end
  if given.uri == nil then
    local words = "the required property uri is missing"
    return move(self, path, given, wanted, { rule = "MISSING_REQUIRED_PROPERTY", message = words })
  end
  if not is_asked_for then return end
  move(self, path, given, wanted, {
    rule = "conflict",
    message = "skill events go to another endpoint than the one given",
    got = given.uri,
    expected = wanted.uri,
  })
end

local function endpoint(self, events, needs)
  local path = { "manifest", "events", "endpoint" }
  local given, wanted = events.endpoint, endpoint_wanted(self, needs)
  if is_object(given) and (given.uri ~= nil or wanted) then
    mend(self, path, given, wanted, needs.endpoint ~= nil)
  elseif wanted then
    self:add(path, wanted, { copy(NO_ENDPOINT) })
  else
    self.unmended = copy(NO_ENDPOINT)
  end
end

local function region_violation(region)
  return {
    message = ("skill events of region %s have no endpoint of their own"):format(region),
    hint = "the skill has one there in apis.custom, or it was asked for",
  }
end

local function sorted_names(map)
  local names = {}
  for name in pairs(map) do
    names[#names + 1] = name
  end
  table.sort(names)
  return names
end

--- Regions that stand there already.
local function mend_regions(self, path, given, needs)
  local wanted = copy(regions_wanted(self, needs))
  if needs.endpoint and not needs.regions then
    for region in pairs(given) do
      wanted[region] = needs.endpoint
    end
  end
  for _, region in ipairs(sorted_names(wanted)) do
    local at, entry = below(path, region), given[region]
    if not (is_object(entry) and is_object(entry.endpoint)) then
      self:add(at, { endpoint = wanted[region] }, { region_violation(region) })
    else
      local is_asked_for = (needs.regions or needs.endpoint) ~= nil
      mend(self, below(at, "endpoint"), entry.endpoint, wanted[region], is_asked_for)
    end
  end
end

local function regions(self, events, needs)
  local path = { "manifest", "events", "regions" }
  if is_object(events.regions) then return mend_regions(self, path, events.regions, needs) end
  local wanted, all, violations = regions_wanted(self, needs), {}, {}
  for index, region in ipairs(sorted_names(wanted)) do
    all[region] = { endpoint = wanted[region] }
    violations[index] = region_violation(region)
    violations[index].path = edits.describe(below(path, region))
  end
  if #violations > 0 then self:add(path, all, violations) end
end

--- What `events` lacks.
local function parts_of_events(self, events, needs)
  publications(self, events, needs)
  endpoint(self, events, needs)
  subscriptions(self, events, needs)
  regions(self, events, needs)
end

--- The whole of `events`, where there is none: what an empty one lacks, in one piece.
local function new_events(self, needs)
  local parts = setmetatable({ manifest = self.manifest, list = {} }, EditList)
  parts_of_events(parts, {}, needs)
  local value, violations = {}, {}
  for _, edit in ipairs(parts.list) do
    value[edit.path[#edit.path]] = edit.value
    for _, violation in ipairs(edit.violations) do
      violations[#violations + 1] = violation
    end
  end
  self.unmended = parts.unmended
  self:add({ "manifest", "events" }, value, violations)
end

--- What is to be changed, in the order of the manifest.
---@param envelope proactive.Manifest
---@param needs proactive.manifest.Needs
---@return proactive.manifest.Edit[]
---@return proactive.Violation?  what no edit can mend
function edits.list(envelope, needs)
  local self = setmetatable({ manifest = envelope.manifest, list = {} }, EditList)
  permission(self, needs)
  local events = self.manifest.events
  if is_object(events) then
    parts_of_events(self, events, needs)
  else
    new_events(self, needs)
  end
  return self.list, self.unmended
end

return edits
