--- The page on which a person allows a program to manage skills: Login with Amazon's
--- authorization-code flow (RFC 6749, 4.1), without a password.
---
--- Source: https://developer.amazon.com/docs/login-with-amazon/authorization-code-grant.html and
--- https://github.com/alexa/ask-cli (scopes).

local form = require "proactive.form"
local html = require "proactive.sandbox.html"
local reply = require "proactive.sandbox.reply"

local oa = { PATH = "/ap/oa" }

local FIELDS = { "client_id", "scope", "response_type", "redirect_uri", "state" }

-- A browser asks this of the address a form is redirected to, too.
local FORMS = "form-action 'self' http://127.0.0.1:* http://localhost:*"

local SCOPES = {}
for _, scope in ipairs {
  "alexa::ask:skills:readwrite",
  "alexa::ask:models:readwrite",
  "alexa::ask:skills:test",
  "alexa::ask:catalogs:read",
  "alexa::ask:catalogs:readwrite",
  "alexa::ask:subscriptions",
} do
  SCOPES[scope] = true
end

local function page(status, body)
  return html.page(status, body, FORMS)
end

--- A redirect URL with parameters.
local function back_to(request, parameters)
  local parts = {}
  for _, name in ipairs { "code", "scope", "error", "error_description" } do
    if parameters[name] then
      parts[#parts + 1] = ("%s=%s"):format(name, form.escape(parameters[name]))
    end
  end
  if request.state then parts[#parts + 1] = "state=" .. form.escape(request.state) end
  local joint = request.redirect_uri:find("?", 1, true) and "&" or "?"
  local answer = reply.new(302)
  reply.add(answer, "Cache-Control", "no-store")
  local location = request.redirect_uri .. joint .. table.concat(parts, "&")
  return reply.add(answer, "Location", location)
end

--- Only a program on this machine may be told a code.
local function is_loopback(uri)
  local authority = uri:match "^https?://([^/?#]*)" or ""
  local host = authority:match "^(%[[%x:]+%]):?%d*$" or authority:match "^([^:@%[%]]+):?%d*$" or ""
  return host == "localhost" or host == "[::1]" or host:find "^127%.%d+%.%d+%.%d+$" ~= nil
end

local function problem_of(request)
  if (request.client_id or "") == "" then return "client_id is missing" end
  if not is_loopback(request.redirect_uri or "") then
    return "redirect_uri must lead to this machine: http://127.0.0.1:PORT/…"
  end
end

local function unknown_scope(scopes)
  for scope in (scopes or ""):gmatch "%S+" do
    if not SCOPES[scope] then return true end
  end
  return not (scopes or ""):find "%S"
end

local function ask_person(request)
  local inputs = {}
  for _, name in ipairs(FIELDS) do
    if request[name] then
      local value = html.escape(request[name])
      inputs[#inputs + 1] = ('<input type="hidden" name="%s" value="%s">'):format(name, value)
    end
  end
  local scopes = {}
  for scope in request.scope:gmatch "%S+" do
    scopes[#scopes + 1] = ("<li><code>%s</code></li>"):format(html.escape(scope))
  end
  local lines = {
    "<p>A program asks to manage your skills, as Login with Amazon would show it:</p>",
    "<ul>" .. table.concat(scopes) .. "</ul>",
    '<form method="post" action="/ap/oa">' .. table.concat(inputs),
    '<button name="answer" value="allow">Allow</button> ',
    '<button name="answer" value="deny">Deny</button></form>',
  }
  return page(200, table.concat(lines, "\n"))
end

local function judge(world, request, answer)
  local problem = problem_of(request)
  if problem then return page(400, "<p>" .. html.escape(problem) .. "</p>") end
  if request.response_type ~= "code" then
    return back_to(request, { error = "unsupported_response_type" })
  elseif unknown_scope(request.scope) then
    local words = "An unknown scope was requested"
    return back_to(request, { error = "invalid_scope", error_description = words })
  elseif answer == "allow" then
    return back_to(request, { code = world.logins:allow(request), scope = request.scope })
  elseif answer then
    return back_to(request, { error = "access_denied" })
  end
  return ask_person(request)
end

--- Answers a request for the page, or the person's answer.
---@param world table
---@param request table
---@return table answer
function oa.handle(world, request)
  if request.method == "GET" then return judge(world, form.parse(request.query or "") or {}) end
  if request.method ~= "POST" then
    return reply.add(reply.refusal(405, "use GET or POST"), "Allow", "GET, POST")
  end
  local given = form.parse(request.body) or {}
  return judge(world, given, given.answer or "deny")
end

return oa
