--- The page at `/`: the devices, what they have to say, and the requests that came in.

local html = require "proactive.sandbox.html"
local reply = require "proactive.sandbox.reply"

local page = { paths = { ["/"] = true, ["/sandbox.css"] = true } }

-- Rows of each table; the control paths have the rest.
local MOST_ROWS = 50

local CSS = [[
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 75rem; padding: 0 1rem;
  color: #1b1b1b; background: #fff; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem; border-bottom: 1px solid #ccc;
  overflow-wrap: anywhere; }
.ring { color: #7a5c00; font-weight: bold; }
@media (prefers-color-scheme: dark) { body { color: #eee; background: #161616; }
  th, td { border-color: #444; } .ring { color: #ffd24a; } }
]]

local NO_FORMS = "form-action 'none'"

local escape = html.escape

local function row(cells, tag)
  local parts = {}
  for i, cell in ipairs(cells) do
    parts[i] = ("<%s>%s</%s>"):format(tag, cell, tag)
  end
  return "<tr>" .. table.concat(parts) .. "</tr>"
end

local function section(title, heads, rows)
  local lines = { ("<h2>%s</h2>"):format(title) }
  if #rows == 0 then
    lines[2] = "<p>None yet.</p>"
  else
    lines[2] = "<table><thead>" .. row(heads, "th") .. "</thead><tbody>"
    lines[3] = table.concat(rows, "\n") .. "</tbody></table>"
  end
  return table.concat(lines, "\n")
end

local function clock_time(unix)
  return os.date("!%H:%M:%S", math.floor(unix))
end

-- Long ids differ at their end.
local function short(id)
  return #id > 40 and ("%s…%s"):format(id:sub(1, 25), id:sub(-8)) or id
end

local function devices(world)
  local rows = {}
  for index, customer in ipairs(world.customers.list) do
    if index > MOST_ROWS then break end
    local waiting = world.inbox:waiting(customer)
    local light = waiting > 0 and ('<span class="ring">%d waiting</span>'):format(waiting) or "off"
    local allowed = ("%d of the events"):format(#customer.subscriptions)
    rows[index] = row({
      escape(short(customer.user)),
      escape(customer.region),
      escape(customer.locale),
      customer.enabled and allowed or "skill off",
      light,
    }, "td")
  end
  return section("Devices", { "Customer", "Region", "Locale", "Allowed", "Light" }, rows)
end

local function notifications(world)
  local rows = {}
  local first, last, view = world.inbox:listing()
  for index = last, math.max(first, last - MOST_ROWS + 1), -1 do
    local entry = view(index)
    if entry then
      rows[#rows + 1] = row({
        clock_time(entry.received_at),
        escape(short(entry.user)),
        escape(entry.locale),
        entry.state,
        escape(entry.spoken or ("(silent: %s)"):format(entry.reason)),
      }, "td")
    end
  end
  return section("Notifications", { "UTC", "Customer", "Locale", "State", "Alexa says" }, rows)
end

local function requests(world)
  local rows, journal = {}, world.journal
  for index = journal.last, math.max(journal.first, journal.last - MOST_ROWS + 1), -1 do
    local entry = journal:view(index)
    rows[#rows + 1] = row({
      clock_time(entry.received_at),
      escape(("%s %s"):format(entry.method, entry.path)),
      ("%s%s"):format(
        entry.status and ("%d"):format(entry.status) or "none",
        entry.fault and " (" .. entry.fault .. ")" or ""
      ),
      escape(entry.answer.body:sub(1, 300)),
    }, "td")
  end
  return section("Requests", { "UTC", "Request", "Status", "Answer" }, rows)
end

local ABOUT = "<p>It stands in for Alexa: point a client at this address. What is below is also "
  .. "served as JSON under <code>/sandbox/</code>.</p>"

local function render(world)
  local sections = { ABOUT, devices(world), notifications(world), requests(world) }
  return html.page(200, table.concat(sections, "\n"), NO_FORMS)
end

--- Answers a request for the page or its style sheet.
---@param world table
---@param request table
---@return table answer
function page.handle(world, request)
  if request.method ~= "GET" and request.method ~= "HEAD" then
    return reply.add(reply.refusal(405, "use GET"), "Allow", "GET, HEAD")
  end
  if request.path ~= "/sandbox.css" then return render(world) end
  return html.guard(reply.new(200, "text/css; charset=utf-8", CSS), NO_FORMS)
end

return page
