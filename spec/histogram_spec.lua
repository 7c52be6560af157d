--- Percentiles and cumulative counts.

local new_histogram = require("proactive.core").histogram

describe("a histogram", function()
  it("is empty at first", function()
    local h = new_histogram()
    assert.is_nil(h:percentile(0.5))
    assert.equal(0, h.count)
  end)

  it("gives percentiles within a tenth", function()
    local h = new_histogram()
    for i = 1, 1000 do
      h:add(i / 1000, 1)
    end
    for _, share in ipairs { 0.1, 0.5, 0.95, 0.99 } do
      local value = h:percentile(share)
      assert.is_true(value >= share and value <= share * 1.1, ("%g: %g"):format(share, value))
    end
    assert.equal(1, h:percentile(1))
    assert.equal(1, h.max)
    assert.is_true(math.abs(h.sum - 500.5) < 1e-6)
  end)

  it("is copied as it is", function()
    local h = new_histogram()
    h:add(2, 3)
    local copy = h:copy()
    h:add(4, 1)
    assert.same({ 3, 6, 2, 2 }, { copy.count, copy.sum, copy.max, copy:percentile(1) })
    copy:add(1, 1)
    assert.same({ 4, 10 }, { h.count, h.sum })
  end)

  it("takes nothing and ages", function()
    local h = new_histogram()
    h:add(0, 1)
    h:add(100000, 1)
    assert.equal(100000, h:percentile(1))
    assert.equal(2, h.count)
  end)

  it("counts up to each doubling", function()
    local h = new_histogram()
    for _, seconds in ipairs { 0.00005, 0.00015, 0.00015, 0.0009 } do
      h:add(seconds, 1)
    end
    local list = h:cumulative()
    assert.equal(1, list[1].count)
    assert.is_true(math.abs(list[2].le - 0.0002) < 1e-9)
    assert.equal(3, list[2].count)
    assert.equal(4, list[#list].count)
  end)

  it("has no bound for what is beyond all bounds", function()
    local h = new_histogram()
    h:add(1e9, 2)
    local list = h:cumulative()
    assert.equal(0, list[#list].count)
    assert.equal(1e9, h:percentile(0.5))
    assert.matches("^proactive.histogram: 2", tostring(h))
  end)

  it("raises for what it cannot count, and takes less than nothing as nothing", function()
    local h = new_histogram()
    for _, wrong in ipairs { 0 / 0, 1 / 0, -1 / 0, "1", 1e300 } do
      assert.has_error(function() h:add(wrong, 1) end)
    end
    for _, wrong in ipairs { -1, 0.5, 1 / 0, 2 ^ 53 } do
      assert.has_error(function() h:add(1, wrong) end)
    end
    assert.equal(0, h.count)
    h:add(-1, 3)
    assert.same({ 3, 0, 0 }, { h.count, h.sum, h.max })
    assert.is_nil(h.nothing)
    assert.is_nil(h[1])
  end)
end)
