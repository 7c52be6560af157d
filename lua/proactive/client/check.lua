--- What the methods of the client make sure of first. A mistake raises, blaming their caller.

local errors = require "proactive.errors"
local in_process = require "proactive.in_process"

local check = {}

--- Raises when the client cannot be used from here; returns the error of a client made before a
--- fork.
function check.usable(client, method, in_callback)
  if client.closed or client.delivery.closing then
    error(("client:%s: attempt to use a closed client"):format(method), 3)
  end
  if client.busy and not in_callback then
    local allowed = "only submit, start_many and close can"
    error(("client:%s cannot be called inside a callback; %s"):format(method, allowed), 3)
  end
  if client.pool:forked() then
    return errors.new("forked", {
      message = "this client was made before a fork, in another process",
      fix = "Make a client in each process, after the fork (in OpenResty: in init_worker_by_lua "
        .. "or later).",
    })
  end
end

--- Raises where nothing can wait, and when the answer could only come from this Lua state, which
--- would be waiting for it.
function check.may_wait(client, method)
  local refusal = client:refusal(method)
  if refusal then error(("client:%s %s"):format(method, refusal), 3) end
  local host = client.event_host or client.sandbox
  if not in_process.serves(host) or client:is_served() then return end
  local text = "client:%s would wait for ever: %s is served by this Lua state, and not while it "
    .. "waits. Hand the client over once with sandbox:drive(client), or use client:submit, "
    .. "sandbox:step() and client:step(0)"
  error(text:format(method, host), 3)
end

function check.event(event, method)
  if type(event) == "table" and type(event.name) == "string" and type(event.payload) == "table" then
    return
  end
  local expected = "an event expected, as proactive.events makes it"
  error(("client:%s: %s, got %s"):format(method, expected, type(event)), 3)
end

function check.audience(audience, method)
  local kind = type(audience) == "table" and audience.type
  if kind == "Multicast" or kind == "Unicast" then return end
  if kind == "Subscribers" then
    local advice = "a stream is for client:send_many"
    error(("client:%s takes one customer or all; %s"):format(method, advice), 3)
  end
  local expected = "proactive.audience.multicast() or .unicast(user) expected"
  error(("client:%s: %s, got %s"):format(method, expected, type(audience)), 3)
end

--- A time given to a method.
function check.seconds(value, method, name)
  if value == nil then return end
  if type(value) ~= "number" or value ~= value or value < 0 then
    local text = "client:%s: %s must be a number of seconds, not negative, got %s"
    error(text:format(method, name, type(value) == "number" and "less" or type(value)), 3)
  end
end

return check
