--- The skills the sandbox knows, by client id, and the tokens it gave them.

local core = require "proactive.core"
local credentials = require "proactive.credentials"
local manifests = require "proactive.sandbox.manifests"
local schema = require "proactive.schema"

-- Live tokens a client may hold at once; the oldest gives way.
local MOST_TOKENS = 1000

-- Source: https://developer.amazon.com/docs/alexa/smapi/proactive-events-api-reference.html
local TOKEN_LIFE = 3600

local Skills = {}
Skills.__index = Skills

local skills = {}

skills.default_skill_id = credentials.sandbox_skill_id
skills.other_client_id = "amzn1.application-oa2-client.other"
skills.other_skill_id = "amzn1.ask.skill.5a4db0c5-0000-4000-8000-000000000002"
skills.bare_client_id = "amzn1.application-oa2-client.bare"
skills.bare_skill_id = "amzn1.ask.skill.5a4db0c5-0000-4000-8000-000000000003"
skills.token_life = TOKEN_LIFE

--- The names of all events, sorted.
---@return string[]
function skills.all_events()
  local names = {}
  for name in pairs(schema.catalogue) do
    names[#names + 1] = name
  end
  table.sort(names)
  return names
end

---@param clock table
---@param endpoint string?  where the first skill gets its skill events
---@param saved table[]?    these skills in place of the two
function skills.new(clock, endpoint, saved)
  local self = setmetatable({ clock = clock, endpoint_at_start = endpoint }, Skills)
  self.saved, self.tokens = saved, {}
  self:reset(0)
  return self
end

-- Tokens keep what is left of their life; those of skills that are gone go too.
local function carry_over(self, tokens, back)
  for token, entry in pairs(tokens) do
    local skill = self.by_client[entry.skill.client_id]
    entry.expires_at = entry.expires_at - back
    if skill and entry.expires_at > self.clock:now() then
      entry.skill = skill
      self.tokens[token] = entry
      skill.live.last = skill.live.last + 1
      skill.live[skill.live.last] = token
    end
  end
end

-- The skills there are at the start.
local function put_first(self)
  self:put(credentials.sandbox.client_id, { skill_id = skills.default_skill_id })
  self:put(skills.other_client_id, { skill_id = skills.other_skill_id })
  self:put(skills.bare_client_id, {
    skill_id = skills.bare_skill_id,
    permission = false,
    publications = {},
  })
end

local function put_saved(self)
  for _, saved in ipairs(self.saved) do
    local given = {}
    for name, value in pairs(saved) do
      given[name] = value
    end
    given.manifest, given.live_manifest = nil, nil
    local skill = self:put(saved.client_id, given)
    manifests.restore(skill, saved.manifest, saved.live_manifest, self.clock:now())
  end
end

--- Back to the skills there are at the start, with the tokens they hold.
---@param back number  seconds the clock was put back
function Skills:reset(back)
  local tokens = self.tokens
  self.by_client, self.tokens = {}, {}
  local put = self.saved and put_saved or put_first
  put(self)
  local first = self.by_client[credentials.sandbox.client_id]
  if first then first.endpoint = self.endpoint_at_start or first.endpoint end
  carry_over(self, tokens, back)
end

---@param client_id string
---@return table?
function Skills:find(client_id)
  local skill = self.by_client[client_id]
  if skill then manifests.settle(skill, self.clock:now()) end
  return skill
end

--- The skill of an id.
---@param skill_id string
---@return table?
function Skills:by_id(skill_id)
  for _, skill in pairs(self.by_client) do
    if skill.skill_id == skill_id then
      manifests.settle(skill, self.clock:now())
      return skill
    end
  end
end

-- A skill id for a client that was given none: the same one each time.
local function skill_id_for(client_id)
  return "amzn1.ask.skill." .. client_id:gsub("^amzn1%.application%-oa2%-client%.", "")
end

--- Makes a skill, or changes the fields that are given.
---@param client_id string
---@param fields table  client_secret, skill_id, permission, publications, endpoint
---@return table skill
---@return boolean created
function Skills:put(client_id, fields)
  local skill = self.by_client[client_id]
  local created = not skill
  if created then
    skill = {
      client_id = client_id,
      client_secret = credentials.sandbox.client_secret,
      skill_id = skill_id_for(client_id),
      permission = true,
      publications = skills.all_events(),
      live = { first = 1, last = 0 },
    }
    self.by_client[client_id] = skill
  end
  for name, value in pairs(fields) do
    skill[name] = value
  end
  skill.published = {}
  for _, name in ipairs(skill.publications) do
    skill.published[name] = true
  end
  if created or fields.permission ~= nil or fields.publications then
    manifests.renew(skill, self.clock:now())
  end
  return skill, created
end

--- Makes a skill as a developer does: with ids of its own, and nothing granted yet.
---@return table skill
function Skills:create()
  local id = core.id():gsub("~", "x")
  return (self:put("amzn1.application-oa2-client." .. id, {
    client_secret = core.id(),
    skill_id = "amzn1.ask.skill." .. id,
    permission = false,
    publications = {},
  }))
end

--- Forgets a skill and its tokens.
---@return boolean  whether there was one
function Skills:delete(client_id)
  local skill = self.by_client[client_id]
  if not skill then return false end
  self:revoke(skill)
  self.by_client[client_id] = nil
  return true
end

--- All skills, settled as of now, by client id.
---@return table[]
function Skills:list()
  local list, now = {}, self.clock:now()
  for _, skill in pairs(self.by_client) do
    manifests.settle(skill, now)
    list[#list + 1] = skill
  end
  table.sort(list, function(a, b)
    return a.client_id < b.client_id
  end)
  return list
end

--- Where a skill gets its skill events; nil: nowhere.
---@param skill_id string
---@return string?
function Skills:endpoint(skill_id)
  for _, skill in pairs(self.by_client) do
    if skill.skill_id == skill_id and skill.endpoint then return skill.endpoint end
  end
end

-- Client-credentials tokens begin with "Atc|" and have the length of user tokens, 350 characters
-- and more.
-- Source: https://developer.amazon.com/docs/login-with-amazon/access-token.html
local function new_token()
  local parts = { "Atc|MQEBI" }
  for i = 2, 17 do
    parts[i] = core.id()
  end
  return (table.concat(parts):gsub("~", "_"))
end

--- Gives a client one more token.
---@param skill table
---@return string
function Skills:issue(skill)
  local token, live, now = new_token(), skill.live, self.clock:now()
  self.tokens[token] = { skill = skill, expires_at = now + TOKEN_LIFE }
  live.last = live.last + 1
  live[live.last] = token
  while live.first < live.last do
    local oldest = self.tokens[live[live.first]]
    local keep = oldest and oldest.expires_at > now and live.last - live.first < MOST_TOKENS
    if keep then break end
    self.tokens[live[live.first]] = nil
    live[live.first] = nil
    live.first = live.first + 1
  end
  return token
end

--- The skill a token was given to, while the token lives.
---@param token string
---@return table?
function Skills:holder(token)
  local entry = self.tokens[token]
  if not entry or entry.expires_at <= self.clock:now() then return nil end
  manifests.settle(entry.skill, self.clock:now())
  return entry.skill
end

--- Ends the life of one token.
---@param token string
function Skills:expire(token)
  self.tokens[token] = nil
end

--- Ends the life of all tokens of a client.
---@param skill table
function Skills:revoke(skill)
  for i = skill.live.first, skill.live.last do
    self.tokens[skill.live[i]] = nil
  end
  skill.live = { first = 1, last = 0 }
end

return skills
