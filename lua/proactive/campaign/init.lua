--- Campaigns: one event to many, written down in a database, so that any number of workers share it
--- and none of them may die in vain.

local batches = require "proactive.campaign.batches"
local core = require "proactive.core"
local definition_of = require "proactive.campaign.definition"
local errors = require "proactive.errors"
local json = require "proactive.json"
local options = require "proactive.options"
local outcomes = require "proactive.campaign.outcomes"
local recipients = require "proactive.campaign.recipients"
local row = require "proactive.campaign.row"
local source_of = require "proactive.client.source"
local storage = require "proactive.storage"
local worker_of = require "proactive.campaign.worker"

---@class proactive.campaign
local campaign = {}

---@class proactive.Campaigns
---@field private db proactive.Storage
local Campaigns = {}
Campaigns.__index = Campaigns

---@class proactive.campaign.Status
---@field name string
---@field state string
---   `filling`: being created; `ready`, `running`, `paused`, `stopped` (by itself: see `reason`),
---   `cancelled`, `done`
---@field reason string?
---@field event string         its name
---@field stage string
---@field target string?       where it is sent to, from its first run on
---@field recipients integer
---@field accepted integer     `presumed` included
---@field failed integer
---@field erased integer       customers who were erased before their turn
---@field left integer         without outcome
---@field by_kind table<string, integer>  of the failures
---@field presumed integer
---@field created_at number    Unix seconds, as the others
---@field started_at number?
---@field ended_at number?

local function check_open(self)
  if self.closed then error("attempt to use a closed campaign store", 3) end
end

-- What there is ----------------------------------------------------------------------------------

local function status_of(session, found)
  local totals, status = batches.totals(session, found.number), {
    name = found.name,
    state = found.state,
    reason = found.reason,
    event = found.definition.event.name,
    stage = found.definition.stage,
    target = found.target,
    recipients = found.recipients,
    accepted = 0,
    failed = 0,
    erased = 0,
    presumed = 0,
    by_kind = {},
    created_at = found.created_at,
    started_at = found.started_at,
    ended_at = found.ended_at,
  }
  for outcome, count in pairs(totals) do
    if outcome == "accepted" or outcome == "presumed" then
      status.accepted = status.accepted + count
    elseif outcome ~= "erased" then
      status.failed = status.failed + count
      status.by_kind[outcome] = count
    end
  end
  status.presumed, status.erased = totals.presumed or 0, totals.erased or 0
  status.left = status.recipients - status.accepted - status.failed - status.erased
  return status
end

--- How a campaign is.
---@param name string
---@return proactive.campaign.Status?
---@return proactive.Error?  kind `not_found`, `storage`
function Campaigns:status(name)
  check_open(self)
  return self.db:read(function(session)
    return status_of(session, row.get(session, name))
  end)
end

--- All campaigns, the oldest first.
---@return proactive.campaign.Status[]?
---@return proactive.Error?
function Campaigns:list()
  check_open(self)
  return self.db:read(function(session)
    local list = row.all(session)
    for index, found in ipairs(list) do
      list[index] = status_of(session, found)
    end
    return list
  end)
end

--- What became of each recipient, in the order of the recipients; those without outcome are `left`.
--- A failure of the database is raised as the error object.
---@param name string
---@return (fun(): proactive.campaign.Outcome?)?
---@return proactive.Error?
function Campaigns:outcomes(name)
  check_open(self)
  local found, err = self.db:read(function(session)
    return row.get(session, name)
  end)
  if not found then return nil, err end
  return outcomes.each(self.db, found.number)
end

-- Creating ---------------------------------------------------------------------------------------

--- The next user, and whether refusals of these customers are to be marked: they are subscribers of
--- this very store.
local function source(self, users, stage)
  local next_user = source_of(users, stage)
  if not next_user then
    error("campaign:create: users must be an array, an iterator or a coroutine of users", 3)
  end
  local registry = type(users) == "table" and users.type == "Subscribers" and users.registry
  local db = registry and registry.mark and registry.db
  return next_user, db and db.url.label == self.db.url.label or false
end

--- How many recipients go first.
local function canary_count(canary, total)
  if not canary then return nil end
  local count = canary < 1 and math.ceil(canary * total) or math.floor(canary)
  return count < total and count or nil
end

--- The campaign has all its recipients.
local function complete(self, number, definition, total)
  return self.db:transaction(function(session)
    local count = canary_count(definition.canary, total)
    if count then
      local last = batches.cut(session, number, count, recipients.finder(session))
      row.set(session, number, "canary_last", last)
    end
    row.set(session, number, "recipients", ("%d"):format(total))
    row.set(session, number, "state", "ready")
  end)
end

local function remove(self, number)
  return self.db:transaction(function(session)
    row.remove(session, number)
  end)
end

--- Fills a new campaign; nothing stays of one that cannot be filled.
local function fill(self, number, definition, next_user)
  local filled, total, err = pcall(recipients.fill, self.db, number, core.id(), next_user)
  local failure = filled and err or total
  if filled and total == 0 then
    failure = errors.new("invalid", { message = "there is nobody to send to" })
  elseif filled and total then
    local completed
    completed, failure = complete(self, number, definition, total)
    if completed then return true end
  end
  remove(self, number)
  if not errors.is(failure) then error(failure, 0) end
  return nil, failure
end

--- Creates a campaign with all its recipients; the same customer twice is one recipient. Nothing is
--- sent.
---@param opts proactive.campaign.CreateOptions
---@return proactive.campaign.Status?
---@return proactive.Error?  kind `invalid`; `conflict`: the name is taken; `storage`
function Campaigns:create(opts)
  check_open(self)
  local definition, text = definition_of.of(opts)
  if not definition then return nil, text end
  local next_user, own = source(self, opts.users, definition.stage)
  definition.subscribers = own
  text = assert(json.encode(definition))
  local id = core.id()
  local number, err = self.db:transaction(function(session)
    return row.add(session, opts.name, id, text)
  end)
  if not number then return nil, err end
  local filled
  filled, err = fill(self, number, definition, next_user)
  if not filled then return nil, err end
  return self:status(opts.name)
end

-- States -----------------------------------------------------------------------------------------

local function refuse(found, what, fix)
  error(errors.new("conflict", {
    message = ("the campaign '%s' is %s%s: it cannot be %s"):format(
      found.name,
      found.state,
      found.reason and " (" .. found.reason .. ")" or "",
      what
    ),
    fix = fix,
  }), 0)
end

--- Changes the state when it is one of some.
local function move(self, name, from, to, what)
  local done, err = self.db:transaction(function(session)
    local found = row.get(session, name, true)
    local is_so = found.state == to or (to == "ready" and found.state == "running")
    if is_so then return end
    if not from[found.state] then refuse(found, what) end
    row.move(session, found, to)
  end)
  return done, err
end

--- Lets no worker take more recipients. What is in flight is finished.
---@param name string
---@return true?
---@return proactive.Error?
function Campaigns:pause(name)
  check_open(self)
  return move(self, name, { ready = true, running = true }, "paused", "paused")
end

--- Lets a campaign that was paused, or stopped by itself, go on: `run` does it.
---@param name string
---@return true?
---@return proactive.Error?
function Campaigns:resume(name)
  check_open(self)
  return move(self, name, { paused = true, stopped = true }, "ready", "resumed")
end

--- Ends a campaign for good; what was sent stays in its report.
---@param name string
---@return true?
---@return proactive.Error?
function Campaigns:cancel(name)
  check_open(self)
  local from = { filling = true, ready = true, running = true, paused = true, stopped = true }
  return move(self, name, from, "cancelled", "cancelled")
end

--- Removes a campaign with its report. One that may be running is refused.
---@param name string
---@return true?
---@return proactive.Error?
function Campaigns:remove(name)
  check_open(self)
  return self.db:transaction(function(session)
    local found = row.get(session, name, true)
    if found.state == "running" then refuse(found, "removed", "Cancel it first.") end
    row.remove(session, found.number)
  end)
end

-- Running ----------------------------------------------------------------------------------------

---@class proactive.campaign.RunOptions
---@field lease number?     seconds after which a silent worker counts as dead; default 30
---@field patience number?  seconds to wait for a database that is gone; default 60
---@field progress (fun(report: proactive.campaign.Report))?  called now and then

---@type table<string, proactive.Option>
local RUN_OPTIONS = {
  lease = { "number", above = 0, max = 3600 },
  patience = { "number", min = 0 },
  progress = { "function" },
}

--- A campaign is sent to one place only: a test in the sandbox must not go on at Amazon.
local function take_target(session, found, client)
  local target = ("%s, %s"):format(client.sandbox and "sandbox" or "Amazon", client.stage)
  if client.stage ~= found.definition.stage then
    local own = ("It was created for the stage %s."):format(found.definition.stage)
    refuse(found, "sent to the stage " .. client.stage, own)
  elseif found.target and found.target ~= target then
    refuse(found, "sent to " .. target, ("It has been sent to %s so far."):format(found.target))
  end
  row.set(session, found.number, "target", target)
end

local RUNNABLE = { ready = true, running = true }

local function begin(session, name, client)
  local found = row.get(session, name, true)
  if not RUNNABLE[found.state] then
    local fix = "proactive campaign resume lets it go on."
    refuse(found, "run", (found.state == "paused" or found.state == "stopped") and fix or nil)
  end
  take_target(session, found, client)
  if found.state == "ready" then row.move(session, found, "running") end
  if not found.started_at then
    row.set(session, found.number, "started_at", ("%.3f"):format(session:now()))
  end
  return found
end

--- Begins to work on a campaign, as one of any number of workers. The caller steps it:
--- `worker:step(timeout, budget)` until it returns true; `worker:stop()`, `worker:report()`.
---@param name string
---@param client proactive.Client
---@param opts? proactive.campaign.RunOptions
---@return proactive.campaign.Worker?
---@return proactive.Error?  kind `not_found`, `conflict` (paused, done, sent elsewhere), `storage`
function Campaigns:start(name, client, opts)
  check_open(self)
  opts = options.check(opts, RUN_OPTIONS, "campaign:start")
  local totals
  local found, err = self.db:transaction(function(session)
    local begun = begin(session, name, client)
    totals = batches.totals(session, begun.number)
    return begun
  end)
  if not found then return nil, err end
  return worker_of(self.db, found, client, totals, opts)
end

--- Works on a campaign until it is done, paused or stopped. Others run meanwhile where the client
--- is one of a host; only the database is waited for.
---@param name string
---@param client proactive.Client
---@param opts? proactive.campaign.RunOptions
---@return proactive.campaign.Report?
---@return proactive.Error?
function Campaigns:run(name, client, opts)
  local refusal = client:refusal "run"
  if refusal then error("campaign:run " .. refusal, 2) end
  local worker, err = self:start(name, client, opts)
  if not worker then return nil, err end
  repeat
    local done = worker:rest(0.2)
    if opts and opts.progress then opts.progress(worker:report()) end
  until done
  return worker:report()
end

--- Ends the connection; any other method after it raises.
function Campaigns:close()
  if not self.closed then self.db:close() end
  self.closed = true
end

--- Opens a store, and makes it when it is not there.
---@param url string  as for `proactive.registry.open`; the same store serves both
---@param opts? proactive.storage.Options
---@return proactive.Campaigns?
---@return proactive.Error?
function campaign.open(url, opts)
  if type(url) ~= "string" then
    error("campaign.open: the address of a database expected, got " .. type(url), 2)
  end
  local db, err = storage.open(url, opts)
  if not db then return nil, err end
  return setmetatable({ db = db }, Campaigns)
end

return campaign
