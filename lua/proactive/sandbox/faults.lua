--- Bad days on demand: rules that say which requests are to fare badly, and how. Seeded: the same
--- rules and the same requests in the same order give the same faults on every Lua.

local fields = require "proactive.sandbox.fields"
local random = require "proactive.sandbox.random"

local Faults = {}
Faults.__index = Faults

local faults = {}

local MATCH = {
  path = { "string", one_of = { "token", "events", "smapi" } },
  user = { "string" },
  share = { "number", min = 0, max = 1 },
  skip = { "number", min = 0, integer = true },
  count = { "number", min = 0, integer = true },
  from = { "number" },
  ["until"] = { "number" },
}

-- A body or a delay beyond these is a typing mistake, and would bind memory or a connection for
-- long.
local MOST_BYTES = 64 * 1024 * 1024
local MOST_SECONDS = 3600

local BYTES = { "number", min = 0, max = MOST_BYTES, integer = true }
local DO = {
  status = { "number", min = 200, max = 599, integer = true },
  headers = { "object" },
  body = { "string|object|array" },
  delay = { "number", min = 0, max = MOST_SECONDS },
  slow = { "number", min = 1, integer = true },
  reset = { "string", one_of = { "before", "after" } },
  cut = BYTES,
  garbage = BYTES,
  oversize = BYTES,
  throttle = { "object" },
  quota = { "number", min = 0, integer = true },
  token = { "string", one_of = { "expired", "revoked" } },
}
local THROTTLE = {
  rate = { "number", above = 0, required = true },
  retry_after = { "number|string" },
}
local RULE = { match = { "object" }, ["do"] = { "object", required = true } }
local RULES = {
  seed = { "number", integer = true, min = -2 ^ 53, max = 2 ^ 53 },
  rules = { "array", required = true },
}

-- What a rule does is named by one of these; `headers` and `body` only go with `status`.
local KINDS = {}
for name in pairs(DO) do
  if name ~= "headers" and name ~= "body" then KINDS[#KINDS + 1] = name end
end
table.sort(KINDS)

---@param clock table
function faults.new(clock)
  local self = setmetatable({ clock = clock }, Faults)
  self:clear()
  return self
end

--- Takes all rules away.
function Faults:clear()
  self.rules, self.given = {}, nil
end

local function kind_of(action, where)
  local found
  for _, kind in ipairs(KINDS) do
    if action[kind] ~= nil then
      if found then return nil, ("%s: one of %s and %s, not both"):format(where, found, kind) end
      found = kind
    end
  end
  if not found then
    return nil, ("%s: one of %s is needed"):format(where, table.concat(KINDS, ", "))
  end
  if found ~= "status" and (action.headers or action.body) then
    return nil, ("%s: headers and body go with status only"):format(where)
  end
  return found
end

-- What the server writes itself, from the body and the connection.
local SERVERS_OWN = { ["content-length"] = true, ["transfer-encoding"] = true, connection = true }

-- Far below what the server takes, far above what a test needs.
local MOST_HEADERS, LONGEST_HEADER = 50, 200

local function headers_problem(headers, where)
  local count = 0
  for name, value in pairs(headers) do
    count = count + 1
    if SERVERS_OWN[name:lower()] then return ("%s: %s is the server's"):format(where, name) end
    if not name:find("^[%w%-_]+$") or type(value) ~= "string" or value:find("[%c\127]") then
      return ("%s: a header needs a plain name and a text of one line"):format(where)
    elseif #name + #value > LONGEST_HEADER or count > MOST_HEADERS then
      local limits = "%s: at most %d headers of %d bytes each"
      return limits:format(where, MOST_HEADERS, LONGEST_HEADER)
    end
  end
end

local function rule_of(given, index, seed)
  local where = ("rules[%d]"):format(index)
  local problem = fields.problem(given, RULE, where)
    or fields.problem(given.match or {}, MATCH, where .. ".match")
    or fields.problem(given["do"], DO, where .. ".do")
    or headers_problem(given["do"].headers or {}, where .. ".do.headers")
  if problem then return nil, problem end
  local action = given["do"]
  local kind, message = kind_of(action, where .. ".do")
  if not kind then return nil, message end
  if kind == "throttle" then
    problem = fields.problem(action.throttle, THROTTLE, where .. ".do.throttle")
    if problem then return nil, problem end
  end
  return {
    kind = kind,
    action = action,
    match = given.match or {},
    random = random.new(seed + index * 7919),
    seen = 0,
    hits = 0,
  }
end

--- Rules as they are used, or a sentence that refuses them all.
---@param given table  as decoded from JSON
---@return table[]?
---@return string? message
function faults.rules(given)
  local problem = fields.problem(given, RULES, "")
  if problem then return nil, problem end
  local rules = {}
  for index, rule in ipairs(given.rules) do
    local message
    rules[index], message = rule_of(rule, index, given.seed or 1)
    if not rules[index] then return nil, message end
  end
  return rules
end

--- Puts new rules in the place of the old ones, or refuses them all with a sentence.
---@param given table  as decoded from JSON
---@return true?
---@return string? message
function Faults:set(given)
  local rules, message = faults.rules(given)
  if not rules then return nil, message end
  self.rules, self.given, self.since = rules, given, self.clock:now()
  return true
end

--- A rule matches a request of its path and customer in its time, after the first `skip` of these,
--- with the probability `share`, `count` times.
local function matches(rule, call, elapsed)
  local match = rule.match
  if match.path and match.path ~= call.route.kind then return false end
  if match.from and elapsed < match.from then return false end
  if match["until"] and elapsed >= match["until"] then return false end
  if match.user and match.user ~= call:user() then return false end
  rule.seen = rule.seen + 1
  if match.skip and rule.seen <= match.skip then return false end
  if match.count and rule.hits >= match.count then return false end
  if match.share and rule.random() >= match.share then return false end
  rule.hits = rule.hits + 1
  return true
end

-- Whether a bucket that holds one second's worth of requests has one left.
local function has_room(rule, now)
  local rate = rule.action.throttle.rate
  local capacity = math.max(1, rate)
  local level = rule.level and math.min(capacity, rule.level + (now - rule.filled_at) * rate)
  rule.level, rule.filled_at = level or capacity, now
  if rule.level < 1 then return false end
  rule.level = rule.level - 1
  return true
end

-- The limit applies to live skills only.
-- Source: https://developer.amazon.com/docs/alexa/smapi/proactive-events-api-reference.html
local function has_quota(rule, call)
  if call.route.stage ~= "live" then return true end
  rule.used = (rule.used or 0) + 1
  return rule.used <= rule.action.quota
end

--- The rule a request has to bear, or nil. The first that matches wins; one that only limits may
--- let it pass.
---@param call table
---@return table? rule
function Faults:pick(call)
  if not self.rules[1] then return nil end
  local now = self.clock:now()
  for _, rule in ipairs(self.rules) do
    if matches(rule, call, now - self.since) then
      local passes = rule.kind == "throttle" and has_room(rule, now)
        or rule.kind == "quota" and has_quota(rule, call)
      return not passes and rule or nil
    end
  end
end

--- Bytes that are no HTTP: seldom text, and never beginning like a status line.
---@param rule table
---@param count integer
---@return string
function faults.noise(rule, count)
  local parts = {}
  for i = 1, math.min(count, 4096) do
    parts[i] = string.char(128 + math.floor(rule.random() * 128))
  end
  local block = table.concat(parts)
  if count <= #block then return block end
  return (block:rep(math.ceil(count / #block)):sub(1, count))
end

return faults
