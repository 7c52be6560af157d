--- `proactive lambda`: a skill as a custom runtime of AWS Lambda.

local app = require "proactive.cli.app"
local needs = require "proactive.cli.needs"
local stop = require "proactive.cli.stop"

local lambda = {
  summary = "run a skill in AWS Lambda",
  description = "Answers the invocations of AWS Lambda with the skill that FILE describes: the "
    .. "custom runtime of a function. Lambda says in AWS_LAMBDA_RUNTIME_API where its runtime API "
    .. "is. examples/lambda/ builds the function's zip file.",
  example = "proactive lambda --app skill.lua",
}

function lambda.declare(parser)
  parser:option("--app"):argname("FILE"):count(1):description "The skill's script."
end

local function message_of(reason)
  if stop.is(reason) then return reason.message or tostring(reason.err) end
  return tostring(reason)
end

--- The skill; when there is none, Lambda is told why.
local function load(api, name)
  local done, skill = pcall(app.load, name)
  if done then return skill end
  local runtime = require("proactive.lambda").new(api)
  runtime:fail(message_of(skill))
  runtime:close()
  error(skill, 0)
end

function lambda.run(args)
  local api = os.getenv "AWS_LAMBDA_RUNTIME_API"
  if not api then
    stop.with(2, "AWS_LAMBDA_RUNTIME_API is not set: this command is for AWS Lambda")
  end
  needs.module "proactive.core"
  local runtime = require("proactive.lambda").new(api, load(api, args.app))
  local going, err
  repeat
    going, err = runtime:step()
  until not going
  runtime:close()
  stop.with(1, err)
end

return lambda
