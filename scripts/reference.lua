--- Writes what is derived for readers: from the schema the page of events and, for editors, their
--- types; from the modules the functions of `proactive`, for editors.
---
---     lua5.4 scripts/reference.lua [--check]
---
--- --check writes nothing and ends with 1 when a file is not what it would be written as.

package.path = "./lua/?.lua;./lua/?/init.lua;./?.lua;" .. package.path

local annotations = require "scripts.docs.annotations"
local events = require "proactive.events"
local preview = require "proactive.preview"
local schema = require "proactive.schema"
local source_text = require "proactive.cli.source_text"

local PAGE = "docs/events.md"
local TYPES, FUNCTIONS = "lua/proactive/types.lua", "lua/proactive/functions.lua"

local page = {}

local function page_rows(node, path, lines)
  for _, field in ipairs(node.fields) do
    local at = path == "" and field.name or path .. "." .. field.name
    local required = field.required and "yes" or ""
    local says_more = field.kind ~= "object" and field.kind ~= "text"
    local allowed = says_more and field.expected or ""
    if field.localizable then allowed = ("localizable, as `%s`"):format(field.attribute) end
    local row = "| `%s` | %s | %s | %s | %s |"
    lines[#lines + 1] = row:format(at, field.kind, required, allowed, field.about)
    if field.fields then page_rows(field, at, lines) end
  end
end

local function page_event(name, lines)
  local event = schema.catalogue[name]
  local said = assert(preview(assert(events[name](event.example)), "en-US"))
  local mark = said.known and "" or " *(composed in the manner of Amazon's)*"
  local function add(text)
    lines[#lines + 1] = text
  end
  add(("## %s\n"):format(name))
  add(("%s\n"):format(event.about))
  add(("> %s%s\n"):format(said.text, mark))
  add "| field | kind | required | allowed | what it is |"
  add "|---|---|---|---|---|"
  page_rows(event.payload, "", lines)
  add(("\nLocales: %s.\n"):format(table.concat(event.locales, ", ")))
  add(("```lua\n%s\n```\n"):format(table.concat(source_text.script(event), "\n")))
  add(("Sources: %s\n"):format(table.concat(event.sources, ", ")))
end

function page.text()
  local lines = {
    "# Events\n",
    "Written by `scripts/reference.lua` from `lua/proactive/schema/`. A text is plain or, where it",
    "is localizable, `proactive.localized {…}`; a time is ISO 8601 text with a zone, or Unix",
    "seconds.",
    "",
  }
  for _, name in ipairs(schema.names) do
    page_event(name, lines)
  end
  return (table.concat(lines, "\n"):gsub("\n+$", "\n"))
end

local types = {}

local KINDS = { text = "string", time = "proactive.Time", integer = "integer" }

--- The type of a field. An object has one of its own, named by its path; so has an enum, named by
--- the event and the field.
local function type_of(field, path, event)
  if field.kind == "object" then return path .. "." .. field.name end
  if field.kind == "enum" then return event .. "." .. field.name end
  if field.kind == "array" then return event .. "." .. field.name .. "[]" end
  return field.localizable and "proactive.Text" or KINDS[field.kind]
end

local function add_enum(values, name, lines)
  if lines[name] then return end
  lines[name] = true
  lines[#lines + 1] = ("---@alias %s"):format(name)
  for _, value in ipairs(values) do
    lines[#lines + 1] = ("---| '\"%s\"'"):format(value)
  end
  lines[#lines + 1] = ""
end

--- The types of the parts come first: a reader likes them before the whole.
local function add_class(node, path, event, lines)
  for _, field in ipairs(node.fields) do
    local enum = field.items or field
    if field.fields then add_class(field, path .. "." .. field.name, event, lines) end
    if enum.values then add_enum(enum.values, event .. "." .. field.name, lines) end
  end
  lines[#lines + 1] = ("---@class %s"):format(path)
  for _, field in ipairs(node.fields) do
    local name = field.name .. (field.required and not field.elsewhere and "" or "?")
    lines[#lines + 1] = ("--- %s"):format(field.about)
    lines[#lines + 1] = ("---@field %s %s"):format(name, type_of(field, path, event))
  end
  lines[#lines + 1] = ""
end

local function add_constructor(event, class, lines)
  local template = [[
---@class proactive.Events.%s
local %s = {}

--- %s
---@param payload %s
---@return proactive.Event?
---@return proactive.Error?
function %s.%s(payload) end
]]
  local name = event.type
  lines[#lines + 1] = template:format(name, name, event.about, class, name, event.state)
end

function types.text()
  local lines = {
    "---@meta",
    "--- The events' types, for editors. Written by scripts/reference.lua from the schema; never",
    "--- loaded.",
    "-- luacheck: ignore",
    "",
    "---@alias proactive.Text string|proactive.Localized",
    "",
    "---@alias proactive.Time string|number  ISO 8601 text with a zone, or Unix seconds",
    "",
  }
  local catalogue = { "---@class proactive.Events" }
  for _, name in ipairs(schema.names) do
    local event = schema.catalogue[name]
    local class = ("proactive.%s.%s"):format(event.type, event.state)
    add_class(event.payload, class, class, lines)
    add_constructor(event, class, lines)
    catalogue[#catalogue + 1] = ("---@field %s proactive.Events.%s"):format(event.type, event.type)
  end
  return table.concat(lines, "\n") .. "\n" .. table.concat(catalogue, "\n") .. "\n"
end

local functions = {}

local function file_of(module)
  local path = "lua/" .. module:gsub("%.", "/")
  local file = io.open(path .. ".lua", "r")
  if not file then return path .. "/init.lua" end
  file:close()
  return path .. ".lua"
end

--- The annotated function of a module: the one of this name, else the one it returns.
local function function_in(path, name)
  local returned
  for line in io.lines(path) do
    returned = line:match "^return ([%w_]+)" or returned
  end
  for _, block in ipairs(annotations.file(path)) do
    local fn = annotations.function_of(block.code)
    if fn and (fn.name or "function") == (name or returned) then return block, fn end
  end
end

local function add_part(line, lines)
  local name, module, inner = line:match '^  ([%w_]+) = { "([%w_.]+)"(.-) },$'
  if not name then return end
  local block, fn = function_in(file_of(module), inner:match '"([%w_]+)"')
  if not fn then return end
  lines[#lines + 1] = "---" .. table.concat(block.lines, "\n---")
  local params = table.concat(fn.params, ", ")
  lines[#lines + 1] = ("function proactive.%s(%s) end\n"):format(name, params)
end

function functions.text()
  local lines = {
    "---@meta",
    "--- The functions that are parts of `proactive`, for editors. Written by",
    "--- scripts/reference.lua from the modules; never loaded.",
    "-- luacheck: ignore",
    "",
    "---@class proactive",
    "local proactive = {}",
    "",
  }
  for line in io.lines "lua/proactive/init.lua" do
    add_part(line, lines)
  end
  return (table.concat(lines, "\n"):gsub("\n+$", "\n"))
end

local function read(path)
  local file = io.open(path, "rb")
  if not file then return nil end
  local text = file:read "*a"
  file:close()
  return text
end

local function write(path, text)
  local file = assert(io.open(path, "wb"))
  assert(file:write(text))
  assert(file:close())
end

local status = 0
local written = {
  [PAGE] = page.text(),
  [TYPES] = types.text(),
  [FUNCTIONS] = functions.text(),
}
for path, text in pairs(written) do
  if arg[1] ~= "--check" then
    write(path, text)
  elseif read(path) ~= text then
    status = 1
    io.stderr:write(path, ": out of date; lua5.4 scripts/reference.lua writes it\n")
  end
end
os.exit(status)
