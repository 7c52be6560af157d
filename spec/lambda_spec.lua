--- A skill as a custom runtime of AWS Lambda, against a stand-in for its runtime API.

local cli = require "spec.support.cli"
local json = require "proactive.json"
local skill_events = require "spec.support.skill_events"

local SKILL = [[
return {
  application_id = "amzn1.ask.skill.one",
  on = {
    LaunchRequest = function(request, envelope, context)
      return ("%s until %.3f, %s"):format(context.request_id, context.deadline, context.trace_id)
    end,
    IntentRequest = function()
      error "the secret is 42"
    end,
  },
}
]]

local address, processes, files

local function temporary(text)
  local path = os.tmpname()
  files[#files + 1] = path
  if text then
    local file = assert(io.open(path, "wb"))
    file:write(text)
    file:close()
  end
  return path
end

local function start(line)
  local log = temporary()
  processes[#processes + 1] = cli.background(line, log)
  return log
end

local function run_skill(text)
  local line = "AWS_LAMBDA_RUNTIME_API=%s PROACTIVE_LUA=%s exec bin/proactive lambda --app %s"
  return start(("sh -c %s"):format(cli.quote(line:format(address, cli.interpreter, temporary(text)))))
end

local function curl(path, body)
  local line = "curl -s -w ' %%{http_code} %%header{x-error-type}' %s http://%s%s"
  local data = body and "--data-binary " .. cli.quote(body) or ""
  return cli.shell((line:format(data, address, path))).stdout
end

before_each(function()
  processes, files = {}, {}
  local ready = temporary()
  start(("exec %s spec/support/runtime_api.lua %s"):format(cli.interpreter, ready))
  address = cli.wait_for(ready, "(127.0.0.1:%d+)\n")
end)

after_each(function()
  for _, process in ipairs(processes) do
    cli.stop(process)
  end
  for _, path in ipairs(files) do
    os.remove(path)
  end
end)

local function request(kind, id)
  local envelope = skill_events.new("x", { id = id })
  envelope.request.type = kind
  return json.encode(envelope)
end

describe("proactive lambda", function()
  it("answers invocations, and tells functions deadline and trace", function()
    run_skill(SKILL)
    for number = 1, 30 do
      local said = curl("/invoke", request("LaunchRequest", "id" .. number))
      local body = json.decode(said:match "^{.*}")
      local text = ("8476a536-%d until 1542409706.888, Root=1-5bef4de7;Sampled=1"):format(number)
      assert.equal(text, body.response.outputSpeech.text)
      assert.matches(" 200 ", said)
    end
  end)

  it("reports what fails, without a trace, and goes on", function()
    local log = run_skill(SKILL)
    assert.equal('{"errorMessage":"the function for IntentRequest failed","errorType":"server",'
      .. '"stackTrace":[]} 500 server', curl("/invoke", request("IntentRequest", "1")))
    cli.wait_for(log, "(the secret is 42)")
    assert.matches("another skill.* 500 unverified",
      curl("/invoke", (request("LaunchRequest", "2"):gsub("skill%.one", "skill.two"))))
    assert.matches("not JSON.* 500 unverified", curl("/invoke", "hello"))
    assert.matches(" 200 ", curl("/invoke", request("LaunchRequest", "3")))
  end)

  it("tells Lambda why a skill cannot be made", function()
    local log = run_skill "return {}"
    cli.wait_for(log, "(application_id is required)")
    local told = json.decode(curl("/told"):match "^{.*}")
    assert.equal("init", told.errorType)
    assert.matches("application_id is required", told.errorMessage)
  end)

  it("ends with 2 outside Lambda, and with 1 when Lambda is gone", function()
    local app = temporary(SKILL)
    local said = cli.run({ "lambda", "--app", app }, { env = { AWS_LAMBDA_RUNTIME_API = false } })
    assert.equal(2, said.status)
    assert.matches("AWS_LAMBDA_RUNTIME_API is not set", said.stderr)
    said = cli.run({ "lambda", "--app", app }, { env = { AWS_LAMBDA_RUNTIME_API = "127.0.0.1:1" } })
    assert.equal(1, said.status)
    assert.matches("Lambda's runtime API: ", said.stderr)
  end)
end)
