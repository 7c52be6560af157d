--- One sandbox for a block of tests: started before the first, as at the start before each, ended
--- after the last.
---
---     describe("sending", function()
---       local sandbox = require("spec.support.sandbox").use { users = 3 }
---       it("arrives", function() ... sandbox:notifications() ... end)
---     end)

local busted = require "busted"

local support = {}

--- The sandbox of the enclosing block; what `proactive.sandbox.start` gives, for as long as it
--- runs.
---@param options table?  those of `proactive.sandbox.start`
---@return table
function support.use(options)
  local running
  busted.setup(function()
    running = assert(require("proactive.sandbox").start(options))
  end)
  busted.before_each(function()
    assert(running:reset())
  end)
  busted.teardown(function()
    if running then running:stop() end
  end)
  return setmetatable({}, {
    __index = function(_, name)
      local value = running[name]
      if type(value) ~= "function" then return value end
      return function(_, ...)
        return value(running, ...)
      end
    end,
  })
end

return support
