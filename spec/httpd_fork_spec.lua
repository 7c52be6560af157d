--- The HTTP server module in a forked child.

local fork = require "spec.support.fork"
local two_ends = require "spec.support.two_ends"

describe("a server made before a fork", function()
  local ends

  before_each(function() ends = two_ends.open() end)
  after_each(function() ends:close() end)

  it("is `forked` in the child", function()
    local server = ends.server
    local told = fork(function()
      local words = {}
      for _, call in ipairs {
        { "port" }, { "fd" }, { "timeout" }, { "step", 0 }, { "next" }, { "respond", 1, 200, {}, "" },
        { "abort", 1 }, { "stream", 1, 200, {} }, { "push", 1, "" },
      } do
        local result, why = server[call[1]](server, call[2], call[3], call[4], call[5])
        words[#words + 1] = result == nil and why or call[1]
      end
      return table.concat(words, " ")
    end)
    assert.equal("forked" .. (" forked"):rep(8), told)
  end)

  it("serves on in the parent after the child has closed it", function()
    local route = ends:route()
    -- a connection that rests, and one whose request was taken and waits for its answer
    assert.equal(202, ends:finish(ends:start(route, "before")).status)
    local id, waiting = ends:start(route, "during"), nil
    while not waiting do
      ends:serve(function(request) waiting = request.id end)
      assert(ends.pool:step(0.01))
    end
    local told = fork(function()
      ends.server:close()
      ends.server:close()
      local _, message = pcall(ends.server.port, ends.server)
      return message
    end)
    assert.matches("closed server", told)
    assert.is_true(ends.server:respond(waiting, 200, {}, "late"))
    assert.equal("late", ends:finish(id).body)
    for _ = 1, 3 do assert.equal(202, ends:finish(ends:start(route, "after")).status) end
    ends:new_pool {} -- and takes new connections
    assert.equal(202, ends:ask().status)
  end)

  it("leaves no socket open in a child that has closed it", function()
    local function sockets()
      local open = assert(io.popen "ls -l /proc/$PPID/fd | grep -c socket:")
      local count = tonumber(open:read "*a")
      open:close()
      return count
    end
    local told = fork(function()
      local before = sockets()
      ends.server:close()
      return ("%d closed"):format(before - sockets())
    end)
    assert.equal("1 closed", told)
  end)
end)
