--- Attempts against the sandbox: what is sent again, what counts as sent, what is not sent any
--- more.

local core = require "proactive.core"
local outgoing = require "proactive.client.outgoing"
local proactive = require "proactive"
local stand_in = require "spec.support.stand_in"
local time = require "proactive.time"

describe("delivery", function()
  local sandbox = require("spec.support.sandbox").use()
  local client, event, ahead

  before_each(function()
    event, ahead = stand_in.event(), 0
  end)

  after_each(function()
    client:close()
  end)

  --- A client that retries at once, with clocks that `ahead` puts ahead.
  local function open(options)
    local merged = {
      retry = { base = 0.001, cap = 0.001 },
      clock = {
        wall = function()
          return core.wall() + ahead
        end,
        monotonic = function()
          return core.monotonic() + ahead
        end,
      },
    }
    for name, value in pairs(options or {}) do
      merged[name] = value
    end
    client = stand_in.client(sandbox, merged)
    assert(client:token())
    return client
  end

  --- The same; gives a function that tells how many attempts have ended.
  local function counting()
    local count = 0
    open { on_attempt = function() count = count + 1 end }
    return function() return count end
  end

  local function user()
    return stand_in.subscriber(sandbox).user
  end

  local function send(opts)
    return client:send(event, proactive.audience.unicast(user()), opts)
  end

  --- Faults for the next event requests, one after the other.
  local function faults(...)
    local rules = {}
    for i, action in ipairs { ... } do
      rules[i] = { match = { path = "events", count = 1 }, ["do"] = action }
    end
    assert(sandbox:faults(rules))
  end

  local function bodies()
    local list = {}
    for _, request in ipairs(sandbox:requests()) do
      if request.path:find "proactiveEvents" then list[#list + 1] = request.body end
    end
    return list
  end

  describe("sends again", function()
    local bad_days = {
      { status = 500 }, { status = 503 }, { status = 429 }, { reset = "before" }, { reset = "after" }, { cut = 5 },
    }
    for i, action in ipairs(bad_days) do
      it(("after %s (%d), and the customer has it once"):format(next(action), i), function()
        open()
        faults(action)
        local receipt = assert(send { reference_id = "r1" })
        assert.equal(2, receipt.attempts)
        assert.is_false(receipt.presumed)
        assert.equal(1, client:stats().retries)
        assert.equal(1, #sandbox:notifications(user()))
      end)
    end

    it("the same bytes on every attempt", function()
      open()
      faults({ status = 500 }, { status = 503 }, { status = 429 })
      assert.equal(4, assert(send()).attempts)
      local sent = bodies()
      assert.equal(4, #sent)
      for i = 2, 4 do
        assert.equal(sent[1], sent[i])
      end
    end)

    it("as often as it is allowed, and tells the last error", function()
      open { retry = { attempts = 3, base = 0.001, cap = 0.001 } }
      faults({ status = 500 }, { status = 500 }, { status = 503 })
      local receipt, err = send()
      assert.is_nil(receipt)
      assert.equal("server", err.kind)
      assert.equal(503, err.status)
      assert.equal(3, err.attempts)
    end)

    it("not at all with retry = false", function()
      open { retry = false }
      faults { status = 500 }
      local _, err = send()
      assert.equal(1, err.attempts)
    end)

    it("no sooner than Retry-After says", function()
      local attempts = counting()
      faults { status = 429, headers = { ["Retry-After"] = "30" } }
      local receipt
      assert(client:submit(event, proactive.audience.multicast(), {}, function(r)
        receipt = r
      end))
      while attempts() < 1 do client:step(0.05) end
      assert.is_false(client:flush(0.2))
      assert.equal(1, #bodies())
      local due = client:timeout()
      assert.is_true(due > 10 and due <= 30)
      ahead = 31
      client:flush()
      assert.equal(2, receipt.attempts)
    end)

    it("no sooner than the date in Retry-After", function()
      local attempts = counting()
      faults { status = 503, headers = { ["Retry-After"] = time.format_http(os.time() + 60) } }
      assert(client:submit(event, proactive.audience.multicast()))
      while attempts() < 1 do client:step(0.05) end
      local due = client:timeout()
      assert.is_true(due > 30 and due <= 61)
    end)

    it("not beyond its budget", function()
      open { retry = { base = 0.001, cap = 0.001, budget = 12 } }
      assert(sandbox:fault { match = { path = "events" }, status = 503 })
      for _ = 1, 5 do
        send()
      end
      assert.equal(2, client:stats().retries) -- two at a cost of 5 fit into 12
      assert.equal(7, #bodies())
    end)

    it("the token request too", function()
      client = stand_in.client(sandbox, { retry = { base = 0.001, cap = 0.001 } })
      assert(sandbox:faults {
        { match = { path = "token", count = 1 }, ["do"] = { status = 500 } },
        { match = { path = "token", count = 1 }, ["do"] = { reset = "before" } },
      })
      assert(send())
      assert.equal(3, client:stats().token_fetches)
    end)

    it("what a lack of an answer in time left open", function()
      open { timeout = 1 }
      faults { delay = 60 }
      assert.is_true(assert(send()).attempts > 1)
    end)
  end)

  describe("presumes accepted", function()
    it("nothing refused for another reason, but says that it may have arrived", function()
      open()
      faults({ reset = "after" }, { status = 403, body = { message = "no enablement" } })
      local _, err = send()
      assert.equal(403, err.status)
      assert.is_true(err.uncertain)
    end)

    it("a 409 after a lost answer", function()
      open()
      faults({ reset = "after" }, { status = 409 })
      local receipt = assert(send())
      assert.is_true(receipt.presumed)
      assert.equal(409, receipt.status)
      assert.equal(1, #sandbox:notifications(user()))
    end)

    it("a 400 after a lost answer, when our own check accepts the body", function()
      open()
      faults({ reset = "after" }, { status = 400, body = { message = "already completed" } })
      assert.is_true(assert(send()).presumed)
    end)

    it("but not a 400 to a body that our check refuses", function()
      open()
      faults({ reset = "after" }, { status = 400, body = { message = "wrong" } })
      event.payload.availability.method = "FLY"
      local _, err = client:send(event, proactive.audience.multicast(), { validate = false })
      assert.equal("invalid", err.kind)
    end)

    it("but not a 409 or a 400 without a lost answer before it", function()
      open()
      faults({ status = 503 }, { status = 409 })
      local _, err = send()
      assert.equal("duplicate", err.kind)
      faults({ status = 400, body = { message = "wrong" } })
      _, err = send()
      assert.equal("invalid", err.kind)
    end)

    it("but not a 409 after a connection that was never made", function()
      open { event_host = "http://127.0.0.1:1", retry = { attempts = 2, base = 0.001, cap = 0.001 } }
      local _, err = send()
      assert.equal("connect", err.cause)
      assert.is_nil(err.uncertain)
    end)
  end)

  describe("does not send any more", function()
    it("what the service would refuse for its expiry", function()
      open()
      faults { status = 503, headers = { ["Retry-After"] = "300" } }
      local _, err = send { expires_in = 400 }
      assert.equal("expired", err.kind)
      assert.equal(503, err.status)
      assert.matches("expires in less than 5 minutes", err.message)
      assert.equal(1, #bodies())
    end)

    it("what expired while it waited for its turn", function()
      open { concurrency = 1 }
      local request = assert(proactive.request(event, proactive.audience.multicast(), { expires_in = 700 }))
      assert(client:submit(event, proactive.audience.multicast()))
      local kind
      local body = assert(outgoing.request(request, {}, core.wall()))
      body.region, body.route, body.timeout = "NA", client.routes.NA, 1
      body.finish = function(_, _, err)
        kind = err and err.kind
      end
      client.delivery:submit { body }
      ahead = 500
      assert(sandbox:advance(500))
      client:flush()
      assert.equal("expired", kind)
      assert.equal(1, #bodies())
    end)

    it("what passed the caller's deadline", function()
      open()
      faults({ status = 503 }, { status = 503 })
      client.delivery.policy.base, client.delivery.policy.cap = 60, 60
      client.delivery.policy.random = function()
        return 1
      end
      local _, err = send { deadline = 10 }
      assert.equal("expired", err.kind)
      assert.matches("deadline is over", err.message)
      assert.equal(1, #bodies())
    end)

    it("what passed the deadline while the token was awaited", function()
      client = stand_in.client(sandbox, { timeout = 20 })
      assert(sandbox:fault { match = { path = "token" }, delay = 30 })
      local began = core.monotonic()
      local _, err = send { deadline = 0.1 }
      assert.equal("expired", err.kind)
      assert.equal(0, err.attempts)
      assert.is_true(core.monotonic() - began < 15)
    end)

    it("anything for a token that is refused, told within the budget of each step", function()
      client = stand_in.client(sandbox, { client_secret = "wrong", client_id = "x" })
      local told = 0
      for _ = 1, 20 do
        assert(client:submit(event, proactive.audience.multicast(), {}, function(_, err)
          assert.equal("auth", err.kind)
          told = told + 1
        end))
      end
      while client:pending() > 0 do
        assert.is_true(client:step(0.05, 0) <= 2)
      end
      assert.equal(20, told)
    end)

    it("to a region after a 432, and goes on in the others", function()
      open()
      faults { status = 432 }
      local _, err = send()
      assert.equal("quota", err.kind)
      assert.equal(1, err.attempts)
      _, err = send()
      assert.equal("quota", err.kind)
      assert.equal(0, err.attempts)
      assert.equal(1, #bodies())
      assert.is_true(client:stats().lanes.NA.stopped)
      assert(client:send(event, proactive.audience.multicast { regions = { "EU" } }))
      ahead = 3601
      assert(send())
    end)
  end)

  describe("paces", function()
    it("each region by itself", function()
      local now = 100
      open { rate = 5, clock = { wall = core.wall, monotonic = function() return now end } }
      local done = { NA = 0, EU = 0 }
      for _ = 1, 3 do
        for _, region in ipairs { "NA", "EU" } do
          assert(client:submit(event, proactive.audience.multicast { regions = { region } }, {}, function()
            done[region] = done[region] + 1
          end))
        end
      end
      for count = 1, 3 do
        while done.NA + done.EU < 2 * count do client:step(0.05) end
        client:step(0)
        assert.same({ NA = count, EU = count }, done)
        if count < 3 then assert.is_true(math.abs(client:timeout() - 0.2) < 1e-9) end
        now = now + 0.2
      end
    end)

    it("a region down that throttles, without holding up another", function()
      open()
      assert(sandbox:fault { match = { path = "events", user = "nobody" }, status = 429 })
      local pace = client.delivery.lanes.NA.pace
      for _ = 1, 3 do -- as if the service had throttled all of two seconds
        pace:sent(core.monotonic(), 1)
        pace:throttled(core.monotonic() + 1)
        pace:throttled(core.monotonic() + 2)
      end
      assert.is_number(client:stats().lanes.NA.rate)
      assert.is_nil(client:stats().lanes.EU.rate)
      assert(client:send(event, proactive.audience.multicast { regions = { "EU" } }))
    end)
  end)

  describe("shows", function()
    it("each attempt with its timings", function()
      local seen = {}
      open {
        on_attempt = function(fields)
          seen[#seen + 1] = fields
        end,
      }
      faults { status = 503 }
      local receipt = assert(send())
      assert.equal(2, #seen)
      assert.same({ 1, "server", 503 }, { seen[1].attempt, seen[1].kind, seen[1].status })
      assert.same({ 2, "accepted" }, { seen[2].attempt, seen[2].kind })
      assert.equal(receipt.reference_id, seen[2].reference_id)
      for _, name in ipairs { "dns", "connect", "tls", "first_byte", "total" } do
        assert.is_true(seen[2][name] >= 0, name)
      end
      assert.is_true(seen[2].bytes_sent > 300)
      assert.is_boolean(seen[2].reused)
    end)

    it("each outcome in one line, the customer hashed and nothing secret", function()
      local lines = {}
      open {
        logger = function(level, fields)
          fields.level = level
          lines[#lines + 1] = fields
        end,
      }
      assert(send { reference_id = "log1" })
      client:send(event, proactive.audience.unicast "amzn1.ask.account.NOBODY")
      assert.equal(2, #lines)
      assert.same({ "info", "accepted", "log1" }, { lines[1].level, lines[1].kind, lines[1].reference_id })
      assert.same({ "warning", "not_enabled", 403 }, { lines[2].level, lines[2].kind, lines[2].status })
      assert.matches("^%x+$", lines[1].customer)
      assert.equal(16, #lines[1].customer)
      for _, line in ipairs(lines) do
        for name, value in pairs(line) do
          assert.is_nil(tostring(value):find("amzn1.ask.account", 1, true), name)
        end
      end
    end)

    it("an on_attempt that raises only in the count", function()
      open {
        on_attempt = function()
          error "oh"
        end,
        logger = function() end,
      }
      assert(send())
      assert.equal(1, client:stats().hook_errors)
    end)

    it("what happened, in stats and for Prometheus", function()
      open()
      faults { status = 503 }
      assert(send())
      client:send(event, proactive.audience.unicast "amzn1.ask.account.NOBODY")
      local stats = client:stats()
      assert.equal(2, stats.submitted)
      assert.equal(1, stats.retries)
      assert.same({ not_enabled = 1 }, stats.by_kind)
      assert.equal(1, stats.latency.count)
      local text = proactive.metrics.prometheus(client)
      assert.matches('\nproactive_events_total{kind="accepted"} 1\n', text)
      assert.matches('\nproactive_events_total{kind="not_enabled"} 1\n', text)
      assert.matches("\nproactive_retries_total 1\n", text)
      assert.matches('\nproactive_attempt_seconds_bucket{le="%+Inf"} 1\n', text)
      for line in text:gmatch "[^\n]+" do
        assert.is_truthy(line:match "^# %u+ " or line:match "^[%l_]+{?[^}]*}? %-?[%d.e+-]+$", line)
      end
    end)
  end)
end)
