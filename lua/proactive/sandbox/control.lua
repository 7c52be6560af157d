--- The control paths under /sandbox/: what a test, a person or the page does to the sandbox's
--- world.

local fields = require "proactive.sandbox.fields"
local form = require "proactive.form"
local inbox = require "proactive.sandbox.inbox"
local json = require "proactive.json"
local nearest = require "proactive.nearest"
local reply = require "proactive.sandbox.reply"
local shapes = require "proactive.sandbox.shapes"
local state = require "proactive.sandbox.state"
local text = require "proactive.text"
local views = require "proactive.sandbox.page.views"

local control = {}

local CLOCK = {
  advance = { "number", min = 0, max = 10 * 365 * 86400 },
  stands = { "boolean" },
}
local LISTEN = { user = { "string", required = true } }

local function refuse(status, message)
  return reply.refusal(status, message)
end

local function answer(value, status)
  return reply.json(status or 200, json.encode(value))
end

local function no_content()
  return reply.new(204)
end

--- The object of a request's body, checked, or nil and the answer that refuses it.
local function body_of(request, spec)
  local value, message = json.decode(request.body)
  if value == nil then return nil, refuse(400, "the body is not JSON: " .. message) end
  local problem = spec and fields.problem(value, spec, "")
  if problem then return nil, refuse(400, problem) end
  return value
end

-- How many bytes of a list are sent unless the request asks for less: all of it.
local UNBOUNDED = math.huge

--- A list, written entry by entry. `?after=N&bytes=B` gives what follows number N in about B bytes,
--- and the header `x-sandbox-next` names the last number given when there is more.
local function list(query, first, last, entry)
  local from = math.max(first, (tonumber(query.after) or 0) + 1)
  local room, parts, size, stopped = tonumber(query.bytes) or UNBOUNDED, {}, 2, nil
  for index = from, last do
    local value = entry(index)
    if value then
      local encoded = json.encode(value)
      if #parts > 0 and size + #encoded + 1 > room then
        stopped = index - 1
        break
      end
      parts[#parts + 1] = encoded
      size = size + #encoded + 1
    end
  end
  local answered = reply.json(200, "[" .. table.concat(parts, ",") .. "]")
  if stopped then reply.add(answered, "x-sandbox-next", ("%d"):format(stopped)) end
  return answered
end

-- What a PUT is about stands in its path; in the body it may be repeated, not changed.
local function same_id(given, id, name)
  if given[name] ~= nil and given[name] ~= id then
    return refuse(400, ("%s in the body is not the one in the path"):format(name))
  end
  given[name] = nil
end

-- The one customer a query or body names, or nil and a 404.
local function customer_of(world, id)
  local customer = id and world.customers:find(id)
  if customer then return customer end
  return nil, refuse(404, ("no customer %s"):format(id or "named (?user=ID)"))
end

--- A customer as it was, for comparison.
local function copy_of(customer)
  local copy = customer and {}
  for name, value in pairs(customer or {}) do
    copy[name] = value
  end
  return copy
end

local skill_methods, user_methods = {}, {}

function skill_methods.GET(world, id)
  local skill = world.skills:find(id)
  return skill and answer(shapes.show_skill(skill)) or refuse(404, "no skill with client id " .. id)
end

function skill_methods.PUT(world, id, request)
  local given, refusal = body_of(request, shapes.skill)
  refusal = refusal or same_id(given, id, "client_id")
  if refusal then return refusal end
  local problem = shapes.events_problem(given.publications, "publications")
  if problem then return refuse(400, problem) end
  local skill, created = world.skills:put(id, given)
  return answer(shapes.show_skill(skill), created and 201 or 200)
end

function skill_methods.DELETE(world, id)
  return world.skills:delete(id) and no_content() or refuse(404, "no skill with client id " .. id)
end

function user_methods.GET(world, id)
  local customer, refusal = customer_of(world, id)
  return customer and answer(shapes.show_customer(customer)) or refusal
end

function user_methods.PUT(world, id, request)
  local given, refusal = body_of(request, shapes.customer)
  refusal = refusal or same_id(given, id, "user")
  if refusal then return refusal end
  local problem = shapes.events_problem(given.subscriptions, "subscriptions")
  if problem then return refuse(400, problem) end
  local before = copy_of(world.customers:find(id))
  local customer, created = world.customers:put(id, given)
  world.outbox:changed(before, customer)
  return answer(shapes.show_customer(customer), created and 201 or 200)
end

function user_methods.DELETE(world, id)
  local before = world.customers:find(id)
  if not before then return refuse(404, "no customer " .. id) end
  world.customers:delete(id)
  world.outbox:changed(before, nil)
  return no_content()
end

local function list_skills(world, query)
  local all = world.skills:list()
  return list(query, 1, #all, function(index)
    return shapes.show_skill(all[index])
  end)
end

local function list_users(world, query)
  local all = world.customers.list
  return list(query, 1, #all, function(index)
    return shapes.show_customer(all[index])
  end)
end

local function list_notifications(world, query)
  local customer, refusal
  if query.user then
    customer, refusal = customer_of(world, query.user)
    if not customer then return refusal end
  end
  return list(query, world.inbox:listing(customer, query.brief ~= nil))
end

local function delete_notifications(world, query)
  local customer, refusal = customer_of(world, query.user)
  if not customer then return refusal end
  inbox.delete(customer)
  return no_content()
end

local function list_requests(world, query)
  local journal = world.journal
  return list(query, journal.first, journal.last, function(index)
    return journal:view(index)
  end)
end

local function list_counts(world, query)
  local counts = world.counts
  return list(query, 1, #counts.pairs, function(index)
    return counts:view(index)
  end)
end

local function list_skill_events(world, query)
  local outbox = world.outbox
  return list(query, 1, #outbox.list, function(index)
    return outbox:view(index)
  end)
end

local function listen(world, _, request)
  local given, refusal = body_of(request, LISTEN)
  if not given then return refusal end
  local customer
  customer, refusal = customer_of(world, given.user)
  if not customer then return refusal end
  return answer(json.array(world.inbox:listen(customer)))
end

local function get_faults(world)
  return answer(world.faults.given or { rules = json.array {} })
end

local function put_faults(world, _, request)
  local given, refusal = body_of(request)
  if given == nil then return refusal end
  local set, message = world.faults:set(given)
  return set and answer(given) or refuse(400, message)
end

local function delete_faults(world)
  world.faults:clear()
  return no_content()
end

local function show_clock(world)
  return answer(world.clock:view())
end

local function post_clock(world, _, request)
  local given, refusal = body_of(request, CLOCK)
  if not given then return refusal end
  if not given.advance and given.stands == nil then
    return refuse(400, "advance or stands is required")
  elseif given.stands then
    world.clock:stand()
  elseif given.stands == false then
    world.clock:run()
  end
  world.clock:advance(given.advance or 0)
  return show_clock(world)
end

local function list_state(world, query)
  local last, entry = state.records(world)
  return list(query, 1, last, entry)
end

-- The person takes back what they allowed in Login with Amazon.
local function withdraw_logins(world)
  world.logins:withdraw()
  return no_content()
end

local function reset(world)
  world:reset()
  return no_content()
end

-- Each takes (world, query, request).
local PATHS = {
  ["/sandbox/skills"] = { GET = list_skills },
  ["/sandbox/users"] = { GET = list_users },
  ["/sandbox/notifications"] = { GET = list_notifications, DELETE = delete_notifications },
  ["/sandbox/listen"] = { POST = listen },
  ["/sandbox/requests"] = { GET = list_requests },
  ["/sandbox/counts"] = { GET = list_counts },
  ["/sandbox/skill-events"] = { GET = list_skill_events },
  ["/sandbox/faults"] = { GET = get_faults, PUT = put_faults, DELETE = delete_faults },
  ["/sandbox/clock"] = { GET = show_clock, POST = post_clock },
  ["/sandbox/state"] = { GET = list_state },
  ["/sandbox/logins"] = { DELETE = withdraw_logins },
  ["/sandbox/reset"] = { POST = reset },
}

for path, methods in pairs(views.paths) do
  PATHS[path] = methods
end

-- Each takes (world, id, request).
local COLLECTIONS = { skills = skill_methods, users = user_methods }

local function not_allowed(methods)
  local allowed = reply.allowed(methods)
  return reply.add(refuse(405, "use " .. allowed), "Allow", allowed)
end

--- What may be done to a path, and the id that ends it, if it names one.
local function methods_of(path)
  if PATHS[path] then return PATHS[path] end
  local collection, id = path:match("^/sandbox/(%a+)/(.+)$")
  return COLLECTIONS[collection], id
end

-- What the query of a list may say; the page's own paths take what they like.
local LIST_QUERY = { "after", "bytes" }
local QUERIES = { ["/sandbox/notifications"] = { "after", "brief", "bytes", "user" } }

--- What is wrong with a query, or nil.
local function query_problem(path, query)
  if views.paths[path] then return nil end
  local known = QUERIES[path] or LIST_QUERY
  for name, value in pairs(query) do
    local listed = table.concat(known, ", ")
    if not (", " .. listed .. ","):find(", " .. name .. ",", 1, true) then
      local hint = nearest.hint(name, known)
      return ("unknown query parameter %s: %s%s"):format(name, listed, hint)
    elseif (name == "after" or name == "bytes") and not value:find "^%d+$" then
      return ("%s in the query must be a whole number, got '%s'"):format(name, value)
    end
  end
end

--- Answers a control request.
---@param world table
---@param request table
---@return table answer
function control.handle(world, request)
  local methods, id = methods_of(request.path)
  if not methods then return refuse(404, "no such control path") end
  if request.too_large then return refuse(413, "the body is too large") end
  local method = methods[request.method]
  if not method then return not_allowed(methods) end
  local argument = id and form.unescape(id) or not id and form.parse(request.query or "")
  if not argument or text.problem(id and argument or argument.user or "") then
    return refuse(400, "the address is not encoded as it should be")
  end
  local problem = not id and query_problem(request.path, argument)
  if problem then return refuse(400, problem) end
  local may_change = request.method ~= "GET" and not views.paths[request.path]
  if may_change then world.changes = world.changes + 1 end
  return method(world, argument, request)
end

return control
