--- The customers to send to, page by page: enabled ones, those of a filter.
---
--- A customer who never said whether the skill is enabled counts as enabled: a skill may ask for
--- subscriptions only.

local endpoints = require "proactive.endpoints"
local marks = require "proactive.registry.marks"
local options = require "proactive.options"

local audience = {}

---@class proactive.registry.Filter
---@field event string?   who subscribed to it, as AMAZON.OrderStatus.Updated
---@field region string?  NA, EU or FE
---@field locale string?  as en-US
---@field stage string?   leaves out whom the service refused there, see `registry:mark`

---@type table<string, proactive.Option>
local FILTER = {
  event = { "string" },
  region = { "string", one_of = endpoints.regions },
  locale = { "string" },
  stage = { "string", one_of = endpoints.stages },
}

local PAGE = 1000

local ACTIVE = "user_id IS NOT NULL AND coalesce(enabled, 'yes') = 'yes'"

-- `replace` finds a name exactly and is spelt alike on both databases; LIKE and its wildcards are
-- neither.
local CONDITIONS = {
  { "event", "replace(subscriptions, ?, '') <> subscriptions" },
  { "region", "region = ?" },
  { "locale", "locale = ?" },
}

--- The condition of a filter and its parameters.
local function where(filter)
  local conditions, parameters = { ACTIVE }, {}
  for _, condition in ipairs(CONDITIONS) do
    local value = filter[condition[1]]
    if value then
      conditions[#conditions + 1] = condition[2]
      parameters[#parameters + 1] = condition[1] == "event" and " " .. value .. " " or value
    end
  end
  if filter.stage then
    local unmarked, more = marks.none(filter.stage, filter.event)
    conditions[#conditions + 1] = unmarked
    for _, parameter in ipairs(more) do
      parameters[#parameters + 1] = parameter
    end
  end
  return table.concat(conditions, " AND "), parameters
end

local unpack = require("proactive.compat").unpack

--- Raises unless it is a filter.
---@param filter proactive.registry.Filter?
---@param what string
---@return proactive.registry.Filter
function audience.check(filter, what)
  return options.check(filter, FILTER, what, 2)
end

--- How many there are.
---@param session proactive.storage.Session
---@param filter proactive.registry.Filter
---@return integer
function audience.count(session, filter)
  local condition, parameters = where(filter)
  local sql = "SELECT CAST(count(*) AS TEXT) FROM proactive_customers WHERE " .. condition
  return math.floor(tonumber(session:query(sql, unpack(parameters))[1][1]))
end

--- A function that gives the next one. Each page is a query of its own; what cannot be read raises
--- the error object, since an end that comes too early would look like the end.
---@param db proactive.Storage
---@param filter proactive.registry.Filter
---@return fun(): {user: string, region: string?, locale: string?}?
function audience.each(db, filter)
  local condition, parameters = where(filter)
  local sql = ("SELECT customer, user_id, region, locale FROM proactive_customers "
    .. "WHERE customer > ? AND %s ORDER BY customer LIMIT %d"):format(condition, PAGE)
  local last, page, place = "", {}, 0
  local function turn()
    local err
    page, err = db:read(function(session)
      return session:query(sql, last, unpack(parameters))
    end)
    if not page then error(err, 0) end
    place, last = 1, #page == PAGE and page[PAGE][1] or nil
  end
  return function()
    place = place + 1
    if not page[place] and last then turn() end
    local row = page[place]
    return row and { user = row[2], region = row[3], locale = row[4] }
  end
end

return audience
