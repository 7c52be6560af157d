--- `proactive demo`: the whole path from a Lua table to what a device says, and three refusals,
--- against a sandbox of its own. It believes nothing that the sandbox's list of requests does not
--- confirm.

local body = require "proactive.cli.body"
local endpoints = require "proactive.endpoints"
local evening = require "proactive.cli.evening"
local explain = require "proactive.cli.explain"
local json = require "proactive.json"
local needs = require "proactive.cli.needs"
local report = require "proactive.cli.report"
local stop = require "proactive.cli.stop"

local demo = {
  summary = "the whole path against a sandbox, from a Lua table to what a device says",
  description = "Starts a sandbox of its own, sends an event to all its customers and to one, "
    .. "shows what their devices say, and meets three refusals. Nothing leaves this machine.",
  example = "proactive demo",
}

function demo.declare() end

---@class proactive.cli.Demo
---@field out proactive.cli.Output
---@field core table
---@field sandbox table
---@field client proactive.Client
---@field users table[]
---@field expected {id: string, status: integer}[]  answers that the sandbox must confirm
local Demo = {}
Demo.__index = Demo

local NEAR = 120 -- seconds; the service wants five minutes
local WRONG_METHOD = "AIRED"

--- The event of the walkthrough, in two languages.
local function new_event(starts, method)
  local L = require("proactive").localized
  return {
    name = "AMAZON.MediaContent.Available",
    payload = {
      availability = {
        startTime = starts,
        provider = {
          name = L { ["en-US"] = "Alexa Events Example", ["de-DE"] = "Alexa-Events-Beispiel" },
        },
        method = method,
      },
      content = {
        name = L { ["en-US"] = "Some event", ["de-DE"] = "Ein Ereignis" },
        contentType = "EPISODE",
      },
    },
  }
end

function Demo:heading(title)
  self.out:print ""
  self.out:print("%s", self.out:paint("bold", title))
end

--- Seconds until the event's expiry.
function Demo:life()
  return self.expires - self.core.wall()
end

--- Demands of the sandbox, at the end, that it gave this answer.
function Demo:expect(what, id, status, wanted)
  if status ~= wanted or not id then
    stop.with(1, "%s: answered %s, expected %d with a request id", what, tostring(status), wanted)
  end
  self.expected[#self.expected + 1] = { what = what, id = id, status = wanted }
end

function Demo:token()
  self:heading "1. A token, by the client-credentials grant"
  local info, err = self.client:token()
  if not info then stop.with(1, err) end
  self.out:print("   POST %s", endpoints.token_url { sandbox = self.sandbox.url })
  local line = "   scope %s, good for %d seconds, %d characters (never shown)"
  self.out:print(line, info.scope, math.floor(info.expires_in + 0.5), info.length)
end

--- The notification of one sending in one inbox, or nil.
function Demo:notification(user, reference_id)
  for _, notification in ipairs(assert(self.sandbox:notifications(user))) do
    if notification.reference_id == reference_id then return notification end
  end
end

--- What one device says of a sending.
function Demo:speak(user, reference_id)
  local notification = self:notification(user.user, reference_id)
  local said = "nothing: this customer has not allowed notifications"
  if notification and notification.readable then
    said = ('"%s"'):format(notification.spoken)
  elseif notification then
    said = ("nothing: %s"):format(notification.reason or "the event has no text in its locale")
  elseif #user.subscriptions > 0 then
    stop.with(1, "%s got no notification", report.whom(user.user))
  end
  self.out:print("   %s  %s  %s", user.region, user.locale, said)
end

function Demo:accepted(receipt)
  local line = "   %s  %s  request id %s"
  local status = self.out:paint("green", ("%d accepted"):format(receipt.status))
  self.out:print(line, receipt.region, status, receipt.request_id)
  self:expect("an accepted event", receipt.request_id, receipt.status, 202)
end

--- The regions the customers are in, in their usual order.
function Demo:regions()
  local present, list = {}, {}
  for _, user in ipairs(self.users) do
    present[user.region] = true
  end
  for _, region in ipairs(endpoints.regions) do
    if present[region] then list[#list + 1] = region end
  end
  return list
end

--- Shows the body that was sent, as the sandbox saw it.
function Demo:show_request(request_id)
  for _, request in ipairs(assert(self.sandbox:requests())) do
    if request.request_id == request_id then
      self.out:print("   %s %s%s", request.method, self.sandbox.url, request.path)
      return self.out:block(body.lines(assert(json.decode(request.body))), 3)
    end
  end
  stop.with(1, "the sandbox does not know request %s", tostring(request_id))
end

function Demo:multicast()
  self:heading "2. To all customers (Multicast), one request for each region"
  local audience = require("proactive").audience.multicast { regions = self:regions() }
  local receipt, err = self.client:send(self.event, audience, { expires_in = self:life() })
  if not receipt then stop.with(1, err) end
  local first = receipt.regions[audience.regions[1]]
  self:show_request(first.request_id)
  self.out:print ""
  for _, region in ipairs(audience.regions) do
    self:accepted(receipt.regions[region])
  end
  self.out:print ""
  self.out:print "   What the devices say:"
  for _, user in ipairs(self.users) do
    self:speak(user, receipt.regions[user.region].reference_id)
  end
end

--- The first customer for whom `test` holds.
function Demo:customer(what, test)
  for _, user in ipairs(self.users) do
    if test(user) then return user end
  end
  stop.with(1, "the sandbox has no %s", what)
end

function Demo:unicast()
  self:heading "3. To one customer (Unicast)"
  local user = self:customer("subscribed customer in de-DE", function(user)
    return user.locale == "de-DE" and #user.subscriptions > 0
  end)
  local audience = require("proactive").audience.unicast(user.user, { region = user.region })
  local receipt, err = self.client:send(self.event, audience, { expires_in = self:life() })
  if not receipt then stop.with(1, err) end
  self.out:print("   to %s", report.whom(user.user))
  self:accepted(receipt)
  self:speak(user, receipt.reference_id)
end

function Demo:refusal(who, err)
  self.out:print("   %s: %s", who, self.out:paint("red", explain.headline(err)))
  self.out:block(explain.body(err), 6)
end

--- One event that the library refuses before anything leaves, and the service when it is asked all
--- the same.
function Demo:refused_twice(title, event, expires_in)
  self:heading(title)
  local everyone = require("proactive").audience.multicast()
  local receipt, err = self.client:send(event, everyone, { expires_in = expires_in })
  if receipt or err.status or err.kind ~= "invalid" then
    stop.with(1, "%s: the library did not refuse it", title)
  end
  self:refusal("The library, before anything leaves", err)
  local unchecked = { expires_in = expires_in, validate = false }
  receipt, err = self.client:send(event, everyone, unchecked)
  if receipt then stop.with(1, "%s: the service accepted it", title) end
  self.out:print ""
  self:refusal("The service, with validate = false", err)
  self:expect(title, err.request_id, err.status, 400)
end

function Demo:not_allowed()
  local title = "6. Refused: a customer who has not allowed notifications"
  self:heading(title)
  local user = self:customer("customer without subscriptions", function(user)
    return user.enabled and #user.subscriptions == 0
  end)
  local audience = require("proactive").audience.unicast(user.user, { region = user.region })
  local receipt, err = self.client:send(self.event, audience, { expires_in = self:life() })
  if receipt then stop.with(1, "%s: the service accepted it", title) end
  self:refusal("The service", err)
  self:expect(title, err.request_id, err.status, 403)
end

--- The sandbox's own list decides whether all this happened.
function Demo:confirm()
  local answered = {}
  for _, request in ipairs(assert(self.sandbox:requests())) do
    answered[request.request_id] = request.status
  end
  for _, expected in ipairs(self.expected) do
    if answered[expected.id] ~= expected.status then
      local line = "%s: the sandbox has no answer %d with request id %s"
      stop.with(1, line, expected.what, expected.status, expected.id)
    end
  end
  self.out:print ""
  local line = "All %d answers stand in the sandbox's own list of requests."
  self.out:print(line, #self.expected)
end

function Demo:play()
  local line = "A sandbox stands in for Alexa at %s; nothing leaves this machine."
  self.out:print(line, self.sandbox.url)
  self:token()
  self:multicast()
  self:unicast()
  self:refused_twice("4. Refused: it expires two minutes ahead", self.event, NEAR)
  local wrong = new_event(self.starts, WRONG_METHOD)
  self:refused_twice("5. Refused: a value the schema does not know", wrong, self:life())
  self:not_allowed()
  self:confirm()
end

local function new(out, core, sandbox)
  local now = os.time()
  local starts, expires = evening.times(now)
  local client, err = require("proactive").client { sandbox = sandbox.url }
  if not client then stop.with(2, err) end
  -- the demo's first line says so already
  client.announced = true
  local text = require("proactive.time").format(starts, evening.utc_offset(starts))
  return setmetatable({
    out = out,
    core = core,
    sandbox = sandbox,
    client = client,
    users = assert(sandbox:users()),
    starts = text,
    event = new_event(text, "AIR"),
    expires = expires,
    expected = {},
  }, Demo)
end

function demo.run(_, out)
  local core = needs.module("proactive.core")
  needs.module("proactive.httpd")
  local sandbox, err = require("proactive.sandbox").start {}
  if not sandbox then stop.with(1, err) end
  local done, thrown = pcall(function()
    new(out, core, sandbox):play()
  end)
  sandbox:stop()
  if not done then error(thrown, 0) end
  return 0
end

return demo
