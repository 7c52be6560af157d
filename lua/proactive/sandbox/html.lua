--- Pages of the sandbox: everything that came from outside is escaped, and a page may load nothing
--- but its own style sheet.

local reply = require "proactive.sandbox.reply"

local html = {}

local POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; "

local ENTITIES = {
  ["&"] = "&amp;",
  ["<"] = "&lt;",
  [">"] = "&gt;",
  ['"'] = "&quot;",
  ["'"] = "&#39;",
}

--- A text that stands for itself.
---@param value any
---@return string
function html.escape(value)
  return (tostring(value):gsub("[&<>\"']", ENTITIES))
end

--- What every page and style sheet says to the browser.
---@param answer table
---@param rules string  what else the content security policy says: where forms may lead, at least
---@return table answer
function html.guard(answer, rules)
  reply.add(answer, "Content-Security-Policy", POLICY .. rules)
  reply.add(answer, "X-Content-Type-Options", "nosniff")
  reply.add(answer, "Referrer-Policy", "no-referrer")
  return reply.add(answer, "Cache-Control", "no-store")
end

local PAGE = [[<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>proactive sandbox</title><link rel="stylesheet" href="/sandbox.css"></head><body>
<main class="plain">
<h1>proactive sandbox</h1>
%s
</main>
</body></html>
]]

--- A page.
---@param status integer
---@param body string   HTML
---@param rules string  as for `html.guard`
---@return table answer
function html.page(status, body, rules)
  local text = PAGE:gsub("%%s", function()
    return body
  end)
  return html.guard(reply.new(status, "text/html; charset=utf-8", text), rules)
end

return html
