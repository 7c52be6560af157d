--- The reference as one page of HTML: a heading for each class and function, types as links.

local html = {}

local HEAD = [[
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>proactive: reference</title>
<style>
body { font: 16px/1.5 sans-serif; margin: 0; color: #222; display: flex; }
nav { width: 17em; height: 100vh; overflow: auto; position: sticky; top: 0; padding: 1em;
  box-sizing: border-box; background: #f4f4f2; font-size: 14px; flex: none; }
nav a { display: block; overflow-wrap: anywhere; }
nav a.function { padding-left: 1em; }
main { padding: 1em 2em; max-width: 52em; min-width: 0; }
h2 { border-top: 1px solid #ccc; padding-top: 1em; margin-top: 2em; }
h3, td code, dt code { font-family: monospace; overflow-wrap: anywhere; }
a { color: #0645ad; text-decoration: none; }
table { border-collapse: collapse; width: 100%; }
td, th { text-align: left; vertical-align: top; padding: .2em .8em .2em 0; }
dd { margin-left: 1.5em; }
</style>
</head>
<body>
<nav>
<input id="find" type="search" placeholder="Find" aria-label="Find a name">
]]

local MIDDLE = "</nav>\n<main>\n<h1>proactive: reference</h1>\n"
  .. "<p>Made from the annotations of the code. A <code>?</code> behind a type says that it may be "
  .. "nil.</p>\n"

local TAIL = [[
</main>
<script>
document.getElementById("find").addEventListener("input", (event) => {
  const wanted = event.target.value.toLowerCase();
  for (const link of document.querySelectorAll("nav a"))
    link.hidden = !link.textContent.toLowerCase().includes(wanted);
});
</script>
</body>
</html>
]]

local ESCAPES = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;" }

local function escape(text) return (text:gsub('[&<>"]', ESCAPES)) end

--- Words of a description: code between backquotes, a paragraph for each empty line, and lines that
--- are set off as a program.
local function prose(text)
  local parts = {}
  for paragraph in (text .. "\n\n"):gmatch("(.-)\n%s*\n") do
    local is_program = paragraph:find("^  ")
    local body = escape(paragraph):gsub("`([^`]*)`", "<code>%1</code>")
    if is_program then body = "<pre>" .. escape(paragraph) .. "</pre>" end
    parts[#parts + 1] = is_program and body or "<p>" .. body .. "</p>"
  end
  return table.concat(parts, "\n")
end

local function words(text) return (escape(text):gsub("`([^`]*)`", "<code>%1</code>")) end

--- A type with a link to each class in it.
local function type_of(page, text)
  local linked = escape(text):gsub("proactive%.[%w_.]*[%w_]", function(name)
    if not page.known[name] then return name end
    return ('<a href="#%s">%s</a>'):format(name, name)
  end)
  return "<code>" .. linked .. "</code>"
end

local function add(page, text, ...)
  page[#page + 1] = select("#", ...) > 0 and text:format(...) or text
end

--- How a function is called: on the module, or on an object named as its class.
local function call_of(class, fn)
  local owner = class.name
  if fn.separator == ":" then owner = owner:match("[^.]+$"):gsub("^%u", string.lower) end
  owner = owner:gsub("^proactive%.Events%.", "proactive.events.")
  return ("%s%s%s(%s)"):format(owner, fn.separator, fn.name, table.concat(fn.params, ", "))
end

local function anchor_of(class, fn) return ("%s.%s"):format(class.name, fn.name) end

local function add_terms(page, title, elements)
  if #elements == 0 then return end
  add(page, "<dl>")
  for _, element in ipairs(elements) do
    local name = element.name and "<code>" .. escape(element.name) .. "</code> " or ""
    local optional = element.optional and "?" or ""
    add(page, "<dt>%s %s%s</dt>", title, name, type_of(page, element.type .. optional))
    if element.about ~= "" then add(page, "<dd>%s</dd>", words(element.about)) end
  end
  add(page, "</dl>")
end

local function add_function(page, class, fn)
  add(page, '<h3 id="%s">%s</h3>', anchor_of(class, fn), escape(call_of(class, fn)))
  add(page, prose(fn.about))
  add_terms(page, "takes", fn.taken)
  add_terms(page, "returns", fn.returns)
end

local function add_fields(page, fields)
  local rows = {}
  for _, field in ipairs(fields) do
    if not field.hidden then
      local row = "<tr><td><code>%s</code></td><td>%s</td><td>%s</td></tr>"
      local kind = type_of(page, field.type .. (field.optional and "?" or ""))
      rows[#rows + 1] = row:format(escape(field.name), kind, words(field.about))
    end
  end
  if #rows == 0 then return end
  add(page, "<table><tr><th>field</th><th>type</th><th></th></tr>")
  add(page, table.concat(rows, "\n"))
  add(page, "</table>")
end

local function add_class(page, class)
  add(page, '<h2 id="%s">%s</h2>', class.name, class.name)
  if class.parent then add(page, "<p>All of " .. type_of(page, class.parent) .. ", and:</p>") end
  if class.about ~= "" then add(page, prose(class.about)) end
  if class.overload then add(page, "<p>Called as " .. type_of(page, class.overload) .. "</p>") end
  add_fields(page, class.fields)
  for _, fn in ipairs(class.functions) do add_function(page, class, fn) end
end

local function add_alias(page, alias)
  add(page, '<h2 id="%s">%s</h2>', alias.name, alias.name)
  if alias.about ~= "" then add(page, prose(alias.about)) end
  add(page, "<p>One of:</p>\n<ul>")
  for _, option in ipairs(alias.types) do
    local kind = option.type:gsub("^'(.*)'$", "%1")
    add(page, "<li>%s %s</li>", type_of(page, kind), words(option.about))
  end
  add(page, "</ul>")
end

local function contents(names, surface)
  local links = {}
  for _, name in ipairs(names) do
    links[#links + 1] = ('<a href="#%s">%s</a>'):format(name, name)
    local class = surface.classes[name]
    for _, fn in ipairs(class and class.functions or {}) do
      local link = '<a class="function" href="#%s">%s</a>'
      links[#links + 1] = link:format(anchor_of(class, fn), fn.name)
    end
  end
  return table.concat(links, "\n") .. "\n"
end

--- The page.
---@param surface docs.Surface
---@param names string[]  what is on it, in this order
---@return string
function html.page(surface, names)
  local page = { known = {} }
  for _, name in ipairs(names) do page.known[name] = true end
  for _, name in ipairs(names) do
    local class = surface.classes[name]
    if class then add_class(page, class) else add_alias(page, surface.aliases[name]) end
  end
  return HEAD .. contents(names, surface) .. MIDDLE .. table.concat(page, "\n") .. "\n" .. TAIL
end

return html
