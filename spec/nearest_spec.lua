--- The nearest known name.

local nearest = require "proactive.nearest"

describe("nearest.name", function()
  local known = { garbageTypes = true, collectionDayOfWeek = true }

  it("finds typing mistakes, in keys and in lists", function()
    assert.equal("garbageTypes", nearest.name("garbageType", known))
    assert.equal("TORNADO", nearest.name("TORNAOD", { "TORNADO", "HURRICANE" }))
  end)

  it("prefers another case to another letter", function()
    assert.equal("AIR", nearest.name("air", { "AIM", "AIR" }))
  end)

  it("says nothing when nothing is near, or the word is no name", function()
    assert.is_nil(nearest.name("zzzzzz", known))
    assert.is_nil(nearest.name(12, known))
    assert.is_nil(nearest.name(("x"):rep(100000), known))
  end)

  it("does not depend on the order of a table", function()
    assert.equal("ab", nearest.name("aa1", { ac = 1, ab = 1, ad = 1 }))
  end)

  it("makes a hint, or the empty text", function()
    assert.equal(" (did you mean garbageTypes?)", nearest.hint("garbagetypes", known))
    assert.equal("", nearest.hint("zzzzzz", known))
  end)
end)
