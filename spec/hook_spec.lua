--- An error of a debug hook, in place of each return of the core in turn, as Ctrl-C raises one in the
--- plain interpreter: nothing is lost, doubled or left behind. See lost_return_spec.lua, too.

local core = require "proactive.core"
local stand_in = require "spec.support.stand_in"
local support = require "spec.support.sandbox"

local USERS, WINDOW = 7, 3

local function users()
  return stand_in.users(1, USERS)
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
  progress = function(client, told)
    return client:start_many(stand_in.event(), users(), {
      progress = function(report)
        if report.done then told.ends = (told.ends or 0) + 1 end
      end,
    })
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

  --- The tables of the core's functions that a client calls.
  local function tables_of(client)
    local token = getmetatable(client.delivery.source.handle).__index
    return { core, getmetatable(client.delivery.pool).__index, token }
  end

  --- A hook calls `returned` for each return of the core.
  local function with_hook(client, returned, work)
    local known = { [client.delivery.latency.add] = true }
    for _, functions in ipairs(tables_of(client)) do
      for _, value in pairs(functions) do
        if type(value) == "function" then known[value] = true end
      end
    end
    debug.sethook(function()
      if known[debug.getinfo(2, "f").func] then returned() end
    end, "r")
    local ok, problem = pcall(work)
    debug.sethook()
    return ok, problem
  end

  --- The same where functions are called as methods: LuaJIT calls no hook where C returns.
  local function with_wrappers(client, returned, work)
    local originals = {}
    local function pass(...)
      returned()
      return ...
    end
    for _, functions in ipairs(tables_of(client)) do
      originals[functions] = {}
      for name, value in pairs(functions) do
        if type(value) == "function" then originals[functions][name] = value end
      end
      for name, original in pairs(originals[functions]) do
        functions[name] = function(...) return pass(original(...)) end
      end
    end
    local ok, problem = pcall(work)
    for functions, by_name in pairs(originals) do
      for name, original in pairs(by_name) do functions[name] = original end
    end
    return ok, problem
  end

  local watched = rawget(_G, "jit") and with_wrappers or with_hook

  --- Steps with an error in place of return number `at`. Whether there was one.
  local function step_to_the_end(client, run, at)
    local seen, raised, gives_up, is_over = 0, 0, os.time() + 20, false
    local function returned()
      seen = seen + 1
      if seen == at then error("interrupted!", 0) end
    end
    while not is_over and os.time() < gives_up do
      local ok, problem = watched(client, returned, function() client:step(0) end)
      assert(ok or problem == "interrupted!", problem)
      if not ok then raised = raised + 1 end
      if run then
        local report = run:report()
        assert.equal(report.taken, report.accepted + report.failed + client:pending())
      end
      is_over = not client.delivery:has_work()
    end
    assert.is_true(is_over, "it does not end")
    assert.equal(seen >= at and 1 or 0, raised)
    return seen >= at
  end

  --- One sending, the second event of which is to be repeated. Whether the error came.
  local function send(way, at)
    local told, attempts = {}, 0
    local client = stand_in.client(sandbox, {
      concurrency = WINDOW,
      retry = { base = 0.001, cap = 0.002 },
      on_attempt = (way == "jobs" or way == "submit") and function() attempts = attempts + 1 end or nil,
    })
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
      assert.equal(USERS + 1, attempts)
    end
    if way == "progress" then assert.equal(1, told.ends) end
    assert.same({ true, {} }, { not run or run:done(), client.delivery.waves })
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
