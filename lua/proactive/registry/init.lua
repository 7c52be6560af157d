--- The subscribers of a skill: who has it enabled, who wants which event, where they are.
---
--- One registry holds one skill. Where the library takes a registry, any table with the functions
--- `apply`, `each`, `get`, `forget` and `count` will do.

local audience = require "proactive.registry.audience"
local core = require "proactive.core"
local customer = require "proactive.registry.customer"
local erase_elsewhere = require "proactive.registry.erasure"
local errors = require "proactive.errors"
local event = require "proactive.registry.event"
local host = require "proactive.host"
local json = require "proactive.json"
local line = require "proactive.registry.line"
local marks = require "proactive.registry.marks"
local meta = require "proactive.registry.meta"
local new_group = require "proactive.registry.group"
local options = require "proactive.options"
local order = require "proactive.registry.order"
local rows = require "proactive.registry.rows"
local storage = require "proactive.storage"
local time = require "proactive.time"
local transfer = require "proactive.registry.transfer"

---@class proactive.registry
local registry = {}

---@class proactive.registry.Change
---@field type string?       the request's
---@field user string?       nil: it said nothing about a customer
---@field changed string[]   which aspects have another value now
---@field erased boolean     the customer's data was erased

---@class proactive.Subscriber
---@field user string
---@field enabled boolean?       nil: nobody said, which counts as enabled
---@field subscriptions string[] names of events
---@field permissions string[]   scopes
---@field account_linked boolean?
---@field locale string?
---@field region string?
---@field erased string?         order key of the last erasure
---@field at table<string, string>  order key of each of these

---@class proactive.Registry
---@field private db proactive.Storage
---@field private group proactive.registry.Group
---@field private key string?         of the hashes; nil: not known yet
---@field private application string? likewise
local Registry = {}
Registry.__index = Registry

local function check_open(self)
  if self.closed then error("attempt to use a closed registry", 3) end
end

local function check_user(user, what)
  if type(user) ~= "string" then
    error(("%s: a user id expected, got %s"):format(what, type(user)), 3)
  end
end

--- Runs work in a transaction, with the key of the hashes.
local function transact(self, work)
  local key
  local done, err = self.db:transaction(function(session)
    key = self.key or meta.claim(session, "key", core.id())
    work(session, key)
  end)
  if done then self.key = key end
  return done, err
end

-- Events -----------------------------------------------------------------------------------------

--- Reads all, so that nothing is written when one of them is wrong.
local function read_all(envelopes)
  local sayings = {}
  for index, envelope in ipairs(envelopes) do
    local saying, err = event.read(envelope)
    if not saying then
      for _, violation in ipairs(#envelopes > 1 and err.violations or {}) do
        violation.path = ("[%d].%s"):format(index, violation.path)
      end
      return nil, err
    end
    sayings[index] = saying
  end
  return sayings
end

--- Refuses what another skill's customers did. The first event fixes which skill it is.
local function check_application(self, session, sayings)
  local own = self.application
  for _, saying in ipairs(sayings) do
    local id = saying.application
    if id then own = own or meta.claim(session, "application_id", id) end
    if id and id ~= own then
      error(errors.new("invalid", {
        message = ("the event is of the skill %s, and this registry of %s"):format(id, own),
        fix = "Keep a store for each skill.",
      }), 0)
    end
  end
  return own
end

--- The sayings of each customer, in the order of their rows' keys: two processes that lock rows in
--- different orders would wait for each other.
local function by_customer(key, sayings)
  local groups, list = {}, {}
  for index, saying in ipairs(sayings) do
    if saying.user then
      local group = groups[saying.user]
      if not group then
        group = { key = rows.key(key, saying.user) }
        groups[saying.user], list[#list + 1] = group, group
      end
      group[#group + 1] = index
    end
  end
  table.sort(list, function(one, other)
    return one.key < other.key
  end)
  return list
end

local function write(session, group, sayings, changes)
  local before = rows.claim(session, group.key)
  local known = before
  for _, index in ipairs(group) do
    local saying = sayings[index]
    local joined = customer.join(known, saying.says)
    changes[index].changed = customer.changes(known, joined)
    changes[index].erased = saying.says.erased ~= nil and joined.erased ~= known.erased
    known = joined
  end
  if customer.same(before, known) then return end
  rows.put(session, group.key, known)
  if known.erased ~= before.erased and not known.user then erase_elsewhere(session, group.key) end
end

--- Takes in several requests in one transaction: all of them or none.
---@param envelopes table[]  the decoded JSON of each
---@return true?
---@return proactive.registry.Change[]|proactive.Error changes
function Registry:apply_many(envelopes)
  check_open(self)
  local sayings, err = read_all(envelopes)
  if not sayings then return nil, err end
  local changes, any = {}, false
  for index, saying in ipairs(sayings) do
    changes[index] = { type = saying.type, user = saying.user, changed = {}, erased = false }
    any = any or saying.user ~= nil
  end
  if not any then return true, changes end
  local application
  local done
  done, err = transact(self, function(session, key)
    application = check_application(self, session, sayings)
    for _, group in ipairs(by_customer(key, sayings)) do
      write(session, group, sayings, changes)
    end
  end)
  if not done then return nil, err end
  self.application = application
  return true, changes
end

--- Takes in a request from Alexa. What is no skill event changes nothing; neither does one that is
--- older than what is known. It is on the disk when this returns. Handlers of one process that run
--- at the same time share a commit, in OpenResty and where the option `pause` says how.
---@param envelope table  its decoded JSON
---@return true?
---@return proactive.registry.Change|proactive.Error change
function Registry:apply(envelope)
  check_open(self)
  if envelope == nil then error("registry:apply: the decoded JSON of a request expected", 2) end
  local pause = self.pause or host.pause()
  if pause then return self.group:apply(self, envelope, pause) end
  local done, result = self:apply_many { envelope }
  if not done then return nil, result end
  return true, result[1]
end

-- Customers --------------------------------------------------------------------------------------

--- A function that gives the next customer to send to, for `client:send_many`. What cannot be read
--- raises the error object.
---@param filter? proactive.registry.Filter
---@return fun(): {user: string, region: string?, locale: string?}?
function Registry:each(filter)
  check_open(self)
  return audience.each(self.db, audience.check(filter, "registry:each"))
end

--- How many `each` gives.
---@param filter? proactive.registry.Filter
---@return integer?
---@return proactive.Error?
function Registry:count(filter)
  check_open(self)
  filter = audience.check(filter, "registry:count")
  return self.db:read(function(session)
    return audience.count(session, filter)
  end)
end

--- What is known of a customer; nil without an error when nothing is.
---@param user string
---@return proactive.Subscriber?
---@return proactive.Error?
function Registry:get(user)
  check_open(self)
  check_user(user, "registry:get")
  local known, err = self.db:read(function(session)
    self.key = self.key or meta.get(session, "key")
    return self.key and rows.get(session, rows.key(self.key, user)) or false
  end)
  if not (known and known.user) then return nil, err end
  local object = line.object(known)
  object.subscriptions = object.subscriptions or json.array {}
  object.permissions = object.permissions or json.array {}
  return object
end

--- Erases what is known of a customer. An event from before now does not bring it back.
---@param user string
---@return true?
---@return boolean|proactive.Error known  whether there was anything
function Registry:forget(user)
  check_open(self)
  check_user(user, "registry:forget")
  local now = assert(order.key(time.format(core.wall()), "forget"))
  local known
  local done, err = transact(self, function(session, key)
    local row = rows.key(key, user)
    known = rows.claim(session, row)
    rows.put(session, row, customer.erase(known, now))
    erase_elsewhere(session, row)
  end)
  if not done then return nil, err end
  return true, known.user ~= nil
end

-- Marks ------------------------------------------------------------------------------------------

--- Marks customers whom the service refused with a 403, so that `each` and `count` with this stage
--- pass them over until a newer skill event says otherwise.
---@param run string    names the run, for `unmark`
---@param stage string
---@param list {user: string, event: string?}[]
---   event: the one that was not subscribed to; nil: the skill is not enabled
---@return true?
---@return proactive.Error?
function Registry:mark(run, stage, list)
  check_open(self)
  return transact(self, function(session, key)
    local found = {}
    for index, mark in ipairs(list) do
      found[index] = { customer = rows.key(key, mark.user), event = mark.event }
    end
    marks.put(session, found, stage, run, core.wall())
  end)
end

--- Takes the marks of a run back.
---@param run string
---@return integer?
---@return proactive.Error?
function Registry:unmark(run)
  check_open(self)
  return self.db:transaction(function(session)
    return marks.remove(session, run)
  end)
end

--- The runs that left marks, the oldest first.
---@return {run: string, marks: integer, at: string}[]?
---@return proactive.Error?
function Registry:marked()
  check_open(self)
  return self.db:read(marks.runs)
end

-- The whole store --------------------------------------------------------------------------------

--- A function that gives the next line of an export: everything that is known, tombstones included.
---@return fun(): string?
function Registry:export()
  check_open(self)
  return transfer.export(self.db)
end

--- Takes over the lines of an export, or of a list that somebody wrote, with a transaction for each
--- few hundred. What is known from a later event stays.
---@param lines fun(): string?  gives the next line, as `io.lines(path)` does
---@return true?
---@return integer|proactive.Error count  of customers
function Registry:import(lines)
  check_open(self)
  if type(lines) ~= "function" then
    error("registry:import: a function that gives lines expected, got " .. type(lines), 2)
  end
  local count, err = transfer.import(self.db, lines)
  if not count then return nil, err end
  return true, count
end

--- Ends the connection; any other method after it raises.
function Registry:close()
  if not self.closed then self.db:close() end
  self.closed = true
end

-- Opening ----------------------------------------------------------------------------------------

---@class proactive.registry.Options: proactive.storage.Options
---@field application_id string?  the skill's; default: that of the first event
---@field pause fun()?  lets the other handlers of this process run, and returns afterwards

---@type table<string, proactive.Option>
local OPTIONS = { application_id = { "string" }, pause = { "function" } }
for name, rule in pairs(storage.OPTIONS) do
  OPTIONS[name] = rule
end

--- Finds out whose store it is, or says it.
local function identify(self, application)
  if not application then return true end
  local own, err = self.db:read(function(session)
    return meta.get(session, "application_id") or false
  end)
  if own == false then
    own, err = self.db:transaction(function(session)
      return meta.claim(session, "application_id", application)
    end)
  end
  if not own then return nil, err end
  self.application = own
  if application == own then return true end
  return nil, errors.new("invalid", {
    message = ("%s holds the subscribers of the skill %s"):format(self.db.url.label, own),
    fix = "Name the store of the skill " .. application .. ", or a new one.",
  })
end

--- Opens a store, and makes it when it is not there.
---@param url string  `sqlite:FILE` or `postgresql://user:password@host:port/dbname`
---@param opts? proactive.registry.Options
---@return proactive.Registry?
---@return proactive.Error?
function registry.open(url, opts)
  if type(url) ~= "string" then
    error("registry.open: the address of a database expected, got " .. type(url), 2)
  end
  local given = {}
  for name, value in pairs(options.check(opts, OPTIONS, "registry.open")) do
    given[name] = value
  end
  local application, pause = given.application_id, given.pause
  given.application_id, given.pause = nil, nil
  local db, err = storage.open(url, given)
  if not db then return nil, err end
  local self = setmetatable({ db = db, group = new_group(), pause = pause }, Registry)
  local identified
  identified, err = identify(self, application)
  if identified then return self end
  self:close()
  return nil, err
end

return registry
