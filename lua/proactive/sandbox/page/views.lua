--- What the page shows, as JSON: small pieces of what may be a million things, newest first.

local compose = require "proactive.sandbox.page.compose"
local explain = require "proactive.sandbox.page.explain"
local journal = require "proactive.sandbox.journal"
local json = require "proactive.json"
local outcomes = require "proactive.sandbox.outcomes"
local reply = require "proactive.sandbox.reply"
local shapes = require "proactive.sandbox.shapes"

local views = {}

-- Entries of a list, whatever is asked for.
local MOST = 100
local DEVICES, NOTIFICATIONS, REQUESTS, SKILL_EVENTS = 8, 10, 30, 10

local function number(text, default, most)
  local value = tonumber(text)
  if not value or value ~= value then return default end
  return math.floor(math.max(0, math.min(value, most or 2 ^ 53)))
end

--- Whether a customer is one that was searched for: by a part of id, locale or region.
local function matches(customer, word)
  return customer.user:lower():find(word, 1, true)
    or customer.locale:lower():find(word, 1, true)
    or customer.region:lower() == word
end

local function show_customer(world, customer)
  local shown = shapes.show_customer(customer)
  shown.waiting = world.inbox:waiting(customer)
  return shown
end

--- A piece of the customers, and how many there are.
local function devices(world, query)
  local word, all = (query.search or ""):lower(), world.customers.list
  local skip, most = number(query.skip, 0), number(query.devices, DEVICES, MOST)
  local shown, total = json.array {}, 0
  if word == "" then
    total = #all
    for index = skip + 1, math.min(total, skip + most) do
      shown[#shown + 1] = show_customer(world, all[index])
    end
  else
    for _, customer in ipairs(all) do
      if matches(customer, word) then
        total = total + 1
        local wanted = total > skip and #shown < most
        if wanted then shown[#shown + 1] = show_customer(world, customer) end
      end
    end
  end
  return { total = total, skip = skip, list = shown }
end

--- The notifications of a customer, from the newest or from before one that was shown.
local function notifications(world, customer, query)
  local first, last, view = world.inbox:listing(customer)
  local before = number(query.before, last + 1)
  local most = number(query.notifications, NOTIFICATIONS, MOST)
  local shown, index = json.array {}, math.min(last, before - 1)
  while index >= first and #shown < most do
    local notification = view(index)
    if notification then
      notification.number = index
      shown[#shown + 1] = notification
    end
    index = index - 1
  end
  return { total = last - first + 1, older = index >= first, list = shown }
end

local function device(world, query)
  local customer = world.customers:find(query.user or "")
  if not customer then return nil end
  local shown = show_customer(world, customer)
  shown.inbox = notifications(world, customer, query)
  return shown
end

local function show_request(world, index)
  local entry = world.journal.entries[index]
  local told = explain.of(entry)
  return journal.showable {
    number = index,
    received_at = entry.received_at,
    request_id = entry.request_id,
    kind = entry.kind,
    method = entry.method,
    path = entry.path,
    status = entry.status,
    fault = entry.fault,
    outcome = told.outcome,
    explanation = told.explanation,
  }
end

--- The requests after one that was shown; newest first. Numbers begin anew with a reset.
local function requests(world, query)
  local kept, shown = world.journal, json.array {}
  local after = number(query.after, 0)
  local first, last = math.max(kept.first, after <= kept.last and after + 1 or 1), kept.last
  for index = last, math.max(first, last - REQUESTS + 1), -1 do
    shown[#shown + 1] = show_request(world, index)
  end
  return { first = kept.first, last = last, list = shown }
end

local function skill_events(world)
  local outbox, shown = world.outbox, json.array {}
  local first, last = outbox.caused.first, outbox.caused.last
  for index = last, math.max(first, last - SKILL_EVENTS + 1), -1 do
    shown[#shown + 1] = outbox:cause(index)
  end
  return shown
end

local function skills(world)
  local list = json.array {}
  for index, skill in ipairs(world.skills:list()) do
    list[index] = { client_id = skill.client_id, skill_id = skill.skill_id }
  end
  return list
end

--- All the page shows, at once.
local function state(world, query)
  return reply.json(
    200,
    json.encode {
      revision = world:revision(),
      resets = world.resets,
      clock = world.clock:view(),
      customers = #world.customers.list,
      notifications = world.inbox.all.last - world.inbox.all.first + 1,
      devices = devices(world, query),
      device = device(world, query),
      requests = requests(world, query),
      skill_events = skill_events(world),
      skills = skills(world),
      outcomes = world.outcomes:view(),
      seconds = outcomes.LENGTH,
      faults = world.faults.given or { rules = json.array {} },
    }
  )
end

--- One request with all that was kept of it.
local function one_request(world, query)
  local kept, index = world.journal, number(query.number, 0)
  for place = kept.last, query.request_id and kept.first or math.huge, -1 do
    if kept.entries[place].request_id == query.request_id then
      index = place
      break
    end
  end
  if not kept.entries[index] then return reply.refusal(404, "no such request any more") end
  local shown, told = kept:view(index), explain.of(kept.entries[index])
  shown.number, shown.outcome, shown.explanation = index, told.outcome, told.explanation
  return reply.json(200, json.encode(shown))
end

--- By path and method; each takes (world, query, request).
views.paths = {
  ["/sandbox/view"] = { GET = state },
  ["/sandbox/view/request"] = { GET = one_request },
  ["/sandbox/view/events"] = { GET = compose.catalogue },
  ["/sandbox/view/draft"] = {
    POST = function(world, _, request)
      return compose.draft(world, request)
    end,
  },
}

return views
