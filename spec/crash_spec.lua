--- The check of `make crash` on short runs: campaigns survive, and a worker that starts over is found.

local crash = require "spec.support.crash"
local stores = require "spec.support.stores"

setup(stores.start)
teardown(stores.stop)

local COUNT = 400

local function survive(kind, sandbox, changes)
  local crashed = {
    url = stores.kinds[kind](),
    sandbox = sandbox,
    recipients = COUNT,
    kills = 2,
    rate = 250,
  }
  for name, value in pairs(changes or {}) do
    crashed[name] = value
  end
  return crash.check(crashed, crash.run(crashed))
end

for _, duplicates in ipairs { "update", "409", "400" } do
  describe("a campaign whose workers are killed, duplicates " .. duplicates, function()
    local sandbox = require("spec.support.sandbox").use { users = COUNT, duplicates = duplicates }

    it("tells everybody once on SQLite", function()
      assert.same({}, (survive("SQLite", sandbox)))
    end)
  end)
end

describe("a campaign", function()
  local sandbox = require("spec.support.sandbox").use { users = COUNT }

  it("tells everybody once when PostgreSQL is killed", function()
    local function restart()
      stores.server():restart()
    end
    assert.same({}, (survive("PostgreSQL", sandbox, { restart = restart })))
  end)

  it("whose workers start over is found out", function()
    local problems = survive("SQLite", sandbox, { careless = true, kills = 4 })
    assert.matches("too many were accepted", table.concat(problems, "\n"))
  end)
end)
