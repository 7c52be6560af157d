--- The check of `make soak` on a short run: it passes a client that does right, and finds one that
--- loses and ones that double.

local proactive = require "proactive"
local soak = require "spec.support.soak"

local COUNT = 400

describe("the soak", function()
  local sandbox = require("spec.support.sandbox").use { users = COUNT }

  --- What the check finds after a client of ours sent to all.
  local function problems_after(change)
    local options = soak.options(sandbox)
    change(options)
    return soak.check(sandbox, COUNT, soak.send(sandbox, COUNT, options))
  end

  local function found(problems, pattern)
    return table.concat(problems, "\n"):find(pattern) ~= nil
  end

  it("finds nothing wrong with a client that does right", function()
    local problems, sums = problems_after(function() end)
    assert.equal("", table.concat(problems, "\n"))
    assert.is_true(sums.destroyed > 0)
  end)

  it("finds a client that never retries", function()
    local problems = problems_after(function(options)
      options.retry = false
    end)
    assert.is_true(found(problems, "customers have no notification"))
    assert.is_true(found(problems, "%d+ events failed"))
  end)

  --- Sends to everyone twice, without a fault, and tells what a careless report would.
  local function problems_of_doubling(reference_of)
    local client = assert(proactive.client { sandbox = sandbox.url })
    for round = 1, 2 do
      assert(client:send_many(soak.event(), soak.users(COUNT), {
        reference_id = function(user)
          return reference_of(user, round)
        end,
      }))
    end
    client:close()
    return soak.check(sandbox, COUNT, { accepted = COUNT, presumed = 0, by_kind = {} })
  end

  it("finds a client that sends everything twice with the same id", function()
    local problems = problems_of_doubling(function(user)
      return "once" .. user:sub(-9)
    end)
    assert.equal(COUNT, problems.count)
    assert.is_true(found(problems, "accepted 2 times, 0 answers destroyed"))
  end)

  it("finds a client that sends everything twice with two ids", function()
    local problems = problems_of_doubling(function(user, round)
      return ("round%d%s"):format(round, user:sub(-9))
    end)
    assert.is_true(found(problems, "has more than one notification"))
    assert.is_true(found(problems, "was sent a second reference id"))
  end)

  it("finds a customer who was left out", function()
    local total = soak.send(sandbox, COUNT - 1, soak.options(sandbox))
    local problems = soak.check(sandbox, COUNT, total)
    assert.is_true(found(problems, "1 customers have no notification"))
    assert.is_true(found(problems, "the report says 399 accepted, there are 400 customers"))
  end)
end)
