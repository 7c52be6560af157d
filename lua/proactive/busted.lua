--- What a suite under busted needs: a sandbox for a block of tests, and assertions about what
--- customers were told.
---
---     local sandbox = require("proactive.busted").use()
---     it("tells the customer", function()
---       shop.ship(order)
---       assert.has_been_notified(sandbox, order.customer)
---       assert.says(sandbox, order.customer, "has been shipped")
---     end)
---
--- `assert.has_not_been_notified` and `assert.does_not_say` are their opposites.

local busted = require "busted"
local json = require "proactive.json"
local luassert = require "luassert"

---@class proactive.busted  for suites under busted: `require "proactive.busted"`
local helper = {}

--- The assert of Lua 5.1 and 5.2 takes text only.
local function sure(value, err)
  if value == nil then error(err, 0) end
  return value
end

-- A sandbox for a block ---------------------------------------------------------------------------

--- The sandbox of the enclosing block: started before its first test, as at the start before each,
--- ended after its last.
---@param options proactive.sandbox.StartOptions?
---@return proactive.Sandbox  for as long as it runs
function helper.use(options)
  local running
  busted.setup(function()
    running = sure(require("proactive.sandbox").start(options))
  end)
  busted.before_each(function()
    sure(running:reset())
  end)
  busted.teardown(function()
    if running then running:stop() end
  end)
  return setmetatable({}, {
    __index = function(_, name)
      if not running then error("the sandbox runs inside tests and before_each only", 2) end
      local value = running[name]
      if type(value) ~= "function" then return value end
      return function(_, ...)
        return value(running, ...)
      end
    end,
  })
end

-- What a failure shows ----------------------------------------------------------------------------

-- A failure is for reading: so many lines of each kind.
local MOST_LINES = 10

local function last_of(list, line_of)
  local lines = {}
  for index = math.max(1, #list - MOST_LINES + 1), #list do
    lines[#lines + 1] = "  " .. line_of(list[index])
  end
  return lines
end

local function notification_line(notification)
  local said = notification.spoken and ("%q"):format(notification.spoken)
    or ("not readable: %s"):format(notification.reason)
  return ("%s, %s: %s"):format(notification.state, notification.event, said)
end

local function request_line(request)
  local answer = request.fault and ("fault %s, "):format(request.fault) or ""
  local said = json.decode(request.answer.body)
  local words = type(said) == "table" and (said.message or said.error_description)
  answer = answer .. (request.status and ("%d"):format(request.status) or "no answer")
  if words then answer = ("%s %s"):format(answer, words) end
  return ("%s %s -> %s"):format(request.method, request.path, answer)
end

local function add(lines, more)
  for _, line in ipairs(more) do
    lines[#lines + 1] = line
  end
end

--- What the customer got, and how the last requests ended.
local function evidence(sandbox, notifications)
  local none = #notifications == 0
  local lines = { none and "The customer has none." or "The customer's notifications:" }
  add(lines, last_of(notifications, notification_line))
  local requests = sure(sandbox:requests())
  lines[#lines + 1] = #requests > 0 and "The last requests:" or "No request came."
  add(lines, last_of(requests, request_line))
  return table.concat(lines, "\n")
end

-- Assertions -------------------------------------------------------------------------------------

-- From the assertion's function up to the test: luassert stands between.
local CALLER = 4

local function check(name, arguments, wanted)
  local sandbox = arguments[1]
  local is_good = type(sandbox) == "table" and sandbox.notifications ~= nil
  for index = 2, #wanted do
    is_good = is_good and type(arguments[index]) == "string"
  end
  if is_good then return end
  error(("assert.%s(%s) expected"):format(name, table.concat(wanted, ", ")), CALLER)
end

local function notifications_of(sandbox, user)
  local list, err = sandbox:notifications(user)
  if not list then error(tostring(err), CALLER) end
  return list
end

--- Whether a customer got anything, whatever became of it.
local function been_notified(state, arguments)
  check("has_been_notified", arguments, { "sandbox", "user" })
  local sandbox, user = arguments[1], arguments[2]
  local notifications = notifications_of(sandbox, user)
  local wanted = state.mod and "a notification" or "no notification"
  local text = "Expected %s for %s\n%s"
  state.failure_message = text:format(wanted, user, evidence(sandbox, notifications))
  return #notifications > 0
end

--- Whether a customer's device would say a text, alone or as part of a sentence.
local function says(state, arguments)
  check("says", arguments, { "sandbox", "user", "text" })
  local sandbox, user, words = arguments[1], arguments[2], arguments[3]
  local notifications, is_said = notifications_of(sandbox, user), false
  for _, notification in ipairs(notifications) do
    is_said = is_said or (notification.spoken or ""):find(words, 1, true) ~= nil
  end
  local wanted = state.mod and "say" or "not say"
  local text = "Expected the device of %s to %s %q\n%s"
  state.failure_message = text:format(user, wanted, words, evidence(sandbox, notifications))
  return is_said
end

luassert:register("assertion", "been_notified", been_notified)
luassert:register("assertion", "says", says)
luassert:register("assertion", "say", says)

return helper
