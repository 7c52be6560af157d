--- The answers to the last requests, by their id: Alexa sends one again when the answer got lost.

local core = require "proactive.core"
local host = require "proactive.host"

-- Twice this many are kept at most: an hour of a busy skill's events, some megabytes.
local GENERATION = 5000

-- Seconds that a repeated request waits for the first: Alexa waits about 8 for an answer. A handler
-- that its host ended never answers.
local PATIENCE = 8

---@class proactive.skill.Replies
---@field young table<string, any>
---@field old table<string, any>
---@field running table<string, boolean>
local Replies = {}
Replies.__index = Replies

local function find(self, id)
  return self.young[id] or self.old[id]
end

local function keep(self, id, answer)
  if self.count >= GENERATION then
    self.old, self.young, self.count = self.young, {}, 0
  end
  self.young[id], self.count = answer, self.count + 1
end

--- Waits for the handler that answers the same request.
local function wait_for_other(self, id)
  local pause, until_then = host.pause(), core.monotonic() + PATIENCE
  while pause and self.running[id] and core.monotonic() < until_then do
    pause()
  end
end

--- The answer to a request: the one that was given, or a new one, which is kept unless it is nil.
---@param id string
---@param make fun(): any, any  raises nothing
---@return any answer
---@return any err
function Replies:once(id, make)
  if self.running[id] then wait_for_other(self, id) end
  local known = find(self, id)
  if known ~= nil then return known end
  self.running[id] = true
  local answer, err = make()
  self.running[id] = nil
  if answer ~= nil then keep(self, id, answer) end
  return answer, err
end

---@return proactive.skill.Replies
local function new()
  return setmetatable({ young = {}, old = {}, running = {}, count = 0 }, Replies)
end

return new
