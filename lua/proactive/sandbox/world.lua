--- All the sandbox knows, in one table: nothing of it is global, so that a test may have several.

local clock = require "proactive.sandbox.clock"
local counts = require "proactive.sandbox.counts"
local customers = require "proactive.sandbox.customers"
local faults = require "proactive.sandbox.faults"
local inbox = require "proactive.sandbox.inbox"
local journal = require "proactive.sandbox.journal"
local logins = require "proactive.sandbox.logins"
local outcomes = require "proactive.sandbox.outcomes"
local outbox = require "proactive.sandbox.outbox"
local skills = require "proactive.sandbox.skills"

local World = {}
World.__index = World

local world = {}

local DEFAULTS = {
  duplicates = "update",
  error_body = "type",
  no_auth_status = 403,
  success = 202,
  strict = false,
  max_notifications = 250000,
}

--- A world as at the start.
---@param options table  users, strict, duplicates, error_body, no_auth_status, success,
---  max_notifications, update_takes, wall, skill, shuffle, tls_dir
---@return table
function world.new(options)
  local self = setmetatable({ options = {} }, World)
  for name, default in pairs(DEFAULTS) do
    self.options[name] = options[name] == nil and default or options[name]
  end
  -- "409" on the command line, 409 as a status
  self.options.duplicates = tonumber(self.options.duplicates) or self.options.duplicates
  self.update_takes = options.update_takes == "never" and math.huge or options.update_takes or 1
  self.judging = { as = "service", strict = self.options.strict }
  self.clock = clock.new(options.wall)
  self.skills = skills.new(self.clock, options.skill)
  self.logins = logins.new(self.clock)
  self.customers = customers.new(options.users)
  self.inbox = inbox.new(self.clock, self.options.max_notifications)
  self.counts = counts.new()
  self.journal = journal.new()
  self.faults = faults.new(self.clock)
  self.outcomes = outcomes.new()
  self.changes = 0
  self.outbox = outbox.new(self.clock, self.skills, options)
  return self
end

--- Everything as at the start: skills, customers, notifications, requests, counts, faults and the
--- clock's advance. Only tokens live on, so that a client that outlives a reset (in a suite that
--- resets before each test) need not fetch another one.
function World:reset()
  local back = self.clock:reset()
  self.skills:reset(back)
  self.logins:reset(back)
  self.customers:reset()
  self.outbox:reset()
  self.inbox:reset()
  self.counts:reset()
  self.journal:reset()
  self.faults:clear()
  self.outcomes:reset()
end

--- A number that is another one whenever something may have changed.
---@return integer
function World:revision()
  return self.changes + self.outbox.changes
end

return world
