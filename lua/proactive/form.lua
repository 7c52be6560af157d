--- Percent-encoding and forms (`application/x-www-form-urlencoded`), as they stand in URLs and
--- token requests.

local form = {}

local function decode_byte(digits)
  return string.char(tonumber(digits, 16))
end

--- Decodes `%XX`; nil when a `%` is not followed by two hexadecimal digits.
---@param encoded string
---@return string?
function form.unescape(encoded)
  if not encoded:find("%", 1, true) then return encoded end
  if encoded:gsub("%%%x%x", ""):find("%", 1, true) then return nil end
  return (encoded:gsub("%%(%x%x)", decode_byte))
end

--- Encodes everything but RFC 3986's unreserved characters.
---@param plain string
---@return string
function form.escape(plain)
  return (plain:gsub("[^%w%-%._~]", function(character)
    return ("%%%02X"):format(character:byte())
  end))
end

--- Reads `a=1&b=2`, in which `+` is a space. A name that comes twice keeps its last value.
---@param encoded string
---@return table<string, string>?  nil when it is malformed
function form.parse(encoded)
  local fields = {}
  for pair in encoded:gmatch("[^&]+") do
    local name, value = pair:match("^([^=]*)=(.*)$")
    if not name then return nil end
    name, value = form.unescape((name:gsub("+", " "))), form.unescape((value:gsub("+", " ")))
    if not name or not value then return nil end
    fields[name] = value
  end
  return fields
end

return form
