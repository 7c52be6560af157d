--- Writes the reference of the public surface, from the annotations of the code.
---
---     lua5.4 scripts/docs.lua > reference.html
---     lua5.4 scripts/docs.lua --check
---
--- --check writes nothing, and ends with 1 when something public is not documented, or something
--- documented is not there.

package.path = "./?.lua;" .. package.path

local html = require("scripts.docs.html")
local surface = require("scripts.docs.surface")

local paths = {}
for path in io.popen("find lua/proactive -name '*.lua' | LC_ALL=C sort"):lines() do
  paths[#paths + 1] = path
end

local all = surface.read(paths)

if arg[1] == "--check" then
  local problems = all:problems()
  for _, problem in ipairs(problems) do print(problem) end
  os.exit(#problems == 0)
end

io.write(html.page(all, (all:reach())))
