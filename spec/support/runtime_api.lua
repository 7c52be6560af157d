--- Stands in for AWS Lambda's runtime API, as a program: `runtime_api.lua FILE` writes its address to
--- FILE. What is posted to /invoke becomes an invocation, and its outcome the answer: 200 and the
--- response, or 500 and the error. GET /told gives what the runtime said of its start.

local httpd = require "proactive.httpd"

local ROOT = "/2018-06-01/runtime"
local DEADLINE, TRACE = 1542409706888, "Root=1-5bef4de7;Sampled=1"

local server = assert(httpd.listen {})
local file = assert(io.open(arg[1] .. ".part", "w"))
file:write(("127.0.0.1:%d\n"):format(server:port()))
file:close()
os.rename(arg[1] .. ".part", arg[1])

local invocations, idle, callers, told, count = {}, {}, {}, "", 0

local function give(id, status, body, headers) server:respond(id, status, headers or {}, body) end

--- Hands invocations to runtimes that ask for one.
local function match()
  while #invocations > 0 and #idle > 0 do
    local invocation, asker = table.remove(invocations, 1), table.remove(idle, 1)
    give(asker, 200, invocation.body, {
      { "Lambda-Runtime-Aws-Request-Id", invocation.name },
      { "Lambda-Runtime-Deadline-Ms", ("%d"):format(DEADLINE) },
      { "Lambda-Runtime-Trace-Id", TRACE },
      { "Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:us-east-1:123456789012:function:x" },
    })
  end
end

local function invoke(request)
  count = count + 1
  local name = ("8476a536-%d"):format(count)
  callers[name] = request.id
  invocations[#invocations + 1] = { name = name, body = request.body }
end

--- The outcome of an invocation, for who caused it.
local function settle(request, name, outcome)
  local caller = callers[name]
  if not caller then return give(request.id, 404, "") end
  callers[name] = nil
  local kind = request.headers["lambda-runtime-function-error-type"]
  give(caller, outcome == "response" and 200 or 500, request.body, { { "x-error-type", kind or "none" } })
  give(request.id, 202, "")
end

local function handle(request)
  local name, outcome = request.path:match("^" .. ROOT:gsub("%p", "%%%0") .. "/invocation/([^/]+)/(%a+)$")
  if request.path == ROOT .. "/invocation/next" then
    idle[#idle + 1] = request.id
  elseif name then
    settle(request, name, outcome)
  elseif request.path == ROOT .. "/init/error" then
    told = request.body
    give(request.id, 202, "")
  elseif request.path == "/told" then
    give(request.id, 200, told)
  else
    invoke(request)
  end
  match()
end

while server:step(1) do
  for request in server.next, server do handle(request) end
end
