--- Campaigns of many recipients whose workers are killed at random moments, and others whose
--- PostgreSQL is; `crash.lua [RECIPIENTS [KILLS]]`.

local crash = require "spec.support.crash"
local sandbox_of = require "proactive.sandbox"
local stores = require "spec.support.stores"

local RECIPIENTS, KILLS = tonumber(arg[1]) or 20000, tonumber(arg[2]) or 50

-- The campaign lasts as long as the kills: each costs a worker's life and a lease.
local SECONDS = 0.9

stores.start()
math.randomseed(os.time())

local function run(kind, duplicates, changes)
  local sandbox = assert(sandbox_of.start { users = RECIPIENTS, duplicates = duplicates })
  local crashed = {
    url = stores.kinds[kind](),
    sandbox = sandbox,
    recipients = RECIPIENTS,
    kills = KILLS,
    rate = RECIPIENTS / (KILLS * SECONDS),
  }
  for name, value in pairs(changes or {}) do
    crashed[name] = value
  end
  local ran = crash.run(crashed)
  local problems, excess = crash.check(crashed, ran)
  sandbox:stop()
  print(("%s, duplicates %s, %d kills%s: %d recipients, %d requests too many, at most %d allowed"):format(
    kind,
    duplicates,
    crashed.kills,
    crashed.careless and ", workers that start over" or "",
    RECIPIENTS,
    excess,
    ran.bound
  ))
  return problems
end

local good = true

local function must_survive(...)
  for _, problem in ipairs(run(...)) do
    good = false
    print("  WRONG: " .. problem)
  end
end

must_survive("SQLite", "update")
must_survive("SQLite", "409")
must_survive("PostgreSQL", "update")
must_survive("PostgreSQL", "update", {
  kills = math.max(1, math.floor(KILLS / 5)),
  restart = function()
    stores.server():restart()
  end,
})
if not table.concat(run("SQLite", "update", { careless = true })):find "too many" then
  good = false
  print "  WRONG: workers that start over were not found out"
end
stores.stop()
os.exit(good and 0 or 1)
