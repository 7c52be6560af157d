--- Writes what is derived from the schema for readers: the reference page and the types for
--- editors.
---
---     lua5.4 scripts/reference.lua [--check]
---
--- --check writes nothing and ends with 1 when a file is not what it would be written as.

package.path = "./lua/?.lua;./lua/?/init.lua;" .. package.path

local events = require "proactive.events"
local preview = require "proactive.preview"
local schema = require "proactive.schema"
local source_text = require "proactive.cli.source_text"

local PAGE, TYPES = "docs/events.md", "lua/proactive/types.lua"

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
for path, text in pairs { [PAGE] = page.text(), [TYPES] = types.text() } do
  if arg[1] ~= "--check" then
    write(path, text)
  elseif read(path) ~= text then
    status = 1
    io.stderr:write(path, " is not what the schema says: lua5.4 scripts/reference.lua writes it\n")
  end
end
os.exit(status)
