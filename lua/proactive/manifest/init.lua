--- The skill's manifest: what it needs for the events that are sent, what is wrong with it, and how
--- it is mended without touching anything else.
---
---   local needs = assert(manifest.derive { events = { "AMAZON.OrderStatus.Updated" } })
---   local good, err = manifest.check(text, needs)
---   local new_text = assert(manifest.patch(text, needs))
---
--- A manifest is the envelope `{"manifest": {…}}`, as JSON text or as a table.

local diff = require "proactive.manifest.diff"
local document = require "proactive.manifest.document"
local edits = require "proactive.manifest.edits"
local errors = require "proactive.errors"
local json = require "proactive.json"
local json_text = require "proactive.json_text"
local needs_of = require "proactive.manifest.needs"
local rules = require "proactive.manifest.rules"

---@class proactive.manifest
local manifest = {}

--- Reads a manifest's text. Duplicate keys and typographic quotation marks are refused with kind
--- `invalid`, with `line` and `column` when it is not JSON.
---@type fun(text: string): proactive.Manifest?, proactive.Error?
manifest.decode = document.decode

--- What a manifest must have for the events given: the permission, what is published, what is
--- heard of, where skill events go.
---
--- Without `endpoint` and `regions` those of `apis.custom` are taken.
---@param options proactive.manifest.DeriveOptions
---@return proactive.manifest.Needs?
---@return proactive.Error?  kind `invalid`: an event, endpoint or region that there is not
function manifest.derive(options)
  return needs_of.derive(options)
end

---@param given string|proactive.Manifest
---@return proactive.Manifest?
---@return proactive.Error?
local function read(given)
  if type(given) == "string" then return document.decode(given) end
  return document.envelope(given)
end

local function same(a, b)
  return a.path == b.path and a.rule == b.rule
end

--- Adds a violation unless the rules have found it already.
local function add(violations, new)
  for _, known in ipairs(violations) do
    if same(known, new) then return end
  end
  violations[#violations + 1] = new
end

local function is_among(names, name)
  for _, known in ipairs(names) do
    if known == name then return true end
  end
  return false
end

--- Events that the manifest publishes and nobody sends.
local function add_idle(warnings, envelope, needs)
  local events, idle = envelope.manifest.events, {}
  local list = document.is_object(events) and events.publications
  for _, item in ipairs(document.is_list(list) and list or {}) do
    local name = document.is_object(item) and item.eventName
    if type(name) == "string" and not is_among(needs.publications, name) then
      idle[#idle + 1] = name
    end
  end
  if #idle == 0 then return end
  warnings[#warnings + 1] = {
    path = "$.manifest.events.publications",
    rule = "idle",
    message = "published, and not among the events given: " .. table.concat(idle, ", "),
  }
end

--- What a person does about violations: some can be mended by `patch`, others only by hand.
local function fix_for(count, mendable, unmended)
  if unmended then
    return "Say where skill events are to go: proactive manifest patch with --endpoint URI."
  end
  if mendable == 0 then return "Correct the parts named." end
  local rest = count > mendable and "; correct the rest by hand" or ""
  return "proactive manifest patch adds what is missing" .. rest .. "."
end

--- Compares a manifest with what SMAPI accepts and, when it is given, with what is needed. Nothing
--- is sent.
---@param given string|proactive.Manifest
---@param needs proactive.manifest.Needs?
---@return true?
---@return proactive.Violation[]|proactive.Error
---   warnings; or kind `invalid` with every violation: `rule` is SMAPI's code, `missing`,
---   `conflict` or `refused`
function manifest.check(given, needs)
  local envelope, err = read(given)
  if not envelope then return nil, err end
  local violations, warnings = rules.check(envelope)
  local mendable, unmended = 0, nil
  if needs then
    local list
    list, unmended = edits.list(envelope, needs)
    for _, edit in ipairs(list) do
      for _, violation in ipairs(edit.violations) do
        add(violations, violation)
      end
      mendable = mendable + #edit.violations
    end
    if unmended then add(violations, unmended) end
    add_idle(warnings, envelope, needs)
  end
  if #violations == 0 then return true, warnings end
  local count = #violations == 1 and "one thing is" or ("%d things are"):format(#violations)
  return nil, errors.new("invalid", {
    message = ("%s wrong with the manifest"):format(count),
    violations = violations,
    warnings = warnings,
    fix = fix_for(#violations, mendable, unmended),
  })
end

local function copy(value)
  if type(value) ~= "table" or value == json.null then return value end
  local result = json.is_array(value) and json.array {} or {}
  for key, item in pairs(value) do
    result[key] = copy(item)
  end
  return result
end

--- Makes an edit in a table; the containers on its way are there.
local function apply(envelope, edit)
  local container, last = envelope, #edit.path
  for depth = 1, last - 1 do
    container = container[edit.path[depth]]
  end
  container[edit.path[last]] = copy(edit.value)
end

--- A new manifest that has what is needed. All else stays as it was; in a text also its order and
--- its look.
---@param given string|proactive.Manifest
---@param needs proactive.manifest.Needs
---@return string|proactive.Manifest|nil  of the same kind
---@return proactive.manifest.Edit[]|proactive.Error
---   what was changed; or kind `invalid`: no manifest, or no endpoint is known for its events
function manifest.patch(given, needs)
  local envelope, err = read(given)
  if not envelope then return nil, err end
  local list, unmended = edits.list(envelope, needs)
  if unmended then
    return nil, errors.new("invalid", {
      message = "it is not known where skill events are to go",
      violations = { unmended },
      fix = "Give an endpoint (--endpoint URI), or set apis.custom.endpoint first.",
    })
  end
  if type(given) == "string" then
    for _, edit in ipairs(list) do
      given = json_text.set(given, edit.path, edit.value, edits.ORDER)
    end
    return given, list
  end
  local result = copy(envelope)
  for _, edit in ipairs(list) do
    apply(result, edit)
  end
  return result, list
end

--- What is other in the second manifest.
---@param from string|proactive.Manifest
---@param to string|proactive.Manifest
---@return proactive.manifest.Difference[]?
---@return proactive.Error?
function manifest.diff(from, to)
  local a, b, err
  a, err = read(from)
  if not a then return nil, err end
  b, err = read(to)
  if not b then return nil, err end
  return diff.list(a, b)
end

return manifest
