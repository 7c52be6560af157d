--- `send_many` when something on its way is not as it should be: callbacks, users, the end.

local core = require "proactive.core"
local sandbox_of = require "proactive.sandbox"
local stand_in = require "spec.support.stand_in"

local sandbox, client, event

local function ids(count)
  local list = {}
  for i = 1, count do
    list[i] = sandbox_of.user_id(i)
  end
  return list
end

describe("sending to many", function()
  setup(function()
    sandbox = assert(sandbox_of.start { users = 40, duplicates = "409" })
    event = stand_in.event()
  end)
  teardown(function()
    sandbox:stop()
  end)
  before_each(function()
    sandbox:reset()
    client = stand_in.client(sandbox)
  end)
  after_each(function()
    client:close()
  end)

  it("presumes nothing of a customer for what befell the one before", function()
    client:close()
    client = stand_in.client(sandbox, { concurrency = 1 })
    local users, kinds = ids(2), {}
    assert(client:send(event, { type = "Unicast", user = users[2] }, { reference_id = "same" }))
    sandbox:fault { match = { path = "events", count = 1 }, reset = "after" }
    assert(client:send_many(event, users, {
      reference_id = function() return "same" end,
      on_result = function(user, _, err) kinds[user] = err and err.kind or "accepted" end,
    }))
    assert.same({ [users[1]] = "transport", [users[2]] = "duplicate" }, kinds)
  end)

  it("goes on in a region while another is held up, as far as the queue reaches", function()
    client:close()
    client = stand_in.client(sandbox, { concurrency = 2, queue = 40 })
    local users = {}
    for i, id in ipairs(ids(18)) do
      users[i] = { user = id, region = i <= 15 and "EU" or "NA" }
    end
    local job = assert(client:start_many(event, users, {}))
    for _, lane in ipairs(client.delivery.lanes) do
      if lane.region == "EU" then lane.pace.next_at = math.huge end
    end
    for _ = 1, 1000 do
      client:step(0.02)
      if job:report().accepted == 3 then break end
    end
    assert.equal(3, job:report().accepted)
    job:stop()
  end)

  it("ends with a report when a callback closes the client", function()
    local report = assert(client:send_many(event, ids(400), { -- more than may be in flight
      on_result = function() client:close() end,
    }))
    assert.equal("closed", report.stopped)
    assert.equal(report.taken, report.accepted + report.failed)
    assert.is_true(report.done)
  end)

  it("keeps the answers that are there when a callback closes the client", function()
    local outcomes = { accepted = 0 }
    sandbox:fault { match = { path = "events" }, delay = 1 }
    local job = assert(client:start_many(event, ids(16), {
      on_result = function(_, _, err)
        local kind = err and err.kind or "accepted"
        outcomes[kind] = (outcomes[kind] or 0) + 1
        client:close()
      end,
    }))
    while client:stats().in_flight < 16 do
      client:step(0)
    end
    while client.pool:step(0.01, nil, 1) < 16 do end -- the answers arrive, and nobody is told
    client:step(0)
    assert.same({ accepted = 16 }, outcomes)
    assert.is_true(job:done())
  end)

  it("is part of what flush waits for", function()
    local job = assert(client:start_many(event, ids(10)))
    assert.is_true(client:flush())
    assert.is_true(job:done())
    assert.equal(10, job:report().accepted)
  end)

  it("tells the user whose event cannot be made, and goes on", function()
    local users, failed = ids(3), {}
    local report = assert(client:send_many(function(user)
      if user == users[2] then return require("proactive").events.MessageAlert.Activated {} end
      return event
    end, users, {
      on_result = function(user, _, err)
        if err then failed[user] = err.kind end
      end,
    }))
    assert.same({ [users[2]] = "invalid" }, failed)
    assert.equal(2, report.accepted)
  end)

  it("takes no user for whose event it was stopped, and is done when the others are", function()
    local run, seen, shown = nil, 0, {}
    sandbox:fault { match = { path = "events" }, delay = 0.05 }
    local function counted()
      seen = seen + 1
      if seen == 3 then run:stop "enough" end
      return event
    end
    run = assert(client:start_many(counted, ids(5), {
      concurrency = 1,
      progress = function(report) shown[#shown + 1] = report.done and report.accepted or nil end,
    }))
    assert.is_true(client:flush(10))
    local report = run:report()
    assert.same({ 3, "enough", 2, 2 }, { seen, report.stopped, report.taken, report.accepted })
    assert.same({ 2 }, shown)
    assert.equal(2, client:stats().accepted)
  end)

  it("takes no user whom it would refuse, once it was stopped", function()
    local run, shown = nil, {}
    run = assert(client:start_many(function()
      run:stop "enough"
      return require("proactive").events.MessageAlert.Activated {}
    end, ids(2), { progress = function(report) shown[#shown + 1] = report.taken end }))
    assert.is_true(client:flush(10))
    assert.same({ 0, 0 }, { run:report().taken, run:report().failed })
    assert.same({ 0 }, shown)
  end)

  it("shows its end once, behind the last outcome, also when that stops it", function()
    local run, order = nil, {}
    run = assert(client:start_many(event, ids(3), {
      concurrency = 1,
      on_result = function()
        order[#order + 1] = "result"
        if run:report().taken == 3 then run:stop() end
      end,
      progress = function(report)
        if report.done then order[#order + 1] = "end" end
      end,
    }))
    assert.is_true(client:flush(10))
    assert.equal(3, run:report().accepted)
    table.sort(order)
    assert.same({ "end", "result", "result", "result" }, order)
  end)

  it("is closed also when the end of one run stops another", function()
    local first, second
    first = assert(client:start_many(event, ids(3)))
    second = assert(client:start_many(event, ids(3), {
      progress = function() first:stop() end,
    }))
    client:close()
    assert.same({ true, true }, { first:report().done, second:report().done })
  end)

  it("names the next user when the function for events raises", function()
    local users = ids(3)
    local report = assert(client:send_many(function(user)
      if user == users[3] then error "no such order" end
      return event
    end, users))
    assert.equal("event", report.stopped)
    assert.matches("no such order", report.problem)
    assert.equal(2, report.taken)
    assert.is_true(report.done)
  end)

  it("tells each outcome also when progress raises", function()
    local told, said = 0, {}
    client:close()
    client = stand_in.client(sandbox, {
      logger = function(level, fields) said[#said + 1] = level == "error" and fields.message or nil end,
    })
    local wordless = setmetatable({}, { __tostring = function() error "no words" end })
    assert(client:send_many(event, ids(10), {
      progress = function() error(wordless) end,
      on_result = function() told = told + 1 end,
    }))
    assert.equal(10, told)
    assert.same({ "a callback raised: a table that cannot be read" }, said)
  end)

  it("reads answers while users come slowly", function()
    local users, place, told = ids(40), 0, 0
    local report = assert(client:send_many(event, function()
      if told > 0 then return nil end
      place = place + 1
      local soon = core.monotonic() + 0.2
      while core.monotonic() < soon do end
      return users[place]
    end, { on_result = function() told = told + 1 end }))
    assert.is_true(place <= #users) -- they did not end before the first answer was read
    assert.equal(place, report.accepted)
    assert.equal(place, told)
  end)

  it("takes no more than a slice of refused users in one step", function()
    local asked = 0
    assert(client:send(event, { type = "Multicast" }))
    assert(client:start_many(event, function()
      asked = asked + 1
      return "nobody"
    end))
    client:step(0)
    assert.is_true(asked > 0 and asked < 1000000)
  end)

  it("at a rate holds nobody up, and two take turns", function()
    local order = {}
    local function noting(name)
      return { rate = name == "slow" and 0.1 or nil, on_result = function() order[#order + 1] = name end }
    end
    client:close()
    client = stand_in.client(sandbox, { concurrency = 2 })
    local slow = assert(client:start_many(event, ids(40), noting "slow"))
    assert(client:start_many(event, ids(20), noting "first"))
    assert(client:start_many(event, ids(20), noting "second"))
    local first, second = 0, 0
    while #order < 20 do
      client:step(0.05)
    end
    for _, name in ipairs(order) do
      first = first + (name == "first" and 1 or 0)
      second = second + (name == "second" and 1 or 0)
    end
    assert.is_true(first >= 8 and second >= 8)
    assert(client:send(event, { type = "Multicast" }))
    assert.is_true(slow:report().taken <= 3)
  end)

  it("loses and doubles nothing when memory fails between two of its moves", function()
    local ahead, users = 0, ids(3)
    client:close()
    client = stand_in.client(sandbox, {
      clock = {
        wall = core.wall,
        monotonic = function() return core.monotonic() + ahead end,
      },
    })
    assert(client:token())
    ahead = 120 -- a token of that age may be refused
    sandbox:fault { match = { path = "events", user = users[1], count = 1 }, status = 403,
      body = { message = "Token in the request is not valid" } }
    local told = {}
    for _, user in ipairs(users) do
      local audience = { type = "Unicast", user = user }
      assert(client:submit(event, audience, {}, function(receipt, err)
        told[#told + 1] = receipt and user or tostring(err)
      end))
      if user == users[1] then client:step(0) end
    end
    -- the answer to the first is there when the second cannot be noted
    while client.pool:step(0.01, nil, 1) < 1 do end
    local judge = require "proactive.delivery.judge"
    local collect = judge.collect
    judge.collect = function() end -- not read in this step
    setmetatable(client.delivery.running, {
      __newindex = function() error("not enough memory", 0) end,
    })
    assert.error_matches(function() client:step(0) end, "not enough memory")
    setmetatable(client.delivery.running, nil)
    judge.collect = collect
    assert.is_true(client:flush())
    table.sort(told)
    assert.same(users, told)
    for _, user in ipairs(users) do
      assert.equal(1, #sandbox:notifications(user))
    end
  end)

  it("is uncertain of what it cancels after a lost answer", function()
    client:close()
    client = stand_in.client(sandbox, { retry = { base = 30, cap = 30 } })
    sandbox:fault { match = { path = "events" }, reset = "after" }
    local failure
    assert(client:start_many(event, ids(1), { on_result = function(_, _, err) failure = err end }))
    while client:stats().retries == 0 do
      client:step(0.01)
    end
    client:close()
    assert.equal("cancelled", failure.kind)
    assert.is_true(failure.uncertain)
  end)
end)
