--- A refusal as lines for a person: where, what was found, what is allowed, what to do.

local json = require "proactive.json"

local explain = {}

local WIDTH = 94 -- with the six columns a caller may indent, within 100
local LONGEST_VALUE = 72

--- Folds a text at spaces; line breaks in it stay line breaks.
---@param text string
---@param width integer
---@return string[]
function explain.fold(text, width)
  local lines = {}
  for paragraph in (text .. "\n"):gmatch("(.-)\r?\n") do
    local line = ""
    for word in paragraph:gmatch("%S+") do
      if line ~= "" and #line + 1 + #word > width then
        lines[#lines + 1], line = line, ""
      end
      line = line == "" and word or line .. " " .. word
    end
    lines[#lines + 1] = line
  end
  return lines
end

local function kind_of(value)
  if value == json.null then return "null" end
  if not json.is_array(value) then return "an object" end
  return value[1] == nil and "an empty list" or "a list"
end

--- What was found, short and on one line. The validation quotes its findings itself.
---@param value any
---@return string
function explain.value(value)
  if type(value) == "number" then return ("%.14g"):format(value) end
  if type(value) == "table" then return kind_of(value) end
  local text = tostring(value):gsub("[%c\127]", " ")
  if #text <= LONGEST_VALUE then return text end
  -- never cut inside a UTF-8 sequence
  return (text:sub(1, LONGEST_VALUE):gsub("[\192-\255][\128-\191]*$", "")) .. "..."
end

local function allowed(expected)
  if type(expected) ~= "table" then return tostring(expected) end
  local words = {}
  for index, word in ipairs(expected) do
    words[index] = tostring(word)
  end
  return table.concat(words, ", ")
end

local function add(lines, label, text, indent)
  local margin = (" "):rep(indent)
  for index, line in ipairs(explain.fold(text, WIDTH - indent - 9)) do
    lines[#lines + 1] = ("%s%-9s%s"):format(margin, index == 1 and label or "", line)
  end
end

-- Whether a message only puts together what the lines "found" and "allowed" say.
local function says_no_more(violation, found, permitted)
  local message = violation.message
  return found and permitted and message:find(found, 1, true) and message:find(permitted, 1, true)
end

--- One violation or warning as lines.
---@param violation proactive.Violation
---@return string[]
function explain.violation(violation)
  local lines = {}
  if violation.path ~= "" then lines[1] = violation.path end
  local indent = #lines > 0 and 2 or 0
  local found = violation.got ~= nil and explain.value(violation.got)
  local permitted = violation.expected ~= nil and allowed(violation.expected)
  local is_code = (violation.rule or ""):find "^%u[%u_]+$" ~= nil
  if is_code then add(lines, "code", violation.rule, indent) end
  if is_code or not says_no_more(violation, found, permitted) then
    add(lines, "what", violation.message, indent)
  end
  if found then add(lines, "found", found, indent) end
  if permitted then add(lines, "allowed", permitted, indent) end
  if violation.hint then add(lines, "to do", violation.hint, indent) end
  return lines
end

--- The headline of an error: its kind, and status and request id when the service answered.
---@param err proactive.Error
---@return string
function explain.headline(err)
  local line = err.kind:gsub("_", " ")
  if err.status then line = ("%d %s"):format(err.status, line) end
  if err.cause then line = ("%s (%s)"):format(line, err.cause) end
  if err.request_id then line = ("%s, request id %s"):format(line, err.request_id) end
  return line
end

--- What follows the headline: what is wrong, violation by violation. The words of the events
--- service hold its violations already, and are shown as they came.
---@param err proactive.Error
---@return string[]
function explain.body(err)
  local lines = explain.fold(err.message, WIDTH)
  local violations = err.violations
  if violations and violations[1].rule ~= "service" then
    for _, violation in ipairs(violations) do
      for _, line in ipairs(explain.violation(violation)) do
        lines[#lines + 1] = line
      end
    end
  end
  if err.fix then add(lines, "to do", err.fix, 0) end
  return lines
end

return explain
