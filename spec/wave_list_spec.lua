--- Runs over a list of plain ids, whose events begin and end in rows.

local fork = require "spec.support.fork"
local sandbox_of = require "proactive.sandbox"
local stand_in = require "spec.support.stand_in"
local support = require "spec.support.sandbox"

local users = stand_in.users

local WINDOW = 8

describe("a run over a list", function()
  local sandbox = support.use { users = 60 }

  --- A client whose connections are there.
  local function warm(options)
    options = options or {}
    options.concurrency = WINDOW
    local client = stand_in.client(sandbox, options)
    sandbox:fault { match = { path = "events", count = 2 * WINDOW }, delay = 0.05 }
    assert.equal(20, assert(client:send_many(stand_in.event(), users(41, 60))).accepted)
    assert.equal(WINDOW, client:stats().connections)
    return client
  end

  --- The calls of `run_row` while `work` runs, as {group=, begun=, listed=, seconds=,
  --- goes_on=}.
  local function rows(client, work)
    local methods, calls = getmetatable(client.delivery.pool).__index, {}
    local run_row = methods.run_row
    methods.run_row = function(...)
      local group, list, seconds, own = select(6, ...), select(8, ...), select(12, ...), select(14, ...)
      local begun, accepted = run_row(...)
      calls[#calls + 1] =
        { group = group, begun = begun, listed = #list > 1, seconds = seconds, goes_on = own ~= nil }
      return begun, accepted
    end
    local ok, problem = pcall(work)
    methods.run_row = run_row
    assert(ok, problem)
    return calls
  end

  local function slow_answers()
    sandbox:fault { match = { path = "events" }, delay = 30 }
  end

  it("begins in rows, with which the pool goes on where the caller waits", function()
    local client, in_rows, went_on = warm(), 0, false
    for _, call in ipairs(rows(client, function()
      assert.equal(40, assert(client:send_many(stand_in.event(), users(1, 40))).accepted)
    end)) do
      if call.listed then in_rows = in_rows + call.begun end
      went_on = went_on or call.goes_on
    end
    client:close()
    assert.equal(39, in_rows) -- the first one asks for the token, and is a job
    assert.is_true(went_on)
  end)

  it("never waits for the pool in a step that does not, nor in one with a budget", function()
    local client = warm()
    slow_answers()
    assert(client:start_many(stand_in.event(), users(1, 40)))
    local calls = rows(client, function()
      for _, budget in ipairs { false, 0.002, 1 } do client:step(0, budget or nil) end
      client:step(0.01, 1)
    end)
    local begun = 0
    for _, call in ipairs(calls) do
      begun = begun + call.begun
      assert.is_false(call.goes_on)
    end
    client:close()
    assert.equal(WINDOW - 1, begun) -- the first one is a job
  end)

  it("does not let the pool go on where a rate counts each event", function()
    local client = warm { rate = 10000 }
    for _, call in ipairs(rows(client, function()
      assert.equal(40, assert(client:send_many(stand_in.event(), users(1, 40))).accepted)
    end)) do
      assert.is_false(call.goes_on)
    end
    client:close()
  end)

  it("keeps to a concurrency of its own", function()
    local client = warm()
    slow_answers()
    assert(client:start_many(stand_in.event(), users(1, 40), { concurrency = 3 }))
    for _ = 1, 5 do client:step(0.01) end
    assert.equal(3, client:stats().in_flight)
    client:close()
  end)

  it("opens no more connections in a step than the client may", function()
    for _ = 1, 10 do
      local client = stand_in.client(sandbox, { concurrency = WINDOW })
      assert(client:token())
      local run = assert(client:start_many(stand_in.event(), users(1, 40)))
      local before = client:stats().connections
      while not run:done() do
        client:step(1)
        local now = client:stats().connections
        assert.is_true(now <= before + 1)
        before = now
      end
      client:close()
      assert.equal(40, run:report().accepted)
    end
  end)

  it("is filled in one step, also past users who are refused", function()
    local client = warm()
    slow_answers()
    local list = users(1, 40)
    for place = 3, 32 do list[place] = "nobody" end
    local run = assert(client:start_many(stand_in.event(), list))
    local steps = 0
    while client:stats().in_flight < WINDOW do
      client:step(0)
      steps = steps + 1
    end
    client:close()
    assert.is_true(steps < 15, steps)
    assert.same({ invalid = 30, cancelled = 8 }, run:report().by_kind)
  end)

  it("is filled in one step, also with users who are tables", function()
    local client = warm()
    slow_answers()
    local list = users(1, 40)
    for place = 2, 40, 2 do list[place] = { user = list[place] } end
    assert(client:start_many(stand_in.event(), list))
    client:step(0.01)
    assert.equal(WINDOW, client:stats().in_flight)
    client:close()
  end)

  it("takes a list that only pretends to be one", function()
    local client, ids = warm(), users(1, 20)
    local list = setmetatable({}, {
      __index = function(_, place) return ids[place] end,
      __len = function() return 2 ^ 40 end,
    })
    assert.equal(20, assert(client:send_many(stand_in.event(), list)).accepted)
    client:close()
  end)

  it("takes a list that grows and one that has shrunk", function()
    local client = warm()
    local list = users(1, 10)
    local run = assert(client:start_many(stand_in.event(), list))
    client:step(0)
    for number = 11, 20 do list[number] = sandbox_of.user_id(number) end
    assert.is_true(client:flush())
    assert.same({ 20, 20 }, { run:report().taken, run:report().accepted })
    run = assert(client:start_many(stand_in.event(), list))
    for number = 16, 20 do list[number] = nil end
    assert.is_true(client:flush())
    client:close()
    assert.same({ 15, 15 }, { run:report().taken, run:report().accepted })
  end)

  it("goes on as another group with another token", function()
    local client, groups, count = warm(), {}, 0
    local refused = { message = "Token in the request is not valid" }
    sandbox:fault { match = { path = "events", skip = 12, count = 1 }, status = 403, body = refused }
    local source = client.delivery.source
    local ask = source.refused
    source.refused = function(self, generation, now) return ask(self, generation, now + 3600) end
    for _, call in ipairs(rows(client, function()
      assert.equal(40, assert(client:send_many(stand_in.event(), users(1, 40))).accepted)
    end)) do
      if call.begun > 0 and not groups[call.group] then
        groups[call.group], count = true, count + 1
      end
    end
    assert.equal(2, client:stats().token_fetches)
    client:close()
    assert.equal(2, count)
  end)

  it("ends each event once when the client's close fails for memory", function()
    local client = warm()
    sandbox:fault { match = { path = "events" }, delay = 0.3 }
    local run = assert(client:start_many(stand_in.event(), users(1, 40)))
    client:step(0)
    assert.equal(WINDOW, client:stats().in_flight)
    local made = 0
    function run.begun_job(...)
      made = made + 1
      if made == 3 then
        run.begun_job = nil
        error("not enough memory", 0)
      end
      return getmetatable(run).begun_job(...)
    end
    assert.error_matches(function() client:close() end, "not enough memory")
    assert.is_true(client:flush())
    assert.equal(0, client:stats().in_flight)
    client:close()
    local report = run:report()
    assert.same({ WINDOW, WINDOW, 0, true }, { report.taken, report.accepted, report.failed, report.done })
  end)

  it("can be stopped in a forked child, after its client is closed there", function()
    local client = warm()
    slow_answers()
    local run = assert(client:start_many(stand_in.event(), users(1, 40)))
    while client.delivery.pool:grouped() == 0 do client:step(0.01) end
    assert.equal("quiet", fork(function()
      client:close()
      run:stop()
      return "quiet"
    end))
    assert.is_false(run:report().done)
    client:close()
    assert.is_true(run:report().done)
  end)

  it("gives each row of a step what is left of its budget", function()
    local client, list, before = warm(), users(1, 6), 1
    list[3], list[5] = { user = list[3] }, { user = list[5] }
    local run = assert(client:start_many(stand_in.event(), list))
    for _, call in ipairs(rows(client, function() client:step(0, 1) end)) do
      if call.listed then
        assert.is_true(call.seconds < before)
        before = call.seconds
      end
    end
    assert.is_true(before < 1)
    assert.is_true(client:flush())
    client:close()
    assert.equal(6, run:report().accepted)
  end)

  it("opens nothing for a run that is stopped as its last users have begun", function()
    local client = warm()
    local run = assert(client:start_many(stand_in.event(), users(1, 40)))
    function run.accepted() -- where it would ask its `progress`
      if run:report().taken == 40 then run:stop() end
    end
    while not run:done() do client:step(1) end
    local report = run:report()
    assert.same({ "stop", 40, 40 }, { report.stopped, report.taken, report.accepted })
    assert.same({}, client.delivery.waves)
    client:close()
  end)
end)
