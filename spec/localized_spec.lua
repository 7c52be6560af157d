--- A text for each locale.

local localized = require "proactive.localized"

describe("localized", function()
  it("is plain data and a copy", function()
    local texts = { ["en-US"] = "Hello" }
    local value = localized(texts)
    assert.same({ localized = { ["en-US"] = "Hello" } }, value)
    assert.is_nil(getmetatable(value))
    texts["en-US"] = "changed"
    assert.equal("Hello", value.localized["en-US"])
  end)

  it("leaves the judgement of its texts to where they are used", function()
    assert.same({ localized = { nonsense = "" } }, localized { nonsense = "" })
  end)

  it("raises on an argument that is no table, at the caller's line", function()
    local ok, message = pcall(function()
      local value = localized "Hello"
      return value
    end)
    assert.is_false(ok)
    assert.matches("localized_spec.lua", message, 1, true)
  end)
end)
