--- `proactive validate`: whether the service will take what FILE holds.

local explain = require "proactive.cli.explain"
local file = require "proactive.cli.file"
local flags = require "proactive.cli.flags"
local needs = require "proactive.cli.needs"
local output = require "proactive.cli.output"
local script = require "proactive.cli.script"
local stop = require "proactive.cli.stop"

local command = {
  summary = "check events and request bodies before they leave",
  description = "Checks each FILE, a Lua script that returns an event or a .json request body, and "
    .. "reports all that is wrong with it. A script runs with your rights; for what others wrote "
    .. "use .json. What cannot be judged breaks the rule read (no such file), parse (no Lua or no "
    .. "JSON; with line and column) or script (it raised, or returned no event).",
  example = "proactive validate examples/events/media_content.lua body.json",
}

function command.declare(parser)
  parser:argument("FILE"):target("files"):args "+"
  parser:flag("--strict"):description "Disputed points count as violations too."
  flags.quiet(parser)
  flags.json(parser)
end

---@class proactive.cli.Verdict
---@field valid boolean
---@field violations proactive.Violation[]
---@field warnings proactive.Violation[]
---@field err proactive.Error?               the refusal
---@field problem proactive.cli.FileProblem? the file could not be read or parsed

local function unreadable(problem)
  local violation = { path = problem.path or "", rule = problem.rule, message = problem.message }
  violation.line, violation.column = problem.line, problem.column
  return { valid = false, violations = { violation }, warnings = {}, problem = problem }
end

local function refused(err)
  local violations, warnings = err.violations or {}, err.warnings or {}
  return { valid = false, violations = violations, warnings = warnings, err = err }
end

--- The whole body of a script's event. Its reference id is made when it is sent, by the C core.
local function request_of(loaded)
  local proactive = require "proactive"
  local audience = loaded.audience or proactive.audience.multicast()
  return proactive.request(loaded.event, audience, {
    expires_in = loaded.opts.expires_in,
    reference_id = loaded.opts.reference_id or "unsent",
  })
end

local function judge(name, args)
  local loaded, problem, refusal = file.load(name)
  if problem then return unreadable(problem) end
  if refusal then return refused(refusal) end
  local request = loaded.text
  if loaded.event then
    local err
    request, err = request_of(loaded)
    if not request then return refused(err) end
  end
  local valid, found = require("proactive").validate(request, { strict = args.strict })
  if not valid then return refused(found) end
  return { valid = true, violations = {}, warnings = found }
end

--- The verdict on one file. What raises while it is judged, as a value of a script can, is its own
--- matter and not that of the files behind it.
---@return proactive.cli.Verdict
local function verdict(name, args)
  local judged, result = pcall(judge, name, args)
  if judged then return result end
  if stop.is(result) then error(result, 0) end
  return unreadable(script.thrown(result))
end

local function print_json(name, result, out)
  out:json {
    file = name,
    valid = result.valid,
    violations = output.violations(result.violations),
    warnings = output.violations(result.warnings),
  }
end

local function block(list, out)
  for _, violation in ipairs(list) do
    out:block(explain.violation(violation), 2)
  end
end

local function count(list, word)
  return ("%d %s%s"):format(#list, word, #list == 1 and "" or "s")
end

local function print_text(name, result, out)
  if result.problem then
    out:print("%s", file.describe(name, result.problem))
  elseif not result.valid then
    out:print("%s: %s", name, out:paint("red", count(result.violations, "violation")))
    if #result.violations == 0 then out:block(explain.body(result.err), 2) end
    block(result.violations, out)
  elseif #result.warnings > 0 then
    out:print("%s: valid, %s", name, count(result.warnings, "warning"))
  elseif not out.quiet then
    out:print("%s: valid", name)
  end
  if #result.warnings > 0 and not result.valid then out:print("  %s", "warnings") end
  block(result.warnings, out)
end

function command.run(args, out)
  if out.as_json then needs.module("proactive.core") end
  local status = 0
  for _, name in ipairs(args.files) do
    local result = verdict(name, args)
    if out.as_json then
      print_json(name, result, out)
    else
      print_text(name, result, out)
    end
    if result.problem then
      status = 2
    elseif not result.valid and status == 0 then
      status = 1
    end
  end
  return status
end

return command
