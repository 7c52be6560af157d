--- `proactive validate`: whether the service will take what FILE holds.

local explain = require "proactive.cli.explain"
local file = require "proactive.cli.file"
local flags = require "proactive.cli.flags"
local needs = require "proactive.cli.needs"
local output = require "proactive.cli.output"

local command = {
  summary = "check events and request bodies before they leave",
  description = "Checks each FILE, a Lua script that returns an event or a .json request body, and reports all "
    .. "that is wrong with it. A script runs with your rights; for what others wrote use .json.",
  example = "proactive validate examples/events/media_content.lua body.json",
}

function command.declare(parser)
  parser:argument("FILE"):target("files"):args "+"
  parser:flag("--strict"):description "Disputed points count as violations too."
  flags.quiet(parser)
  flags.json(parser)
end

--- The verdict on one file.
---@return {valid: boolean, violations: table, warnings: table, unreadable: boolean?}
local function verdict(name, args)
  local loaded, problem, refusal = file.load(name)
  if problem then
    local violation = {
      path = "",
      rule = "parse",
      message = problem.message,
      line = problem.line,
      column = problem.column,
    }
    return { valid = false, violations = { violation }, warnings = {}, problem = problem }
  end
  if refusal then
    return { valid = false, violations = refusal.violations or {}, warnings = {}, err = refusal }
  end
  local proactive = require "proactive"
  local request, err = loaded.text, nil
  if loaded.event then
    local audience = loaded.audience or proactive.audience.multicast {}
    request, err = proactive.request(loaded.event, audience, loaded.opts)
    if not request then
      return { valid = false, violations = err.violations or {}, warnings = {}, err = err }
    end
  end
  local ok, found = proactive.validate(request, { strict = args.strict })
  if ok then return { valid = true, violations = {}, warnings = found or {} } end
  return { valid = false, violations = found.violations or {}, warnings = found.warnings or {}, err = found }
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
