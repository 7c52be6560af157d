--- A skill in AWS Lambda, as a custom runtime. Lambda has authenticated who calls, so requests are
--- dispatched and not verified.
---
--- Source: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html

local core = require "proactive.core"
local errors = require "proactive.errors"
local json = require "proactive.json"

local lambda = {}

local VERSION = "/2018-06-01/runtime"

-- The next invocation may be days away, and the process frozen until then: as long as can be said.
local LONGEST = 1e6

-- Seconds for what Lambda answers at once.
local SOON = 30

-- A pool keeps a few routes only, and every answer has an address of its own.
local MOST_ROUTES = 24

---@class proactive.lambda.Runtime
---@field base string
---@field pool any        of the core
---@field routes integer  made in it
local Runtime = {}
Runtime.__index = Runtime

local function refused(message)
  return nil, errors.new("unexpected", { message = "Lambda's runtime API: " .. message })
end

--- A pool with room for one more route.
local function fresh_pool(self)
  if self.pool and self.routes < MOST_ROUTES then return self.pool end
  if self.pool then self.pool:close() end
  self.pool, self.routes = assert(core.http { max_connections = 1 }), 0
  return self.pool
end

local function wait_for(pool, route, body, timeout)
  local id, problem = pool:start(route, body, timeout)
  while not id and problem == "wait" do
    pool:step(SOON, nil, 1)
    id, problem = pool:start(route, body, timeout)
  end
  if not id then return nil, problem end
  local result = pool:result(id)
  while not result do
    local stepped, failed = pool:step(SOON, nil, 1)
    if not stepped then return nil, failed end
    result = pool:result(id)
  end
  pool:release(id)
  return result
end

local function exchange(self, method, path, headers, body)
  local pool = fresh_pool(self)
  local route, problem = pool:route { method = method, url = self.base .. path, headers = headers }
  if not route then return refused(problem) end
  self.routes = self.routes + 1
  local result
  result, problem = wait_for(pool, route, body, method == "GET" and LONGEST or SOON)
  if not result then return refused(problem) end
  if not result.status then return refused(result.message) end
  if result.status >= 300 then return refused(("status %d"):format(result.status)) end
  return result
end

--- Tells Lambda that something failed: an invocation, or the start.
local function report(self, path, kind, message)
  local body = json.encode { errorType = kind, errorMessage = message, stackTrace = json.array {} }
  local headers = {
    "Content-Type: application/vnd.aws.lambda.error+json",
    "Lambda-Runtime-Function-Error-Type: " .. kind,
  }
  return exchange(self, "POST", path, headers, body)
end

-- One invocation ---------------------------------------------------------------------------------

--- The values of an answer's headers, by name in small letters.
local function headers_of(result)
  local found = {}
  for name, value in result.headers:gmatch "([^:\r\n]+):[ \t]*([^\r\n]*)" do
    found[name:lower()] = value
  end
  return found
end

--- What Lambda tells of an invocation, for the skill's functions.
---@class proactive.lambda.Context
---@field request_id string
---@field deadline number?  Unix seconds: when Lambda ends the function
---@field trace_id string?
---@field arn string?

---@return proactive.lambda.Context
local function context_of(result)
  local headers = headers_of(result)
  local deadline = tonumber(headers["lambda-runtime-deadline-ms"])
  return {
    request_id = headers["lambda-runtime-aws-request-id"],
    deadline = deadline and deadline / 1000,
    trace_id = headers["lambda-runtime-trace-id"],
    arn = headers["lambda-runtime-invoked-function-arn"],
  }
end

local function answer_to(self, body, context)
  local envelope, problem = json.decode(body)
  if envelope == nil then
    return nil, errors.new("unverified", { message = "the event is not JSON: " .. problem })
  end
  return self.skill:dispatch(envelope, context)
end

--- Waits for an invocation and answers it.
---@return true?
---@return proactive.Error?  the runtime API cannot be used any more
function Runtime:step()
  local invocation, err = exchange(self, "GET", "/invocation/next")
  if not invocation then return nil, err end
  local context = context_of(invocation)
  if not context.request_id then return refused "an invocation without a request id" end
  local path = "/invocation/" .. context.request_id
  local answer
  answer, err = answer_to(self, invocation.body, context)
  local told
  if answer then
    local headers = { "Content-Type: application/json" }
    told, err = exchange(self, "POST", path .. "/response", headers, json.encode(answer))
  else
    told, err = report(self, path .. "/error", err.kind, err.message)
  end
  if not told then return nil, err end
  return true
end

--- Tells Lambda that the skill could not be made.
---@param message string
---@return true?
---@return proactive.Error?
function Runtime:fail(message)
  local told, err = report(self, "/init/error", "init", message)
  if not told then return nil, err end
  return true
end

function Runtime:close()
  if self.pool then self.pool:close() end
end

--- The runtime API at an address.
---@param api string                as AWS_LAMBDA_RUNTIME_API has it, without scheme
---@param skill proactive.Skill?    nil: it could not be made
---@return proactive.lambda.Runtime
function lambda.new(api, skill)
  return setmetatable({ base = "http://" .. api .. VERSION, skill = skill, routes = 0 }, Runtime)
end

return lambda
