--- The page at `/` and its files, which lie beside this one.

local files = require "proactive.files"
local html = require "proactive.sandbox.html"
local reply = require "proactive.sandbox.reply"

local page = {}

local HTML = "text/html; charset=utf-8"
local SCRIPT = "text/javascript; charset=utf-8"

local SERVED = {
  ["/"] = { "page.html", HTML },
  ["/sandbox.css"] = { "page.css", "text/css; charset=utf-8" },
  ["/sandbox/page/icon.svg"] = { "icon.svg", "image/svg+xml" },
}
for _, name in ipairs {
  "api",
  "chart",
  "clock",
  "composer",
  "customer",
  "device",
  "devices",
  "dom",
  "faults",
  "form",
  "main",
  "requests",
  "speech",
  "trouble",
} do
  local file = name .. ".js"
  SERVED["/sandbox/page/" .. file] = { file, SCRIPT }
end

--- The paths that `page.handle` answers.
---@type table<string, any>
page.paths = SERVED

-- Scripts of the page's own, and no text that becomes markup.
local RULES = "script-src 'self'; connect-src 'self'; img-src 'self'; "
  .. "require-trusted-types-for 'script'; form-action 'none'"

local FOLDER = debug.getinfo(1, "S").source:match "^@(.*)init%.lua$"

local texts = {}

local function text_of(name)
  texts[name] = texts[name] or FOLDER and files.read(FOLDER .. name)
  return texts[name]
end

--- Answers a request for the page or one of its files.
---@param request table
---@return table answer
function page.handle(_, request)
  if request.method ~= "GET" and request.method ~= "HEAD" then
    return reply.add(reply.refusal(405, "use GET"), "Allow", "GET, HEAD")
  end
  local name, content_type = SERVED[request.path][1], SERVED[request.path][2]
  local text = text_of(name)
  if not text then
    local missing = "the page's file %s is not beside its module: install the rock again"
    return reply.refusal(500, missing:format(name))
  end
  return html.guard(reply.new(200, content_type, text), RULES)
end

return page
