--- The certificates that sign Alexa's requests, by URL. Only files whose chain was accepted are
--- kept.

local compat = require "proactive.compat"
local core = require "proactive.core"
local host = require "proactive.host"

-- Files kept. Amazon signs with one at a time.
local MOST_KEPT = 8

-- Fetches at once. A forger's URLs must not keep us busy.
local MOST_FETCHES = 2

-- Seconds after which a fetch counts as given up.
local PATIENCE = 15

-- Seconds until a chain is built again, and until a URL that was refused may be tried again.
local REBUILD, FORGIVE = 3600, 60

-- URLs that were refused and are remembered.
local MOST_REFUSED = 256

---@class proactive.skill.Certificates
---@field trust_of fun(pem: string): any, string?  whom a file's chain must end at
---@field fetch fun(url: string): string?, any, boolean?
---@field kept table<string, {chain: any, trust: any, built_at: number, used: integer}>
---@field refused table<string, {reason: string, at: number}>
---@field fetching table<string, number>  until when, by the monotonic clock
local Certificates = {}
Certificates.__index = Certificates

-- What was refused --------------------------------------------------------------------------------

--- Makes room: what may be tried again goes first, else what was refused longest ago.
local function forget_one(self, now)
  local oldest
  for url, entry in pairs(self.refused) do
    if not oldest or entry.at < self.refused[oldest].at then oldest = url end
    if now - entry.at >= FORGIVE then
      self.refused[url], self.refused_count = nil, self.refused_count - 1
    end
  end
  if self.refused_count >= MOST_REFUSED then
    self.refused[oldest], self.refused_count = nil, self.refused_count - 1
  end
end

local function refuse(self, url, reason, now)
  if self.refused_count >= MOST_REFUSED then forget_one(self, now) end
  if not self.refused[url] then self.refused_count = self.refused_count + 1 end
  self.refused[url] = { reason = reason, at = now }
  return nil, reason
end

local function refusal(self, url, now)
  local entry = self.refused[url]
  if entry and now >= entry.at and now - entry.at < FORGIVE then return entry.reason end
end

-- What is kept ------------------------------------------------------------------------------------

--- Gives up the file that was used longest ago.
local function drop_one(self)
  local oldest, count = nil, 0
  for url, entry in pairs(self.kept) do
    count = count + 1
    if not oldest or entry.used < self.kept[oldest].used then oldest = url end
  end
  if count >= MOST_KEPT then self.kept[oldest] = nil end
end

local function keep(self, url, pem, now)
  local trust, chain, reason
  trust, reason = self.trust_of(pem)
  if trust then
    chain, reason = trust:accept(pem, now)
  end
  if not chain then return refuse(self, url, reason, now) end
  drop_one(self)
  self.uses = self.uses + 1
  self.kept[url] = { chain = chain, trust = trust, built_at = now, used = self.uses }
  return chain
end

--- The chain that is kept, as long as it is good.
local function use(self, url, entry, now)
  local good, reason = entry.chain:check_dates(now)
  local age = now - entry.built_at
  if good and (age >= REBUILD or age < 0) then
    good, reason = entry.chain:renew(entry.trust, now)
    entry.built_at = now
  end
  if not good then
    self.kept[url] = nil
    return refuse(self, url, reason, now)
  end
  self.uses = self.uses + 1
  entry.used = self.uses
  return entry.chain
end

-- Fetching ----------------------------------------------------------------------------------------

--- How many fetches run. A handler that its host ended in the middle of one never says so.
local function running(self)
  local now, count = core.monotonic(), 0
  for url, ends_at in pairs(self.fetching) do
    if now < ends_at then
      count = count + 1
    else
      self.fetching[url] = nil
    end
  end
  return count
end

local function fetch(self, url, now)
  self.fetching[url] = core.monotonic() + PATIENCE
  local ran, pem, reason, is_final = compat.pcall(self.fetch, url)
  self.fetching[url] = nil
  if not ran then pem, reason = nil, pem end
  if type(pem) == "string" then return keep(self, url, pem, now) end
  reason = "the certificate cannot be fetched: " .. tostring(reason)
  if is_final then return refuse(self, url, reason, now) end
  return nil, reason
end

--- Waits for another handler's fetch of the same file; whether it is over.
local function wait_for_other(self, url)
  local pause = host.pause()
  while self.fetching[url] and pause do
    running(self)
    pause()
  end
  return not self.fetching[url]
end

--- The chain of a URL.
---@param url string   normalised
---@param now number   Unix seconds
---@return any? chain  of the core
---@return string? reason
---@return boolean? is_busy  nothing is known against it: it may be asked for again
function Certificates:get(url, now)
  if self.fetching[url] and not wait_for_other(self, url) then
    return nil, "the certificate is being fetched", true
  end
  local entry = self.kept[url]
  if entry then return use(self, url, entry, now) end
  local reason = refusal(self, url, now)
  if reason then return nil, reason end
  if running(self) >= MOST_FETCHES then
    return nil, "too many certificates are being fetched", true
  end
  return fetch(self, url, now)
end

--- Forgets a file, so that the next request fetches it again.
---@param url string
function Certificates:drop(url)
  self.kept[url] = nil
end

---@param trust_of fun(pem: string): any, string?
---@param fetch_one fun(url: string): string?, any, boolean?
---   the PEM text; or nil, the reason, and whether the answer was final
---@return proactive.skill.Certificates
local function new(trust_of, fetch_one)
  return setmetatable({
    trust_of = trust_of,
    fetch = fetch_one,
    kept = {},
    uses = 0,
    refused = {},
    refused_count = 0,
    fetching = {},
  }, Certificates)
end

return new
