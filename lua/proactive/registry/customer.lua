--- What is known of a customer, and how two such things become one. Pure.
---
--- An event says some of it, a row has all of it, and both have this form: for each aspect a text
--- and the order key of the event that said it. `join` takes the later of each, so it does not
--- matter in which order, or how often, events arrive. An erasure has an order key too: what is not
--- later than it is gone, and the user id with it when nothing is left.

local order = require "proactive.registry.order"

local customer = {}

---@class proactive.registry.Customer
---@field user string?                 nil: erased
---@field erased string?               order key of the last erasure
---@field values table<string, string> by aspect
---@field at table<string, string>     by aspect: order key

--- What an event can say.
---   enabled, account_linked: yes or no
---   subscriptions, permissions: names as `customer.list` writes them
---   locale, region: as they are
customer.aspects = {
  "enabled",
  "subscriptions",
  "permissions",
  "account_linked",
  "locale",
  "region",
}

--- Names in one text: sorted, each once, a space before and after each.
---@param names string[]
---@return string
function customer.list(names)
  if #names == 1 then return (" %s "):format(names[1]) end
  local sorted, last = {}, nil
  for index, name in ipairs(names) do
    sorted[index] = name
  end
  table.sort(sorted, function(one, other)
    return order.after(other, one)
  end)
  local parts = { "" }
  for _, name in ipairs(sorted) do
    if name ~= last then parts[#parts + 1] = name end
    last = name
  end
  parts[#parts + 1] = ""
  return #parts > 2 and table.concat(parts, " ") or " "
end

--- The names of such a text.
---@param text string?
---@return string[]
function customer.names(text)
  local names = {}
  for name in (text or ""):gmatch "%S+" do
    names[#names + 1] = name
  end
  return names
end

--- The one that says an aspect later. Two that claim the same key are told apart by their texts, so
--- that the outcome is the same whichever came first.
local function latest(one, other, aspect)
  local at, other_at = one.at[aspect], other.at[aspect]
  if not other_at then return one end
  if not at then return other end
  if at == other_at then
    return order.after(other.values[aspect], one.values[aspect]) and other or one
  end
  return order.after(other_at, at) and other or one
end

--- What two say together; neither is changed.
---@param one proactive.registry.Customer
---@param other proactive.registry.Customer
---@return proactive.registry.Customer
function customer.join(one, other)
  local erased = order.later(one.erased, other.erased)
  local joined = { erased = erased, values = {}, at = {} }
  for _, aspect in ipairs(customer.aspects) do
    local from = latest(one, other, aspect)
    local at = from.at[aspect]
    if at and (not erased or order.after(at, erased)) then
      joined.values[aspect], joined.at[aspect] = from.values[aspect], at
      joined.user = one.user or other.user
    end
  end
  return joined
end

--- The customer without anything that was known until now.
---@param known proactive.registry.Customer
---@param now string  order key; what claims to be later is erased too
---@return proactive.registry.Customer
function customer.erase(known, now)
  local last = order.later(now, known.erased)
  for _, at in pairs(known.at) do
    last = order.later(last, at)
  end
  return { erased = last, values = {}, at = {} }
end

--- Whether two are the same, times included.
---@param one proactive.registry.Customer
---@param other proactive.registry.Customer
---@return boolean
function customer.same(one, other)
  if one.user ~= other.user or one.erased ~= other.erased then return false end
  for _, aspect in ipairs(customer.aspects) do
    local same = one.at[aspect] == other.at[aspect] and one.values[aspect] == other.values[aspect]
    if not same then return false end
  end
  return true
end

--- The aspects whose texts differ.
---@param before proactive.registry.Customer
---@param now proactive.registry.Customer
---@return string[]
function customer.changes(before, now)
  local changed = {}
  for _, aspect in ipairs(customer.aspects) do
    if before.values[aspect] ~= now.values[aspect] then changed[#changed + 1] = aspect end
  end
  return changed
end

return customer
