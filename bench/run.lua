--- `make bench`: figures of this machine, each beside what it is compared with.
---
---   run.lua [NAME…]     all of them without a name; `hosts` stands for those of hosts
---
--- Counts and ratios are promises, and a missed one ends the run with status 1; so is the rate of
--- `validate`. Other rates are only printed: machines differ. Each writes its table to
--- build/bench/NAME.md.

local files = require("bench.lib.files")
local process = require("bench.lib.process")

local NAMES = {
  "sandbox", "validate", "body", "delivery", "memory", "frames", "latency", "token", "registry",
  "campaign", "skill", "neighbours", "adapter", "loops", "footprint",
}

local GROUPS = { hosts = { "neighbours", "adapter", "loops", "frames", "footprint" } }
for _, name in ipairs(NAMES) do GROUPS[name] = { name } end

local function names_of(words)
  if #words == 0 then return NAMES end
  local names = {}
  for _, word in ipairs(words) do
    if not GROUPS[word] then
      io.stderr:write("no such benchmark: ", word, "; there are ", table.concat(NAMES, " "),
        " hosts\n")
      os.exit(2)
    end
    for _, name in ipairs(GROUPS[word]) do names[#names + 1] = name end
  end
  return names
end

io.stdout:setvbuf("line")
process.read(process.line({ "mkdir", "-p", files.folder }))
local kept = true
for _, name in ipairs(names_of(arg)) do kept = require("bench." .. name)() and kept end
os.exit(kept and 0 or 1)
