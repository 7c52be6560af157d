--- Clients in event loops: sends that let the loop go on, and those that must not yield.

local host = require "proactive.host"
local hosted = require "proactive.loop.hosted"
local proactive = require "proactive"
local stand_in = require "spec.support.stand_in"

local function all()
  return proactive.audience.multicast()
end

--- What differs between the loops: `every(seconds, fn)` calls until the function it returns is
--- called, `sleep` suspends a coroutine of the loop.
local kinds = {}

function kinds.luv()
  local uv = require "luv"
  return {
    loop = require "proactive.loop.luv",
    every = function(seconds, fn)
      local timer = uv.new_timer()
      timer:start(seconds * 1000, seconds * 1000, fn)
      return function() timer:close() end
    end,
  }
end

function kinds.cqueues()
  local cqueues = require "cqueues"
  return {
    loop = require "proactive.loop.cqueues",
    every = function(seconds, fn)
      local stopped
      cqueues.running():wrap(function()
        while not stopped do
          cqueues.sleep(seconds)
          fn()
        end
      end)
      return function() stopped = true end
    end,
  }
end

for name, make in pairs(kinds) do
  describe("proactive.loop." .. name, function()
    local sandbox = require("spec.support.sandbox").use { users = 10 }
    local kind = make()
    local loop = kind.loop
    local event, client

    local function open(options)
      client = assert(loop.client(stand_in.options(sandbox, options)))
      client.announced = true
      return client
    end

    before_each(function()
      event = stand_in.event()
    end)

    after_each(function()
      if client then client:close() end
      client = nil
    end)

    it("blames the line that made the mistake", function()
      local here = debug.getinfo(1, "S").short_src
      local line = debug.getinfo(1, "l").currentline
      local found = {
        { pcall(function() local _ = loop.client { nope = 1 } end) },
        { pcall(function() local _ = loop.client { client_id = "a" } end) },
        { pcall(function() local _ = loop.client { sandbox = sandbox.url, retry = { nope = 1 } } end) },
        { pcall(function() local _ = loop.client { sandbox = true } end) },
        { pcall(function() local _ = loop.client { clock = {} } end) },
      }
      for i, tried in ipairs(found) do
        assert.matches(("^%s:%d: "):format(here:gsub("%p", "%%%0"), line + 1 + i), tried[2])
      end
    end)

    it("is reached by name", function()
      assert.equal(loop, proactive.loop[name])
    end)

    it("runs a campaign while a timer keeps firing", function()
      local path = os.tmpname()
      local store = assert(proactive.campaign.open("sqlite:" .. path))
      finally(function()
        store:close()
        for _, ending in ipairs { "", "-wal", "-shm" } do os.remove(path .. ending) end
      end)
      local users, ticks, report = {}, 0, nil
      for number = 1, 10 do users[number] = proactive.sandbox.user_id(number) end
      assert(store:create { name = "evening", event = event, users = users })
      sandbox:fault { match = { path = "events" }, delay = 0.05 }
      loop.run(function()
        open {}
        local stop = kind.every(0.001, function() ticks = ticks + 1 end)
        report = assert(store:run("evening", client))
        stop()
      end)
      assert.equal("done", report.state)
      assert.equal(10, report.accepted)
      assert.is_true(ticks > 1, ("%d ticks"):format(ticks))
    end)

    it("sends 1,000 events while a timer keeps firing", function()
      local ticks, accepted, most = 0, 0, 0
      loop.run(function()
        open { queue = 1000 }
        local stop = kind.every(0.001, function()
          ticks = ticks + 1
          most = math.max(most, client:pending())
        end)
        local left = 20
        for _ = 1, left do
          loop.wrap(function()
            for _ = 1, 50 do
              local receipt, err = client:send(event, all())
              assert(receipt, err)
              accepted = accepted + 1
            end
            left = left - 1
          end)()
        end
        assert(client:flush(60))
        while left > 0 do assert(client:send(event, all())) end
        stop()
      end)
      assert.equal(1000, accepted)
      assert.is_true(ticks > 1, ("%d ticks"):format(ticks))
      assert.is_true(most > 1)
    end)

    it("returns what the function returns, nil among it, and raises what it raises", function()
      local function values(...) return select("#", ...), ... end
      assert.same({ 3, 1, nil, 3 }, { values(loop.run(function(a) return a, nil, 3 end, 1)) })
      local mistake = {}
      local ok, err = pcall(loop.run, function() error(mistake) end)
      assert.is_false(ok)
      assert.equal(mistake, err)
      assert.equal("again", loop.run(function() return "again" end))
    end)

    it("raises what the function raises after it has waited", function()
      local ok, err = pcall(loop.run, function()
        open():send(event, all())
        error("afterwards", 0)
      end)
      assert.is_false(ok)
      assert.matches("afterwards", err)
    end)

    it("ends when all that was started has returned", function()
      local receipts = 0
      loop.run(function()
        open()
        for _ = 1, 3 do
          loop.wrap(function()
            assert(client:send(event, all()))
            assert(client:send(event, all()))
            receipts = receipts + 2
          end)()
        end
      end)
      assert.equal(6, receipts)
    end)

    it("tells what others raise, and goes on", function()
      local told = {}
      local before = loop.on_error
      loop.on_error = function(text) told[#told + 1] = text end
      loop.run(function()
        open()
        loop.wrap(function()
          client:send(event, all())
          error "in a handler"
        end)()
        for _ = 1, 5 do assert(client:send(event, all())) end
      end)
      loop.on_error = before
      assert.equal(1, #told)
      assert.matches("in a handler", told[1])
      assert.matches("traceback", told[1])
    end)

    it("writes down an error object that has no words of its own", function()
      local told = {}
      local before = loop.on_error
      loop.on_error = function(text) told[#told + 1] = text end
      loop.run(function()
        open()
        loop.wrap(function() error { code = 5 } end)()
        loop.wrap(function() error { print } end)()
        assert(client:send(event, all()))
      end)
      loop.on_error = before
      table.sort(told) -- which of the two begins first is the loop's affair
      assert.equal(2, #told)
      assert.matches('^an error object: {"code":5}\n', told[1])
      assert.matches("^table: 0x", told[2])
    end)

    it("starts what was wrapped in the next round, with its arguments", function()
      local order, got = {}, nil
      loop.run(function()
        open()
        loop.wrap(function(...)
          order[#order + 1] = "wrapped"
          got = { n = select("#", ...), ... }
        end)(1, nil, "three", nil)
        order[#order + 1] = "main"
        assert(client:send(event, all()))
      end)
      assert.same({ "main", "wrapped" }, order)
      assert.same({ n = 4, 1, nil, "three", nil }, got)
    end)

    it("starts what was wrapped though the function returns at once", function()
      local started = false
      loop.run(function()
        loop.wrap(function() started = true end)()
      end)
      assert.is_true(started)
    end)

    it("starts nothing while no loop runs", function()
      local started = false
      local ok, problem = pcall(function()
        loop.wrap(function() started = true end)()
      end)
      assert.is_false(ok)
      assert.matches("^%S*loop_spec.lua:%d+: no loop runs: call this in loop.run, or in a c%a+ of " .. name, problem)
      assert.is_false(started)
    end)

    it("says that nothing will resume a bare yield, and runs again", function()
      local ok, problem = pcall(function()
        loop.run(function() coroutine.yield() end)
      end)
      assert.is_false(ok)
      assert.matches("^%S*loop_spec.lua:%d+: loop.run: the function waits for something that will not come$", problem)
      assert.is_nil(host.name())
      assert.equal("again", loop.run(function() return "again" end))
    end)

    it("never yields through a generator of the user's, nor outside of the loop", function()
      local receipts = {}
      loop.run(function()
        open()
        local generator = coroutine.wrap(function()
          for _ = 1, 3 do coroutine.yield((assert(client:send(event, all())))) end
        end)
        for receipt in generator do receipts[#receipts + 1] = receipt.status end
      end)
      assert.same({ 202, 202, 202 }, receipts)
      assert.equal(202, assert(client:send(event, all())).status)
    end)

    it("lets others run while send_many waits", function()
      sandbox:fault { match = { path = "events" }, delay = 0.05 }
      local ticks, report = 0, nil
      loop.run(function()
        open()
        assert(client:token())
        local users = {}
        for _, customer in ipairs(sandbox:users()) do users[#users + 1] = customer.user end
        local stop = kind.every(0.001, function() ticks = ticks + 1 end)
        report = assert(client:send_many(event, users))
        stop()
      end)
      assert.equal(10, report.accepted)
      assert.is_true(ticks > 0)
    end)

    it("lets send_many, token and flush wait as well", function()
      sandbox:fault { match = { path = "token" }, delay = 0.1 }
      local ticks, report = 0, nil
      loop.run(function()
        open()
        local stop = kind.every(0.001, function() ticks = ticks + 1 end)
        assert.is_true(assert(client:token()).length > 0)
        local users = {}
        for _, customer in ipairs(sandbox:users()) do users[#users + 1] = customer.user end
        report = assert(client:send_many(event, users))
        assert(client:submit(event, all()))
        assert.is_true((client:flush()))
        stop()
      end)
      assert.equal(10, report.accepted)
      assert.is_true(ticks > 0)
    end)

    it("refuses a step that would hold up the loop, and only there", function()
      local ok, problem
      loop.run(function()
        open { concurrency = 1, queue = 0 }
        assert(client:submit(event, all()))
        ok, problem = pcall(function() client:step(0.5) end)
        assert.is_number(client:step(0))
        assert.is_true(client:flush())
      end)
      assert.is_false(ok)
      assert.matches("^%S*loop_spec.lua:%d+: client:step%(0.5%) would hold up .-" .. name, problem)
      assert.equal(0, (client:step(0.001)))
    end)

    it("says that nobody need step when it is busy", function()
      local err
      loop.run(function()
        open { concurrency = 1, queue = 0 }
        assert(client:submit(event, all()))
        err = select(2, client:submit(event, all()))
      end)
      local advice = "Try again when some are done, which needs no call, or make the client with a larger queue."
      assert.equal(advice, err.fix)
    end)

    it("ends a flush in time", function()
      sandbox:fault { match = { path = "events" }, delay = 5 }
      local done = loop.run(function()
        open()
        assert(client:submit(event, all()))
        return client:flush(0.05)
      end)
      assert.is_false(done)
    end)

    it("tells those who wait when the client is closed", function()
      sandbox:fault { match = { path = "events" }, delay = 5 }
      local receipt, err
      loop.run(function()
        open()
        local stop = kind.every(0.02, function() client:close() end)
        receipt, err = client:send(event, all())
        stop()
      end)
      assert.is_nil(receipt)
      assert.equal("cancelled", err.kind)
    end)

    it("says in which host the handlers run, while they do", function()
      local inside
      loop.run(function()
        open():send(event, all())
        inside = host.name()
      end)
      assert.equal(name, inside)
      assert.is_nil(host.name())
    end)

    it("refuses to run within itself", function()
      local ok, err = pcall(loop.run, function() loop.run(function() end) end)
      assert.is_false(ok)
      assert.matches("use loop.wrap there", tostring(err))
    end)

    it("wakes a few handlers at a time, so that others have their turn", function()
      sandbox:fault { match = { path = "events" }, delay = 0.2 }
      local since, most, accepted = 0, 0, 0
      loop.run(function()
        open { connect_burst = 40 }
        assert(client:token())
        local turn = client.turn
        function client.turn(...)
          most, since = math.max(most, since), 0
          return turn(...)
        end
        for _ = 1, 40 do
          loop.wrap(function()
            if client:send(event, all()) then accepted = accepted + 1 end
            since = since + 1
          end)()
        end
      end)
      assert.equal(40, accepted)
      -- those of one turn, or of two when the second came first
      assert.is_true(most > 0 and most <= 2 * hosted.HANDLERS, ("%d at once"):format(most))
    end)

    it("is idle when nothing is under way", function()
      local turns = 0
      loop.run(function()
        open()
        assert(client:send(event, all()))
        assert(client:flush())
        local turn = client.turn
        client.turn = function(...)
          turns = turns + 1
          return turn(...)
        end
        local left, stop = 30, nil
        stop = kind.every(0.001, function()
          left = left - 1
          if left == 0 then stop() end
        end)
        local other = assert(loop.client(stand_in.options(sandbox)))
        other.announced = true
        while left > 0 do assert(other:send(event, all())) end
        other:close()
      end)
      assert.is_true(turns <= 2, ("%d turns"):format(turns))
    end)
  end)
end

describe("a turn in luv", function()
  local sandbox = require("spec.support.sandbox").use { users = 1 }

  it("is one of each round of the loop, so that others have theirs", function()
    local uv = require "luv"
    local loop = require "proactive.loop.luv"
    local turns, most = 0, 0
    local check = uv.new_check()
    check:start(function()
      most, turns = math.max(most, turns), 0
    end)
    loop.run(function()
      local client = assert(loop.client(stand_in.options(sandbox, { queue = 200 })))
      client.announced = true
      local turn = client.turn
      function client.turn(...)
        turns = turns + 1
        return turn(...)
      end
      for _ = 1, 200 do assert(client:submit(stand_in.event(), all())) end
      assert(client:flush(60))
      client:close()
    end)
    check:close()
    uv.run "nowait"
    assert.is_true(most > 0)
    assert.is_true(most <= 2, ("%d turns in one round"):format(most))
  end)
end)
