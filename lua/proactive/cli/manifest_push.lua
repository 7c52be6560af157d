--- `proactive manifest push`: shows what changes, asks, sends, and waits.

local difference = require "proactive.cli.difference"
local errors = require "proactive.errors"
local explain = require "proactive.cli.explain"
local management = require "proactive.cli.management"
local origin = require "proactive.cli.origin"
local output = require "proactive.cli.output"
local stop = require "proactive.cli.stop"

local push = {}

local must = management.must

function push.declare(parser)
  parser:argument("FILE"):target "file"
  parser:flag("--yes"):description "Do not ask."
  parser
    :option("--if-match")
    :argname("ETAG")
    :description "Push only if the skill's manifest still has this ETag; * for any."
  parser:flag("--no-validate"):description "Send it though it is known to be wrong."
  management.declare_timeout(parser)
  management.declare_skill(parser, true)
end

--- The file of another skill is not sent, and none to a stage that takes none.
local function check_target(args, found, skill_id, stage)
  if found and found.skill_id ~= skill_id then
    stop.with(1, "%s is the manifest of the skill %s, and not of %s; nothing was sent. Get the "
      .. "manifest of that one to another file, or remove %s.origin", args.file, found.skill_id,
      skill_id, args.file)
  elseif stage == "live" then
    stop.with(1, "the manifest of a live skill cannot be changed; nothing was sent. Change the one "
      .. "in development (--stage development), and have the skill certified again")
  end
end

local function check_text(args, text)
  if args.no_validate then return end
  local good, err = require("proactive").manifest.check(text)
  if good then return end
  err.message = err.message .. "; nothing was sent"
  stop.with(1, err)
end

local function conflict(args, held, message)
  local etag = held.etag or "'*'"
  stop.with(1, errors.new("conflict", {
    message = message .. "; nothing was sent",
    fix = ("proactive manifest diff %s shows both changes. Get it to another file and make yours "
      .. "there; or, to undo theirs, push with --if-match %s."):format(args.file, etag),
  }))
end

--- Somebody changed the skill's manifest after FILE was made from it. Our own last change is none
--- of theirs.
local function check_etag(args, found, held, stage)
  if args.if_match == "*" then return end
  if args.if_match then
    if args.if_match == held.etag then return end
    local words = "the skill's manifest has the ETag %s and not %s"
    return conflict(args, held, words:format(held.etag or "none", args.if_match))
  end
  local known = found and found.stage == stage and found.etag
  if not known or known == held.etag or found.sent == origin.digest(held.text) then return end
  conflict(args, held, ("the skill's manifest was changed after %s was got"):format(args.file))
end

local function confirm(args, changes, skill_id, stage, out)
  if not out.as_json then changes:print(out) end
  if args.yes then return end
  if not output.is_terminal(0) then
    stop.with(2, "this changes the manifest of %s: confirm with --yes; nothing was sent", skill_id)
  end
  io.stderr:write(("Push this to %s (%s)? Type yes to go on: "):format(skill_id, stage))
  if io.read("*l") ~= "yes" then stop.with(2, "not confirmed; nothing was sent") end
end

local BROKEN_FIX = "The service fails so at what is wrong in FILE: proactive manifest check names "
  .. "it."

--- Sends FILE, and notes that it was sent, so that the next push knows it again.
local function send(args, smapi, target, text)
  local opts = { stage = target.stage, if_match = target.etag }
  local sent, err = smapi:update_manifest(target.skill_id, text, opts)
  if sent or err.uncertain then
    target.sent = origin.digest(text)
    origin.write(args.file, target)
  end
  if sent then return end
  if err.kind == "server" and not require("proactive").manifest.check(text) then
    err.fix = BROKEN_FIX
  end
  stop.with(1, err)
end

--- Waits, and tells a person that it does.
local function await(args, smapi, target)
  if output.is_terminal(2) then io.stderr:write "sent; waiting for what comes of it …\n" end
  local status, err = smapi:wait(target.skill_id, { timeout = args.timeout })
  if status then return status end
  if err.state ~= "FAILED" then
    err.message = "the update was sent and accepted; " .. err.message
    err.fix = "proactive manifest status --wait tells what came of it. Pushing again does no harm."
  end
  stop.with(1, err)
end

local function finish(args, count, target, status, out)
  target.etag = status.etag or target.etag
  origin.keep(args.file, target, out)
  local warnings = status.warnings
  if out.as_json then
    out:json {
      pushed = true,
      changes = count,
      etag = status.etag,
      warnings = warnings and output.violations(warnings),
    }
    return 0
  end
  out:print("pushed: %d change%s", count, count == 1 and "" or "s")
  if warnings then out:print("  %s", "warnings") end
  for _, warning in ipairs(warnings or {}) do
    out:block(explain.violation(warning), 2)
  end
  return 0
end

--- FILE is what the skill has. When it came there by a push whose end nobody saw, that is noted.
local function nothing_to_push(args, found, target, out)
  if found and found.stage == target.stage then origin.keep(args.file, target, out) end
  if out.as_json then
    out:json { pushed = false, changes = 0, etag = target.etag }
  else
    out:print("%s is what the skill has: nothing to push", args.file)
  end
  return 0
end

---@param text string  of FILE, known to be a manifest
---@return integer status
function push.run(args, text, out)
  local found = origin.read(args.file)
  local skill_id, stage = management.target(args, found)
  check_target(args, found, skill_id, stage)
  check_text(args, text)
  local smapi = management.open(args)
  local held = must(smapi:get_manifest(skill_id, { stage = stage }))
  local changes = difference.of(held.text, text)
  local target = { skill_id = skill_id, stage = stage, etag = held.etag }
  if #changes.list == 0 then return nothing_to_push(args, found, target, out) end
  check_etag(args, found, held, stage)
  confirm(args, changes, skill_id, stage, out)
  send(args, smapi, target, text)
  local status = await(args, smapi, target)
  smapi:close()
  return finish(args, #changes.list, target, status, out)
end

return push
