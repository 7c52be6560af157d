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

describe("core.extends", function()
  it("asks for the prefix and a word after it", function()
    assert.is_true(core.extends("amzn1.x", "amzn1."))
    assert.is_true(core.extends("x", ""))
    assert.is_true(core.extends("amzn1." .. ("x"):rep(1018), "amzn1."))
    for _, text in ipairs { "", "amzn1.", "amzn1", "amzn2.x", " amzn1.x", "amzn1.x y", "amzn1.\0",
      "amzn1.x\n", "amzn1.\127", "amzn1.x\255", "amzn1.seven..\128eight", "amzn1.é",
      "amzn1." .. ("x"):rep(1019) } do
      assert.is_false(core.extends(text, "amzn1."), text)
    end
  end)

  it("takes nothing but texts", function()
    for _, value in ipairs { 11, true, {} } do assert.is_false(core.extends(value, "1")) end
    assert.has_error(function() core.extends("1", nil) end)
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

describe("core.random", function()
  it("gives numbers from 0 to below 1, evenly", function()
    local tenths, sum, total = {}, 0, 20000
    for _ = 1, total do
      local n = core.random()
      assert.is_true(n >= 0 and n < 1)
      local tenth = math.floor(n * 10) + 1
      tenths[tenth] = (tenths[tenth] or 0) + 1
      sum = sum + n
    end
    -- 2,000 expected in each, standard deviation 42; that of the mean is 0.002: ten of them are
    -- never seen
    for tenth = 1, 10 do assert.is_true(math.abs(tenths[tenth] - 2000) < 424) end
    assert.is_true(math.abs(sum / total - 0.5) < 0.02)
  end)

  it("uses 52 bits", function()
    local odd = 0
    for _ = 1, 1000 do
      local scaled = core.random() * 2 ^ 52
      assert.equal(math.floor(scaled), scaled)
      odd = odd + scaled % 2
    end
    assert.is_true(odd > 340 and odd < 660)
  end)

  it("is not the same in a forked child", function()
    core.random() -- so that bytes are left over
    local run = function()
      return ("%.17g %.17g"):format(core.random(), core.random())
    end
    local child = require "spec.support.fork"(run)
    assert.matches("^[%d.e-]+ [%d.e-]+$", child)
    assert.not_equal(run(), child)
  end)
end)

describe("core.sha256", function()
  it("digests any bytes", function()
    local abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert.equal(abc, core.sha256("abc"))
    local nul = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert.equal(nul, core.sha256("\0"))
    assert.has_error(function() core.sha256(1) end)
  end)
end)
