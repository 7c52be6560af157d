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
  check:argument("FILE"):target("file"):args "?"
  manifest_needs.declare(check)
  flags.json(check)
  local diff = action(parser, "diff", "Shows what pushing FILE would change.")
  diff:argument("FILE"):target "file"
  management.declare_skill(diff, true)
  local patch = action(parser, "patch", "Adds to FILE what it lacks, and touches nothing else.")
  patch:argument("FILE"):target("file"):args "?"
  manifest_needs.declare(patch)
  patch:flag("--dry-run"):description "Show the changes, and leave FILE as it is."
  flags.json(patch)
  push.declare(action(parser, "push", "Sends FILE, after asking, and waits for what comes of it."))
  local status = action(parser, "status", "What came of the last update.")
  status:flag("--wait"):description "Wait until it has succeeded or failed."
  management.declare_timeout(status)
  management.declare_skill(status)
end

local actions = {}

-- Files -------------------------------------------------------------------------------------------

local WHICH = "which FILE? FILE stands before --for, which takes all words that follow"

--- A file's text, known to be a manifest.
local function load(path)
  if not path then stop.usage(WHICH) end
  local text = input.read(path)
  local found, err = require("proactive").manifest.decode(text)
  if not found then
    stop.with(2, "%s: %s%s", path, err.message, err.fix and "\n  " .. err.fix or "")
  end
  return text
end

local function write(path, text)
  local written, message = files.replace(path, text)
  if not written then stop.with(1, "%s", message) end
end

-- Actions -----------------------------------------------------------------------------------------

--- A file that is there and other than what would be written is not lost, nor of which skill it is.
local function protect(path, text, target)
  local old = files.read(path)
  if not old then return end
  if old ~= text then
    stop.with(1, "%s is there and is other: give another name, or --force to overwrite it", path)
  end
  local found = origin.look(path)
  if not found then return end
  if found.skill_id ~= target.skill_id or found.stage ~= target.stage then
    stop.with(1, "%s is the manifest of %s (%s): give another name, or --force to make it that of "
      .. "%s (%s)", path, found.skill_id, found.stage, target.skill_id, target.stage)
  end
end

--- The manifest without a file; as one line of JSON, in the manifest's own order, also with what
--- a file's origin notes.
local function print_manifest(text, target, out)
  if not out.as_json then return out:print("%s", (json_text.pretty(text):gsub("\n$", ""))) end
  text = json_text.compact(text)
  for _, name in ipairs { "skill_id", "stage", "etag" } do
    if target[name] then text = json_text.set(text, { name }, target[name]) end
  end
  out:print("%s", text)
end

function actions.get(args, out)
  local skill_id, stage = management.target(args)
  local smapi = management.open(args)
  local held = must(smapi:get_manifest(skill_id, { stage = stage }))
  smapi:close()
  local target = { skill_id = skill_id, stage = stage, etag = held.etag }
  if not args.file then
    print_manifest(held.text, target, out)
    return 0
  end
  local text = json_text.pretty(held.text)
  if not args.force then protect(args.file, text, target) end
  write(args.file, text)
  origin.keep(args.file, target, out)
  if out.as_json then
    out:json { file = args.file, skill_id = skill_id, stage = stage, etag = held.etag }
  else
    out:print("%s: the manifest of %s (%s)", args.file, skill_id, stage)
  end
  return 0
end

local GOOD = "nothing is missing"
local UNKNOWN = "no fault found; give --for EVENT… to see what your events need"

local function print_verdict(args, good, found, out)
  local violations = good and {} or found.violations
  local warnings = good and found or found.warnings
  local counted = ("%d violation%s"):format(#violations, #violations == 1 and "" or "s")
  local verdict = args.events and GOOD or UNKNOWN
  out:print("%s: %s", args.file, good and verdict or out:paint("red", counted))
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
    print_verdict(args, good, found, out)
  end
  return good and 0 or 1
end

function actions.diff(args, out)
  local text, found = load(args.file), origin.read(args.file)
  local skill_id, stage = management.target(args, found)
  if found and found.skill_id ~= skill_id then
    out:warn("%s is the manifest of %s; compared with %s", args.file, found.skill_id, skill_id)
  end
  local smapi = management.open(args)
  local held = must(smapi:get_manifest(skill_id, { stage = stage }))
  smapi:close()
  local changes = difference.of(held.text, text)
  if out.as_json then
    changes:json(out)
  else
    changes:print(out)
    if #changes.list == 0 then out:print "no difference" end
  end
  return 0
end

local function print_patched(args, changes, out)
  changes:print(out)
  if #changes.list == 0 then
    out:print("%s: nothing was missing", args.file)
  elseif args.dry_run then
    out:print("%s: not changed (--dry-run)", args.file)
  else
    out:print("%s: mended; proactive manifest push sends it", args.file)
  end
end

--- What patch cannot mend.
local function print_rest(args, changes, err, out)
  if out.as_json then
    local violations = output.violations(err.violations)
    return out:json { file = args.file, valid = false, violations = violations }
  end
  if not args.dry_run and #changes.list > 0 then
    out:print("%s: what was missing is there", args.file)
  end
  out:print("%s: still wrong", args.file)
  for _, violation in ipairs(err.violations) do
    out:block(explain.violation(violation), 2)
  end
  out:print("  to do    %s", err.fix)
end

function actions.patch(args, out)
  local text, wanted = load(args.file), manifest_needs.of(args)
  if not wanted then stop.usage "for which events? Give --for EVENT…" end
  local manifest = require("proactive").manifest
  local patched = must(manifest.patch(text, wanted))
  local changes = difference.of(text, patched)
  if not args.dry_run and patched ~= text then write(args.file, patched) end
  local good, err = manifest.check(patched, wanted)
  if out.as_json then
    changes:json(out)
  elseif good then
    print_patched(args, changes, out)
  else
    changes:print(out)
  end
  if not good then print_rest(args, changes, err, out) end
  return good and 0 or 1
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

local ENDED = { SUCCEEDED = true, FAILED = true }

--- The status, once there is nothing to wait for, when that was asked for.
local function status_of(args, smapi, skill_id)
  local status, err = smapi:status(skill_id)
  local is_open = err and err.retryable or status and status.state and not ENDED[status.state]
  if not (args.wait and is_open) then return status, err end
  status, err = smapi:wait(skill_id, { timeout = args.timeout })
  if err and err.state == "FAILED" then return smapi:status(skill_id) end
  return status, err
end

function actions.status(args, out)
  local skill_id, smapi = management.target(args), management.open(args)
  local status, err = status_of(args, smapi, skill_id)
  smapi:close()
  print_status(must(status, err), out)
  return status.state == "FAILED" and 1 or 0
end

function command.run(args, out)
  needs.module "proactive.core"
  return actions[args.action](args, out)
end

return command
