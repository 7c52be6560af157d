--- The customers of the sandbox: who they are, where, and what they have allowed.

local skills = require "proactive.sandbox.skills"

local Customers = {}
Customers.__index = Customers

local customers = {}

-- A real id has 180 digits and letters after its prefix.
local PREFIX = "amzn1.ask.account."
local LABEL = "SANDBOX"
local LENGTH = 180

--- The id of the sandbox's customer of that number: `amzn1.ask.account.SANDBOX`, then the number
--- with as many zeros before it as make 180 digits and letters after `amzn1.ask.account.`.
---@param number integer  from 1
---@return string
function customers.id(number)
  local digits = ("%d"):format(number)
  return PREFIX .. LABEL .. ("0"):rep(LENGTH - #LABEL - #digits) .. digits
end

-- A handful over regions and locales. The last one has the skill and has not allowed its
-- notifications.
local FIRST = {
  { region = "NA", locale = "en-US", utc_offset = "-05:00" },
  { region = "EU", locale = "de-DE", utc_offset = "+01:00" },
  { region = "EU", locale = "en-GB", utc_offset = "+00:00" },
  { region = "FE", locale = "ja-JP", utc_offset = "+09:00" },
  { region = "NA", locale = "en-US", utc_offset = "-08:00", subscriptions = {} },
}

---@param count integer?  so many alike customers in NA, en-US; nil: the handful
---@param saved table[]?  these in their place
function customers.new(count, saved)
  local self = setmetatable({ count_at_start = count, saved = saved }, Customers)
  self:reset()
  return self
end

--- Back to the customers there are at the start, each with an empty inbox.
function Customers:reset()
  self.list, self.by_id = {}, {}
  if self.saved then
    for _, fields in ipairs(self.saved) do
      self:put(fields.user, fields)
    end
    return
  elseif not self.count_at_start then
    for number, fields in ipairs(FIRST) do
      self:put(customers.id(number), fields)
    end
    return
  end
  local all = skills.all_events()
  for number = 1, self.count_at_start do
    self:put(customers.id(number), { subscriptions = all })
  end
end

---@param id string
---@return table?
function Customers:find(id)
  return self.by_id[id]
end

-- The sets made from lists of subscriptions: a hundred thousand customers alike share one.
local sets = setmetatable({}, { __mode = "k" })

local function set_of(list)
  local set = sets[list]
  if not set then
    set = {}
    for _, name in ipairs(list) do
      set[name] = true
    end
    sets[list] = set
  end
  return set
end

--- Makes a customer, or changes the fields that are given. The inbox stays.
---@param id string
---@param fields table  skill_id, region, locale, utc_offset, enabled, subscriptions
---@return table customer
---@return boolean created
function Customers:put(id, fields)
  local customer = self.by_id[id]
  local created = not customer
  if created then
    customer = {
      user = id,
      skill_id = skills.default_skill_id,
      region = "NA",
      locale = "en-US",
      utc_offset = "+00:00",
      enabled = true,
      subscriptions = fields.subscriptions or skills.all_events(),
    }
    self.list[#self.list + 1] = customer
    self.by_id[id] = customer
  end
  for name, value in pairs(fields) do
    customer[name] = value
  end
  customer.subscribed = set_of(customer.subscriptions)
  return customer, created
end

--- Forgets a customer; what was delivered stays in the list of notifications.
---@return boolean  whether there was one
function Customers:delete(id)
  local customer = self.by_id[id]
  if not customer then return false end
  self.by_id[id] = nil
  for index, other in ipairs(self.list) do
    if other == customer then
      table.remove(self.list, index)
      break
    end
  end
  return true
end

--- The customers a Multicast reaches.
---@param skill_id string
---@param region string
---@param event string
---@return table[]
function Customers:audience(skill_id, region, event)
  local reached = {}
  for _, customer in ipairs(self.list) do
    if
      customer.region == region
      and customer.skill_id == skill_id
      and customer.enabled
      and customer.subscribed[event]
    then
      reached[#reached + 1] = customer
    end
  end
  return reached
end

return customers
