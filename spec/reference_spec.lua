--- The reference page and the types for editors say what the schema says.

local compat = require "proactive.compat"

describe("what is written from the schema", function()
  it("is up to date: lua5.4 scripts/reference.lua", function()
    local lua = os.getenv "PROACTIVE_LUA" or "lua5.4"
    assert.is_true(compat.execute(lua .. " scripts/reference.lua --check"))
  end)
end)
