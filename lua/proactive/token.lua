--- One token, one fetch, however many wait: joins the token cache of the core to a client's pool.
---
--- Clients of a Lua state with the same address, credentials and scope share the core's token
--- object. The fetch belongs
--- to the pool of the client that began it, but any client that waits for it drives it on, so that
--- no one depends on
--- another client being stepped.

local answer = require "proactive.answer"
local core = require "proactive.core"
local errors = require "proactive.errors"

---@class proactive.TokenSource
---@field handle table   the core's token
---@field fetches integer  token requests this source began
local Source = {}
Source.__index = Source

---@class proactive.TokenFetch
---@field pool table
---@field id integer|false      false: it could not be begun
---@field err proactive.Error?  how it ended; nil while it runs and after success

--- Fetches under way: core token -> proactive.TokenFetch. Weak, so that a forgotten token is freed
--- and wiped.
local under_way = setmetatable({}, { __mode = "k" })

---@return proactive.TokenFetch?
local function current(handle)
  local fetch = under_way[handle]
  return fetch and fetch.id and fetch or nil
end

local HELD = "the service refused a token that was less than a minute old; no other is asked for "
  .. "until a minute has passed"
local HELD_FIX = "Check that the skill still has the permission "
  .. "alexa::devices:all:notifications:write, and that client "
  .. "id and secret belong to the skill the customers enabled."

--- The error of sends while a refused token is held.
---@return proactive.Error
function Source.held_error()
  return errors.new("auth", { message = HELD, fix = HELD_FIX })
end

--- Ends a fetch that can no longer be driven: its pool was closed, or belongs to another process.
local function abandon(handle, now)
  under_way[handle] = nil
  handle:abandon(now)
end

--- Takes the outcome of the fetch under way, if there is one.
---@param now number  monotonic seconds
---@return string? headers  of the answer, when it was a token
function Source:settle(now)
  local fetch = current(self.handle)
  if not fetch then return end
  if fetch.pool:forked() then return abandon(self.handle, now) end
  local done, outcome = self.handle:settle(fetch.pool, fetch.id, now)
  if not done and not outcome then return end
  under_way[self.handle] = nil
  if done then return outcome end
  fetch.err = answer.token(outcome)
end

--- What needs memory comes before the fetch: one that nobody knows of would never be settled.
local function start_fetch(self)
  local fetch = { pool = self.pool, id = false }
  under_way[self.handle] = fetch
  local id, reason = self.handle:fetch(self.pool, self.route, self.timeout)
  if id then
    fetch.id = id
    self.fetches = self.fetches + 1
    return
  end
  under_way[self.handle] = nil
  if reason ~= "wait" then
    return errors.new("transport", {
      message = "asking for a token: " .. reason,
      cause = "protocol",
    })
  end
end

--- Moves the fetch of another client of this state on; our own pool is stepped by our own client.
local function drive_foreign(self, now)
  local fetch = current(self.handle)
  local foreign = fetch and fetch.pool ~= self.pool
  if foreign and not fetch.pool:forked() then fetch.pool:step(0, nil, 1) end
  self:settle(now)
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
  local advice = self.handle:ask(now)
  if advice == "held" then return nil, Source.held_error() end
  if advice == "fetch" or advice == "use-fetch" then
    local err = start_fetch(self)
    if err and advice == "fetch" then return nil, err end
  end
  if advice == "use" or advice == "use-fetch" then
    self.awaited = nil
    return "ready"
  end
  self.awaited = current(self.handle)
  return "wait"
end

--- Where the fetch under way runs. For one in another client's pool our descriptor will not wake.
---@return "here"|"elsewhere"|nil
function Source:under_way()
  local fetch = current(self.handle)
  return fetch and (fetch.pool == self.pool and "here" or "elsewhere")
end

--- Whether a finished transfer of our pool is the token fetch.
---@param id integer
---@return boolean
function Source:owns(id)
  local fetch = current(self.handle)
  return self:under_way() == "here" and fetch.id == id
end

--- The pool is about to close: a fetch in it is lost.
---@param now number
function Source:close(now)
  local fetch = current(self.handle)
  if fetch and fetch.pool == self.pool then abandon(self.handle, now) end
end

local token = {}

---@class proactive.TokenOptions
---@field url string
---@field client_id string
---@field client_secret string
---@field scope string
---@field pool table       where the fetch runs
---@field route integer    of the url, in that pool
---@field timeout number   seconds
---@field private boolean  shared with no other client

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
    private = options.private,
  }
  if not handle then return nil, message end
  return setmetatable({
    handle = handle,
    pool = options.pool,
    route = options.route,
    timeout = options.timeout,
    fetches = 0,
  }, Source)
end

return token
