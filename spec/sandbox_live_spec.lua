--- Which pages are told that something has changed, and when.

local live = require "proactive.sandbox.live"

describe("the sandbox's stream of changes", function()
  local now, revision, pushed, refused, aborted, streams, outcome

  before_each(function()
    now, revision, pushed, refused, aborted, outcome = 1000, 7, {}, {}, {}, {}
    local listener = {
      stream = function(_, id)
        if outcome[id] then return nil, outcome[id] end
        return true
      end,
      push = function(_, id, text)
        if outcome[id] then return nil, outcome[id] end
        pushed[#pushed + 1] = ("%d %s"):format(id, text)
        return true
      end,
      respond = function(_, id, status) refused[id] = status end,
      abort = function(_, id) aborted[id] = true end,
    }
    local world = { revision = function() return revision end }
    streams = live.new(world, listener, function() return now end)
  end)

  local function open(id)
    streams:open(id, live.handle { method = "GET" })
  end

  local function told()
    local all = table.concat(pushed, "|")
    pushed = {}
    return all
  end

  it("has nothing to do while nobody looks", function()
    assert.is_nil(streams:step())
  end)

  it("begins with the number there is", function()
    open(1)
    assert.equal("1 retry: 2000\n\ndata: 7\n\n", told())
  end)

  it("tells each change once, and not more often than four times a second", function()
    open(1)
    open(2)
    streams:step()
    told()
    now = now + 1
    revision = 8
    assert.equal(10, streams:step())
    assert.equal("1 data: 8\n\n|2 data: 8\n\n", told())
    revision = 9
    assert.equal(0.25, streams:step())
    assert.equal("", told())
    now = now + 0.25
    streams:step()
    assert.equal("1 data: 9\n\n|2 data: 9\n\n", told())
  end)

  it("sends a comment when all is quiet, and forgets who has left", function()
    open(1)
    open(2)
    streams:step()
    told()
    now = now + 10
    outcome[1] = "gone"
    streams:step()
    assert.equal("2 :\n\n", told())
    assert.same({}, aborted)
    outcome[2] = "gone"
    now = now + 10
    streams:step()
    assert.is_nil(streams:step())
  end)

  it("ends a stream that is not read", function()
    open(1)
    outcome[1] = "full"
    revision, now = 8, now + 1
    streams:step()
    assert.same({ true }, aborted)
    assert.is_nil(streams:step())
  end)

  it("refuses more than sixteen, once those who have left are forgotten", function()
    for id = 1, 17 do open(id) end
    assert.same({ [17] = 503 }, refused)
    outcome[3] = "gone"
    open(18)
    assert.is_nil(refused[18])
  end)

  it("does not keep one whose client left before it began", function()
    outcome[1] = "gone"
    open(1)
    assert.is_nil(streams:step())
  end)
end)
