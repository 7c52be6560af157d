--- What it costs to have the package: `require "proactive"` beside the bare interpreter, and the
--- size of the installed rock.

local core = require("proactive.core")
local figures = require("bench.lib.figures")
local machine = require("bench.lib.machine")
local process = require("bench.lib.process")

local PAIRS = tonumber(os.getenv("PAIRS")) or 15
local RUNS = 20 -- of the interpreter in each
local MOST_MS, MOST_KB, MOST_ROCK = 3, 500, 1000000

-- What is loaded when it is first used, for comparison.
local PARTS = {
  { title = "`require \"proactive\"`", words = { "proactive" } },
  { title = "and the catalogue", words = { "proactive", "proactive.events" } },
  { title = "and the client", words = { "proactive", "proactive.events", "proactive.client" } },
}

--- One start of the interpreter: ms, and what it says of its memory.
local function start(lua, words)
  local line = process.worker(lua, "require", words)
  local began = core.monotonic()
  local said = process.read(string.format("for i in $(seq %d); do %s; done", RUNS, line))
  local values = process.values(said)
  values.ms = (core.monotonic() - began) / RUNS * 1000
  return values
end

--- How much more than the bare interpreter, by pairs.
local function more(lua, words)
  local over = { ms = {}, heap = {}, resident = {} }
  for pair = 1, PAIRS do
    local bare, full = start(lua, {}), start(lua, words)
    for name, list in pairs(over) do list[pair] = full[name] - bare[name] end
  end
  for name, list in pairs(over) do over[name] = figures.median(list) end
  return over
end

local function modules(report)
  local cells = { { "Lua", "over the bare interpreter", "ms", "Lua values, KB", "resident, KB" } }
  local verdicts = {}
  for _, lua in ipairs({ "5.4", "jit" }) do
    local title = lua == "jit" and "LuaJIT" or "Lua 5.4"
    for index, part in ipairs(PARTS) do
      local over = more(lua, part.words)
      cells[#cells + 1] = {
        title,
        part.title,
        string.format("%.2f", over.ms),
        string.format("%.0f", over.heap),
        string.format("%.0f", over.resident),
      }
      if index == 1 then verdicts[#verdicts + 1] = { title, over } end
    end
  end
  report:table(cells)
  for _, verdict in ipairs(verdicts) do
    local title, over = verdict[1], verdict[2]
    report:must(over.ms <= MOST_MS, "%s: `require` takes %.2f ms (at most %d)", title, over.ms,
      MOST_MS)
    report:must(math.max(over.heap, over.resident) <= MOST_KB,
      "%s: `require` takes %.0f KB, %.0f KB of them Lua values (at most %d)", title,
      math.max(over.heap, over.resident), over.heap, MOST_KB)
  end
end

-- LuaRocks leaves object files beside the sources: a copy of them, outside of what is linted.
local INSTALL = [[(
  folder=$(mktemp -d) && trap 'rm -rf "$folder"' EXIT && mkdir "$folder/source" &&
  tar --exclude=./build --exclude=./.git --exclude='*.o' -cf - . | tar -xf - -C "$folder/source" &&
  cd "$folder/source" &&
  luarocks --lua-version=5.4 --tree=../tree make --deps-mode none proactive-dev-1.rockspec \
    >../log 2>&1 &&
  find ../tree -type f -printf '%s %p\n'
)]]

local function rock(report)
  local said = process.read(INSTALL)
  local whole, binary = 0, 0
  for size, path in said:gmatch("(%d+) ([^\n]+)") do
    whole = whole + size
    if path:find("%.so$") then binary = binary + size end
  end
  report:must(whole > 0 and whole < MOST_ROCK,
    "the core rock installed: %.0f KB, %.0f KB of them the C module (less than %.0f)",
    whole / 1000, binary / 1000, MOST_ROCK / 1000)
end

return function()
  local report = figures.report("footprint", "What it costs to have the package")
  report:say("%s; %s", machine.describe(), machine.load())
  report:say("")
  report:say("Medians of %d pairs in turns, %d starts each", PAIRS, RUNS)
  report:say("")
  modules(report)
  rock(report)
  return report:finish()
end
