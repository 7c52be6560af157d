--- The skill events on their way to skills: signed, sent, and sent again for up to an hour of
--- the sandbox's clock, with the timestamp they had. How long Alexa waits between attempts is not
--- known: one second here, doubled up to a minute.

local ids = require "proactive.sandbox.ids"
local json = require "proactive.json"
local post = require "proactive.sandbox.post"
local random = require "proactive.sandbox.random"
local signer_of = require "proactive.sandbox.signer"
local skill_events = require "proactive.sandbox.skill_events"

-- Source: https://developer.amazon.com/en-US/docs/alexa/smapi/skill-events-in-alexa-skills.html
local LONGEST = 3600

local FIRST_WAIT, LONGEST_WAIT = 1, 60

-- Seconds an attempt may take: a skill has about 8 to answer.
local TIMEOUT = 8

-- Seconds over which shuffled events are spread; and how many are under way then. Without shuffling
-- one goes after the other.
local SPREAD, MOST_SHUFFLED = 2, 8

-- Shuffled alike each time.
local SEED = 1

-- Events kept, done or not.
local MOST = 10000

-- Events shown on the page, also those of skills that no endpoint was given for.
local MOST_CAUSED = 100

---@class proactive.sandbox.SkillEvent
---@field type string
---@field user string
---@field request_id string
---@field state "waiting"|"delivered"|"given_up"
---@field attempts integer
---@field status integer?   of the last answer
---@field problem string?   why the last attempt failed
---@field since number
---@field next_at number    by the sandbox's clock
---@field body string
---@field url string

local Outbox = {}
Outbox.__index = Outbox

local outbox = {}

function Outbox:reset()
  for _, sending in ipairs(self.sending) do
    sending.post:close()
  end
  self.list, self.waiting, self.sending = {}, {}, {}
  self.caused = { first = 1, last = 0 }
  self.random = random.new(SEED)
end

local function add(self, entry)
  self.list[#self.list + 1] = entry
  self.waiting[#self.waiting + 1] = entry
  if #self.list > MOST then table.remove(self.list, 1) end
end

local function note(self, entry)
  local caused = self.caused
  caused.last = caused.last + 1
  caused[caused.last] = entry
  if caused.last - caused.first >= MOST_CAUSED then
    caused[caused.first] = nil
    caused.first = caused.first + 1
  end
end

--- Tells a skill what became of a customer. A skill without an endpoint is not told: its event is
--- only noted.
---@param before table?
---@param after table?
function Outbox:changed(before, after)
  local customer = after or before
  local url = self.skills:endpoint(customer.skill_id)
  for _, event in ipairs(skill_events.of(before, after)) do
    local now, id = self.clock:now(), self.next_id()
    local entry = {
      type = event.type,
      user = customer.user,
      request_id = id,
      state = url and "waiting" or "not_sent",
      attempts = 0,
      since = now,
      next_at = now + (self.shuffle and self.random() * SPREAD or 0),
      body = skill_events.encode(customer, event, id, now),
      url = url,
    }
    note(self, entry)
    if url then add(self, entry) end
  end
end

-- Sending ----------------------------------------------------------------------------------------

local function fail(self, entry, problem, is_final)
  local now = self.clock:now()
  entry.problem = problem
  entry.next_at = now + math.min(LONGEST_WAIT, FIRST_WAIT * 2 ^ (entry.attempts - 1))
  if is_final or entry.next_at - entry.since > LONGEST then
    entry.state = "given_up"
  else
    self.waiting[#self.waiting + 1] = entry
  end
end

--- An event is acknowledged by status 200 and JSON.
local function settle(self, entry, result)
  entry.status = result.status
  if not result.status then return fail(self, entry, result.message) end
  if result.status ~= 200 then
    return fail(self, entry, ("the skill answered with status %d"):format(result.status))
  elseif json.decode(result.body) == nil then
    return fail(self, entry, "the skill's answer is not JSON")
  end
  entry.state, entry.problem = "delivered", nil
end

local function send(self, entry)
  self.changes = self.changes + 1
  entry.attempts = entry.attempts + 1
  local sending, problem, is_final = post.start(self.signer, entry.url, entry.body, TIMEOUT)
  if not sending then return fail(self, entry, problem, is_final) end
  self.sending[#self.sending + 1] = { post = sending, entry = entry }
end

local function collect(self)
  local still = {}
  for _, sending in ipairs(self.sending) do
    local result = sending.post:result()
    if result then
      self.changes = self.changes + 1
      settle(self, sending.entry, result)
    else
      still[#still + 1] = sending
    end
  end
  self.sending = still
end

--- The event that is due first, and its place among those that wait.
local function next_entry(self)
  local found, place
  for index, entry in ipairs(self.waiting) do
    if not found or entry.next_at < found.next_at then
      found, place = entry, index
    end
  end
  return found, place
end

--- Sends what is due, and takes in the answers. Never waits.
---@return number? seconds  until it is to be called again; nil: nothing is on its way
function Outbox:step()
  if #self.waiting == 0 and #self.sending == 0 then return nil end
  collect(self)
  local most = self.shuffle and MOST_SHUFFLED or 1
  local entry, place = next_entry(self)
  while entry and #self.sending < most and entry.next_at <= self.clock:now() do
    table.remove(self.waiting, place)
    send(self, entry)
    entry, place = next_entry(self)
  end
  if #self.sending > 0 then return 0.002 end
  return entry and math.max(0, entry.next_at - self.clock:now())
end

local function show(entry)
  return {
    type = entry.type,
    user = entry.user,
    request_id = entry.request_id,
    state = entry.state,
    attempts = entry.attempts,
    status = entry.status,
    problem = entry.problem,
    request = json.decode(entry.body),
  }
end

--- One event as the control path shows it.
---@param index integer
function Outbox:view(index)
  return show(self.list[index])
end

--- One event as the page shows it: also `not_sent`.
---@param index integer
function Outbox:cause(index)
  return show(self.caused[index])
end

---@param clock table
---@param skills table
---@param options {shuffle: boolean?, tls_dir: string?}
function outbox.new(clock, skills, options)
  local self = setmetatable({
    clock = clock,
    skills = skills,
    shuffle = options.shuffle,
    signer = signer_of.new(options.tls_dir),
    next_id = ids.new(),
    changes = 0,
    sending = {},
  }, Outbox)
  self:reset()
  return self
end

return outbox
