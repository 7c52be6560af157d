--- One token, one fetch, however many wait: joins the token cache of the core to a client's pool.
---
--- Clients of a Lua state with the same address, credentials and scope share the core's token
--- object. The fetch belongs to the pool of the client that began it, but any client that waits for
--- it drives it on, so that no one depends on another client being stepped.

local answer = require "proactive.answer"
local core = require "proactive.core"
local errors = require "proactive.errors"
local token_store = require "proactive.token_store"

---@class proactive.TokenSource
---@field handle table     the core's token
---@field fetches integer  token requests this source began
---@field store proactive.SharedToken?  where other processes find it, and we theirs
---@field look_at number    when to look there again
---@field refused_text string?  a token of the store that the service refused
local Source = {}
Source.__index = Source

---@class proactive.TokenFetch
---@field pool table
---@field tries integer         fetches in a row, with this one
---@field err proactive.Error?  how it ended, when those who wait are to be told
---@field retry_at number?      it failed, and there is to be another one at this time
---@field store proactive.SharedToken?  which this fetch has locked

--- The latest fetch of each core token. Weak, so that a forgotten token is freed and wiped.
---@type table<table, proactive.TokenFetch>
local latest = setmetatable({}, { __mode = "k" })

local HELD = "the service refused a token that was less than a minute old; no other is asked for "
  .. "until a minute has passed"
local HELD_FIX = "Check that the skill still has the permission "
  .. "alexa::devices:all:notifications:write, and that client id and secret belong to the skill "
  .. "the customers enabled."

local function held_error()
  return errors.new("auth", { message = HELD, fix = HELD_FIX })
end

local function running(self)
  return self.handle:fetching() and latest[self.handle]
end

--- Whether a fetch is under way.
---@return boolean
function Source:is_fetching()
  return running(self) ~= nil
end

--- Ends a fetch that can no longer be driven: its pool was closed, or belongs to another process.
local function abandon(handle, now)
  local fetch = latest[handle]
  if fetch.store then fetch.store:unlock() end
  latest[handle] = nil
  handle:abandon(now)
end

--- Plans another fetch, or leaves the error to those who wait.
local function fail(self, fetch, refused, now)
  local err = answer.token(refused)
  local delay = self.policy and self.policy:delay(fetch.tries, err)
  if delay then
    fetch.retry_at = now + delay
  else
    fetch.err = err
    latest[self.handle] = nil
  end
end

--- Takes the outcome of the fetch under way, if there is one.
---@param now number  monotonic seconds
---@return string? headers  of the answer, when it was a token
function Source:settle(now)
  local fetch = running(self)
  if not fetch then return end
  if fetch.pool:forked() then return abandon(self.handle, now) end
  local done, outcome = self.handle:settle(fetch.pool, self.handle:fetching(), now)
  if not done and not outcome then return end
  if fetch.store then
    if done then fetch.store:put(self.handle:reveal(), self.handle:info(now).expires_in) end
    fetch.store:unlock()
  end
  if not done then return fail(self, fetch, outcome, now) end
  latest[self.handle] = nil
  return outcome
end

-- Seconds between two looks into the store, while another process fetches.
local LOOK = 0.1

--- Takes a token that another process fetched, if there is one that is better than ours.
---@return boolean
local function adopt(self, now)
  self.look_at = now + LOOK
  local text, expires_in = self.store:get()
  if not text or text == self.refused_text or text == self.handle:reveal() then return false end
  return self.handle:adopt(text, expires_in, now)
end

--- Begins a fetch. The record is made first: a fetch without one would never be settled.
local function start_fetch(self, now)
  local before = latest[self.handle]
  if before and before.retry_at and now < before.retry_at then return end
  if self.store then
    if not self.store:lock() then return end
    -- Who had the lock before us may have fetched it.
    if adopt(self, now) then return self.store:unlock() end
  end
  local fetch = { pool = self.pool, tries = before and before.tries + 1 or 1 }
  fetch.store = self.store
  latest[self.handle] = fetch
  self.fetches = self.fetches + 1
  local id, reason = self.handle:fetch(self.pool, self.route, self.timeout)
  if id then return end
  self.fetches = self.fetches - 1
  latest[self.handle] = before
  if self.store then self.store:unlock() end
  if reason ~= "wait" then
    return answer.transport({ cause = "protocol", message = reason }, "asking for a token")
  end
end

--- Moves the fetch of another client of this state on; our own pool is stepped by our own client.
local function drive_foreign(self, now)
  local fetch = running(self)
  if not fetch or fetch.pool == self.pool then return end
  if not fetch.pool:forked() then fetch.pool:step(0, nil, 1) end
  self:settle(now)
end

--- What the token says of itself, once the store was asked.
local function advice_of(self, now)
  local advice = self.handle:ask(now)
  local wants = advice == "fetch" or advice == "use-fetch"
  if not wants or not self.store then return advice end
  if now >= self.look_at and adopt(self, now) then return "use" end
  return advice
end

--- The service refused a token.
---@param generation integer
---@param now number
---@return "stale"|"dropped"|"held"
function Source:refused(generation, now)
  local text = self.store and self.handle:reveal()
  local verdict = self.handle:refused(generation, now)
  if text and verdict ~= "stale" then self.refused_text, self.look_at = text, now end
  return verdict
end

--- Whether a send can begin now. Begins a fetch when one is due.
---@param now number  monotonic seconds
---@return "ready"|"wait"|nil
---@return proactive.Error?  the fetch that was waited for failed
function Source:poll(now)
  drive_foreign(self, now)
  local awaited = self.awaited
  if awaited and awaited.err then
    self.awaited = nil
    return nil, awaited.err
  end
  local advice = advice_of(self, now)
  if advice == "held" then return nil, held_error() end
  if advice == "fetch" or advice == "use-fetch" then
    local err = start_fetch(self, now)
    if err and advice == "fetch" then return nil, err end
    if advice == "fetch" then advice = self.handle:ask(now) end
  end
  if advice == "use" or advice == "use-fetch" then
    self.awaited = nil
    return "ready"
  end
  self.awaited = latest[self.handle]
  return "wait"
end

--- Seconds until polling again can help, beside what our descriptor wakes for; nil: only that.
---@param now number
---@param elsewhere number
---   for a fetch in another client's pool, which our descriptor does not tell of
---@return number?
function Source:due(now, elsewhere)
  local fetch = latest[self.handle]
  if fetch and fetch.retry_at then return math.max(0, fetch.retry_at - now) end
  if not running(self) then return self.store and math.max(0, self.look_at - now) or 0 end
  return fetch.pool ~= self.pool and elsewhere or nil
end

--- Whether a finished transfer of our pool is the token fetch.
---@param id integer
---@return boolean
function Source:owns(id)
  local fetch = running(self)
  return fetch ~= nil and fetch.pool == self.pool and self.handle:fetching() == id
end

--- The pool is about to close: a fetch in it is lost.
---@param now number
function Source:close(now)
  local fetch = running(self)
  if fetch and fetch.pool == self.pool then abandon(self.handle, now) end
end

local token = {}

---@class proactive.TokenOptions
---@field url string
---@field client_id string
---@field client_secret string
---@field scope string?          of a client-credentials grant
---@field refresh_token string?  or what stands in its place, of a person who logged in
---@field pool table       where the fetch runs
---@field route integer    of the url, in that pool
---@field timeout number   seconds
---@field policy proactive.RetryPolicy?  none: a failed fetch is told at once
---@field store proactive.TokenStore?
---@field ["private"] boolean  shared with no other client

--- A source of tokens for one client.
---@param options proactive.TokenOptions
---@return proactive.TokenSource? source
---@return string? message  what is wrong with the credentials
function token.open(options)
  local handle, message = core.token {
    url = options.url,
    client_id = options.client_id,
    client_secret = options.client_secret,
    scope = options.scope,
    refresh_token = options.refresh_token,
    private = options.private,
  }
  if not handle then return nil, message end
  return setmetatable({
    handle = handle,
    pool = options.pool,
    route = options.route,
    timeout = options.timeout,
    policy = options.policy,
    store = options.store and token_store.shared(options.store, options),
    look_at = -math.huge,
    fetches = 0,
  }, Source)
end

return token
