--- The rules for sending again, without a network.

local errors = require "proactive.errors"
local new_policy = require("proactive.delivery.retry").new

local function policy(changes, random)
  local options = { attempts = 4, base = 0.2, cap = 20, budget = 500 }
  for name, value in pairs(changes or {}) do
    options[name] = value
  end
  return new_policy(options, random or function()
    return 1
  end)
end

local function failure(kind, fields)
  fields = fields or {}
  fields.message = "x"
  return errors.new(kind, fields)
end

describe("the retry policy", function()
  local retried = {
    failure "server", failure "throttled", failure("transport", { cause = "dns" }),
    failure("transport", { cause = "connect" }), failure("transport", { cause = "timeout" }),
    failure("transport", { cause = "reset" }),
  }
  local final = {
    failure "invalid", failure "auth", failure "not_enabled", failure "not_subscribed", failure "forbidden",
    failure "duplicate", failure "quota", failure "unexpected", failure("transport", { cause = "tls" }),
    failure("transport", { cause = "protocol" }),
  }

  it("retries only what can succeed", function()
    for _, err in ipairs(retried) do
      assert.is_number(policy():delay(1, err))
    end
    for _, err in ipairs(final) do
      assert.is_nil(policy():delay(1, err))
    end
  end)

  it("doubles the ceiling of the delay up to the cap", function()
    local p = policy { attempts = 20 }
    local delays = {}
    for attempt = 1, 9 do
      delays[attempt] = p:delay(attempt, failure "server")
    end
    assert.same({ 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 20, 20 }, delays)
  end)

  it("draws the delay from the whole range (full jitter)", function()
    local p = policy({}, function()
      return 0
    end)
    assert.equal(0, p:delay(3, failure "server"))
  end)

  it("waits at least as long as the service asks", function()
    assert.equal(7, policy():delay(1, failure("throttled", { retry_after = 7 })))
    assert.equal(0.2, policy():delay(1, failure("throttled", { retry_after = 0 })))
  end)

  it("leaves a wait of more than an hour to the caller", function()
    assert.equal(3600, policy():delay(1, failure("server", { retry_after = 3600 })))
    assert.is_nil(policy():delay(1, failure("server", { retry_after = 3601 })))
  end)

  it("ends with the number of attempts", function()
    assert.is_nil(policy():delay(4, failure "server"))
    assert.is_nil(policy({ attempts = 1 }):delay(1, failure "server"))
  end)

  it("ends when the budget is used up, and goes on when successes paid it back", function()
    local p = policy { budget = 12 }
    local _, cost = p:delay(1, failure "server")
    assert.equal(5, cost)
    assert.is_number(p:delay(1, failure "server"))
    assert.is_nil(p:delay(1, failure "server"))
    assert.equal(1, p.exhausted)
    p:succeeded(nil, 2)
    p:succeeded(nil, 1)
    assert.is_number(p:delay(1, failure "server"))
  end)

  it("charges more for a time-out, and gives a retry's cost back", function()
    local p = policy { budget = 10 }
    local _, cost = p:delay(1, failure("transport", { cause = "timeout" }))
    assert.equal(10, cost)
    assert.is_nil(p:delay(1, failure "server"))
    p:succeeded(cost, 1)
    assert.equal(10, p.left)
    p:succeeded(nil, 1)
    assert.equal(10, p.left) -- never above the budget
  end)
end)
