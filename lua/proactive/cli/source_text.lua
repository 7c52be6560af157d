--- A payload as Lua source, its fields in the order of the schema: the examples of `proactive
--- events NAME`.

local source_text = {}

local function quoted(text)
  return (("%q"):format(text):gsub("\\\n", "\\n"))
end

local function texts(localized)
  local locales, parts = {}, {}
  for locale in pairs(localized) do
    locales[#locales + 1] = locale
  end
  table.sort(locales)
  for index, locale in ipairs(locales) do
    parts[index] = ("[%s] = %s"):format(quoted(locale), quoted(localized[locale]))
  end
  return ("L { %s }"):format(table.concat(parts, ", "))
end

local function scalar(value)
  if type(value) == "number" then return ("%.14g"):format(value) end
  return type(value) == "string" and quoted(value) or tostring(value)
end

local write

local function write_object(value, node, lines, indent)
  for _, field in ipairs(node.fields) do
    if value[field.name] ~= nil then
      write(value[field.name], field, lines, indent, field.name .. " = ")
    end
  end
end

function write(value, node, lines, indent, lead)
  local margin = ("  "):rep(indent)
  if type(value) ~= "table" then
    lines[#lines + 1] = ("%s%s%s,"):format(margin, lead, scalar(value))
  elseif value.localized then
    lines[#lines + 1] = ("%s%s%s,"):format(margin, lead, texts(value.localized))
  elseif node.kind == "array" then
    local items = {}
    for index, item in ipairs(value) do
      items[index] = scalar(item)
    end
    lines[#lines + 1] = ("%s%s{ %s },"):format(margin, lead, table.concat(items, ", "))
  else
    lines[#lines + 1] = ("%s%s{"):format(margin, lead)
    write_object(value, node, lines, indent + 1)
    lines[#lines + 1] = margin .. "},"
  end
end

--- The complete script that returns this event's example.
---@param entry proactive.EventSchema
---@return string[] lines
function source_text.script(entry)
  local payload = {}
  write_object(entry.example, entry.payload, payload, 1)
  local lines = { 'local proactive = require "proactive"' }
  if table.concat(payload):find("= L {", 1, true) then
    lines[2] = "local L = proactive.localized"
  end
  lines[#lines + 1] = ""
  lines[#lines + 1] = ("return proactive.events.%s.%s {"):format(entry.type, entry.state)
  for _, line in ipairs(payload) do
    lines[#lines + 1] = line
  end
  lines[#lines + 1] = "}"
  return lines
end

return source_text
