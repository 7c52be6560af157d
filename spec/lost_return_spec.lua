--- An error may come back in place of what a method of the pool returns: of a debug hook, as the
--- plain interpreter sets one on Ctrl-C, or a script's own time limit. Who catches it goes on with a
--- client that has lost and doubled nothing.

local sandbox_of = require "proactive.sandbox"
local stand_in = require "spec.support.stand_in"
local support = require "spec.support.sandbox"

local users = stand_in.users

local WINDOW, USERS = 8, 40

describe("an error in place of a return", function()
  local sandbox = support.use { users = 60 }

  local function cold()
    return stand_in.client(sandbox, { concurrency = WINDOW, retry = { base = 0.01, cap = 0.02 } })
  end

  --- A client whose connections are there, and 20 events accepted; some of the next are to be
  --- repeated, behind those that meet an error.
  local function warm()
    local client = cold()
    sandbox:fault { match = { path = "events", count = 2 * WINDOW }, delay = 0.05 }
    assert.equal(20, assert(client:send_many(stand_in.event(), users(41, 60))).accepted)
    assert(sandbox:fault { match = { path = "events", skip = 12, count = 3 }, status = 503 })
    return client
  end

  --- Lets a method of the pool, or of the token, raise when it has done its work, if it did any; at
  --- most so often. A function that ends this, and says how often it did.
  local function lose_returns(client, name, most)
    local methods, raised = getmetatable(client.delivery.pool).__index, 0
    if not methods[name] then methods = getmetatable(client.delivery.source.handle).__index end
    local original = methods[name]
    methods[name] = function(...)
      local first, second, third, fourth = original(...)
      if first ~= 0 and raised < most then
        raised = raised + 1
        error("interrupted!", 0)
      end
      return first, second, third, fourth
    end
    return function()
      methods[name] = original
      return raised
    end
  end

  local function step(client, timeout)
    local ok, problem = pcall(client.step, client, timeout)
    assert(ok or problem == "interrupted!", problem)
  end

  local function assert_each_accepted_once(wanted)
    local seen = 0
    for _, entry in ipairs(assert(sandbox:counts())) do
      seen = seen + 1
      assert.equal(1, entry.accepted)
    end
    assert.equal(wanted, seen)
  end

  --- Sends to 40 users, each of whom must have one outcome, and the totals be right at every moment.
  local function run_to_the_end(client, source, name, timeout, options)
    local before = client:stats().accepted
    local run = assert(client:start_many(stand_in.event(), source, options))
    local mend, gives_up = lose_returns(client, name, 3), os.time() + 60
    finally(mend)
    while not run:done() and os.time() < gives_up do
      step(client, timeout)
      local report = run:report()
      assert.equal(report.taken, report.accepted + report.failed + client:pending())
    end
    assert.is_true(mend() > 0)
    local report, stats = run:report(), client:stats()
    assert.same({ USERS, USERS, 0 }, { report.taken, report.accepted, report.failed })
    assert.is_nil(report.stopped)
    assert.same({ before + USERS, 0, 0 }, { stats.accepted, stats.in_flight, stats.waiting })
    assert.equal(report.elapsed, run:report().elapsed)
    client:close()
    assert_each_accepted_once(before + USERS)
  end

  local METHODS = {
    "run_row", "release_row", "start", "release", "finished", "result", "next_member", "request_body",
    "ungroup", "step",
  }

  for _, name in ipairs(METHODS) do
    it("loses nothing of a run over a list: " .. name, function()
      run_to_the_end(warm(), users(1, USERS), name, 0)
    end)
  end

  it("loses nothing of a row with which the pool goes on by itself", function()
    run_to_the_end(warm(), users(1, USERS), "run_row", 1)
  end)

  --- Plain ids and tables in turn.
  local function mixed()
    local list = users(1, USERS)
    for place = 1, USERS, 2 do list[place] = { user = list[place] } end
    return list
  end

  for _, name in ipairs { "run_row", "release_row", "start", "release" } do
    it("loses nothing of a run over tables: " .. name, function()
      run_to_the_end(warm(), mixed(), name, 0)
    end)

    it("loses nothing of a run over an iterator: " .. name, function()
      local list, place = mixed(), 0
      run_to_the_end(warm(), function()
        place = place + 1
        return list[place]
      end, name, 0)
    end)
  end

  for _, name in ipairs { "start", "finished", "result", "request_id", "release", "step" } do
    it("loses nothing of a run in jobs: " .. name, function()
      local told = {}
      run_to_the_end(warm(), users(1, USERS), name, 0, {
        on_result = function(user, receipt) told[user] = (told[user] or 0) + (receipt and 1 or 0) end,
      })
      for _, user in ipairs(users(1, USERS)) do assert.equal(1, told[user]) end
    end)
  end

  for _, name in ipairs { "ask", "fetch", "fetching", "settle" } do
    it("loses no token: " .. name, function()
      run_to_the_end(cold(), users(1, USERS), name, 0)
    end)
  end

  it("gives a user again whom it kept from being sent to", function()
    local client, list, place = warm(), users(1, 3), 0
    local run = assert(client:start_many(stand_in.event(), function()
      place = place + 1
      return list[place]
    end))
    local next_feed, raised = run.next, 0
    function run.next(...)
      local user, id, route, region = next_feed(...)
      if user == list[2] and raised < 3 then
        raised = raised + 1
        error("interrupted!", 0)
      end
      return user, id, route, region
    end
    while not run:done() do step(client, 0) end
    assert.equal(3, raised)
    assert.same({ 3, 3 }, { run:report().taken, run:report().accepted })
    client:close()
    assert_each_accepted_once(23)
  end)

  it("takes no other transfer for one that did not begin", function()
    local client, told = warm(), {}
    local start = getmetatable(client.delivery.pool).__index.start
    local methods, raised = getmetatable(client.delivery.pool).__index, 0
    finally(function() methods.start = start end)
    function methods.start(...)
      raised = raised + 1
      if raised > 1 and raised < 5 then error("interrupted!", 0) end
      return start(...)
    end
    for number = 1, 3 do
      local to = { type = "Unicast", user = sandbox_of.user_id(number) }
      assert(client:submit(stand_in.event(), to, {}, function(receipt) told[number] = receipt ~= nil end))
    end
    while client:pending() > 0 do step(client, 0.01) end
    assert.is_true(raised >= 6)
    assert.same({ true, true, true }, told)
    client:close()
    assert_each_accepted_once(23)
  end)

  it("lets go in the next step of what it left of a run", function()
    local client = warm()
    local run = assert(client:start_many(stand_in.event(), users(1, USERS)))
    local mend = lose_returns(client, "next_member", 100)
    finally(mend)
    while not run:done() do step(client, 0) end
    assert.is_true(mend() > 0)
    client:step(0)
    assert.same({}, client.delivery.waves)
    assert.is_false(client.delivery.asked)
    client:close()
  end)

  it("closes a client whose pool is closed already", function()
    local client = warm()
    local mend = lose_returns(client, "close", 1)
    finally(mend)
    assert.error_matches(function() client:close() end, "interrupted!")
    assert.matches("closed", tostring(client))
    client:close()
  end)

  it("takes in an event for all of its regions or for none", function()
    local client, told = cold(), 0
    assert(client:token())
    local clock = client.delivery.clock
    local monotonic = clock.monotonic
    for at = 1, 8 do
      local calls = 0
      function clock.monotonic()
        calls = calls + 1
        if calls == at then error("interrupted!", 0) end
        return monotonic()
      end
      local to = { type = "Multicast", regions = { "NA", "EU", "FE" } }
      local ok = pcall(client.submit, client, stand_in.event(), to, {}, function() told = told + 1 end)
      clock.monotonic = monotonic
      assert.equal(ok and 3 or 0, client:pending())
      assert.is_true(client:flush())
    end
    assert.is_true(told > 0 and told < 8)
    client:close()
  end)

  it("ends a run with the wait for it", function()
    local client = warm()
    local mend = lose_returns(client, "run_row", 1)
    finally(mend)
    assert.error_matches(function() client:send_many(stand_in.event(), users(1, USERS)) end, "interrupted!")
    assert.is_true(client:flush())
    local accepted = client:stats().accepted
    assert.is_true(accepted > 20 and accepted < 20 + USERS)
    client:close()
    assert_each_accepted_once(accepted)
  end)

  it("tells what was under way of an event that had begun when its client is closed", function()
    local client, told, customer = warm(), {}, stand_in.subscriber(sandbox)
    sandbox:fault { match = { path = "events" }, delay = 30 }
    local mend = lose_returns(client, "start", 1)
    finally(mend)
    assert(client:submit(stand_in.event(), { type = "Unicast", user = customer.user }, {}, function(_, err)
      told[#told + 1] = err
    end))
    while not client.delivery.begun_job do step(client, 0.01) end
    assert.equal(1, mend())
    client:close()
    assert.equal(1, #told)
    assert.same({ "cancelled", true }, { told[1].kind, told[1].uncertain })
    assert.equal(0, client.delivery.waiting + client.delivery.jobs_in_flight)
  end)
end)
