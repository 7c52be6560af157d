--- One sandbox for a block of tests.
---
---     describe("sending", function()
---       local sandbox = require("spec.support.sandbox").use { users = 3 }
---       it("arrives", function() ... sandbox:notifications() ... end)
---     end)

local support = { use = require("proactive.busted").use }

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
