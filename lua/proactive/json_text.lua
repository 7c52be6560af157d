--- Changes in a JSON text that leave all else as it was, byte for byte: order, numbers, escapes,
--- indentation. The text has been read by `json.decode` before, so that it is known to be good.
---
--- A path is a list of keys and of positions counted from 1.

local json = require "proactive.json"

local json_text = {}

-- Reading -----------------------------------------------------------------------------------------

--- Where the string that begins at a quotation mark ends.
local function string_end(text, at)
  local stop = at
  while true do
    stop = text:find('["\\]', stop + 1)
    if text:sub(stop, stop) == '"' then return stop end
    stop = stop + 1
  end
end

local function container_end(text, at)
  local depth, stop = 0, at
  while true do
    stop = text:find('["%[%]{}]', stop)
    local character = text:sub(stop, stop)
    if character == '"' then
      stop = string_end(text, stop)
    elseif character == "{" or character == "[" then
      depth = depth + 1
    else
      depth = depth - 1
      if depth == 0 then return stop end
    end
    stop = stop + 1
  end
end

local function value_end(text, at)
  local first = text:sub(at, at)
  if first == '"' then return string_end(text, at) end
  if first == "{" or first == "[" then return container_end(text, at) end
  return (text:find("[%s,%]}]", at) or #text + 1) - 1
end

---@class proactive.json_text.Item
---@field key string|integer
---@field at integer    where it begins, with its key
---@field from integer  where its value begins
---@field to integer    where its value ends

--- What a container holds, and where its last bracket stands.
---@return proactive.json_text.Item[]
---@return integer
local function items_of(text, at)
  local list, is_object = {}, text:sub(at, at) == "{"
  local next_at = text:find("%S", at + 1)
  while not text:find("^[%]}]", next_at) do
    local item = { at = next_at, key = #list + 1 }
    if is_object then
      local stop = string_end(text, next_at)
      item.key = json.decode(text:sub(next_at, stop))
      next_at = text:find("[^%s:]", stop + 1)
    end
    item.from, item.to = next_at, value_end(text, next_at)
    list[#list + 1] = item
    next_at = text:find("[^%s,]", item.to + 1)
  end
  return list, next_at
end

local function is_container(text, at)
  return text:find("^[%[{]", at) ~= nil
end

local function find_item(list, key)
  for _, item in ipairs(list) do
    if item.key == key then return item end
  end
end

--- Where the text's value begins. A byte order mark may stand before it.
local function start_of(text)
  return text:find('[%["{%w%-]')
end

-- The look of a text ------------------------------------------------------------------------------

--- One step of indentation, as the text has it first; two spaces where it has none.
---@param text string
---@return string
function json_text.indentation(text)
  return text:match("[%[{]\r?\n([ \t]+)%S") or "  "
end

--- What stands before the line's first character that is no space.
local function indent_at(text, at)
  local line = text:sub(1, at - 1):match("[^\n]*$")
  return line:match("^[ \t]*")
end

local function line_break(text)
  return text:find("\r\n", 1, true) and "\r\n" or "\n"
end

-- Writing -----------------------------------------------------------------------------------------

--- A value over several lines, all but the first indented; in one where the text has one only.
local function written(text, value, indent, order)
  local is_one_line = not text:find("\n", 1, true)
  local encoded = assert(json.encode(value, { pretty = not is_one_line, order = order }))
  local unit, ending = json_text.indentation(text), line_break(text)
  return (encoded:gsub("\n( *)", function(spaces)
    return ending .. indent .. unit:rep(#spaces / 2)
  end))
end

local function member(text, key, value)
  if type(key) ~= "string" then return value end
  local colon = text:match('"([ \t]*:[ \t]*)[%["{%w%-]')
  return json.encode(key) .. (colon or text:find("\n", 1, true) and ": " or ":") .. value
end

local function splice(text, from, to, new)
  return text:sub(1, from - 1) .. new .. text:sub(to + 1)
end

--- Adds to a container that has members already: as the last of them stands.
local function append(text, last, key, value, order)
  local space = text:sub(1, last.at - 1):match("%s*$")
  local indent = indent_at(text, last.at)
  local new = member(text, key, written(text, value, indent, order))
  return splice(text, last.to + 1, last.to, "," .. space .. new)
end

local function fill(text, at, close, key, value, order)
  if not text:find("\n", 1, true) then
    return splice(text, at + 1, close - 1, member(text, key, written(text, value, "", order)))
  end
  local outer, ending = indent_at(text, at), line_break(text)
  local inner = outer .. json_text.indentation(text)
  local new = member(text, key, written(text, value, inner, order))
  return splice(text, at + 1, close - 1, ending .. inner .. new .. ending .. outer)
end

--- A text in which one value is another: it is replaced where there is one, else added at the end
--- of its container, which must be there.
---@param text string
---@param path (string|integer)[]
---@param value any
---@param order table<string, integer>?  of the new value's keys, as for `json.encode`
---@return string
function json_text.set(text, path, value, order)
  local at = start_of(text)
  for depth, key in ipairs(path) do
    local list, close = items_of(text, at)
    local item = find_item(list, key)
    if depth == #path then
      if item then
        local indent = indent_at(text, item.at)
        return splice(text, item.from, item.to, written(text, value, indent, order))
      elseif #list > 0 then
        return append(text, list[#list], key, value, order)
      end
      return fill(text, at, close, key, value, order)
    end
    if not item then error("no such container in the text", 2) end
    at = item.from
  end
  error("an empty path", 2)
end

local function pretty(text, from, to, indent)
  if not is_container(text, from) then return text:sub(from, to) end
  local list = items_of(text, from)
  local open, close = text:sub(from, from), text:sub(to, to)
  if #list == 0 then return open .. close end
  local lines = {}
  for index, item in ipairs(list) do
    local value = pretty(text, item.from, item.to, indent .. "  ")
    if type(item.key) == "string" then
      value = text:sub(item.at, string_end(text, item.at)) .. ": " .. value
    end
    lines[index] = indent .. "  " .. value
  end
  return ("%s\n%s\n%s%s"):format(open, table.concat(lines, ",\n"), indent, close)
end

--- The text with one member a line, indented by two spaces, ending with a line break.
---@param text string
---@return string
function json_text.pretty(text)
  local at = start_of(text)
  return pretty(text, at, value_end(text, at), "") .. "\n"
end

return json_text
