--- The header lines of a request. Names are compared without regard to case.

local headers = {}

--- A header that must come once.
---@param given table<string, string|string[]>  a list where a header came more than once
---@param name string                           in small letters
---@return string?  nil: it is missing, is empty, or came twice
---@return string?  which of these, for a person
function headers.one(given, name)
  local found
  for key, value in pairs(given) do
    if type(key) == "string" and key:lower() == name then
      local is_list = type(value) == "table"
      if found ~= nil or (is_list and #value > 1) then return nil, "came more than once" end
      found = is_list and value[1] or value
    end
  end
  if type(found) ~= "string" or found == "" then return nil, "is missing" end
  return found
end

return headers
