--- Clients in event loops: `proactive.loop.luv` and `proactive.loop.cqueues`, each loaded when it
--- is first used.

local LOOPS = { luv = "proactive.loop.luv", cqueues = "proactive.loop.cqueues" }

---@class proactive.loop
---@field luv proactive.loop.luv
---@field cqueues proactive.loop.cqueues
return setmetatable({}, {
  __index = function(loops, name)
    if not LOOPS[name] then return nil end
    local adapter = require(LOOPS[name])
    rawset(loops, name, adapter)
    return adapter
  end,
})
