--- A campaign whose workers, or whose database, are killed again and again, and what must be true
--- at its end. `make crash` runs it at full length, spec/crash_spec.lua proves on a short one that the
--- check finds what it is there to find.

local campaign = require "proactive.campaign"
local cli = require "spec.support.cli"
local core = require "proactive.core"
local sandbox_of = require "proactive.sandbox"
local soak = require "spec.support.soak"

local crash = {}

-- Short, so that nobody waits long for the batches of the dead. A third of it lies between two
-- commits.
local LEASE = 0.6

-- A worker lives for so many seconds at least, and at most so many more.
local LIFE, MORE = 0.2, 1.2

-- What the dead had sent is in the sandbox by then, in seconds.
local SETTLES = 0.05

local WORKER = [[
local proactive = require "proactive"
local client = assert(proactive.client { sandbox = arg[2] })
local store = assert(proactive.campaign.open(arg[1]))
local report = assert(store:run("crash", client, { lease = tonumber(arg[3]) }))
os.exit(report.state == "done" and 0 or 1)
]]

local function sleep(seconds)
  local pool = assert(core.http {})
  pool:step(seconds)
  pool:close()
end

--- Starts a worker; `kill()` ends it without a word, `wait()` gives its exit status and what it
--- said.
local function start_worker(url, sandbox)
  local script, status = cli.file(".lua", WORKER), os.tmpname()
  local line = ("%s %s %s %s %s"):format(
    cli.interpreter,
    script,
    cli.quote(url),
    cli.quote(sandbox.url),
    LEASE
  )
  local log = os.tmpname()
  local pid = cli.background(("( %s; echo $? >%s )"):format(line, status), log)
  return {
    kill = function()
      cli.shell(("pkill -KILL -P %s; kill -KILL %s"):format(pid, pid))
      for _, path in ipairs { script, status, log } do
        os.remove(path)
      end
    end,
    wait = function()
      local ended = cli.wait_for(status, "%d+", 300)
      local said = cli.slurp(log)
      for _, path in ipairs { script, status } do
        os.remove(path)
      end
      return tonumber(ended), said
    end,
  }
end

--- Customers who were told, and of whom the store does not know it.
local function unwritten(store, sandbox)
  local told, count = {}, 0
  for _, entry in ipairs(assert(sandbox:counts())) do
    told[entry.user] = true
  end
  for outcome in assert(store:outcomes "crash") do
    if outcome.outcome == "left" and told[outcome.user] then count = count + 1 end
  end
  return count
end

--- Waits until so many more were accepted: more than a slow machine may leave unwritten.
local function await_accepted(sandbox, count)
  local function accepted()
    local sum = 0
    for _, entry in ipairs(assert(sandbox:counts())) do
      sum = sum + entry.accepted
    end
    return sum
  end
  local wanted, ends = accepted() + count, core.monotonic() + 60
  while accepted() < wanted do
    assert(core.monotonic() < ends, "the worker sends nothing")
    sleep(SETTLES)
  end
end

--- What a careless worker would do: it begins with the first recipient again.
local function start_over(store)
  assert(store.db:transaction(function(session)
    session:execute "DELETE FROM proactive_outcomes"
    session:execute "DELETE FROM proactive_tallies"
    session:execute "UPDATE proactive_batches SET done = NULL, owner = NULL"
    session:execute "UPDATE proactive_campaigns SET state = 'running'"
  end))
end

---@class spec.Crash
---@field url string           of the store
---@field sandbox table
---@field recipients integer
---@field kills integer
---@field rate number          slow enough that the campaign lasts as long as the kills
---@field restart fun()?       kills the database instead of the workers
---@field careless boolean?    workers begin from the start

--- Kills workers, and gives what may have been sent twice.
local function kill_workers(crashed, store)
  local bound = 0
  for _ = 1, crashed.kills do
    local worker = start_worker(crashed.url, crashed.sandbox)
    if crashed.careless then
      await_accepted(crashed.sandbox, crashed.recipients / 4)
    else
      sleep(LIFE + math.random() * MORE)
    end
    worker.kill()
    sleep(SETTLES)
    bound = bound + unwritten(store, crashed.sandbox)
    if crashed.careless then start_over(store) end
  end
  -- all may be done where the workers lived long
  if assert(store:status "crash").state == "done" then return bound, 0 end
  return bound, start_worker(crashed.url, crashed.sandbox).wait()
end

--- Kills the database under one worker.
local function kill_database(crashed)
  local worker, bound = start_worker(crashed.url, crashed.sandbox), 0
  for _ = 1, crashed.kills do
    sleep(0.2 + math.random())
    crashed.restart()
  end
  return bound, worker.wait()
end

--- Lets it all happen.
---@param crashed spec.Crash
---@return {bound: integer, status: integer, said: string}
function crash.run(crashed)
  local store = assert(campaign.open(crashed.url))
  assert(store:create {
    name = "crash",
    event = soak.event(),
    users = soak.users(crashed.recipients),
    rate = crashed.rate,
  })
  local kill = crashed.restart and kill_database or kill_workers
  local bound, status, said = kill(crashed, store)
  store:close()
  return { bound = bound, status = status, said = said }
end

local function check_customers(crashed, problems)
  local references, accepted = {}, 0
  for _, entry in ipairs(assert(crashed.sandbox:counts())) do
    if references[entry.user] then
      problems[#problems + 1] = "two reference ids for " .. entry.user
    end
    references[entry.user] = entry.reference_id
    accepted = accepted + entry.accepted
  end
  local notified = {}
  for _, entry in ipairs(assert(crashed.sandbox:notifications(nil, true))) do
    notified[entry.user] = (notified[entry.user] or 0) + 1
  end
  for number = 1, crashed.recipients do
    local user = sandbox_of.user_id(number)
    if notified[user] ~= 1 then
      problems[#problems + 1] = ("%d notifications for %s"):format(notified[user] or 0, user)
    end
  end
  return accepted
end

--- What is wrong at the end.
---@param crashed spec.Crash
---@param ran {bound: integer, status: integer, said: string}
---@return string[] problems
---@return integer excess   accepted requests beyond one for each customer
function crash.check(crashed, ran)
  local problems = {}
  if ran.status ~= 0 then
    problems[1] = ("the last worker ended with %d: %s"):format(ran.status, ran.said)
  end
  local store = assert(campaign.open(crashed.url))
  local status = assert(store:status "crash")
  store:close()
  if status.state ~= "done" or status.accepted ~= crashed.recipients then
    local text = "the campaign is %s with %d accepted of %d"
    problems[#problems + 1] = text:format(status.state, status.accepted, status.recipients)
  end
  local excess = check_customers(crashed, problems) - crashed.recipients
  if excess > ran.bound then
    local text = "%d requests too many were accepted, at most %d were unwritten at the kills"
    problems[#problems + 1] = text:format(excess, ran.bound)
  end
  return problems, excess
end

return crash
