--- Fails every allocation in turn, once and for ever, in every scene, and holds the outcome against
--- what the sandbox counted. Run by the host build/*/torture, which gives `torture.run`.
---
--- After each run, however it ended: nothing is left allocated, the client can finish what it holds,
--- and no event is both reported as failed and delivered, nor delivered without a word.
local torture = torture -- luacheck: globals torture
local sandbox_of = require("proactive.sandbox")

-- How many runs before the sandbox is asked what it accepted.
local BATCH = 200

--- What a scene tells when nothing fails, whether its event is judged by the counts, and what the
--- sandbox does to events.
local SCENES = {
  { name = "decode", outcome = "silent" },
  { name = "token_refused", outcome = "failed auth", counted = true },
  { name = "send", outcome = "accepted", counted = true },
  { name = "refused_400", outcome = "failed invalid", counted = true },
  { name = "refused_403", outcome = "failed not_enabled", counted = true },
  { name = "many", outcome = "accepted" },
  { name = "hostile", outcome = "uncertain transport", counted = true, fault = { garbage = 2000 } },
  { name = "close", outcome = "uncertain cancelled", fault = { delay = 0.5 } },
}

--- First words of the outcomes that may be; the others are in scenes.lua.
local SOUND = { accepted = true, failed = true, uncertain = true, silent = true, could = true }

local LIBRARIES = { "Lua", "libcurl", "cJSON", "own C" }

local sandbox = assert(sandbox_of.start({ lua = os.getenv("TORTURE_LUA") }))

io.stdout:setvbuf("line")
local passed, failed = 0, 0
local points, told = {}, {}
for _, library in ipairs(LIBRARIES) do points[library] = 0 end

local function check(ok, text, ...)
  if ok then
    passed = passed + 1
  else
    failed = failed + 1
    print("  " .. string.format(text, ...))
  end
end

--- Sets the sandbox up for a scene: nothing counted, its faults.
local function set_up(scene)
  assert(sandbox:reset())
  if not scene.fault then return end
  scene.fault.match = { path = "events" }
  assert(sandbox:fault(scene.fault))
end

--- Compares what scripts were told with what the sandbox accepted.
local function verify(batch)
  local accepted = {}
  for _, count in ipairs(assert(sandbox:counts())) do
    accepted[count.reference_id] = (accepted[count.reference_id] or 0) + count.accepted
  end
  for reference, outcome in pairs(batch) do
    local delivered = (accepted[reference] or 0) > 0
    local open = outcome:find("^uncertain") or outcome:find("^could")
    check(open or delivered == (outcome == "accepted"), "%s: told %q, and %s", reference, outcome,
      delivered and "delivered" or "not delivered")
  end
end

local function run(scene, n, forever)
  local reference = string.format("%s%d%s", scene.name:gsub("_", ""), n, forever and "f" or "o")
  local library, outcome, left = torture.run(scene.name, sandbox.url, reference, n, forever)
  local sound = SOUND[outcome:match("^%a+")]
  check(sound, "%s, allocation %d (%s): %s", reference, n, library or "none", outcome)
  check(not left, "%s, allocation %d (%s): left over: %s", reference, n, library or "none",
    tostring(left))
  return library, outcome, reference
end

local function every_allocation(scene, forever)
  set_up(scene)
  local n, batch, size = 0, {}, 0
  repeat
    n = n + 1
    local library, outcome, reference = run(scene, n, forever)
    if library then points[library] = points[library] + 1 end
    told[outcome] = (told[outcome] or 0) + 1
    if scene.counted then
      batch[reference], size = outcome, size + 1
      if size == BATCH or not library then
        verify(batch)
        set_up(scene)
        batch, size = {}, 0
      end
    end
    if not library then
      check(outcome == scene.outcome, "%s without a failure: %s", scene.name, outcome)
    end
  until not library
  print(string.format("%-14s %-9s %5d allocations", scene.name, forever and "for ever" or "once",
    n - 1))
end

for _, scene in ipairs(SCENES) do
  every_allocation(scene, false)
  every_allocation(scene, true)
end
sandbox:stop()

local outcomes = {}
for outcome in pairs(told) do outcomes[#outcomes + 1] = outcome end
table.sort(outcomes)
for _, outcome in ipairs(outcomes) do
  print(string.format("%-24s %6d times", outcome, told[outcome]))
end
for _, library in ipairs(LIBRARIES) do
  print(string.format("%-14s %6d points", library, points[library]))
  check(points[library] > 0, "no allocation of %s was hit", library)
end
print(string.format("%d passed, %d failed", passed, failed))
if failed > 0 then error("torture found faults", 0) end
