--- What doctor finds at a link of the chain: it holds, it is broken, or nobody here can know.

local finding = {}

---@class proactive.Finding
---@field link string     which link, as `token` or `locale`
---@field state "ok"|"broken"|"unknown"
---@field message string  what was seen, or why it cannot be known
---@field fix string?     of a broken one: what to do about it

--- The link holds.
---@param message string  formatted when arguments follow
---@return proactive.Finding
function finding.ok(message, ...)
  return { state = "ok", message = select("#", ...) > 0 and message:format(...) or message }
end

--- Nobody here can know.
---@param why string  formatted when arguments follow
---@return proactive.Finding
function finding.unknown(why, ...)
  return { state = "unknown", message = select("#", ...) > 0 and why:format(...) or why }
end

--- The link is broken.
---@param message string
---@param fix string?
---@return proactive.Finding
function finding.broken(message, fix)
  return { state = "broken", message = message, fix = fix }
end

local function with_place(violation)
  if violation.path == "" or violation.rule == "service" then return violation.message end
  return ("%s: %s"):format(violation.path, violation.message)
end

--- Violations as one line.
---@param violations proactive.Violation[]
---@return string
function finding.violations(violations)
  local parts = {}
  for index, violation in ipairs(violations) do
    parts[index] = with_place(violation)
  end
  return table.concat(parts, "; ")
end

--- A link that an error broke.
---@param err proactive.Error
---@return proactive.Finding
function finding.of(err)
  local message = err.message
  local violations = err.violations
  if violations and violations[1] and violations[1].rule ~= "service" then
    message = ("%s: %s"):format(message, finding.violations(violations))
  end
  return finding.broken((message:gsub("%s*\n%s*", " ")), err.fix)
end

-- Ids have some two hundred characters; their ends tell them apart.
local HEAD, TAIL = 24, 8

--- A customer's id, short enough for a line.
---@param id string
---@return string
function finding.short(id)
  if #id <= HEAD + TAIL then return id end
  return id:sub(1, HEAD) .. "…" .. id:sub(-TAIL)
end

local UNITS = { { 86400, "day" }, { 3600, "hour" }, { 60, "minute" } }

--- A length of time as people say it.
---@param seconds number
---@return string
function finding.span(seconds)
  local size, name = 1, "second"
  for _, unit in ipairs(UNITS) do
    if seconds >= 1.99 * unit[1] then
      size, name = unit[1], unit[2]
      break
    end
  end
  local count = math.floor(seconds / size + 0.5)
  return ("%d %s%s"):format(count, name, count == 1 and "" or "s")
end

return finding
