--- How a command ends before its end: a status and what to tell the person, thrown to `cli.main`.
---
--- Statuses: 1, what was asked did not succeed; 2, it could not be asked (wrong usage, no
--- credentials, a file that cannot be read, a missing library).

local stop = {}

local Stop = {}

--- Ends the command.
---@param status 1|2
---@param text string|proactive.Error  a sentence, formatted with what follows; or an error
function stop.with(status, text, ...)
  local reason = { status = status }
  if type(text) == "string" then
    reason.message = select("#", ...) > 0 and text:format(...) or text
  else
    reason.err = text
  end
  error(setmetatable(reason, Stop), 0)
end

--- Ends the command with status 2 and a pointer to its help.
function stop.usage(text, ...)
  local message = select("#", ...) > 0 and text:format(...) or text
  error(setmetatable({ status = 2, message = message, usage = true }, Stop), 0)
end

---@return boolean
function stop.is(value)
  return getmetatable(value) == Stop
end

return stop
