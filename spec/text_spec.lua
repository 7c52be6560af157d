--- Texts as JSON and a terminal can take them.

local json = require "proactive.json"
local payloads = require "spec.support.payloads"
local text = require "proactive.text"

describe("text.mended", function()
  it("leaves alone what JSON can hold", function()
    for _, s in ipairs { "", "plain", "tab\tline\n", "\195\169\226\130\172\240\159\145\141" } do
      assert.equal(s, text.mended(s))
    end
  end)

  it("shows each byte that is no part of a character, and NUL, as U+FFFD", function()
    local mark = "\239\191\189"
    assert.equal("a" .. mark .. "b", text.mended "a\0b")
    assert.equal(mark .. mark .. "x", text.mended "\255\254x")
    assert.equal("\195\169" .. mark, text.mended "\195\169\195")
  end)

  it("gives what JSON can hold, whatever the bytes", function()
    local chance = payloads.chance(20261126)
    for _ = 1, 500 do
      local bytes = {}
      for i = 1, chance(12) do
        bytes[i] = string.char(chance(256) - 1)
      end
      local mended = text.mended(table.concat(bytes))
      assert.equal(mended, json.decode(assert(json.encode { mended }))[1])
    end
  end)
end)
