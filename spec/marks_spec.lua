--- Marks of customers whom the service refuses: from `send_many` and `proactive send --subscribers`.

local cli = require "spec.support.cli"
local events = require "spec.support.skill_events"
local json = require "proactive.json"
local marker = require "proactive.registry.marker"
local proactive = require "proactive"
local registry = require "proactive.registry"
local stores = require "spec.support.stores"

setup(stores.start)
teardown(stores.stop)

local EVENT = "AMAZON.OrderStatus.Updated"

local function user(index)
  local digits = ("%d"):format(index)
  return "amzn1.ask.account.SANDBOX" .. ("0"):rep(173 - #digits) .. digits
end

local function event()
  return assert(proactive.events[EVENT] {
    state = { status = "ORDER_SHIPPED" },
    order = { seller = { name = proactive.localized { ["en-US"] = "Example" } } },
  })
end

local function refused(kind)
  return { kind = kind, status = 403 }
end

describe("the judge of refusals", function()
  it("holds marks back until the region has accepted something", function()
    local judge = marker.new(EVENT)
    judge:saw("NA", "a", refused "not_enabled")
    judge:saw("EU", "b", refused "not_subscribed")
    judge:saw("NA", "c", refused "forbidden")
    assert.equal(0, #judge.ready)
    judge:saw("EU", "d", nil)
    assert.same({ { customer = "b", event = EVENT } }, judge.ready)
    judge:saw("NA", "e", nil)
    judge:saw("NA", "f", refused "not_enabled")
    assert.same({ { customer = "b", event = EVENT }, { customer = "a" }, { customer = "f" } }, judge.ready)
  end)

  it("stops a run whose first fifty answers are refusals, and no other", function()
    local judge = marker.new(EVENT)
    for index = 1, 49 do
      assert.is_nil((judge:saw("NA", "u" .. index, refused "not_enabled")))
    end
    judge:saw("NA", "x", { kind = "transport" }) -- no answer
    assert.is_true(judge:saw("NA", "last", refused "not_enabled"))
    judge = marker.new(EVENT)
    judge:saw("NA", "x", { kind = "server", status = 500 })
    for index = 1, 60 do
      assert.is_nil((judge:saw("NA", "u" .. index, refused "not_enabled")))
    end
  end)
end)

for kind, address in pairs(stores.kinds) do
  describe("marks on " .. kind, function()
    local sandbox = require("spec.support.sandbox").use { users = 5 }
    local url, store

    before_each(function()
      url = address()
      store = assert(registry.open(url))
    end)

    after_each(function()
      store:close()
    end)

    local function subscribe(first, last)
      local list = {}
      for index = first, last do
        list[#list + 1] = events.subscribed({ EVENT }, { user = user(index) })
      end
      assert(store:apply_many(list))
    end

    local function send()
      local client = assert(proactive.client { sandbox = sandbox.url })
      local report = assert(client:send_many(event(), proactive.audience.subscribers(store, { event = EVENT })))
      client:close()
      return report
    end

    it("pass a customer over in the next run of that stage", function()
      subscribe(4, 7)
      local unwilling = { user = user(5), region = "NA", locale = "en-US", subscriptions = json.array {} }
      assert(sandbox:put_user(unwilling))
      local report = send()
      assert.equal(1, report.accepted)
      assert.same({ not_enabled = 2, not_subscribed = 1 }, report.by_kind)
      assert.equal(3, report.marked.count)
      report = send()
      assert.equal(1, report.accepted)
      assert.equal(0, report.failed)
      local everyone = { event = EVENT, stage = "live" }
      assert.equal(4, store:count(everyone))
      -- the one mark that is of an event only
      assert(store:apply(events.subscribed({ EVENT, "AMAZON.Other" }, { user = user(5), at = "2026-01-15T10:00:01Z" })))
      assert.equal(1, store:count { event = "AMAZON.Other", stage = "development" })
      assert(store:apply(events.subscribed({ EVENT }, { user = user(5), at = "2099-01-15T10:00:01Z" })))
      assert.equal(2, store:count { event = EVENT, stage = "development" })
    end)

    it("are not made when everybody is refused", function()
      subscribe(100, 170)
      local report = send()
      assert.equal("refused", report.stopped)
      assert.matches("first 50 answers", report.problem)
      assert.equal(0, report.marked.count)
      assert.same({}, store:marked())
    end)

    it("are told on the command line, and taken back", function()
      subscribe(4, 7)
      local env = { PROACTIVE_STORE = url, PGPASSWORD = false }
      local file = "examples/events/order_status.lua"
      local ran = cli.run({ "send", file, "--subscribers", "--sandbox", sandbox.url }, { env = env })
      local run = ran.stderr:match "2 customers are passed over.*unmark (%S+)\n"
      assert.is_string(run, ran.stderr)
      assert.equal(1, ran.status)
      ran = cli.run({ "send", file, "--subscribers", "--sandbox", sandbox.url }, { env = env })
      assert.equal(0, ran.status, ran.stderr)
      ran = cli.run({ "subscribers", "unmark" }, { env = env })
      assert.equal(run, ran.stdout:match "^(%S+)  2 customers, 20")
      ran = cli.run({ "subscribers", "unmark", run, "--json" }, { env = env })
      assert.equal(2, cli.objects(ran.stdout)[1].count)
      assert.equal("", cli.run({ "subscribers", "unmark" }, { env = env }).stdout)
    end)
  end)
end
