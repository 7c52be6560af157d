--- All the sandbox knows, in one table: nothing of it is global, so that a test may have several.

local clock = require "proactive.sandbox.clock"
local counts = require "proactive.sandbox.counts"
local customers = require "proactive.sandbox.customers"
local faults = require "proactive.sandbox.faults"
local files = require "proactive.files"
local inbox = require "proactive.sandbox.inbox"
local journal = require "proactive.sandbox.journal"
local json = require "proactive.json"
local logins = require "proactive.sandbox.logins"
local outcomes = require "proactive.sandbox.outcomes"
local outbox = require "proactive.sandbox.outbox"
local skills = require "proactive.sandbox.skills"
local state = require "proactive.sandbox.state"

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

-- A JSON file that an option names.
local function document_of(path)
  local text = files.read(path)
  if not text then return nil, "cannot read " .. path end
  local document, message, line, column = json.decode(text)
  if document ~= nil then return document end
  return nil, ("%s:%d:%d: this is not JSON: %s"):format(path, line or 1, column or 1, message)
end

-- The state a sandbox starts with, when it is given one.
local function saved_of(path)
  if not path then return nil end
  local document, message = document_of(path)
  if document == nil then return nil, message end
  local saved
  saved, message = state.read(document)
  return saved, message and ("%s: %s"):format(path, message)
end

local function parts_of(self, options, start, saved)
  self.clock = clock.new(options.wall, start)
  self.skills = skills.new(self.clock, options.skill, saved and saved.skills)
  self.logins = logins.new(self.clock)
  self.customers = customers.new(options.users, saved and saved.customers)
  self.inbox = inbox.new(self.clock, self.options.max_notifications)
  self.counts = counts.new()
  self.journal = journal.new()
  self.faults = faults.new(self.clock)
  self.outcomes = outcomes.new()
  self.outbox = outbox.new(self.clock, self.skills, options)
end

-- What a state and a file of faults add to the world; the faults of a file are those of both.
local function add_saved(self, path)
  if self.saved then state.deliver(self, self.saved) end
  if not self.faults_at_start then return true end
  local set, message = self.faults:set(self.faults_at_start)
  return set, message and ("%s: %s"):format(path, message)
end

--- A world as at the start.
---@param options table  users, strict, duplicates, error_body, no_auth_status, success,
---  max_notifications, update_takes, wall, skill, shuffle, tls_dir, clock; faults and state: paths
---@return table? world
---@return string? message
function world.new(options)
  local start, saved, message
  start, message = clock.start(options.clock)
  if not start then return nil, message end
  saved, message = saved_of(options.state)
  if message then return nil, message end
  local self = setmetatable({ options = {}, saved = saved }, World)
  for name, default in pairs(DEFAULTS) do
    self.options[name] = options[name] == nil and default or options[name]
  end
  -- "409" on the command line, 409 as a status
  self.options.duplicates = tonumber(self.options.duplicates) or self.options.duplicates
  self.update_takes = options.update_takes == "never" and math.huge or options.update_takes or 1
  self.judging = { as = "service", strict = self.options.strict }
  self.faults_at_start = saved and saved.faults
  if options.faults then
    self.faults_at_start, message = document_of(options.faults)
    if self.faults_at_start == nil then return nil, message end
  end
  self.changes, self.resets = 0, 0
  parts_of(self, options, start, saved)
  start, message = add_saved(self, options.faults or options.state)
  if not start then return nil, message end
  return self
end

--- Everything as at the start: skills, customers, notifications, requests, counts, faults and the
--- clock's advance. Only tokens live on, so that a client that outlives a reset (in a suite that
--- resets before each test) need not fetch another one.
function World:reset()
  self.resets = self.resets + 1
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
  add_saved(self)
end

--- A number that is another one whenever something may have changed.
---@return integer
function World:revision()
  return self.changes + self.outbox.changes
end

return world
