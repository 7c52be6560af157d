--- An error of a debug hook, in place of each return of the core in turn, as Ctrl-C raises one in the
--- plain interpreter: nothing is lost, doubled or left behind. See lost_return_spec.lua, too.

local core = require "proactive.core"
local sandbox_of = require "proactive.sandbox"
local stand_in = require "spec.support.stand_in"
local support = require "spec.support.sandbox"

local USERS, WINDOW = 7, 3

-- LuaJIT calls no hook where a C function returns.
if rawget(_G, "jit") then return end

local function users()
  local list = {}
  for number = 1, USERS do list[number] = sandbox_of.user_id(number) end
  return list
end

--- What each way of sending begins: a function that says whether it is over, and the run, if any.
local WAYS = {
  list = function(client)
    return client:start_many(stand_in.event(), users())
  end,
  tables = function(client)
    local list = users()
    for place = 1, USERS, 2 do list[place] = { user = list[place] } end
    return client:start_many(stand_in.event(), list)
  end,
  iterator = function(client)
    local list, place = users(), 0
    return client:start_many(stand_in.event(), function()
      place = place + 1
      return list[place]
    end)
  end,
  jobs = function(client, told)
    return client:start_many(stand_in.event(), users(), {
      on_result = function(user, receipt) told[user] = (told[user] or 0) + (receipt and 1 or 0) end,
    })
  end,
  rate = function(client)
    return client:start_many(stand_in.event(), users(), { rate = 10000 })
  end,
  submit = function(client, told)
    for _, user in ipairs(users()) do
      assert(client:submit(stand_in.event(), { type = "Unicast", user = user }, {}, function(receipt)
        told[user] = (told[user] or 0) + (receipt and 1 or 0)
      end))
    end
  end,
}

describe("an error in place of a return of the core", function()
  local sandbox = support.use { users = USERS }

  --- The functions of the core that a client calls.
  local function functions_of(client)
    local known = { [client.delivery.latency.add] = true }
    local token = getmetatable(client.delivery.source.handle).__index
    for _, methods in ipairs { core, getmetatable(client.delivery.pool).__index, token } do
      for _, value in pairs(methods) do
        if type(value) == "function" then known[value] = true end
      end
    end
    return known
  end

  --- Steps with an error in place of return number `at`. Whether there was one.
  local function step_to_the_end(client, run, at)
    local known, seen, gives_up = functions_of(client), 0, os.time() + 20
    local function hook()
      if not known[debug.getinfo(2, "f").func] then return end
      seen = seen + 1
      if seen == at then error("interrupted!", 0) end
    end
    local is_over = false
    while not is_over and os.time() < gives_up do
      debug.sethook(hook, "r")
      local ok, problem = pcall(client.step, client, 0)
      debug.sethook()
      assert(ok or problem == "interrupted!", problem)
      if run then
        local report = run:report()
        assert.equal(report.taken, report.accepted + report.failed + client:pending())
      end
      is_over = client:pending() == 0 and (not run or run:done())
    end
    assert.is_true(is_over, "it does not end")
    return seen >= at
  end

  --- One sending, the second event of which is to be repeated. Whether the error came.
  local function send(way, at)
    local client, told = stand_in.client(sandbox, { concurrency = WINDOW, retry = { base = 0.001, cap = 0.002 } }), {}
    assert(sandbox:fault { match = { path = "events", skip = 1, count = 1 }, status = 503 })
    local run = WAYS[way](client, told)
    local came = step_to_the_end(client, run, at)
    local stats = client:stats()
    assert.same({ USERS, 0, 0 }, { stats.accepted, stats.in_flight, stats.waiting })
    if run then
      local report = run:report()
      assert.same({ USERS, USERS }, { report.taken, report.accepted })
    end
    if not run or way == "jobs" then
      for _, user in ipairs(users()) do assert.equal(1, told[user]) end
    end
    assert.is_true(client:flush(5)) -- no feed is left that could have more
    client:close()
    return came
  end

  for way in pairs(WAYS) do
    it("loses and doubles nothing: " .. way, function()
      local at = 1
      while send(way, at) do at = at + 1 end
      assert.is_true(at > 30)
      local entries = assert(sandbox:counts())
      assert.equal(at * USERS, #entries)
      for _, entry in ipairs(entries) do assert.equal(1, entry.accepted) end
    end)
  end
end)
