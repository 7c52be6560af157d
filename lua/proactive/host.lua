--- What the host that runs this Lua expects: in OpenResty and in event loops nothing may block, and
--- a handler can let the others run. The only module that looks for a host.

local host = {}

local current -- the name of an event loop that runs now

--- The adapter of an event loop says that its handlers run from now on; nil: no longer.
---@param name string?
function host.enter(name)
  current = name
end

local lent -- tells how the code that runs now can wait, where a server of ours runs it

--- A server whose handlers may wait says how.
---@param pause_of (fun(): (fun())?)?  gives nil to code that is no handler
function host.lend(pause_of)
  lent = pause_of
end

--- The host in which nothing may block, or nil.
---@return string?
function host.name()
  local ngx = rawget(_G, "ngx")
  if type(ngx) == "table" and ngx.get_phase then return "OpenResty" end
  return current
end

-- ngx.sleep(0) keeps the worker busy; this is the least that does not.
local BREATH = 0.001

--- Phases of OpenResty in which a handler can wait.
local PATIENT = { rewrite = true, access = true, content = true, timer = true }

--- A function that lets the other handlers run and returns, when the code runs where that can be.
---@return (fun())?
function host.pause()
  local ngx = rawget(_G, "ngx")
  if type(ngx) ~= "table" or not ngx.get_phase then return lent and lent() end
  if not PATIENT[ngx.get_phase()] then return nil end
  return function()
    ngx.sleep(BREATH)
  end
end

return host
