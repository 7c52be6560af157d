--- What one thread does, in a Lua state of its own: thread_scenes.lua(number, "SCENE ARGUMENT…").
--- Gives what the thread has to say.
local number, argument = ...

-- In this state alone: each client says that it sends to a sandbox.
io.stderr = { write = function() end } -- luacheck: ignore

local core = require "proactive.core"
local json = require "proactive.json"
local proactive = require "proactive"

local scenes = {}

--- Clients that come and go.
function scenes.make()
  local made = 0
  for i = 1, 20 do
    local client = assert(proactive.client { sandbox = "http://127.0.0.1:1", retry = false })
    if i % 10 == 0 then assert(client:warm()) end
    local text = assert(json.encode { id = core.id(), random = core.random(), at = core.wall() })
    if #core.sha256(assert(json.decode(text)).id) == 64 then made = made + 1 end
    client:close()
  end
  return ("made %d"):format(made)
end

--- A server and its client, both in this thread.
function scenes.serve()
  local ends = require("spec.support.two_ends").open()
  local route, served = ends:route(), 0
  for _ = 1, 20 do
    local id = ends:start(route, "{}")
    if ends:finish(id).status == 202 then served = served + 1 end
    ends.pool:release(id)
  end
  ends:close()
  return ("served %d"):format(served)
end

local function event()
  return assert(proactive.events.MediaContent.Available {
    availability = { startTime = os.time() + 3600, method = "AIR" },
    content = { name = "Some event", contentType = "EPISODE" },
  })
end

--- Ten events one after the other, and one to twenty customers.
function scenes.send(url, ca_file)
  local client = assert(proactive.client { sandbox = url, ca_file = ca_file })
  local audience, accepted = proactive.audience.multicast(), 0
  for i = 1, 10 do
    local reference = ("thread%dx%d"):format(number, i)
    if assert(client:send(event(), audience, { reference_id = reference })) then accepted = accepted + 1 end
  end
  local users = {}
  for i = 1, 20 do
    users[i] = proactive.sandbox.user_id(i)
  end
  accepted = accepted + assert(client:send_many(event(), users)).accepted
  client:close()
  return ("accepted %d"):format(accepted)
end

local words = {}
for word in argument:gmatch "%S+" do
  words[#words + 1] = word
end
return scenes[words[1]](words[2], words[3])
