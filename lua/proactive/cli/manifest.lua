--- `proactive manifest`: get a skill's manifest, see what it lacks, mend it, push it.

local difference = require "proactive.cli.difference"
local explain = require "proactive.cli.explain"
local files = require "proactive.files"
local flags = require "proactive.cli.flags"
local input = require "proactive.cli.input"
local json_text = require "proactive.json_text"
local management = require "proactive.cli.management"
local manifest_needs = require "proactive.cli.manifest_needs"
local needs = require "proactive.cli.needs"
local origin = require "proactive.cli.origin"
local output = require "proactive.cli.output"
local push = require "proactive.cli.manifest_push"
local stop = require "proactive.cli.stop"

local command = {
  summary = "get, check, mend and push the skill's manifest",
  description = "The manifest must have the notifications permission, the events that are sent, "
    .. "and an endpoint for skill events. get writes it to FILE, check names what it lacks, patch "
    .. "adds that and leaves all else as it was, diff and push compare it with the skill's own.",
  example = "proactive manifest get skill.json --skill amzn1.ask.skill.…\n"
    .. "proactive manifest patch skill.json --for examples/events/order_status.lua\n"
    .. "proactive manifest push skill.json",
}

local must = management.must

local function action(parser, name, summary)
  return parser:command(name):summary(summary):description(summary)
end

function command.declare(parser)
  parser:command_target "action"
  local get = action(parser, "get", "Writes the skill's manifest to FILE, or to standard output.")
  get:argument("FILE"):target("file"):args "?"
  get:flag("--force"):description "Overwrite FILE when it is there and other."
  management.declare_skill(get)
  local check = action(parser, "check", "Names what is wrong with FILE, and what it lacks.")
  check:argument("FILE"):target "file"
  manifest_needs.declare(check)
  flags.json(check)
  local diff = action(parser, "diff", "Shows what pushing FILE would change.")
  diff:argument("FILE"):target "file"
  management.declare_skill(diff)
  local patch = action(parser, "patch", "Adds to FILE what it lacks, and touches nothing else.")
  patch:argument("FILE"):target "file"
  manifest_needs.declare(patch)
  patch:flag("--dry-run"):description "Show the changes, and leave FILE as it is."
  flags.json(patch)
  push.declare(action(parser, "push", "Sends FILE, after asking, and waits for what comes of it."))
  local status = action(parser, "status", "What came of the last update.")
  status:flag("--wait"):description "Wait until it has succeeded or failed."
  management.declare_skill(status)
end

local actions = {}

-- Files -------------------------------------------------------------------------------------------

--- A file's text, known to be a manifest.
local function load(path)
  local text = input.read(path)
  local found, err = require("proactive").manifest.decode(text)
  if not found then
    stop.with(2, "%s: %s%s", path, err.message, err.fix and "\n  " .. err.fix or "")
  end
  return text
end

local function write(path, text)
  local written, message = files.replace(path, text)
  if not written then stop.with(1, "%s cannot be written: %s", path, message) end
end

-- Actions -----------------------------------------------------------------------------------------

--- A file that is there and other than what would be written is not lost.
local function protect(path, text)
  local old = files.read(path)
  if old and old ~= text then
    stop.with(1, "%s is there and is other: give another name, or --force to overwrite it", path)
  end
end

function actions.get(args, out)
  local skill_id, smapi = management.skill_id(args), management.open(args)
  local held = must(smapi:get_manifest(skill_id, { stage = args.stage }))
  smapi:close()
  local text = json_text.pretty(held.text)
  if not args.file then
    out:print("%s", (text:gsub("\n$", "")))
    return 0
  end
  if not args.force then protect(args.file, text) end
  write(args.file, text)
  origin.write(args.file, { skill_id = skill_id, stage = args.stage, etag = held.etag })
  if out.as_json then
    out:json { file = args.file, skill_id = skill_id, stage = args.stage, etag = held.etag }
  else
    out:print("%s: the manifest of %s (%s)", args.file, skill_id, args.stage)
  end
  return 0
end

local function print_verdict(path, good, found, out)
  local violations = good and {} or found.violations
  local warnings = good and found or found.warnings
  local counted = ("%d violation%s"):format(#violations, #violations == 1 and "" or "s")
  out:print("%s: %s", path, good and "nothing is missing" or out:paint("red", counted))
  for _, list in ipairs { violations, warnings } do
    if list == warnings and #list > 0 then out:print("  %s", "warnings") end
    for _, violation in ipairs(list) do
      out:block(explain.violation(violation), 2)
    end
  end
  if not good then out:print("  to do    %s", found.fix) end
end

function actions.check(args, out)
  local text = load(args.file)
  local good, found = require("proactive").manifest.check(text, manifest_needs.of(args))
  if out.as_json then
    out:json {
      file = args.file,
      valid = good or false,
      violations = output.violations(not good and found.violations or {}),
      warnings = output.violations(good and found or found.warnings),
    }
  else
    print_verdict(args.file, good, found, out)
  end
  return good and 0 or 1
end

function actions.diff(args, out)
  local text = load(args.file)
  local skill_id, smapi = management.skill_id(args), management.open(args)
  local held = must(smapi:get_manifest(skill_id, { stage = args.stage }))
  smapi:close()
  local list = must(require("proactive").manifest.diff(held.text, text))
  if out.as_json then
    difference.json(list, out)
  else
    difference.print(list, out)
    if #list == 0 then out:print "no difference" end
  end
  return 0
end

function actions.patch(args, out)
  local text, wanted = load(args.file), manifest_needs.of(args)
  if not wanted then stop.usage "for which events? Give --for EVENT…" end
  local manifest = require("proactive").manifest
  local patched = must(manifest.patch(text, wanted))
  local list = must(manifest.diff(text, patched))
  if not args.dry_run and patched ~= text then write(args.file, patched) end
  if out.as_json then
    difference.json(list, out)
    return 0
  end
  difference.print(list, out)
  if #list == 0 then
    out:print("%s: nothing was missing", args.file)
  elseif args.dry_run then
    out:print("%s: not changed (--dry-run)", args.file)
  else
    out:print("%s: mended; proactive manifest push sends it", args.file)
  end
  return 0
end

function actions.push(args, out)
  return push.run(args, load(args.file), out)
end

local function print_status(status, out)
  if out.as_json then
    return out:json {
      state = status.state,
      etag = status.etag,
      violations = output.violations(status.errors),
      warnings = output.violations(status.warnings),
    }
  end
  out:print("%s", status.state or "there was no update")
  for _, list in ipairs { status.errors or {}, status.warnings or {} } do
    for _, violation in ipairs(list) do
      out:block(explain.violation(violation), 2)
    end
  end
end

function actions.status(args, out)
  local skill_id, smapi = management.skill_id(args), management.open(args)
  local status, err
  if args.wait then
    local _, failure = smapi:wait(skill_id)
    if failure and failure.kind ~= "invalid" then err = failure end
  end
  if not err then
    status, err = smapi:status(skill_id)
  end
  smapi:close()
  print_status(must(status, err), out)
  return status.state == "FAILED" and 1 or 0
end

function command.run(args, out)
  needs.module "proactive.core"
  return actions[args.action](args, out)
end

return command
