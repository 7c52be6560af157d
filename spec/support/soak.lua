--- Sending to many on a bad day, and what must be true after it. `make soak` runs it at full
--- length, spec/soak_spec.lua proves on a short one that the check finds what it is there to find.

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

-- The customer of an element of `users`: an id, or a table for one that is sent to again.
local function id_of(entry)
  return type(entry) == "table" and entry.user or entry
end

-- Counts one outcome. An event whose token was refused twice is given up, as documented: it goes
-- into `refused`, to be sent again. If its earlier end was uncertain, a refusal of the same id says
-- that it had been accepted.
local function tally(total, refused, entry, receipt, err)
  local was_accepted = err
    and entry.uncertain
    and (err.kind == "duplicate" or err.kind == "invalid")
  if receipt or was_accepted then
    total.accepted = total.accepted + 1
    if was_accepted or receipt.presumed then total.presumed = total.presumed + 1 end
  elseif err.kind == "auth" then
    refused[#refused + 1] = { user = entry.user, uncertain = entry.uncertain or err.uncertain }
  else
    total.by_kind[err.kind] = (total.by_kind[err.kind] or 0) + 1
  end
end

local function send_until_none_is_refused(client, users, total, on_done)
  local completed, refused = 0
  repeat
    refused = {}
    local report = assert(client:send_many(soak.event(), users, {
      reference_id = function(entry)
        return "soak" .. id_of(entry):sub(-9)
      end,
      on_result = function(entry, receipt, err)
        completed = completed + 1
        if on_done then on_done(completed) end
        tally(total, refused, type(entry) == "table" and entry or { user = entry }, receipt, err)
      end,
    }))
    total.retries = total.retries + report.retries
    total.again = total.again + #refused
    users = refused
  until #users == 0
end

--- Sends one event to each of so many customers of a sandbox on which the day is bad.
---@param sandbox table
---@param count integer
---@param options table                     of the client
---@param on_done fun(completed: integer)?  called after each outcome
---@return {accepted: integer, presumed: integer, retries: integer, again: integer,
---  by_kind: table<string, integer>}  by_kind: of what failed
function soak.send(sandbox, count, options, on_done)
  assert(sandbox:faults(soak.faults()))
  local client = assert(proactive.client(options))
  local young_again = age_tokens(client.delivery.source.handle)
  local total = { accepted = 0, presumed = 0, retries = 0, again = 0, by_kind = {} }
  send_until_none_is_refused(client, soak.users(count), total, on_done)
  young_again()
  client:close()
  assert(sandbox:clear_faults())
  return total
end

-- A list of the sandbox, one entry after the other; all at once it would not fit anywhere. The path
-- has a query that bounds a piece.
local function each(sandbox, path)
  local piece, after, place = {}, "0", 0
  return function()
    place = place + 1
    if place > #piece and after then
      local target = ("%s&after=%s"):format(path, after)
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
  for notification in each(sandbox, "/sandbox/notifications?brief=1&bytes=200000") do
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
  for pair in each(sandbox, "/sandbox/counts?bytes=200000") do
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
  for kind, number in pairs(total.by_kind) do
    problems.add("%d events failed: %s", number, kind)
  end
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
