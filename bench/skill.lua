--- What the skill side costs: a request verified, beside a bare RSA verification; a skill event
--- handled, beside the disk's own rate; nginx with the handler, beside nginx without.

local figures = require("bench.lib.figures")
local files = require("bench.lib.files")
local machine = require("bench.lib.machine")
local process = require("bench.lib.process")
local signed = require("bench.lib.signed")
local skill_nginx = require("bench.lib.skill_nginx")

local EVENTS = math.min(tonumber(os.getenv("EVENTS")) or 20000, 20000)
local ROUNDS = tonumber(os.getenv("PAIRS")) or 5
local SECONDS = 3

local LEAST_SHARE, LEAST_HANDLED = 0.5, 3000

local function title(lua) return lua == "jit" and "LuaJIT" or "Lua 5.4" end

local function number(value) return string.format("%.0f", value) end

local function worker(lua, ...)
  return process.values(process.read(process.worker(lua, "skill", { ... }))).rate
end

--- The number in what a program said.
local function number_in(said, pattern)
  return tonumber(said:match(pattern)) or error("no figure in: " .. said)
end

--- Verifications a second of OpenSSL alone, as its own benchmark tells them.
local function bare_rsa()
  local words = { "openssl", "speed", "-seconds", number(SECONDS), "rsa2048" }
  local said = process.read(process.pinned(process.client_core, words) .. " 2>/dev/null")
  return number_in(said, "rsa 2048 bits%s+%S+%s+%S+%s+%S+%s+(%S+)")
end

--- Runs each in turns, so that all have the machine's good and bad moments; medians by name.
local function medians(runs)
  local seen, found = {}, {}
  for _ = 1, ROUNDS do
    for name, run in pairs(runs) do
      seen[name] = seen[name] or {}
      table.insert(seen[name], run())
    end
  end
  for name, values in pairs(seen) do found[name] = figures.median(values) end
  return found
end

local function verification(report, requests)
  local cells = { { "Lua", "bare RSA-2048", "signature and SHA-256 of 2 KB", "the whole request" } }
  for _, lua in ipairs({ "5.4", "jit" }) do
    local rate = medians({
      bare = bare_rsa,
      signature = function() return worker(lua, "signature", requests, number(SECONDS)) end,
      verify = function() return worker(lua, "verify", requests, number(SECONDS)) end,
    })
    table.insert(cells,
      { title(lua), number(rate.bare), number(rate.signature), number(rate.verify) })
    report:must(rate.verify >= rate.bare * LEAST_SHARE,
      "%s: a request verified at %.2f of the bare rate (at least %.2f); its signature alone %.2f",
      title(lua), rate.verify / rate.bare, LEAST_SHARE, rate.signature / rate.bare)
  end
  report:say("")
  report:say("Verifications a second, one core, chain cached:")
  report:say("")
  report:table(cells)
end

--- Blocks of 4 KB that are on the disk when each write returns, a second.
local function disk_rate()
  local path, count = process.quote(files.path("sync")), 500
  local said = process.read(string.format(
    "LC_ALL=C dd if=/dev/zero of=%s bs=4k count=%d oflag=dsync 2>&1; rm -f %s", path, count, path))
  return count / number_in(said, "copied, (%S+) s")
end

local function handling(report, requests)
  local database = files.path("skill.db")
  local cells = { { "Lua", "NORMAL", "FULL", "the disk: synchronous writes" } }
  for _, lua in ipairs({ "5.4", "jit" }) do
    local rate = medians({
      NORMAL = function() return worker(lua, "handle", requests, database, "NORMAL") end,
      FULL = function() return worker(lua, "handle", requests, database, "FULL") end,
      disk = disk_rate,
    })
    table.insert(cells, { title(lua), number(rate.NORMAL), number(rate.FULL), number(rate.disk) })
    report:must(rate.NORMAL >= LEAST_HANDLED,
      "%s: %.0f skill events a second handled, synchronous=NORMAL (at least %d); FULL %.0f",
      title(lua), rate.NORMAL, LEAST_HANDLED, rate.FULL)
  end
  report:say("")
  report:say("%d skill events handled, 32 at a time, SQLite, a second:", EVENTS)
  report:say("")
  report:table(cells)
end

--- Requests a second that wrk gets answered. Each time a new server: no event is old to it.
local function ask(location, requests)
  local server = skill_nginx.start()
  local url = server.url .. location
  local line = process.pinned(process.client_core,
    { "wrk", "-t1", "-c32", string.format("-d%ds", SECONDS), "-s", "bench/lib/wrk.lua", url })
  local said = process.read("REQUESTS=" .. process.quote(requests) .. " " .. line)
  server.stop()
  assert(not said:find("Non%-2xx") and not said:find("Socket errors"), said)
  return number_in(said, "Requests/sec:%s*(%S+)")
end

local function serving(report, events, launches)
  local rate = medians({
    bare = function() return ask("/bare", events) end,
    launch = function() return ask("/launch", launches) end,
    NORMAL = function() return ask("/NORMAL", events) end,
    FULL = function() return ask("/FULL", events) end,
  })
  local cells = { { "nginx, one worker", "requests a second", "of `return 200`" } }
  for _, row in ipairs({
    { "bare", "`return 200`" },
    { "launch", "verified and answered" },
    { "NORMAL", "verified, in the registry, NORMAL" },
    { "FULL", "verified, in the registry, FULL" },
  }) do
    local found = rate[row[1]]
    table.insert(cells, { row[2], number(found), string.format("%.2f", found / rate.bare) })
  end
  report:say("")
  report:say("Requests a second over HTTP, LuaJIT:")
  report:say("")
  report:table(cells)
end

return function()
  local report = figures.report("skill", "Skill: requests verified and handled")
  report:say("%s; %s", machine.describe(), machine.load())
  report:say("%s", machine.versions())
  report:say("Medians of %d rounds, in turns", ROUNDS)
  report:say("")
  local events, launches = files.path("events.signed"), files.path("launches.signed")
  signed.write(events, EVENTS, "AlexaSkillEvent.ProactiveSubscriptionChanged")
  signed.write(launches, EVENTS, "LaunchRequest")
  verification(report, events)
  handling(report, events)
  serving(report, events, launches)
  return report:finish()
end
