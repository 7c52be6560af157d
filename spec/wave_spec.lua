--- Runs of which nobody wants to hear singly: their events have no jobs until something befalls them.

local core = require "proactive.core"
local sandbox_of = require "proactive.sandbox"
local soak = require "spec.support.soak"
local stand_in = require "spec.support.stand_in"
local support = require "spec.support.sandbox"

local COUNT = 400

describe("a run without onlookers", function()
  --- The customers as a list, in rows, or from an iterator, one by one.
  local function customers(as_list)
    local users, list = soak.users(COUNT), {}
    if not as_list then return users end
    for user in users do list[#list + 1] = user end
    return list
  end

  for place, duplicates in ipairs { "update", "409", "400", "update", "409", "400" } do
    local as_list = place > 3
    local words = ("duplicates %s, from %s"):format(duplicates, as_list and "a list" or "an iterator")
    it("loses and doubles nobody on a bad day: " .. words, function()
      local sandbox = assert(sandbox_of.start { users = COUNT, duplicates = duplicates })
      finally(function() sandbox:stop() end)
      local faults = soak.faults()
      table.remove(faults) -- a token that is refused twice is the one end that is no fault of ours
      assert(sandbox:faults(faults))
      local client = stand_in.client(sandbox, soak.options(sandbox))
      local report = assert(client:send_many(stand_in.event(), customers(as_list)))
      local stats = client:stats()
      client:close()
      assert.same({ COUNT, 0, {} }, { report.accepted, report.failed, report.by_kind })
      assert.same({ COUNT, 0, report.retries }, { stats.accepted, stats.failed, stats.retries })
      assert.is_true(report.retries > 0)
      local ids, notified = {}, 0
      for _, pair in ipairs(assert(sandbox:counts())) do
        assert.is_nil(ids[pair.user], "two reference ids")
        ids[pair.user] = pair.reference_id
        assert.is_true(pair.accepted <= 1 + pair.answers_destroyed)
      end
      for _, notification in ipairs(assert(sandbox:notifications(nil, true))) do
        assert.equal(ids[notification.user], notification.reference_id)
        ids[notification.user], notified = false, notified + 1
      end
      assert.equal(COUNT, notified)
    end)
  end

  describe("sends", function()
    local sandbox = support.use { users = 40 }

    local function users(count)
      local list = {}
      for i = 1, count do list[i] = sandbox_of.user_id(i) end
      return list
    end

    it("nobody after users stopped the run", function()
      local client, list, place, run = stand_in.client(sandbox), users(20), 0, nil
      run = assert(client:start_many(stand_in.event(), function()
        place = place + 1
        if place == 4 then run:stop() end
        return list[place]
      end))
      assert.is_true(client:flush())
      client:close()
      local report = run:report()
      assert.same({ "stop", 3, 3, true }, { report.stopped, report.taken, report.accepted, report.done })
      assert.equal(3, #support.calls(sandbox, "POST", "Events", 202))
    end)

    it("each once when progress raises what cannot be read", function()
      local client = stand_in.client(sandbox)
      local run = assert(client:start_many(stand_in.event(), users(20), {
        progress = function()
          error(setmetatable({}, { __tostring = function() error "no words" end }))
        end,
      }))
      run.shown = -math.huge -- progress is drawn at once
      assert.is_true(client:flush())
      local report, stats = run:report(), client:stats()
      client:close()
      assert.same({ 20, 20, true }, { report.accepted, report.taken, report.done })
      assert.same({ 20, 0 }, { stats.accepted, stats.in_flight })
      assert.is_true(stats.hook_errors > 0)
    end)

    it("the same body again", function()
      sandbox:fault { match = { path = "events", count = 8 }, status = 503 }
      local client = stand_in.client(sandbox, { retry = soak.options(sandbox).retry })
      local report = assert(client:send_many(stand_in.event(), users(20)))
      client:close()
      assert.same({ 20, 0 }, { report.accepted, report.failed })
      local refused, bodies = support.calls(sandbox, "POST", "Events", 503), {}
      for _, call in ipairs(support.calls(sandbox, "POST", "Events", 202)) do bodies[call.body] = true end
      assert.equal(8, #refused)
      for _, call in ipairs(refused) do assert.is_true(bodies[call.body]) end
    end)

    it("to each customer's region", function()
      local list = users(12)
      for i = 1, 12, 2 do
        assert(sandbox:put_user { user = list[i], region = "EU" })
        list[i] = { user = list[i], region = "EU" }
      end
      local client = stand_in.client(sandbox)
      assert.equal(12, assert(client:send_many(stand_in.event(), list)).accepted)
      client:close()
      assert.equal(12, #assert(sandbox:notifications(nil, true)))
    end)

    it("on with another token when one is refused", function()
      local skew = 0
      local function monotonic() return core.monotonic() + skew end
      local client = stand_in.client(sandbox, { clock = { wall = core.wall, monotonic = monotonic } })
      assert.equal(5, assert(client:send_many(stand_in.event(), users(5))).accepted)
      skew = 120 -- the token is not young any more
      sandbox:advance(3601) -- and not valid any more, by the service's clock
      local report = assert(client:send_many(stand_in.event(), users(20)))
      assert.same({ 20, 0 }, { report.accepted, report.failed })
      assert.equal(2, client:stats().token_fetches)
      client:close()
    end)

    it("nothing more to a region that has reached its limit", function()
      sandbox:fault { match = { path = "events", skip = 3 }, status = 432 }
      local client = stand_in.client(sandbox, { concurrency = 1 })
      local report = assert(client:send_many(stand_in.event(), users(10)))
      client:close()
      assert.same({ 3, 7, { quota = 7 } }, { report.accepted, report.failed, report.by_kind })
      assert.equal(1, #support.calls(sandbox, "POST", "Events", 432))
    end)

    it("no more when the client is closed, and tells what was under way", function()
      sandbox:fault { match = { path = "events" }, delay = 30 }
      local client = stand_in.client(sandbox, { concurrency = 4 })
      local run = assert(client:start_many(stand_in.event(), users(20)))
      while client:stats().in_flight < 4 do client:step(0.05) end
      assert.is_true(client.delivery.pool:grouped() > 0) -- what waits for a connection is a job
      client:close()
      local report = run:report()
      assert.same({ 0, 4, { cancelled = 4 }, 4, "closed" },
        { report.accepted, report.failed, report.by_kind, report.taken, report.stopped })
    end)

    it("what was taken, when the list of users raises", function()
      local client = stand_in.client(sandbox)
      local number = 0
      local report = assert(client:send_many(stand_in.event(), function()
        number = number + 1
        if number == 8 then error "the list is torn" end
        return sandbox_of.user_id(number)
      end))
      client:close()
      assert.same({ 7, 7, "users" }, { report.accepted, report.taken, report.stopped })
      assert.matches("the list is torn", report.problem)
    end)
  end)
end)
