--- A pool and the server it talks to in one process, stepped in turn.

local core = require "proactive.core"
local httpd = require "proactive.httpd"

local Ends = {}
Ends.__index = Ends

local two_ends = {}

--- Both ends, made anew.
---@param pool_options table?
---@param server_options table?
function two_ends.open(pool_options, server_options)
  return setmetatable({
    pool = assert(core.http(pool_options or {})),
    server = assert(httpd.listen(server_options or {})),
    seen = {}, -- requests, as the server gave them
  }, Ends)
end

function Ends:close()
  self.pool:close()
  self.server:close()
end

--- Another pool in place of the present one.
function Ends:new_pool(options)
  self.pool:close()
  self.pool = assert(core.http(options))
end

--- Another server in place of the present one.
function Ends:new_server(options)
  self.server:close()
  self.server = assert(httpd.listen(options or {}))
end

---@param path string?
---@param host string?
---@param scheme string?
function Ends:url(path, host, scheme)
  local port = self.server:port()
  return ("%s://%s:%d%s"):format(scheme or "http", host or "127.0.0.1", port, path or "/")
end

--- A route to the server.
---@param method string?
---@param path string?
---@param host string?
---@param scheme string?
function Ends:route(method, path, host, scheme)
  return assert(self.pool:route { method = method or "POST", url = self:url(path, host, scheme) })
end

--- Answers with 202 or does what `handle` does. The second step sends it.
---@param handle fun(request: table)?
function Ends:serve(handle)
  assert(self.server:step(0))
  for request in self.server.next, self.server do
    self.seen[#self.seen + 1] = request
    if handle then
      handle(request)
    else
      self.server:respond(request.id, 202, {}, "")
    end
  end
  assert(self.server:step(0))
end

--- Starts a transfer, with as many steps as it takes to be let in.
function Ends:start(route, body, timeout)
  local id, why = self.pool:start(route, body, timeout or 30)
  while id == nil and why == "wait" do
    assert(self.pool:step(0))
    id, why = self.pool:start(route, body, timeout or 30)
  end
  return assert(id, why)
end

--- Serves until the transfer has ended.
---@return table result
function Ends:finish(id, handle)
  while not self.pool:result(id) do
    self:serve(handle)
    assert(self.pool:step(0.01))
  end
  local result = self.pool:result(id)
  self.pool:release(id)
  return result
end

--- A request and its result.
---@param handle fun(request: table)?
---@param timeout number?
function Ends:ask(handle, timeout)
  return self:finish(self:start(self:route(), "body", timeout), handle)
end

--- A handler that answers with these headers and this body.
function Ends:answer(status, headers, body)
  return function(request)
    self.server:respond(request.id, status, headers or {}, body or "")
  end
end

--- A handler that sends these bytes, then hangs up hard.
function Ends:raw(bytes)
  return function(request)
    self.server:abort(request.id, bytes)
  end
end

--- Many transfers at once, a new connection a step.
---@param watch fun()?  called after each step
---@return integer waited  how often there was none to be had
function Ends:flood(total, routes, watch)
  local pool, started, finished, waited = self.pool, 0, 0, 0
  while finished < total do
    while started < total do
      local id, why = pool:start(routes[started % #routes + 1], "x", 30)
      if not id then
        assert(why == "wait", why)
        waited = waited + 1
        break
      end
      started = started + 1
    end
    assert(pool:step(0.001, nil, 1))
    if watch then watch() end
    self:serve()
    for id in pool.finished, pool do
      assert(pool:result(id).status == 202)
      pool:release(id)
      finished = finished + 1
    end
  end
  return waited
end

return two_ends
