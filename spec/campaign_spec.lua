--- Campaigns against a sandbox, with the same cases on SQLite and PostgreSQL.

local campaign = require "proactive.campaign"
local core = require "proactive.core"
local errors = require "proactive.errors"
local events = require "spec.support.skill_events"
local proactive = require "proactive"
local registry = require "proactive.registry"
local row = require "proactive.campaign.row"
local rule = require "proactive.campaign.rule"
local slots = require "proactive.campaign.slots"
local stores = require "spec.support.stores"

setup(stores.start)
teardown(stores.stop)

local EVENT = "AMAZON.OrderStatus.Updated"

local function event()
  return assert(proactive.events[EVENT] {
    state = { status = "ORDER_SHIPPED" },
    order = { seller = { name = proactive.localized { ["en-US"] = "Example" } } },
  })
end

-- Of the digits after SANDBOX in the ids of the sandbox's customers.
local LENGTH = 173

local function user(index)
  local digits = ("%d"):format(index)
  return "amzn1.ask.account.SANDBOX" .. ("0"):rep(LENGTH - #digits) .. digits
end

local function some(first, last)
  local list = {}
  for index = first, last do
    list[#list + 1] = user(index)
  end
  return list
end

local function outcomes_of(store, name)
  local by_outcome = {}
  for outcome in assert(store:outcomes(name)) do
    by_outcome[outcome.outcome] = (by_outcome[outcome.outcome] or 0) + 1
  end
  return by_outcome
end

local function step_until(worker, holds)
  for _ = 1, 2000 do
    if holds(worker) then return end
    worker:step(0.02)
  end
  error "this takes too long"
end

for kind, address in pairs(stores.kinds) do
  describe("a campaign on " .. kind, function()
    local sandbox = require("spec.support.sandbox").use { users = 60 }
    local url, store, client

    local function new_client(opts)
      local all = { sandbox = sandbox.url, retry = { attempts = 2, base = 0.01 } }
      for name, value in pairs(opts or {}) do
        all[name] = value
      end
      return assert(proactive.client(all))
    end

    local function create(opts)
      local all = { name = "one", event = event(), users = some(1, 60) }
      for name, value in pairs(opts or {}) do
        all[name] = value
      end
      return assert(store:create(all))
    end

    before_each(function()
      url = address()
      store = assert(campaign.open(url))
      client = new_client()
    end)

    after_each(function()
      client:close()
      store:close()
    end)

    --- Each of these customers was told once, under one reference id.
    local function assert_each_once(first, last)
      local seen = {}
      for _, count in ipairs(sandbox:counts()) do
        assert.is_nil(seen[count.user], "two reference ids")
        seen[count.user] = count.accepted
      end
      for index = first, last do
        assert.equal(1, seen[user(index)])
        seen[user(index)] = nil
      end
      assert.is_nil(next(seen))
    end

    it("reaches everybody once, a customer who is named twice too", function()
      local users = some(1, 60)
      users[61], users[62] = user(1), { user = user(2), region = "NA" }
      local status = create { users = users }
      assert.equal("ready", status.state)
      assert.equal(60, status.recipients)
      assert.equal(60, status.left)
      local report = assert(store:run("one", client))
      assert.equal("done", report.state)
      assert.is_nil(report.stopped)
      assert.equal(60, report.accepted)
      assert_each_once(1, 60)
      status = assert(store:status "one")
      assert.equal("done", status.state)
      assert.equal(0, status.left)
      assert.is_true(status.started_at <= status.ended_at)
      assert.equal("sandbox, development", status.target)
      local outcome = assert(store:outcomes "one")()
      assert.matches("^amzn1.ask.account.SANDBOX", outcome.user)
      assert.equal("accepted", outcome.outcome)
      assert.matches("^%x+%-", outcome.request_id)
      assert.matches("^%x+$", sandbox:notifications(user(1))[1].reference_id)
      local again, err = store:run("one", client)
      assert.is_nil(again)
      assert.equal("conflict", err.kind)
    end)

    it("writes down failures by kind, without the customer's id in the words", function()
      create { users = some(59, 62), stop_on = 0.9 }
      local report = assert(store:run("one", client))
      assert.equal("done", report.state)
      assert.equal(2, report.by_kind.not_enabled)
      assert.same({ accepted = 2, not_enabled = 2 }, outcomes_of(store, "one"))
      for outcome in assert(store:outcomes "one") do
        if outcome.outcome == "not_enabled" then
          assert.equal(403, outcome.status)
          assert.matches("<customer>", outcome.message)
          assert.is_nil(outcome.message:find(outcome.user, 1, true))
        end
      end
    end)

    it("goes on where a worker that died has left it, under the same reference ids", function()
      create()
      local worker = assert(store:start("one", client))
      worker:step(0) -- claims, and begins to send
      worker.db = {
        transaction = function()
          return nil, errors.new("storage", { message = "this worker is dead" })
        end,
      }
      repeat
        client:step(0.1)
      until client:pending() == 0
      -- all were accepted, nothing was written: the worker is gone with what it knew
      assert.equal(60, assert(store:status "one").left)
      assert.equal(60, #sandbox:counts())
      assert(store.db:transaction(function(session)
        session:execute "UPDATE proactive_batches SET until = 0" -- its lease is over
      end))
      local report = assert(store:run("one", client))
      assert.equal("done", report.state)
      assert.equal(60, report.accepted)
      assert.equal(60, #sandbox:notifications())
      local accepted = 0
      for _, count in ipairs(sandbox:counts()) do
        accepted = accepted + count.accepted
      end
      assert.equal(120, accepted) -- twice to the service, once to everybody
    end)

    it("is shared by workers, who claim no recipient twice", function()
      create { rate = 400 }
      local other = assert(campaign.open(url))
      local second = new_client()
      local workers = { assert(store:start("one", client)), assert(other:start("one", second)) }
      for _ = 1, 1000 do
        workers[1]:step(0.01)
        workers[2]:step(0.01)
        if workers[1]:done() and workers[2]:done() then break end
      end
      assert_each_once(1, 60)
      assert.equal("done", assert(store:status "one").state)
      second:close()
      other:close()
    end)

    it("is paused, resumed and cancelled", function()
      create { rate = 40 }
      local worker = assert(store:start("one", client, { lease = 0.1 }))
      step_until(worker, function()
        return worker:report().accepted > 0
      end)
      assert.is_true(store:pause "one")
      step_until(worker, worker.done)
      assert.equal("paused", worker:report().stopped)
      local left = assert(store:status "one").left
      assert.is_true(left > 0 and left < 60)
      local refused, err = store:run("one", client)
      assert.is_nil(refused)
      assert.matches("'one' is paused", err.message)
      assert.matches("resume", err.fix)
      assert.is_true(store:resume "one")
      assert.equal("ready", assert(store:status "one").state)
      worker = assert(store:start("one", client))
      worker:stop()
      step_until(worker, worker.done)
      assert.equal("stop", worker:report().stopped)
      assert.is_true(store:cancel "one")
      assert.is_nil((store:resume "one"))
      assert.is_nil((store:run("one", client)))
      assert.is_true(store:remove "one")
      assert.equal(0, #assert(store:list()))
      assert.equal("not_found", select(2, store:status "one").kind)
    end)

    it("goes on when it was paused and resumed behind a worker's back", function()
      create { rate = 100 }
      local worker = assert(store:start("one", client))
      worker:step(0)
      assert.is_true(store:pause "one")
      assert.is_true(store:resume "one")
      assert.is_true(store:resume "one")
      step_until(worker, worker.done)
      assert.equal("done", worker:report().state)
      assert_each_once(1, 60)
    end)

    it("sends a canary first, and stops when that fails", function()
      create { users = some(61, 80), canary = 0.5 }
      local report = assert(store:run("one", client))
      assert.equal("stopped", report.state)
      assert.matches("canary: 10 of 10 failed as not_enabled: more than 10 %", report.reason, 1, true)
      assert.equal(0, #sandbox:notifications())
      assert.is_true(store:resume "one") -- somebody has looked at it
      create { name = "two", users = some(1, 60), canary = 6 }
      report = assert(store:run("two", client))
      assert.equal("done", report.state)
      assert.equal(60, report.accepted)
    end)

    it("stops when too many fail in one way", function()
      local users = {}
      for index = 1, 300 do
        users[index] = user(index)
      end
      create { users = users, rate = 1000, stop_on = { not_enabled = 0.2 } }
      local report = assert(store:run("one", client, { lease = 0.1 }))
      assert.equal("stopped", report.state)
      assert.matches("failed as not_enabled: more than 20 %", report.reason, 1, true)
    end)

    it("stops at its deadline, and when the first fifty answers are all refusals", function()
      create { deadline = core.wall() - 1 }
      local report = assert(store:run("one", client))
      assert.equal("stopped", report.state)
      assert.equal("the deadline is over", report.reason)
      assert.equal(60, report.left)
      create { name = "two", users = some(100, 260) }
      report = assert(store:run("two", client))
      assert.equal("stopped", report.state)
      assert.matches("first 50 answers were all 403", report.reason)
    end)

    it("keeps what was refused for another's fault", function()
      create()
      local stranger = new_client { client_id = "nobody", client_secret = "geheim" }
      local report = assert(store:run("one", stranger))
      stranger:close()
      assert.equal("error", report.stopped)
      assert.equal("auth", report.problem.kind)
      assert.equal(60, report.left)
      assert(sandbox:fault { match = { path = "events" }, status = 432 })
      local other = new_client()
      report = assert(store:run("one", other))
      assert.equal("stopped", report.state)
      assert.matches("432", report.reason)
      assert.equal(60, report.left)
      other:close()
    end)

    it("goes to one place only", function()
      create { stage = "live" }
      local refused, err = store:run("one", client)
      assert.is_nil(refused)
      assert.matches("created for the stage live", err.fix)
      create { name = "two" }
      assert(store.db:transaction(function(session)
        row.set(session, row.get(session, "two").number, "target", "Amazon, development")
      end))
      refused, err = store:run("two", client)
      assert.is_nil(refused)
      assert.matches("Amazon, development so far", err.fix)
    end)

    it("refuses what cannot be one, and keeps nothing of it", function()
      local function refusal(opts)
        local all = { name = "one", event = event(), users = some(1, 3) }
        for name, value in pairs(opts) do
          all[name] = value
        end
        local made, err = store:create(all)
        assert.is_nil(made)
        return err
      end
      assert.equal("invalid", refusal({ event = { name = EVENT, payload = {} } }).kind)
      assert.matches("nobody", refusal({ users = {} }).message)
      assert.matches("recipient 2: the region", refusal({ users = { "a", { user = "b", region = "XX" } } }).message)
      assert.matches("letters", refusal({ name = "a b" }).message)
      assert.equal(0, #assert(store:list()))
      create()
      assert.matches("'one' already", refusal({}).message)
      assert.has_error(function()
        store:create { name = "two", users = {} }
      end, "campaign:create: either event or request is required")
      assert.has_error(function()
        store:create { name = "two", event = event(), users = {}, stop_on = { nope = 1 } }
      end)
    end)

    it("takes the event of a request body", function()
      local body = assert(proactive.request(event(), proactive.audience.multicast()))
      assert(store:create { name = "two", request = assert(proactive.encode(body)), users = some(1, 2) })
      assert.equal(2, assert(store:run("two", client)).accepted)
      assert.matches("Example", sandbox:notifications(user(1))[1].spoken)
    end)

    it("erases a customer, also from what is still to be sent", function()
      local subscribers = assert(registry.open(url))
      create { users = some(1, 3) }
      assert(subscribers:forget(user(2)))
      assert(subscribers:apply(events.erased { user = user(3) }))
      local report = assert(store:run("one", client))
      assert.equal(1, report.accepted)
      assert.equal(2, assert(store:status "one").erased)
      assert.equal(1, #sandbox:notifications())
      assert(subscribers:forget(user(1)))
      for outcome in assert(store:outcomes "one") do
        assert.is_nil(outcome.user)
        assert.matches("^%x+$", outcome.customer)
      end
      subscribers:close()
    end)

    it("marks subscribers whom the service refuses, and takes the marks back", function()
      local subscribers = assert(registry.open(url))
      for index = 55, 64 do
        assert(subscribers:apply(events.subscribed({ EVENT }, { user = user(index) })))
      end
      local audience = proactive.audience.subscribers(subscribers, { event = EVENT })
      create { users = audience, stop_on = 0.9 }
      local report = assert(store:run("one", client))
      assert.equal(6, report.accepted)
      assert.equal(4, report.by_kind.not_enabled)
      assert.equal(6, create({ name = "two", users = audience }).recipients)
      local live = { event = EVENT, stage = "live" }
      assert.equal(10, subscribers:count(live))
      local runs = assert(subscribers:marked())
      assert.equal("one", runs[1].run)
      assert.equal(4, runs[1].marks)
      assert.same({ run = "one", count = 4 }, report.marked)
      local newer = { user = user(61), at = "2099-01-15T10:00:05Z" }
      assert(subscribers:apply(events.subscribed({ EVENT }, newer)))
      assert(subscribers:apply(events.new("SkillEnabled", newer)))
      assert.equal(7, subscribers:count { event = EVENT, stage = "development" })
      assert.equal(4, subscribers:unmark(runs[1].run))
      assert.equal(10, subscribers:count { event = EVENT, stage = "development" })
      subscribers:close()
    end)
  end)
end

describe("PostgreSQL in the middle of a campaign", function()
  local sandbox = require("spec.support.sandbox").use { users = 60 }

  it("may restart: nothing is lost or doubled", function()
    local url, server = stores.kinds.PostgreSQL(), stores.server()
    local store = assert(campaign.open(url))
    local client = assert(proactive.client { sandbox = sandbox.url })
    assert(store:create { name = "one", event = event(), users = some(1, 60), rate = 100 })
    local worker = assert(store:start("one", client, { lease = 0.3 }))
    step_until(worker, function()
      return worker:report().accepted > 0
    end)
    server:halt()
    for _ = 1, 20 do
      worker:step(0.02)
    end
    assert.is_false(worker:done())
    server:resume()
    step_until(worker, worker.done)
    assert.equal("done", worker:report().state)
    assert.equal(60, #sandbox:notifications())
    server:halt()
    local begun, err = store:start("one", client)
    assert.is_nil(begun)
    assert.equal("storage", err.kind)
    server:resume()
    client:close()
    store:close()
  end)

  it("is given up when it stays away, with nothing lost", function()
    local url, server = stores.kinds.PostgreSQL(), stores.server()
    local store = assert(campaign.open(url))
    local client = assert(proactive.client { sandbox = sandbox.url })
    assert(store:create { name = "one", event = event(), users = some(1, 60), rate = 100 })
    local worker = assert(store:start("one", client, { lease = 0.3, patience = 0.3 }))
    server:halt()
    step_until(worker, worker.done)
    assert.equal("storage", worker:report().problem.kind)
    server:resume()
    assert.equal("done", assert(store:run("one", client)).state)
    assert.equal(60, #sandbox:notifications())
    client:close()
    store:close()
  end)
end)

describe("every number of a campaign", function()
  local WIDE = { "2147483648", "9007199254740991", "1700000000123" }

  for kind, address in pairs(stores.kinds) do
    it("is written and read whole on " .. kind, function()
      local store = assert(campaign.open(address()))
      local columns = {
        proactive_recipients = { "place", "campaign" },
        proactive_batches = { "campaign", "first", "last", "size" },
        proactive_outcomes = { "place" },
        proactive_tallies = { "campaign", "first", "number" },
        proactive_campaigns = { "campaign", "recipients", "canary_last" },
      }
      local others = {
        proactive_recipients = { customer = "c" },
        proactive_outcomes = { outcome = "accepted" },
        proactive_tallies = { outcome = "accepted" },
        proactive_campaigns = { name = "n", id = "i", definition = "{}", state = "ready" },
      }
      assert(store.db:transaction(function(session)
        for table_name, numbers in pairs(columns) do
          for _, wide in ipairs(WIDE) do
            local names, values = {}, {}
            for _, name in ipairs(numbers) do
              names[#names + 1], values[#values + 1] = name, "'" .. wide .. "'"
            end
            for name, value in pairs(others[table_name] or {}) do
              names[#names + 1] = name
              values[#values + 1] = ("'%s%s'"):format(value, name == "definition" and "" or wide)
            end
            local sql = "INSERT INTO %s (%s) VALUES (%s)"
            session:execute(sql:format(table_name, table.concat(names, ", "), table.concat(values, ", ")))
          end
          for _, name in ipairs(numbers) do
            local sql = "SELECT CAST(%s AS TEXT) FROM %s t ORDER BY t.%s"
            local found = session:query(sql:format(name, table_name, name))
            assert.same({ { WIDE[1] }, { WIDE[3] }, { WIDE[2] } }, found)
          end
        end
      end))
      store:close()
    end)

    it("and every time too, on " .. kind, function()
      local store = assert(campaign.open(address()))
      assert(store:create { name = "one", event = event(), users = { "amzn1.ask.account.A" } })
      assert(store.db:transaction(function(session)
        local number = row.get(session, "one").number
        row.set(session, number, "started_at", "1700000000.123")
        assert.equal(1700000000.123, row.get(session, "one").started_at)
        local sql = "UPDATE proactive_batches SET until = ?"
        session:execute(sql, "1700000000.123")
        assert.equal("1700000000.123", session:query("SELECT CAST(until AS TEXT) FROM proactive_batches")[1][1])
      end))
      store:close()
    end)

    it("shares the rate out in slots, on " .. kind, function()
      local store = assert(campaign.open(address()))
      assert(store:create { name = "one", event = event(), users = { "amzn1.ask.account.A" } })
      assert(store.db:transaction(function(session)
        local number = row.get(session, "one").number
        local count, delay = slots.take(session, number, 100)
        assert.equal(25, count)
        assert.equal(0, delay)
        local _, later = slots.take(session, number, 100)
        assert.is_true(later > 0.2 and later <= 0.25)
      end))
      store:close()
    end)
  end
end)

describe("the rule that stops a campaign", function()
  it("looks at each kind by itself, and not at few", function()
    assert.is_nil(rule.problem(0.1, { accepted = 50, server = 49 }))
    assert.is_nil(rule.problem(0.1, { accepted = 90, presumed = 90, server = 20, throttled = 20 }))
    assert.matches("21 of 200 failed as server", rule.problem(0.1, { accepted = 179, server = 21 }))
    assert.is_nil(rule.problem({ invalid = 0.1 }, { accepted = 100, server = 100 }))
    assert.is_nil(rule.problem(0.1, { accepted = 100, erased = 100 }))
    assert.is_nil(rule.problem(nil, { invalid = 1000 }))
  end)
end)
