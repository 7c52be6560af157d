--- skill.lua: a script that returns the options of `proactive.skill`. The same file serves every
--- host.

local input = require "proactive.cli.input"
local needs = require "proactive.cli.needs"
local script = require "proactive.cli.script"
local stop = require "proactive.cli.stop"

local app = {}

local function place(name, problem)
  return problem.line and ("%s:%d"):format(name, problem.line) or name
end

local function options_of(name)
  local chunk, problem = script.load(input.read(name))
  if not chunk then stop.with(2, "%s: %s", place(name, problem), problem.message) end
  local ran, result = script.run(chunk)
  if not ran then
    problem = script.thrown(result)
    stop.with(2, "%s: %s", place(name, problem), problem.message)
  end
  if type(result) ~= "table" then
    local advice = "must return the options of proactive.skill, a table with application_id"
    stop.with(2, "%s: %s; it returned a %s", name, advice, type(result))
  end
  return result
end

--- The skill of a script, or the end of the command.
---@param name string      of the file
---@param sandbox string?  the address of the sandbox it is to be of
---@return proactive.Skill
function app.load(name, sandbox)
  needs.module "proactive.core"
  local options = options_of(name)
  if sandbox then options.sandbox = sandbox end
  local done, skill, err = pcall(function()
    local made, problem = require("proactive").skill(options)
    return made, problem
  end)
  if not done then stop.with(2, "%s: %s", name, (tostring(skill):gsub("^.-:%d+: ", ""))) end
  if not skill then stop.with(2, err) end
  return skill
end

return app
