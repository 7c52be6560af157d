--- People who allowed a program to manage skills: codes, refresh tokens, and the access tokens they
--- give. Every refresh token of Login with Amazon's kind is good, until they are withdrawn.

local core = require "proactive.core"

-- Source: https://developer.amazon.com/docs/login-with-amazon/access-token.html (prefixes, length,
-- life of an access token). How long a code lives is not known.
local TOKEN_LIFE, CODE_LIFE = 3600, 300

-- Kept at once; the oldest give way.
local MOST = 1000

local Logins = {}
Logins.__index = Logins

local logins = { token_life = TOKEN_LIFE }

local function long_text(prefix, parts)
  local words = { prefix }
  for index = 1, parts do
    words[index + 1] = core.id()
  end
  return (table.concat(words):gsub("~", "_"))
end

---@param clock table
function logins.new(clock)
  local self = setmetatable({ clock = clock, access = {} }, Logins)
  self:reset(0)
  return self
end

--- As at the start. Access tokens live on with what is left of their life, as those of skills do.
---@param back number  seconds the clock was put back
function Logins:reset(back)
  self.codes, self.fresh, self.withdrawn = {}, {}, false
  for _, entry in pairs(self.access) do
    entry.expires_at = entry.expires_at - back
  end
end

--- Makes room in a list of things that end.
local function prune(list, now)
  local count, oldest = 0, nil
  for key, entry in pairs(list) do
    if entry.expires_at <= now then
      list[key] = nil
    else
      count = count + 1
      if not oldest or entry.expires_at < list[oldest].expires_at then oldest = key end
    end
  end
  if count >= MOST then list[oldest] = nil end
end

--- A code for a program that a person has allowed.
---@param request {client_id: string, redirect_uri: string}
---@return string
function Logins:allow(request)
  local now, code = self.clock:now(), "AN" .. core.id():gsub("~", "x")
  prune(self.codes, now)
  self.codes[code] = {
    client_id = request.client_id,
    redirect_uri = request.redirect_uri,
    expires_at = now + CODE_LIFE,
  }
  return code
end

--- Gives a refresh token for a code, once.
---@return string?
function Logins:redeem(code, client_id, redirect_uri)
  local entry = self.codes[code]
  self.codes[code] = nil
  local good = entry
    and entry.expires_at > self.clock:now()
    and entry.client_id == client_id
    and entry.redirect_uri == redirect_uri
  if not good then return nil end
  local token = long_text("Atzr|IwEBI", 16)
  self.fresh[token] = { expires_at = math.huge }
  return token
end

--- Whether a refresh token is good.
---@param token string
---@return boolean
function Logins:knows(token)
  if self.fresh[token] then return true end
  return not self.withdrawn and token:find "^Atzr|." ~= nil
end

--- An access token.
---@return string
function Logins:issue()
  local now, token = self.clock:now(), long_text("Atza|IwEBI", 16)
  prune(self.access, now)
  self.access[token] = { expires_at = now + TOKEN_LIFE }
  return token
end

--- Whether an access token is good.
---@param token string
---@return boolean
function Logins:holds(token)
  local entry = self.access[token]
  return entry ~= nil and entry.expires_at > self.clock:now()
end

---@param token string
function Logins:expire(token)
  self.access[token] = nil
end

--- The person takes back what they allowed: no token that was given so far is good.
function Logins:withdraw()
  self.withdrawn, self.fresh, self.codes, self.access = true, {}, {}, {}
end

return logins
