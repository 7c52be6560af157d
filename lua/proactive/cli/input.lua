--- Files that a command was given.

local stop = require "proactive.cli.stop"

local input = {}

--- A file's text, or the end of the command with status 2.
---@param path string
---@return string
function input.read(path)
  local handle, message = io.open(path, "rb")
  if not handle then stop.with(2, "%s", message) end
  local text = handle:read("*a")
  handle:close()
  if not text then stop.with(2, "%s: cannot be read (is it a folder?)", path) end
  return text
end

return input
