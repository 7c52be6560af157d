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

--- The rank of each key by where it stands first, as `json.encode` takes it.
---@param text string
---@return table<string, integer>
function json_text.order(text)
  local order, rank, at = {}, 0, text:find('"', 1, true)
  while at do
    local stop = string_end(text, at)
    if text:find("^%s*:", stop + 1) then
      local key = json.decode(text:sub(at, stop))
      rank = rank + 1
      order[key] = order[key] or rank
    end
    at = text:find('"', stop + 1, true)
  end
  return order
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

local function has_line_break(text, from, to)
  local at = text:find("\n", from, true)
  return at ~= nil and at <= to
end

--- Whether a container is on one line. An empty one is as the text is.
local function is_flat(text, at, close)
  if text:find("%S", at + 1) == close then return not text:find "\n%s*%S" end
  return not has_line_break(text, at, close)
end

--- What separates the parts of a container of one line, or of a text where it has none: a space,
--- or nothing.
local function flat_space(text, at, close)
  local space = text:sub(at, close):match '":([ \t]*)%S' or text:match '":([ \t]*)%S'
  return space and space ~= "" and " " or ""
end

--- A value on one line.
local function written_flat(value, space, order)
  if space == "" then return assert(json.encode(value, { order = order })) end
  local pretty = assert(json.encode(value, { pretty = true, order = order }))
  return (pretty:gsub(",\n *", "," .. space):gsub("\n *", ""))
end

--- A value for a container: over several lines, all but the first indented; on one where the
--- container is.
local function written(text, at, close, value, indent, order)
  if is_flat(text, at, close) then
    return written_flat(value, flat_space(text, at, close), order)
  end
  local encoded = assert(json.encode(value, { pretty = true, order = order }))
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
local function append(text, at, close, last, key, value, order)
  local space = text:sub(1, last.at - 1):match("%s*$")
  local is_only = text:find("%S", at + 1) == last.at
  if is_only and is_flat(text, at, close) then space = flat_space(text, at, close) end
  local new = written(text, at, close, value, indent_at(text, last.at), order)
  return splice(text, last.to + 1, last.to, "," .. space .. member(text, key, new))
end

local function fill(text, at, close, key, value, order)
  local outer = indent_at(text, at)
  local inner, ending = outer .. json_text.indentation(text), line_break(text)
  local new = member(text, key, written(text, at, close, value, inner, order))
  if is_flat(text, at, close) then return splice(text, at + 1, close - 1, new) end
  return splice(text, at + 1, close - 1, ending .. inner .. new .. ending .. outer)
end

local function replace(text, at, close, item, value, order)
  local new = written(text, at, close, value, indent_at(text, item.at), order)
  return splice(text, item.from, item.to, new)
end

--- Whether a container stands there that can have such a key.
local function can_hold(text, at, key)
  return text:sub(at or 1, at or 1) == (type(key) == "string" and "{" or "[")
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
    if not can_hold(text, at, key) then error("no such container in the text", 2) end
    local list, close = items_of(text, at)
    local item = find_item(list, key)
    if depth == #path then
      if item then return replace(text, at, close, item, value, order) end
      if list[1] then return append(text, at, close, list[#list], key, value, order) end
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

local function compact(text, from, to)
  if not is_container(text, from) then return text:sub(from, to) end
  local parts = {}
  for index, item in ipairs((items_of(text, from))) do
    local key = type(item.key) == "string" and text:sub(item.at, string_end(text, item.at)) .. ":"
    parts[index] = (key or "") .. compact(text, item.from, item.to)
  end
  return text:sub(from, from) .. table.concat(parts, ",") .. text:sub(to, to)
end

--- The text on one line, without white space between its parts.
---@param text string
---@return string
function json_text.compact(text)
  local at = start_of(text)
  return compact(text, at, value_end(text, at))
end

return json_text
