--- Many Lua states in many threads of one process. Run by the host build/tsan/threads, which gives
--- `threads.run` and is built with ThreadSanitizer: what the threads share shows as a report of its.
local threads = threads -- luacheck: globals threads

local COUNT = 8
local SCENE = "spec/support/thread_scenes.lua"

io.stdout:setvbuf "line"
local passed, failed = 0, 0

local function check(ok, text)
  if ok then
    passed = passed + 1
  else
    failed = failed + 1
    print("  " .. text)
  end
end

--- Plays a scene in every thread at once; each must say the same.
local function play(argument, expected)
  print("scene " .. argument)
  local said = threads.run(SCENE, COUNT, argument)
  for number = 1, COUNT do
    check(said[number] == expected, ("%s, thread %d: %s"):format(argument, number, said[number]))
  end
end

--- What the service saw: every event once.
local function check_counts(sandbox)
  local accepted, twice = 0, 0
  for _, count in ipairs(assert(sandbox:counts())) do
    accepted = accepted + count.accepted
    if count.accepted > 1 then twice = twice + 1 end
  end
  check(accepted == COUNT * 30, ("the sandbox accepted %d events"):format(accepted))
  check(twice == 0, ("%d events came twice"):format(twice))
end

local function send(options)
  local sandbox = assert(require("proactive.sandbox").start(options))
  play("send " .. sandbox.url .. " " .. (sandbox.ca_file or ""), "accepted 30")
  check_counts(sandbox)
  sandbox:stop()
end

-- First, since nobody has started libcurl yet: all threads want it at once.
play("make", "made 20")
play("serve", "served 20")
send { lua = threads.interpreter, users = 20 }
send { lua = threads.interpreter, users = 20, tls = true }
play("make", "made 20")
local changed = threads.changed()
check(changed == nil, "not as the host had set it: " .. tostring(changed))

print(("%d passed, %d failed"):format(passed, failed))
