--- Lines of a file or of standard input, for commands that read JSON objects, one a line.

local stop = require "proactive.cli.stop"

local lines = {}

--- Opens FILE, or ends the command with status 2.
---@param path string  - is standard input
---@return file*
---@return string name  for messages
function lines.open(path)
  if path == "-" then return io.stdin, "standard input" end
  local handle, message = io.open(path, "rb")
  if not handle then stop.with(2, "%s", message) end
  -- opening a folder succeeds, reading it does not
  if not handle:read(0) and select(2, handle:read(0)) then
    stop.with(2, "%s: is not a file", path)
  end
  return handle, path
end

--- The values of a file: one a line, or one over all lines, which shows in that the first line is
--- no JSON by itself.
---@param handle file*
---@return fun(): any, integer?, string?  value, number of its line, what is wrong in place of it
function lines.values(handle)
  local json = require "proactive.json"
  local number, next_line = 0, handle:lines()
  return function()
    local written
    repeat
      written, number = next_line(), number + 1
    until not written or written:find "%S"
    if not written then return nil end
    local value, problem = json.decode(written)
    if problem == nil then return value, number end
    if number == 1 then
      local rest = handle:read "*a"
      local whole, wrong = json.decode(written .. "\n" .. rest)
      if wrong == nil then return whole, number end
      next_line = rest:gmatch "([^\n]*)\n?"
    end
    return false, number, problem
  end
end

return lines
