--- Reads LuaLS annotations: classes with their fields, aliases, and functions with what they take
--- and give. A type is kept as it is written.
---
--- In a block of comment lines a tag goes on in the lines below it that begin with two spaces or
--- more; any other text is about what follows it.

local annotations = {}

local OPENING, CLOSING = "[%(%[{<]", "[%)%]}>]"

--- Whether a type goes on behind the space at `at`.
local function goes_on(text, at)
  return text:sub(1, at - 1):find("[:,|]$") or text:find("^%s+|", at)
end

--- The type at the start of a text, and the rest of it.
---@param text string
---@return string type
---@return string rest
function annotations.split_type(text)
  local depth, at = 0, 1
  while at <= #text do
    local char = text:sub(at, at)
    if char:find(OPENING) then depth = depth + 1 end
    if char:find(CLOSING) then depth = depth - 1 end
    if char == " " and depth == 0 and not goes_on(text, at) then break end
    at = at + 1
  end
  return text:sub(1, at - 1), text:sub(at)
end

local function trim(text) return (text:gsub("^%s+", ""):gsub("%s+$", "")) end

local function on_one_line(text) return (trim(text):gsub("%s+", " ")) end

--- A name may end in `?`, as its type may; one that is a word of the annotations is `["private"]`.
local function named(text)
  local name, rest = text:match("^(%S+)%s+(.*)$")
  if not name then return nil end
  local type_of, about = annotations.split_type(rest)
  local optional = name:sub(-1) == "?" or type_of:sub(-1) == "?"
  return {
    name = name:gsub("%?$", ""):match('^%["(.*)"%]$') or name:gsub("%?$", ""),
    type = type_of:gsub("%?$", ""),
    optional = optional,
    about = on_one_line(about),
  }
end

local read = {}

read["@param"] = function(block, text) table.insert(block.params, named(text)) end

read["@field"] = function(block, text, about)
  local scope, rest = text:match("^(%l+)%s+(%S+%s+.*)$")
  local hidden = scope == "private" or scope == "protected"
  local field = named(hidden and rest or text)
  field.hidden = hidden
  if about ~= "" then field.about = trim(field.about .. " " .. about) end
  table.insert(block.fields, field)
end

--- One space leads to a name, two to a description; so does anything that is no name.
read["@return"] = function(block, text)
  local type_of, rest = annotations.split_type(text)
  local name, about = rest:match("^ ([%a_.]+)(.*)$")
  if rest:find("^  ") or not name then name, about = nil, rest end
  table.insert(block.returns, { type = type_of, name = name, about = on_one_line(about) })
end

read["@class"] = function(block, text)
  local name, rest = text:match("^([%w_.]+)(.*)$")
  local parent, about = rest:match("^: *([%w_.]+)(.*)$")
  block.class = { name = name, parent = parent, about = on_one_line(about or rest) }
end

read["@alias"] = function(block, text)
  local name, rest = text:match("^(%S+)%s*(.*)$")
  local type_of, about = annotations.split_type(rest)
  block.alias = { name = name, about = on_one_line(about), types = {} }
  if type_of ~= "" then table.insert(block.alias.types, { type = type_of, about = "" }) end
end

read["|"] = function(block, text)
  local type_of, about = annotations.split_type(text)
  about = on_one_line(about):gsub("^# *", "")
  table.insert(block.alias.types, { type = type_of, about = about })
end

read["@type"] = function(block, text) block.type = trim(text) end

read["@overload"] = function(block, text) block.overload = trim(text) end

read["@private"] = function(block) block.hidden = true end
read["@protected"] = read["@private"]

local function take_tag(block, tag, about)
  local reader = read[tag.name]
  if reader then reader(block, tag.text, about) end
end

--- Tags with the lines they go on in, and the texts before them.
local function tags_of(lines)
  local tags, text, tag = {}, {}, nil
  for _, line in ipairs(lines) do
    local name, rest = line:match("^(@%l+)%s?(.*)$")
    if not name then name, rest = line:match("^(|)%s*(.*)$") end
    if name then
      tag = { name = name, text = rest, before = table.concat(text, "\n") }
      text, tags[#tags + 1] = {}, tag
    elseif tag and line:find("^  +%S") then
      tag.text = tag.text .. "  " .. trim(line)
    else
      text[#text + 1] = line:gsub("^ ", "")
    end
  end
  return tags, table.concat(text, "\n")
end

--- What a block of comment lines, without their `---`, says.
---@param lines string[]
---@return table block
function annotations.block(lines)
  local block = { params = {}, returns = {}, fields = {}, lines = lines }
  local tags, last = tags_of(lines)
  local about = { tags[1] and tags[1].before or last }
  for index, tag in ipairs(tags) do
    local before = index > 1 and tag.before or ""
    if before ~= "" and tag.name ~= "@field" then about[#about + 1] = before end
    local is_field = tag.name == "@field"
    local first = index == 1 and is_field and about[1] or ""
    take_tag(block, tag, is_field and trim(before .. first) or "")
  end
  block.about = trim(table.concat(about, "\n"))
  return block
end

--- The blocks of a file, each with the line of code below it.
---@param path string
---@return table[] blocks
function annotations.file(path)
  local blocks, lines, number = {}, nil, 0
  local function take(line)
    number = number + 1
    local comment = line:match("^%-%-%-(.*)$")
    if comment then
      lines = lines or {}
      lines[#lines + 1] = comment
    elseif lines then
      local block = annotations.block(lines)
      block.code, block.path, block.line = line, path, number
      blocks[#blocks + 1], lines = block, nil
    end
  end
  for line in io.lines(path) do take(line) end
  take("")
  return blocks
end

--- The function a line of code begins: what it belongs to, `.` or `:`, its name and parameters.
---@param code string
---@return table?
function annotations.function_of(code)
  local owner, separator, name, list = code:match("^function ([%w_]+)([.:])([%w_]+)%(([^)]*)%)")
  if not owner then
    name, list = code:match("^local function ([%w_]+)%(([^)]*)%)")
  end
  if not list then list = code:match("^return function%(([^)]*)%)") end
  if not list then return nil end
  local params = {}
  for param in list:gmatch("[%w_.]+") do params[#params + 1] = param end
  return { owner = owner, separator = separator, name = name, params = params }
end

return annotations
