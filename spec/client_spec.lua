--- The client against the sandbox: what it takes, what it sends, what it tells, how it ends.

local errors = require "proactive.errors"
local json = require "proactive.json"
local proactive = require "proactive"
local stand_in = require "spec.support.stand_in"

describe("client", function()
  local sandbox = require("spec.support.sandbox").use()
  local client, event

  before_each(function()
    client = stand_in.client(sandbox)
    event = stand_in.event()
  end)

  after_each(function()
    client:close()
  end)

  local function all()
    return proactive.audience.multicast()
  end

  local function one()
    return proactive.audience.unicast(stand_in.subscriber(sandbox).user)
  end

  describe("when made", function()
    it("raises for an unknown option, with the nearest name", function()
      assert.error_matches(function()
        proactive.client { sanbox = "x" }
      end, "unknown option sanbox %(did you mean sandbox%?%)")
    end)

    it("blames the line that made the mistake", function()
      local function position(run)
        return select(2, pcall(run)):match "^[^:]+:%d+:"
      end
      local here = debug.getinfo(1, "S").short_src
      local line = debug.getinfo(1, "l").currentline
      local found = {
        position(function() local _ = proactive.client { nope = 1 } end),
        position(function() local _ = proactive.client { client_id = "a" } end),
        position(function() local _ = proactive.client { sandbox = sandbox.url, retry = { nope = 1 } } end),
        position(function() local _ = client:send({}, all()) end),
        position(function() local _ = proactive.client { sandbox = true } end),
        position(function() local _ = proactive.client { sandbox = sandbox.url, retry = true } end),
        position(function() local _ = proactive.client { sandbox = sandbox.url, clock = {} } end),
      }
      for i, blamed in ipairs(found) do
        assert.equal(("%s:%d:"):format(here, line + 1 + i), blamed)
      end
    end)

    it("refuses an address that is none, and names the option", function()
      for name, value in pairs { sandbox = "", event_host = "127.0.0.1:4380", token_host = "ftp://x" } do
        local made, err = proactive.client { sandbox = name == "sandbox" and value or sandbox.url, [name] = value }
        assert.is_nil(made)
        assert.matches(name .. " is no URL: https://", err.message)
      end
    end)

    it("raises for half a pair of credentials and for a sandbox that is no URL", function()
      assert.error_matches(function()
        proactive.client { client_id = "a", sandbox = sandbox.url }
      end, "client_id and client_secret must be given together")
      assert.error_matches(function()
        proactive.client { sandbox = true }
      end, "must be the sandbox's URL, or false")
    end)

    it("refuses plain http to a host that is not loopback", function()
      local made, err = proactive.client { sandbox = "http://sandbox.example.com" }
      assert.is_nil(made)
      assert.equal("invalid", err.kind)
      assert.matches("plain http is only for localhost", err.message)
    end)

    it("refuses a ca_file that cannot be read", function()
      local made, err = proactive.client { sandbox = sandbox.url, ca_file = "/nonexistent/ca.pem" }
      assert.is_nil(made)
      assert.equal("invalid", err.kind)
      assert.matches("/nonexistent/ca.pem", err.message)
    end)

    it("refuses credentials with CR, LF or NUL, and does not repeat them", function()
      for _, secret in ipairs { "a\r\nb", "a\0b", "" } do
        local made, err = proactive.client {
          sandbox = sandbox.url,
          client_id = "amzn1.application-oa2-client.x",
          client_secret = secret,
        }
        assert.is_nil(made)
        assert.equal("invalid", err.kind)
        if secret ~= "" then assert.is_nil(tostring(err):find(secret, 1, true)) end
      end
    end)

    it("keeps no credentials and no table of the caller's", function()
      local secret = "a secret that must not be seen"
      local options = { sandbox = sandbox.url, client_id = "id", client_secret = secret }
      local made = assert(proactive.client(options))
      local function find(value, seen)
        if value == options then return "the options table" end
        if type(value) == "string" then return value:find(secret, 1, true) and value end
        if type(value) ~= "table" or seen[value] then return end
        seen[value] = true
        for key, item in pairs(value) do
          local found = find(key, seen) or find(item, seen)
          if found then return found end
        end
      end
      assert.is_nil(find(made, {}))
      assert.is_nil(tostring(made):find(secret, 1, true))
      assert.is_nil(tostring(made.delivery.source.handle):find(secret, 1, true))
      made:close()
    end)
  end)

  describe("send", function()
    it("returns a receipt, and the customer has the notification", function()
      local user = stand_in.subscriber(sandbox).user
      local receipt = assert(client:send(event, proactive.audience.unicast(user), { reference_id = "order17" }))
      assert.equal(202, receipt.status)
      assert.equal("order17", receipt.reference_id)
      assert.equal("NA", receipt.region)
      assert.equal(1, receipt.attempts)
      assert.is_true(receipt.sandbox)
      assert.is_false(receipt.presumed)
      assert.is_string(receipt.request_id)
      assert.is_true(receipt.elapsed >= 0)
      assert.is_true(math.abs(receipt.expires_at - os.time() - 86340) < 60)
      local inbox = sandbox:notifications(user)
      assert.equal(1, #inbox)
      assert.equal("order17", inbox[1].reference_id)
    end)

    it("makes a reference id of 22 characters when none is given", function()
      local first = assert(client:send(event, all()))
      local second = assert(client:send(event, all()))
      assert.matches("^[%w~]+$", first.reference_id)
      assert.equal(22, #first.reference_id)
      assert.are_not.equal(first.reference_id, second.reference_id)
    end)

    it("sends a Multicast to each region given, with one receipt for each", function()
      local receipt = assert(client:send(event, proactive.audience.multicast { regions = { "NA", "EU", "FE" } }))
      for _, region in ipairs { "NA", "EU", "FE" } do
        assert.equal(202, receipt.regions[region].status)
        assert.equal(region, receipt.regions[region].region)
      end
      local paths = {}
      for _, request in ipairs(sandbox:requests()) do
        paths[#paths + 1] = request.path:match "^/%a%a/" or "/"
      end
      table.sort(paths)
      assert.same({ "/", "/", "/eu/", "/fe/" }, paths) -- the first is the token's
    end)

    it("tells of each region when one refuses", function()
      sandbox:faults({ { match = { path = "events", count = 1 }, ["do"] = { status = 503 } } })
      local receipt, err = client:send(event, proactive.audience.multicast { regions = { "NA", "EU" } })
      assert.is_nil(receipt)
      assert.equal("server", err.kind)
      local accepted, refused = err.regions.NA, err.regions.EU
      if errors.is(accepted) then
        accepted, refused = refused, accepted
      end
      assert.equal(202, accepted.status)
      assert.equal(503, refused.status)
    end)

    it("sends to the customer's own region before the client's", function()
      local user = stand_in.subscriber(sandbox, "EU").user
      local receipt = assert(client:send(event, proactive.audience.unicast(user, { region = "EU" })))
      assert.equal("EU", receipt.region)
      assert.equal(1, #sandbox:notifications(user))
    end)

    it("refuses an invalid event before anything leaves", function()
      event.payload.availability.method = "FLY"
      local receipt, err = client:send(event, all())
      assert.is_nil(receipt)
      assert.equal("invalid", err.kind)
      assert.equal("event.payload.availability.method", err.violations[1].path)
      assert.equal(0, #sandbox:requests())
    end)

    it("shows the service's own answer with validate = false", function()
      local receipt, err = client:send(event, all(), { expires_in = 120, validate = false })
      assert.is_nil(receipt)
      assert.equal("invalid", err.kind)
      assert.equal(400, err.status)
      assert.matches("^Violations for metadata: %[expiryTime should be at least 5 minutes", err.message)
      assert.equal("expiryTime", err.violations[1].path)
      assert.is_string(err.request_id)
    end)

    it("tells a customer of another skill from one who has not allowed notifications", function()
      local _, err = client:send(event, proactive.audience.unicast "amzn1.ask.account.NOBODY")
      assert.equal("not_enabled", err.kind)
      assert.equal(403, err.status)
      _, err = client:send(event, proactive.audience.unicast(stand_in.silent(sandbox).user))
      assert.equal("not_subscribed", err.kind)
      assert.matches("Can't find any subscription for stage=development", err.message)
      assert.is_string(err.fix)
    end)

    it("raises for what is no event or audience, and for unknown options", function()
      assert.error_matches(function()
        client:send(event, "everybody")
      end, "multicast%(%) or .unicast%(user%) expected, got string")
      assert.error_matches(function()
        client:send("event", all())
      end, "an event expected")
      assert.error_matches(function()
        client:send(event, all(), { expire_in = 3600 })
      end, "unknown option expire_in %(did you mean expires_in%?%)")
      assert.error_matches(function()
        client:send(event, proactive.audience.subscribers { each = print })
      end, "send_many")
    end)

    it("leaves the caller's event as it was", function()
      local before = json.encode(event)
      assert(client:send(event, all()))
      assert.equal(before, json.encode(event))
    end)

    it("stamps the times at the first attempt, not at the submission", function()
      local wall = os.time()
      local late = stand_in.client(sandbox, {
        clock = {
          wall = function()
            return wall
          end,
          monotonic = require("proactive.core").monotonic,
        },
      })
      local receipt
      assert(late:submit(event, all(), {}, function(r)
        receipt = r
      end))
      wall = wall + 4
      late:flush()
      late:close()
      assert.equal(wall + 86340, math.floor(receipt.expires_at + 0.5))
    end)

    it("follows the service's clock when ours is wrong", function()
      local off = 7200
      local wrong = stand_in.client(sandbox, {
        clock = {
          wall = function()
            return os.time() + off
          end,
          monotonic = require("proactive.core").monotonic,
        },
      })
      local _, first = wrong:send(event, all())
      local receipt, second = wrong:send(event, all())
      wrong:close()
      assert.is_nil(first)
      assert.is_nil(second)
      assert.equal(202, receipt.status)
    end)
  end)

  describe("send_request", function()
    local function body()
      return assert(proactive.request(event, all(), { reference_id = "whole1" }))
    end

    it("sends a table", function()
      local receipt = assert(client:send_request(body()))
      assert.equal("whole1", receipt.reference_id)
    end)

    it("sends a JSON text byte for byte", function()
      local text = assert(proactive.encode(body())) .. "  \n"
      assert(client:send_request(text))
      local requests = sandbox:requests()
      assert.equal(text, requests[#requests].body)
    end)

    it("judges it first, and not with validate = false", function()
      local wrong = body()
      wrong.referenceId = ""
      local _, err = client:send_request(wrong)
      assert.equal("invalid", err.kind)
      assert.equal(0, #sandbox:requests())
      _, err = client:send_request("{not json", { validate = false })
      assert.equal(400, err.status)
      _, err = client:send_request "{not json"
      assert.equal("invalid", err.kind)
      assert.is_nil(err.status)
    end)

    it("sends to the region asked for", function()
      assert.equal("FE", assert(client:send_request(body(), { region = "FE" })).region)
    end)
  end)

  describe("submit and step", function()
    it("does nothing until stepped, and calls back once", function()
      local calls = {}
      assert.is_true(client:submit(event, one(), { reference_id = "s1" }, function(receipt, err)
        calls[#calls + 1] = { receipt, err }
      end))
      assert.equal(0, #calls)
      assert.equal(1, client:pending())
      assert.is_true(client:flush())
      assert.equal(1, #calls)
      assert.equal("s1", calls[1][1].reference_id)
      assert.equal(0, client:pending())
    end)

    it("returns the number of completions", function()
      for _ = 1, 5 do
        assert(client:submit(event, all()))
      end
      local total = 0
      while client:pending() > 0 do
        total = total + client:step(1)
      end
      assert.equal(5, total)
    end)

    it("tells when a step is due, and nil when nothing is", function()
      assert.is_nil(client:timeout())
      assert(client:submit(event, all()))
      assert.equal(0, client:timeout())
      client:step(0)
      assert.is_number(client:timeout())
      client:flush()
      assert.is_nil(client:timeout())
    end)

    it("returns one value where nothing is wrong", function()
      for _, method in ipairs { "fd", "pending", "stats" } do
        assert.equal(1, select("#", client[method](client)))
      end
    end)

    it("gives a descriptor that an event loop can wait for", function()
      assert.is_number(client:fd())
    end)

    it("takes no more than window and queue hold, and says busy", function()
      local narrow = stand_in.client(sandbox, { concurrency = 2, queue = 1 })
      for _ = 1, 3 do
        assert(narrow:submit(event, all()))
      end
      local ok, err = narrow:submit(event, all())
      assert.is_nil(ok)
      assert.equal("busy", err.kind)
      assert.is_true(err.retryable)
      local refused
      ok, refused = narrow:submit(event, proactive.audience.multicast { regions = { "NA", "EU" } })
      assert.is_nil(ok)
      assert.equal("busy", refused.kind)
      narrow:flush()
      assert.equal(3, narrow:stats().accepted)
      assert.is_true(narrow:submit(event, all()))
      narrow:close()
    end)

    it("takes an event for several regions when nothing else is pending", function()
      local narrow = stand_in.client(sandbox, { concurrency = 1, queue = 0 })
      local receipt = assert(narrow:send(event, proactive.audience.multicast { regions = { "NA", "EU" } }))
      assert.equal(202, receipt.regions.NA.status)
      assert.equal(202, receipt.regions.EU.status)
      narrow:close()
    end)

    it("never has more requests in flight than the window", function()
      local narrow = stand_in.client(sandbox, { concurrency = 3 })
      for _ = 1, 40 do
        assert(narrow:submit(event, all()))
      end
      narrow:flush()
      assert.equal(40, narrow:stats().accepted)
      assert.is_true(narrow:stats().connections <= 4)
      narrow:close()
    end)

    it("opens at most connect_burst connections in a step", function()
      local slow = stand_in.client(sandbox, { concurrency = 8 })
      assert(slow:send(event, all())) -- the token, and the first connections
      local before = slow:stats().connections
      for _ = 1, 8 do
        assert(slow:submit(event, all()))
      end
      slow:step(0)
      assert.is_true(slow:stats().connections <= before + 1)
      slow:flush()
      slow:close()
    end)

    it("stops calling back when the budget is used up, and goes on in the next step", function()
      for _ = 1, 10 do
        assert(client:submit(event, all()))
      end
      local total, steps = 0, 0
      while client:pending() > 0 do
        local done = client:step(0.05, 0)
        assert.is_true(done <= 1)
        total, steps = total + done, steps + 1
        assert.is_true(steps < 100000)
      end
      assert.equal(10, total)
    end)

    it("raises for a wrong time", function()
      assert.error_matches(function()
        client:step(-1)
      end, "client:step: timeout must be a number of seconds")
      assert.error_matches(function()
        client:flush "x"
      end, "client:flush: timeout must be a number of seconds")
      assert.error_matches(function()
        client:step(0, "x")
      end, "budget must be a number of seconds")
      assert.error_matches(function()
        client:step(false)
      end, "client:step: timeout must be a number of seconds")
    end)
  end)

  describe("in a callback", function()
    it("allows submit and close, and refuses send, step and flush", function()
      local problems, again = {}, nil
      assert(client:submit(event, all(), {}, function()
        for _, method in ipairs { "send", "step", "flush", "send_request" } do
          local ok, message = pcall(client[method], client, event, all())
          problems[method] = not ok and message
        end
        assert(client:submit(event, all(), {}, function(receipt)
          again = receipt
        end))
      end))
      client:flush()
      for _, method in ipairs { "send", "step", "flush", "send_request" } do
        assert.matches(("client:%s cannot be called inside a callback"):format(method), problems[method])
      end
      assert.equal(202, again.status)
    end)

    it("closes after the callback that asks for it; the others are cancelled", function()
      sandbox:fault { match = { path = "events", skip = 1 }, delay = 30 }
      local outcomes = {}
      for i = 1, 3 do
        assert(client:submit(event, all(), {}, function(receipt, err)
          outcomes[i] = receipt and "accepted" or err.kind
          client:close()
        end))
      end
      client:flush()
      table.sort(outcomes)
      assert.same({ "accepted", "cancelled", "cancelled" }, outcomes)
      assert.error_matches(function()
        client:step(0)
      end, "closed client")
    end)

    it("gives what a callback raises to the logger, and goes on", function()
      local logged, done = {}, 0
      local logging = stand_in.client(sandbox, {
        logger = function(level, fields)
          if level == "error" then logged[#logged + 1] = fields.message end
          error "the logger raises too"
        end,
      })
      assert(logging:submit(event, all(), {}, function()
        error "oh dear"
      end))
      assert(logging:submit(event, all(), {}, function()
        done = done + 1
      end))
      logging:flush()
      assert.equal(1, done)
      assert.matches("a callback raised: [^\n]*oh dear", table.concat(logged, "\n"))
      assert.is_true(logging:stats().hook_errors >= 2)
      logging:close()
    end)
  end)

  describe("flush and close", function()
    it("flush ends in time and says that it is not done", function()
      sandbox:fault { delay = 30 }
      assert(client:submit(event, all()))
      assert.is_false(client:flush(0.05))
      assert.equal(1, client:pending())
    end)

    it("close completes everything exactly once, and a second call is quiet", function()
      sandbox:fault { match = { path = "events" }, delay = 30 }
      local kinds = {}
      for _ = 1, 70 do -- more than the window holds
        assert(client:submit(event, all(), {}, function(_, err)
          kinds[#kinds + 1] = err.kind
        end))
      end
      for _ = 1, 20 do
        client:step(0.01)
      end
      client:close()
      client:close()
      assert.equal(70, #kinds)
      for _, kind in ipairs(kinds) do
        assert.equal("cancelled", kind)
      end
    end)

    it("a closed client raises", function()
      client:close()
      for _, method in ipairs {
        "send", "submit", "send_request", "send_many", "start_many", "step", "flush", "token", "warm", "fd",
        "timeout", "pending", "stats",
      } do
        assert.error_matches(function()
          client[method](client, event, all())
        end, ("client:%s: attempt to use a closed client"):format(method))
      end
      assert.matches("closed", tostring(client))
    end)

    it("can be collected without being closed", function()
      local left = stand_in.client(sandbox)
      assert(left:submit(event, all()))
      left:step(0)
      left = nil -- luacheck: ignore
      collectgarbage()
      collectgarbage()
      assert(client:send(event, all()))
    end)
  end)

  it("counts for stats", function()
    assert(client:send(event, all()))
    client:send(event, proactive.audience.unicast "amzn1.ask.account.NOBODY")
    local stats = client:stats()
    assert.equal(2, stats.submitted)
    assert.equal(1, stats.accepted)
    assert.equal(1, stats.failed)
    assert.equal(1, stats.token_fetches)
    stats.latency:add(1, 1000) -- they are as of then, and the caller's
    assert(client:send(event, all()))
    assert.equal(1, stats.accepted)
    assert.same({ 2, 2 }, { client:stats().accepted, client:stats().latency.count })
  end)

  it("has each device say the text of its locale", function()
    assert(client:send(event, proactive.audience.multicast { regions = { "NA", "EU" } }))
    local spoken = {}
    for _, notification in ipairs(sandbox:notifications()) do
      spoken[notification.locale] = notification.spoken
    end
    assert.matches("Some event", spoken["en-US"])
    assert.matches("Ein Ereignis", spoken["de-DE"])
  end)
end)
