--- Sending to many on a bad day, and what must be true after it. `make soak` runs it at full length,
--- spec/soak_spec.lua proves on a short one that the check finds what it is there to find.

local proactive = require "proactive"
local sandbox_of = require "proactive.sandbox"

local soak = {}

-- Each of these befalls so many of the requests.
local SHARE = 0.02

local FAULTS = {
  { status = 429, headers = { ["Retry-After"] = "1" } },
  { status = 429 },
  { status = 500 },
  { status = 503 },
  { reset = "before" },
  { reset = "after" },
  { cut = 20 },
  { delay = 0.05 },
  { status = 403, body = { message = "Token in the request is not valid" } },
}

--- The rules of a bad day. The shares count from what the rules before leave over.
---@return table[]
function soak.faults()
  local rules = {}
  for index, fault in ipairs(FAULTS) do
    local left = 1 - SHARE * (index - 1)
    rules[index] = { match = { path = "events", share = SHARE / left }, ["do"] = fault }
  end
  return rules
end

--- The options of a client that can bear it: more attempts, quickly one after the other.
---@param sandbox table
---@return table
function soak.options(sandbox)
  return {
    sandbox = sandbox.url,
    ca_file = sandbox.ca_file,
    retry = { attempts = 12, base = 0.02, cap = 0.5, budget = 1e6 },
  }
end

---@return table event
function soak.event()
  return assert(proactive.events.MessageAlert.Activated {
    state = { status = "UNREAD" },
    messageGroup = { creator = { name = "Some friend" }, count = 1 },
  })
end

--- The sandbox's customers 1 to count.
---@param count integer
---@return fun(): string?
function soak.users(count)
  local number = 0
  return function()
    number = number + 1
    return number <= count and sandbox_of.user_id(number) or nil
  end
end

-- A refused token counts as bad credentials when it is younger than a minute. Here tokens are
-- refused a hundred times a second, as if each had lived for long.
local function age_tokens(handle)
  local methods = getmetatable(handle).__index
  local refused = methods.refused
  methods.refused = function(self, generation, now)
    return refused(self, generation, now + 3600)
  end
  return function()
    methods.refused = refused
  end
end

--- Sends one event to each of so many customers of a sandbox on which the day is bad. Those whose
--- token was refused twice are given up, as documented; they are sent again, with the same ids.
---@param sandbox table
---@param count integer
---@param options table      of the client
---@param more {on_done: fun(completed: integer, client: table)?}?
---@return {accepted: integer, failed: integer, presumed: integer, retries: integer}
function soak.send(sandbox, count, options, more)
  assert(sandbox:faults(soak.faults()))
  local client = assert(proactive.client(options))
  local young_again = age_tokens(client.delivery.source.handle)
  local total = { accepted = 0, failed = 0, presumed = 0, retries = 0, again = 0, by_kind = {} }
  local completed, refused = 0, {}
  local function on_result(user, receipt, err)
    completed = completed + 1
    if receipt and receipt.presumed then total.presumed = total.presumed + 1 end
    if err and err.kind == "auth" then refused[#refused + 1] = user end
    if more and more.on_done then more.on_done(completed, client) end
  end
  local users = soak.users(count)
  repeat
    local report = assert(client:send_many(soak.event(), users, {
      on_result = on_result,
      reference_id = function(user)
        return "soak" .. user:sub(-9)
      end,
    }))
    total.accepted = total.accepted + report.accepted
    total.failed = total.failed + report.failed - #refused
    total.retries = total.retries + report.retries
    total.again = total.again + #refused
    for kind, number in pairs(report.by_kind) do
      total.by_kind[kind] = (total.by_kind[kind] or 0) + number
    end
    users, refused = refused, {}
  until #users == 0
  young_again()
  client:close()
  assert(sandbox:clear_faults())
  return total
end

-- A list of the sandbox, one entry after the other; all at once it would not fit anywhere.
local function each(sandbox, path)
  local piece, after, place = {}, "0", 0
  return function()
    place = place + 1
    if place > #piece and after then
      local target = ("%s?brief=1&bytes=200000&after=%s"):format(path, after)
      piece, after = sandbox:request("GET", target)
      assert(piece, after)
      place = 1
    end
    return piece[place]
  end
end

--- A list of problems that does not grow beyond what a person reads: some of each kind.
local function new_problems()
  local problems, seen = { count = 0 }, {}
  function problems.add(format, ...)
    problems.count = problems.count + 1
    seen[format] = (seen[format] or 0) + 1
    if seen[format] <= 5 then problems[#problems + 1] = format:format(...) end
  end
  return problems
end

local function number_of(user)
  return tonumber((user or ""):match "(%d+)$") or 0
end

--- The reference id of each customer, by its number; tells who has none, two or a stranger's.
local function delivered(sandbox, count, problems)
  local ids, known = {}, 0
  for notification in each(sandbox, "/sandbox/notifications") do
    local number = number_of(notification.user)
    if number < 1 or number > count then
      problems.add("a notification for a stranger: %s", notification.user)
    elseif ids[number] then
      problems.add("customer %d has more than one notification", number)
    else
      ids[number], known = notification.reference_id, known + 1
    end
  end
  if known < count then problems.add("%d customers have no notification", count - known) end
  return ids
end

--- What the sandbox counted, summed up; tells what was accepted too often.
local function counted(sandbox, ids, problems)
  local sums = { pairs = 0, accepted = 0, destroyed = 0, unanswered = 0 }
  for pair in each(sandbox, "/sandbox/counts") do
    local number = number_of(pair.user)
    sums.pairs = sums.pairs + 1
    sums.accepted = sums.accepted + pair.accepted
    sums.destroyed = sums.destroyed + pair.answers_destroyed
    if pair.accepted == pair.answers_destroyed then sums.unanswered = sums.unanswered + 1 end
    if ids[number] ~= pair.reference_id then
      problems.add("customer %d was sent a second reference id", number)
    end
    if pair.accepted > 1 + pair.answers_destroyed then
      problems.add("customer %d: accepted %d times, %d answers destroyed", number, pair.accepted,
        pair.answers_destroyed)
    end
  end
  return sums
end

--- Compares what a sender says of itself with what the sandbox saw.
---@param sandbox table
---@param count integer
---@param total table  as `soak.send` gives it
---@return string[] problems  empty: nothing was lost and nothing doubled
---@return table sums         what the sandbox counted
function soak.check(sandbox, count, total)
  local problems = new_problems()
  local sums = counted(sandbox, delivered(sandbox, count, problems), problems)
  if total.failed > 0 then problems.add("%d events failed", total.failed) end
  if total.accepted ~= count then
    problems.add("the report says %d accepted, there are %d customers", total.accepted, count)
  end
  if total.accepted ~= sums.pairs then
    problems.add("the report says %d accepted, the sandbox %d", total.accepted, sums.pairs)
  end
  if total.presumed ~= sums.unanswered then
    problems.add("%d are presumed accepted, of %d the acceptance was not heard", total.presumed,
      sums.unanswered)
  end
  return problems, sums
end

return soak
