--- One event to many: who is taken, what is told, and that a prepared body is what a full encode
--- gives.

local core = require "proactive.core"
local json = require "proactive.json"
local proactive = require "proactive"
local request_of = require "proactive.request"
local stand_in = require "spec.support.stand_in"
local template_of = require "proactive.client.template"

local USERS = 40

describe("client:send_many", function()
  local sandbox = require("spec.support.sandbox").use { users = USERS }
  local client, event, ids

  before_each(function()
    client = stand_in.client(sandbox, { retry = { base = 0.001, cap = 0.001 }, concurrency = 8 })
    event, ids = stand_in.event(), {}
    for i = 1, USERS do
      ids[i] = proactive.sandbox.user_id(i)
    end
  end)

  after_each(function()
    client:close()
  end)

  local function iterator(list)
    local i = 0
    return function()
      i = i + 1
      return list[i]
    end
  end

  local function each_has_one()
    local seen = {}
    for _, notification in ipairs(sandbox:notifications()) do
      seen[notification.user] = (seen[notification.user] or 0) + 1
    end
    for _, id in ipairs(ids) do
      assert.equal(1, seen[id])
    end
  end

  it("sends to an array", function()
    local report = assert(client:send_many(event, ids))
    assert.equal(USERS, report.accepted)
    assert.equal(0, report.failed)
    assert.same({}, report.by_kind)
    assert.equal(USERS, report.taken)
    assert.equal(USERS, report.total)
    assert.is_true(report.done)
    assert.is_nil(report.stopped)
    assert.is_true(report.rate > 0 and report.elapsed > 0)
    assert.is_true(report.latency.p50 <= report.latency.p99 and report.latency.p99 <= report.latency.max)
    each_has_one()
  end)

  it("sends to an iterator and to a coroutine", function()
    assert.equal(USERS, assert(client:send_many(event, iterator(ids))).accepted)
    local co = coroutine.create(function()
      for i = 1, 5 do
        coroutine.yield(ids[i])
      end
      return "not a user"
    end)
    assert.equal(5, assert(client:send_many(event, co)).accepted)
  end)

  it("sends to what a registry has", function()
    local filter
    local registry = {
      each = function(_, given)
        filter = given
        return iterator { { user = ids[1], region = "NA" }, ids[2] }
      end,
    }
    local stream = proactive.audience.subscribers(registry, { region = "NA" })
    assert.equal(2, assert(client:send_many(event, stream)).accepted)
    assert.same({ region = "NA" }, filter)
  end)

  it("tells each result with the user as it was given", function()
    local told = {}
    local users = { ids[1], { user = ids[2], region = "NA", name = "mine" }, "amzn1.ask.account.NOBODY" }
    local report = assert(client:send_many(event, users, {
      on_result = function(user, receipt, err)
        told[user] = receipt and receipt.status or err.kind
      end,
    }))
    assert.same({ [users[1]] = 202, [users[2]] = 202, [users[3]] = "not_enabled" }, told)
    assert.equal(2, report.accepted)
    assert.same({ not_enabled = 1 }, report.by_kind)
  end)

  it("makes the event for each user when it is a function", function()
    local report = assert(client:send_many(function(user)
      event.content = nil
      return assert(proactive.events.MediaContent.Available {
        availability = { startTime = os.time() + 60, method = "AIR" },
        content = { name = "For " .. user.name, contentType = "EPISODE" },
      })
    end, { { user = ids[1], name = "one" }, { user = ids[2], name = "two" } }))
    assert.equal(2, report.accepted)
    assert.matches("For one", sandbox:notifications(ids[1])[1].spoken)
    assert.matches("For two", sandbox:notifications(ids[2])[1].spoken)
  end)

  it("never has more under way than the smaller window", function()
    local most = 0
    local job = assert(client:start_many(event, iterator(ids), {
      concurrency = 3,
      on_result = function() end,
    }))
    while not job:done() do
      client:step(0.05)
      most = math.max(most, client:pending())
    end
    assert.is_true(most <= 3)
    assert.equal(USERS, job:report().accepted)
  end)

  it("takes users only as there is room", function()
    local taken = 0
    local job = assert(client:start_many(event, function()
      taken = taken + 1
      return ids[taken]
    end))
    assert.equal(0, taken)
    client:step(0)
    assert.is_true(taken <= 8)
    job:stop()
    client:flush()
    local report = job:report()
    assert.equal("stop", report.stopped)
    assert.equal(taken, report.taken)
    assert.equal(taken, report.accepted)
    assert.is_true(job:done())
  end)

  it("runs beside other jobs and submits of the client", function()
    local first = assert(client:start_many(event, iterator(ids)))
    local second = assert(client:start_many(event, iterator(ids)))
    local receipt = assert(client:send(event, proactive.audience.multicast()))
    assert.equal(202, receipt.status)
    client:flush()
    while not (first:done() and second:done()) do
      client:step(0.05)
    end
    assert.equal(2 * USERS, first:report().accepted + second:report().accepted)
  end)

  it("sends again what failed, each customer once", function()
    client:close()
    client = stand_in.client(sandbox, { retry = { base = 0.001, cap = 0.001, attempts = 50, budget = 1000 } })
    assert(sandbox:faults({
      { match = { path = "events", share = 0.2 }, ["do"] = { status = 503 } },
      { match = { path = "events", share = 0.2 }, ["do"] = { reset = "after" } },
    }, 7))
    local report = assert(client:send_many(event, ids))
    assert.equal(USERS, report.accepted)
    assert.is_true(report.retries > 0)
    each_has_one()
  end)

  it("counts what cannot be sent to, and goes on", function()
    local told = {}
    local users = { "bob", 17, { region = "NA" }, { user = ids[1], region = "MARS" }, "amzn1.ask.account.\255", ids[2] }
    local report = assert(client:send_many(event, users, {
      on_result = function(_, receipt, err)
        told[#told + 1] = receipt and "accepted" or err.kind
      end,
    }))
    assert.same({ invalid = 5 }, report.by_kind)
    assert.equal(1, report.accepted)
    assert.equal(6, #told)
  end)

  it("ends with the users when their iterator raises, and says so", function()
    local report = assert(client:send_many(event, function()
      error "the database is gone"
    end))
    assert.equal("users", report.stopped)
    assert.matches("the database is gone", report.problem)
  end)

  it("stops taking users when the deadline is over", function()
    local ahead = 0
    client:close()
    client = stand_in.client(sandbox, {
      clock = {
        wall = core.wall,
        monotonic = function()
          return core.monotonic() + ahead
        end,
      },
    })
    local report = assert(client:send_many(event, function()
      ahead = ahead + 1
      return ids[1 + math.floor(ahead) % USERS]
    end, { deadline = 5 }))
    assert.equal("deadline", report.stopped)
    assert.is_true(report.taken <= 6)
  end)

  it("keeps a rate of its own", function()
    local now = 100
    client:close()
    client = stand_in.client(sandbox, {
      clock = {
        wall = core.wall,
        monotonic = function()
          return now
        end,
      },
    })
    local job = assert(client:start_many(event, iterator(ids), { rate = 4 }))
    local function step_until(accepted)
      while job:report().accepted < accepted do
        client:step(0.05)
      end
      client:step(0)
      assert.equal(accepted, job:report().accepted)
      assert.is_true(math.abs(client:timeout() - 0.25) < 1e-9)
    end
    step_until(1)
    now = now + 0.25
    step_until(2)
  end)

  it("gives each the reference id of a function", function()
    assert(client:send_many(event, { ids[1], ids[2] }, {
      reference_id = function(user)
        return user == ids[1] and "first" or "second"
      end,
    }))
    assert.equal("first", sandbox:notifications(ids[1])[1].reference_id)
    assert.equal("second", sandbox:notifications(ids[2])[1].reference_id)
  end)

  it("refuses an invalid event before anything leaves", function()
    event.payload.availability.method = "FLY"
    local report, err = client:send_many(event, ids)
    assert.is_nil(report)
    assert.equal("invalid", err.kind)
    assert.equal(0, #sandbox:requests())
  end)

  it("raises for what is no list of users and for unknown options", function()
    assert.error_matches(function()
      client:send_many(event, "bob")
    end, "users must be an array, an iterator or a coroutine")
    assert.error_matches(function()
      client:send_many(event, ids, { on_results = print })
    end, "unknown option on_results %(did you mean on_result%?%)")
  end)

  it("calls progress with the report, at the end too", function()
    local last
    assert(client:send_many(event, ids, {
      progress = function(report)
        last = report
      end,
    }))
    assert.is_true(last.done)
    assert.equal(USERS, last.accepted)
  end)
end)

describe("a prepared body", function()
  local seed = 20240229

  --- A generator of the spec's own: the same on every Lua.
  local function random(n)
    seed = (seed * 48271) % 2147483647
    return seed % n
  end

  local PIECES = { "a", "~", "0", '"', "\\", "/", "\n", "\t", "\1", "é", "日本", "\127", "localized", " ", "😀" }

  local function text(longest)
    local parts = {}
    for i = 1, 1 + random(longest) do
      parts[i] = PIECES[1 + random(#PIECES)]
    end
    return table.concat(parts)
  end

  it("is byte for byte what a full encode gives", function()
    local event = stand_in.event()
    for _ = 1, 300 do
      event.payload.content.name = text(10)
      local template = assert(template_of.new(event, { validate = false }, 1700000000))
      for _ = 1, 3 do
        local now = 1700000000 + random(100000)
        local user, id = text(60), text(30)
        local job = assert(template:job(user, id))
        job:start({ start = function() return 1 end }, nil, now)
        local body = assert(job.body:fill(job.reference_id, job.user))
        local audience = { type = "Unicast", user = user }
        local request = assert(request_of.build(event, audience, { reference_id = id, now = now }))
        assert.equal(assert(request_of.encode(request)), body)
        assert.is_table(json.decode(body))
      end
    end
  end)
end)
