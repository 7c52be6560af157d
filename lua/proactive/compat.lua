--- The only Lua file that knows Lua versions.

local compat = {}

---@diagnostic disable: deprecated
compat.unpack = table.unpack or unpack

--- Values as a list that knows how many they are, nil among them.
---@return {n: integer, [integer]: any}
function compat.pack(...)
  return { n = select("#", ...), ... }
end

-- Plain 5.1 has no yield inside pcall: there the work gets a coroutine of its own, whose yields are
-- passed on.
local function follow(thread, handler, ran, ...)
  if not ran then return false, handler(thread, (...)) end
  if coroutine.status(thread) == "dead" then return true, ... end
  return follow(thread, handler, coroutine.resume(thread, coroutine.yield(...)))
end

local function call_in_coroutine(handler, work, ...)
  local thread = coroutine.create(function(...) -- the work may be a C function
    return work(...)
  end)
  return follow(thread, handler, coroutine.resume(thread, ...))
end

local function as_it_is(_, problem)
  return problem
end

--- `pcall` for work that may yield.
---@type fun(work: function, ...): boolean, ...
compat.pcall = pcall

--- `pcall` for work that may yield; what it raises comes with its traceback.
---@type fun(work: function): boolean, ...
function compat.traced_pcall(work)
  return xpcall(work, debug.traceback)
end

if _VERSION == "Lua 5.1" and not rawget(_G, "jit") then
  function compat.pcall(work, ...)
    return call_in_coroutine(as_it_is, work, ...)
  end

  function compat.traced_pcall(work)
    return call_in_coroutine(debug.traceback, work)
  end
end

--- Loads a chunk as text only: precompiled code can do anything to the interpreter.
---@param text string
---@param name string   chunk name, as for `load`
---@return function?, string?
function compat.load_text(text, name)
  if text:sub(1, 1) == "\27" then return nil, "precompiled Lua code is refused" end
  if setfenv then return loadstring(text, name) end
  return load(text, name, "t")
end

--- The folder name of this Lua's build, as `make LUA=…` writes it.
---@type string
compat.abi = rawget(_G, "jit") and "jit" or _VERSION:match("%d+%.%d+")

--- `os.execute` as every Lua can tell it: whether the command ended with status 0.
---@param command string
---@return boolean
function compat.execute(command)
  local result = os.execute(command)
  return result == true or result == 0
end

--- The interpreter that runs this, as a shell finds it; of a host that embeds Lua, the usual name
--- of its kind.
---@return string
function compat.interpreter()
  local words, index = rawget(_G, "arg") or {}, 0
  while words[index - 1] do
    index = index - 1
  end
  if index < 0 then return words[index] end
  return compat.abi == "jit" and "luajit" or "lua" .. compat.abi
end

return compat
