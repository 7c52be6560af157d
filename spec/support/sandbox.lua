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

--- The requests the sandbox had of a method, at a path, and answered with a status.
---@param sandbox table
---@param method string
---@param pattern string  of the path
---@param status integer
---@return table[]
function support.calls(sandbox, method, pattern, status)
  local found = {}
  for _, request in ipairs(sandbox:requests()) do
    if request.method == method and request.path:find(pattern) and request.status == status then
      found[#found + 1] = request
    end
  end
  return found
end

return support
