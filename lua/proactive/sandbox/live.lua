--- Tells open pages that something has changed, as server-sent events. What has changed they ask
--- for themselves, so a busy sandbox sends them no more than a quiet one.

local core = require "proactive.core"
local reply = require "proactive.sandbox.reply"

local Live = {}
Live.__index = Live

local live = { PATH = "/sandbox/live" }

-- Pages at once. One more is told to look by itself.
local MOST = 16

-- Seconds from one message to the next at least, and at most: a comment shows which clients are
-- still there.
local PAUSE, BEAT = 0.25, 10

-- Milliseconds after which a browser connects again.
local RETRY = "retry: 2000\n\n"
local COMMENT = ":\n\n"

---@param world table
---@param listener table  a server of `proactive.httpd`
---@param monotonic? fun(): number
function live.new(world, listener, monotonic)
  return setmetatable({
    world = world,
    listener = listener,
    monotonic = monotonic or core.monotonic,
    ids = {},
    told = 0,
    may_at = 0,
    beat_at = 0,
  }, Live)
end

--- The answer that becomes a stream, for the server to open.
---@param request table
---@return table answer
function live.handle(request)
  if request.method ~= "GET" then
    return reply.add(reply.refusal(405, "use GET"), "Allow", "GET")
  end
  local answer = reply.new(200, "text/event-stream")
  answer.stream = true
  return reply.add(answer, "Cache-Control", "no-store")
end

local function message(world)
  return ("data: %d\n\n"):format(world:revision())
end

-- Whoever has left, or does not read, is forgotten.
local function tell(self, text)
  local still = {}
  for _, id in ipairs(self.ids) do
    local pushed, why = self.listener:push(id, text)
    if pushed then
      still[#still + 1] = id
    elseif why == "full" then
      self.listener:abort(id)
    end
  end
  self.ids = still
end

--- Answers a request with a stream, or refuses it when there are enough.
---@param id integer
---@param answer table  of `live.handle`
function Live:open(id, answer)
  if #self.ids >= MOST then tell(self, COMMENT) end
  if #self.ids >= MOST then
    local refusal = reply.refusal(503, ("%d pages are open; close one"):format(MOST))
    self.listener:respond(id, refusal.status, refusal.headers, refusal.body)
  elseif self.listener:stream(id, answer.status, answer.headers) then
    self.listener:push(id, RETRY .. message(self.world))
    self.ids[#self.ids + 1] = id
  end
end

--- Tells what is due. Never waits.
---@return number? seconds  until it is to be called again; nil: nobody looks
function Live:step()
  if #self.ids == 0 then return nil end
  local now, revision = self.monotonic(), self.world:revision()
  if revision ~= self.told and now >= self.may_at then
    tell(self, message(self.world))
    self.told, self.may_at, self.beat_at = revision, now + PAUSE, now + BEAT
  elseif now >= self.beat_at then
    tell(self, COMMENT)
    self.beat_at = now + BEAT
  end
  local due = self.beat_at
  if revision ~= self.told then due = math.min(due, self.may_at) end
  return math.max(0, due - now)
end

return live
