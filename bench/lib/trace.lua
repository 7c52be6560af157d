--- What a program waited for, by a trace of its system calls.

local files = require("bench.lib.files")
local process = require("bench.lib.process")

local trace = {}

-- Calls that are there to wait, and where in their arguments the time to wait stands.
local WAITS = {
  epoll_wait = "(%-?%d+)%)",
  epoll_pwait = "(%-?%d+), NULL, %d+%)",
  poll = "(%-?%d+)%)",
}
local SLEEPS = { select = true, pselect6 = true, ppoll = true, nanosleep = true,
  clock_nanosleep = true, pause = true, epoll_pwait2 = true }

local function waits(name, line)
  if SLEEPS[name] then return true end
  if name == "futex" then return line:find("FUTEX_WAIT") ~= nil end
  local milliseconds = WAITS[name] and line:match(WAITS[name] .. "%s+=")
  return milliseconds ~= nil and milliseconds ~= "0"
end

--- Runs a command under strace.
---@param command string
---@param first string   what the program writes where that part begins which is looked at,
---@param last string    and where it ends
---@return {calls: integer, waiting: string[], longest: number, slowest: string}
---  waiting: the calls that were told to wait; longest: seconds of the longest call, the slowest
function trace.run(command, first, last)
  local path = files.path("trace.txt")
  process.read(string.format("strace -f -T -o %s -e trace=%s %s", path,
    "network,read,write,readv,writev,epoll_wait,epoll_pwait,epoll_pwait2,poll,ppoll,select,"
      .. "pselect6,nanosleep,clock_nanosleep,futex,pause", command .. " 2>/dev/null"))
  local result = { calls = 0, waiting = {}, longest = 0, slowest = "" }
  local part = files.read(path):match('write%(2, "' .. first .. '[^\n]*\n(.*)write%(2, "' .. last)
  for line in (part or ""):gmatch("[^\n]+") do
    local name, taken = line:match("^%d+%s+([%w_]+)%("), tonumber(line:match("<([%d.]+)>$"))
    if name then
      result.calls = result.calls + 1
      if waits(name, line) then table.insert(result.waiting, line) end
    end
    if taken and taken > result.longest then result.longest, result.slowest = taken, line end
  end
  return result
end

return trace
