--- `make bench`: figures of this machine, each beside what it is compared with.
---
---   run.lua [NAME…]     all of them without a name
---
--- Counts and ratios are promises, and a missed one ends the run with status 1; so is the rate of
--- `validate`. Other rates are only printed: machines differ. Each writes its table to
--- build/bench/NAME.md.

local files = require("bench.lib.files")
local process = require("bench.lib.process")

local NAMES = {
  "sandbox", "validate", "body", "delivery", "memory", "frames", "latency", "token", "registry",
  "campaign", "skill",
}

local function known(name)
  for _, other in ipairs(NAMES) do
    if name == other then return true end
  end
  return false
end

local names = #arg > 0 and arg or NAMES
for _, name in ipairs(names) do
  if not known(name) then
    io.stderr:write("no such benchmark: ", name, "; there are ", table.concat(NAMES, " "), "\n")
    os.exit(2)
  end
end

io.stdout:setvbuf("line")
process.read(process.line({ "mkdir", "-p", files.folder }))
local kept = true
for _, name in ipairs(names) do kept = require("bench." .. name)() and kept end
os.exit(kept and 0 or 1)
