--- Collects what a check finds: where it stands in the body, and whether it is a violation or a
--- warning.
---
--- The only place that weighs a rule. A rule that stands in none of the lists below is a violation.

local errors = require "proactive.errors"
local text = require "proactive.text"

---@class proactive.CheckReport
---@field keys (string|integer)[]   the way from the root to the value being checked
---@field depth integer             how many of `keys` are in use
---@field now number|false           the current time, for a body
---@field event boolean             an event is checked (texts in place), not a request body
---@field decoded boolean           the value comes from JSON text, where `{}` is no array
---@field seen integer              how many values outside the schema were looked at
---@field within table?             the tables outside the schema around the value being checked
---@field violations proactive.Violation[]
---@field warnings proactive.Violation[]
---@field uses table[]              request: each `localizedattribute:NAME` found, as {name=, path=}
---@field texts table[]?            event: each localized text found, as {path=, texts=}
local Report = {}
Report.__index = Report

local report = {}

-- What nobody could find out about the service. Sent with a warning; refused when `strict`.
local DOUBTFUL = {
  characters = true, -- a reference id with other characters than the documented ones
  locale_known = true, -- a locale the event is not known to support
  unused = true, -- a localized text that nothing uses
  literal = true, -- a localized text in a field that the sources show with plain text only
}

-- What sources disagree about, where both ways are in use. Always a warning.
local DISPUTED = {
  disputed = true,
  misplaced = true,
}

-- Mistakes that the service is not known to refuse: it accepts them and the customer hears nothing,
-- or nobody has seen its answer. Refused here; taken with a note when judging as the service does.
local TAKEN_BY_SERVICE = {
  unknown = true,
  empty = true,
  locale_form = true,
  locale_twice = true,
  text = true,
  unneeded = true, -- a field that is left out where nothing could stand in it
  user = true,
}

-- Enough to mend a body by; the rest of a hopeless one is counted, not listed.
local MOST = 100

---@class proactive.CheckOptions
---@field strict boolean?         doubts are violations
---@field unknown_fields string?  "warn": unknown fields are warnings
---@field as string?              "service": only what the service is known to refuse is a violation

local function set_options(self, opts)
  self.strict, self.unknown_fields = opts.strict, opts.unknown_fields
  self.service = opts.as == "service"
  return self
end

--- A new, empty report.
---@param opts proactive.CheckOptions
---@return proactive.CheckReport
function report.new(opts)
  local result = {
    keys = {},
    depth = 0,
    now = false,
    event = false,
    decoded = false,
    strict = false,
    unknown_fields = false,
    service = false,
    violations = {},
    warnings = {},
    dropped = 0, -- violations that are not listed
    unlisted = 0, -- warnings that are not
    seen = 0,
    uses = {},
  }
  return set_options(setmetatable(result, Report), opts)
end

--- A report on which nothing was violated, made ready for another body: most are, and a new one is
--- a good part of what judging costs.
---@param opts proactive.CheckOptions
---@return proactive.CheckReport same
function Report:reuse(opts)
  self.warnings, self.within, self.seen, self.decoded = {}, nil, 0, false
  self.dropped, self.unlisted = 0, 0
  local uses = self.uses
  for i = #uses, 1, -1 do
    uses[i] = nil
  end
  return set_options(self, opts)
end

--- A new, empty report on the payload of an event, before it has an envelope.
---@param opts proactive.CheckOptions
---@return proactive.CheckReport
function report.of_event(opts)
  local result = report.new(opts)
  result.event, result.texts = true, {}
  result:enter "event"
  result:enter "payload"
  return result
end

--- A key as it stands in a path, with the point before a name.
local function step_of(key)
  if type(key) == "number" then
    return key % 1 == 0 and ("[%d]"):format(key) or ("[%.14g]"):format(key)
  elseif type(key) ~= "string" then
    return "[a " .. type(key) .. "]"
  elseif key:find("^[A-Za-z_][A-Za-z0-9_]*$") and #key <= 64 then
    return "." .. key
  end
  return "[" .. text.quote(key) .. "]"
end

-- The steps made so far, since paths are made of few names; so many are kept, whatever is judged.
local MOST_STEPS = 500
local steps, step_count = {}, 0

local function step(key)
  local known = steps[key]
  if known then return known end
  local made = step_of(key)
  local kind = type(key)
  if step_count < MOST_STEPS and #made <= 64 and (kind == "string" or kind == "number") then
    steps[key], step_count = made, step_count + 1
  end
  return made
end

--- The path of the value being checked, as `event.payload.alert.garbageTypes[2]`.
---@return string
function Report:path()
  local path = ""
  for i = 1, self.depth do
    path = path .. step(self.keys[i])
  end
  return path:byte() == 46 and path:sub(2) or path -- no point before the first name
end

--- Whether a required field may be left out of an object, judging as the service does.
---@param field proactive.Node
---@param object table
---@return boolean
function Report:takes_without(field, object)
  return self.service and field.left_out_for ~= nil and object[field.by] == field.left_out_for
end

--- Whether a rule that was broken is a violation in the way this report judges.
function Report:forbids(rule)
  if DISPUTED[rule] then return false end
  if DOUBTFUL[rule] then return self.strict == true end
  if rule == "unknown" and self.unknown_fields == "warn" then return false end
  return not (TAKEN_BY_SERVICE[rule] and self.service and not self.strict)
end

--- Whether what breaks a rule is still listed; when not, `count` is all there is to do.
---@param rule string
---@return boolean
function Report:has_room(rule)
  return #(self:forbids(rule) and self.violations or self.warnings) < MOST
end

--- Counts what is not listed.
---@param rule string
---@param times integer
function Report:count(rule, times)
  if self:forbids(rule) then
    self.dropped = self.dropped + times
  else
    self.unlisted = self.unlisted + times
  end
end

--- Notes that the value being checked breaks a rule.
---@param rule string
---@param message string
---@param found? {got: any, expected: any, hint: string?, path: string?}
function Report:add(rule, message, found)
  local list = self:forbids(rule) and self.violations or self.warnings
  if #list >= MOST then return self:count(rule, 1) end
  found = found or {}
  list[#list + 1] = {
    path = found.path or self:path(),
    rule = rule,
    message = message,
    got = found.got,
    expected = found.expected,
    hint = found.hint,
  }
end

--- Notes that the value being checked is of the wrong kind.
---@param given any
---@param expected string
---@param hint string?
function Report:add_type(given, expected, hint)
  local got = text.show(given)
  local message = ("must be %s, got %s"):format(expected, got)
  self:add("type", message, { got = got, expected = expected, hint = hint })
end

--- Goes one step down: what is checked now is the member `key` of what was checked before.
---@param key string|integer
function Report:enter(key)
  self.depth = self.depth + 1
  self.keys[self.depth] = key
end

--- Goes back up.
function Report:leave()
  self.depth = self.depth - 1
end

--- What the check found.
---@param subject string  what was checked, for the message of the error
---@return true|nil
---@return proactive.Violation[]|proactive.Error  the warnings; or an error with everything
function Report:result(subject)
  if self.unlisted > 0 then
    local message = ("and %d more warnings"):format(self.unlisted)
    self.warnings[#self.warnings + 1] = { path = "", rule = "more", message = message }
  end
  if #self.violations == 0 then return true, self.warnings end
  local count = #self.violations + self.dropped
  return nil,
    errors.new("invalid", {
      message = count == 1 and subject .. " breaks one rule"
        or ("%s breaks %d rules"):format(subject, count),
      violations = self.violations,
      warnings = self.warnings,
    })
end

return report
