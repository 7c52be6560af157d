--- A busted helper for `make test GC=1`: garbage is collected at every turn, so that what is used
--- after its last reference has gone fails here rather than at a user's.
---
--- The collector runs in whole cycles, one after every test and one every so many instructions in
--- between. Hooks see no compiled code: the JIT is switched off.
local busted = require("busted")

local INSTRUCTIONS = 20000

if jit then jit.off() end

collectgarbage("setpause", 100)
collectgarbage("setstepmul", 1000000)

debug.sethook(function() collectgarbage() end, "", INSTRUCTIONS)

busted.subscribe({ "test", "end" }, function()
  collectgarbage() -- runs finalizers
  collectgarbage() -- frees what they held
  return nil, true
end)
