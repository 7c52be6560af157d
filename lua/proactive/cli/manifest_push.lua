--- `proactive manifest push`: shows what changes, asks, sends, and waits.

local difference = require "proactive.cli.difference"
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
    :description "Push only if the skill's manifest still has this ETag."
  parser:flag("--no-validate"):description "Send it though it is known to be wrong."
  management.declare_skill(parser)
end

--- The file of another skill is not sent.
local function check_origin(args, found, skill_id)
  if not found then return end
  if found.skill_id ~= skill_id then
    stop.with(2, "%s is the manifest of the skill %s, and not of %s; nothing was sent. Get the "
      .. "manifest of that one to another file, or remove %s.origin", args.file, found.skill_id,
      skill_id, args.file)
  end
end

local function check_text(args, text)
  if args.no_validate then return end
  local good, err = require("proactive").manifest.check(text)
  if not good then stop.with(1, err) end
end

--- Somebody changed the skill's manifest after FILE was made from it.
local function check_etag(args, found, held)
  local known = args.if_match or (found and found.stage == args.stage and found.etag)
  if not known or known == held.etag then return end
  stop.with(1, require("proactive.errors").new("conflict", {
    message = ("the skill's manifest was changed after %s was got; nothing was sent"):format(
      args.file
    ),
    fix = ("proactive manifest diff %s shows both changes. Get it to another file and make yours "
      .. "there; or, to undo theirs, push with --if-match %s."):format(args.file, held.etag or "*"),
  }))
end

local function confirm(args, list, skill_id, out)
  if not out.as_json then difference.print(list, out) end
  if args.yes then return end
  if not output.is_terminal(0) then
    stop.with(2, "this changes the manifest of %s: confirm with --yes; nothing was sent", skill_id)
  end
  io.stderr:write(("Push this to %s (%s)? Type yes to go on: "):format(skill_id, args.stage))
  if io.read("*l") ~= "yes" then stop.with(2, "not confirmed; nothing was sent") end
end

--- Waits, and tells a person that it does.
local function await(smapi, skill_id)
  local told = not output.is_terminal(2)
  return smapi:wait(skill_id, {
    on_status = function(now)
      if told or now.state ~= "IN_PROGRESS" then return end
      told = true
      io.stderr:write "sent; waiting for what comes of it …\n"
    end,
  })
end

local function finish(args, list, skill_id, status, out)
  origin.write(args.file, { skill_id = skill_id, stage = args.stage, etag = status.etag })
  if out.as_json then
    out:json { pushed = true, changes = #list, etag = status.etag }
  else
    out:print("pushed: %d change%s", #list, #list == 1 and "" or "s")
  end
  return 0
end

---@param text string  of FILE, known to be a manifest
---@return integer status
function push.run(args, text, out)
  local skill_id, found = management.skill_id(args), origin.read(args.file)
  check_origin(args, found, skill_id)
  check_text(args, text)
  local smapi = management.open(args)
  local held = must(smapi:get_manifest(skill_id, { stage = args.stage }))
  check_etag(args, found, held)
  local list = must(require("proactive").manifest.diff(held.text, text))
  if #list == 0 then return finish(args, list, skill_id, held, out) end
  confirm(args, list, skill_id, out)
  local opts = { stage = args.stage, if_match = held.etag }
  must(smapi:update_manifest(skill_id, text, opts))
  local status = must(await(smapi, skill_id))
  smapi:close()
  return finish(args, list, skill_id, status, out)
end

return push
