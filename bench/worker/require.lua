--- What modules cost an interpreter that has loaded nothing else.
---
---   require.lua [MODULE…]
---
--- Prints "heap=… resident=…": kB of Lua values, and of memory, the most there were.

for _, name in ipairs(arg) do require(name) end
local heap = collectgarbage("count")
local status = assert(io.open("/proc/self/status", "rb"))
local resident = status:read("*a"):match("VmHWM:%s*(%d+)")
status:close()
print(string.format("heap=%.1f resident=%s", heap, resident))
