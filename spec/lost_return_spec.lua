--- An error may come back in place of what a method of the pool returns: of a debug hook, as the
--- plain interpreter sets one on Ctrl-C, or a script's own time limit. Who catches it goes on with a
--- client that has lost and doubled nothing.

local sandbox_of = require "proactive.sandbox"
local stand_in = require "spec.support.stand_in"
local support = require "spec.support.sandbox"

local WINDOW, USERS = 8, 40

describe("an error in place of a return", function()
  local sandbox = support.use { users = 60 }

  local function users(first, last)
    local list = {}
    for number = first, last do list[#list + 1] = sandbox_of.user_id(number) end
    return list
  end

  --- A client whose connections are there, and 20 events accepted; the next 3 are to be repeated.
  local function warm()
    local client = stand_in.client(sandbox, { concurrency = WINDOW, retry = { base = 0.01, cap = 0.02 } })
    sandbox:fault { match = { path = "events", count = 2 * WINDOW }, delay = 0.05 }
    assert.equal(20, assert(client:send_many(stand_in.event(), users(41, 60))).accepted)
    assert(sandbox:fault { match = { path = "events", count = 3 }, status = 503 })
    return client
  end

  --- Lets a method of the pool raise when it has done its work, if it did any; at most so often.
  --- A function that ends this, and says how often it did.
  local function lose_returns(client, name, most)
    local methods, raised = getmetatable(client.delivery.pool).__index, 0
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

  local function assert_each_accepted_once()
    local seen = 0
    for _, entry in ipairs(assert(sandbox:counts())) do
      seen = seen + 1
      assert.equal(1, entry.accepted)
    end
    assert.equal(60, seen)
  end

  --- Sends to 40 users, each of whom must have one outcome, and the totals be right at every moment.
  local function run_to_the_end(name, timeout, options)
    local client = warm()
    local run = assert(client:start_many(stand_in.event(), users(1, USERS), options))
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
    assert.same({ 60, 60, 0, 0 }, { stats.accepted, stats.latency.count, stats.in_flight, stats.waiting })
    assert.equal(report.elapsed, run:report().elapsed)
    client:close()
    assert_each_accepted_once()
  end

  it("loses nothing of a row that began, where the pool goes on by itself", function()
    run_to_the_end("run_row", 1)
  end)

  for _, name in ipairs { "run_row", "release_row", "finished", "next_member", "request_body", "ungroup" } do
    it("loses nothing of a run in rows: " .. name, function()
      run_to_the_end(name, 0)
    end)
  end

  for _, name in ipairs { "start", "finished", "result", "request_id", "release", "step" } do
    it("loses nothing of a run in jobs: " .. name, function()
      local told = {}
      run_to_the_end(name, 0, {
        on_result = function(user, receipt) told[user] = (told[user] or 0) + (receipt and 1 or 0) end,
      })
      for _, user in ipairs(users(1, USERS)) do assert.equal(1, told[user]) end
    end)
  end

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
