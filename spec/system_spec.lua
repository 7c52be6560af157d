--- Random ids and the clocks of the core.

local core = require "proactive.core"

describe("core.id", function()
  it("gives 22 characters of the service's alphabet, all of them in use", function()
    local seen = {}
    for _ = 1, 1000 do
      local id = core.id()
      assert.matches("^[%w~]+$", id)
      assert.equal(22, #id)
      for character in id:gmatch "." do
        seen[character] = (seen[character] or 0) + 1
      end
    end
    local kinds = 0
    for _, count in pairs(seen) do
      kinds = kinds + 1
      -- 22,000 draws of 63: 349 expected, standard deviation 19; ten of them are never seen
      assert.is_true(count > 159 and count < 539)
    end
    assert.equal(63, kinds)
  end)

  it("does not repeat", function()
    local ids = {}
    for _ = 1, 10000 do
      local id = core.id()
      assert.is_nil(ids[id])
      ids[id] = true
    end
  end)
end)

describe("the clocks", function()
  it("tell the time as the system does", function()
    assert.is_true(math.abs(core.wall() - os.time()) < 60)
  end)

  it("never go back", function()
    local last = core.monotonic()
    for _ = 1, 1000 do
      local now = core.monotonic()
      assert.is_true(now >= last)
      last = now
    end
  end)
end)
