--- Checks of arguments: every wrong one raises, with a sentence that names it.

local options = require "proactive.options"

local SPEC = {
  region = { "string", one_of = { "NA", "EU", "FE" } },
  timeout = { "number", above = 0, max = 10 },
  count = { "number", integer = true, min = 1 },
  sandbox = { "string|boolean" },
}

local function refusal(given)
  local ok, message = pcall(options.check, given, SPEC, "client")
  assert.is_false(ok)
  return message
end

describe("options.check", function()
  it("returns the table, or an empty one for nil", function()
    local given = { region = "EU", timeout = 0.5, count = 3, sandbox = false }
    assert.equal(given, options.check(given, SPEC, "client"))
    assert.same({}, options.check(nil, SPEC, "client"))
  end)

  it("names an unknown option and the nearest known one", function()
    assert.matches("client: unknown option regoin %(did you mean region%?%)", refusal { regoin = 1 })
    assert.matches("client: unknown option zzz$", refusal { zzz = 1 })
    assert.matches("client: unknown option 1$", refusal { "EU" })
  end)

  it("refuses wrong types, words and numbers", function()
    assert.matches("option region must be a string, got number", refusal { region = 1 })
    assert.matches('must be one of NA, EU, FE, got "eu" %(did you mean EU%?%)', refusal { region = "eu" })
    assert.matches("option timeout must be more than 0, got 0", refusal { timeout = 0 })
    assert.matches("option timeout must be at most 10, got 11", refusal { timeout = 11 })
    assert.matches("option timeout must be a finite number", refusal { timeout = 0 / 0 })
    assert.matches("option timeout must be a finite number", refusal { timeout = math.huge })
    assert.matches("option count must be a whole number, got 1.5", refusal { count = 1.5 })
    assert.matches("option count must be at least 1, got 0", refusal { count = 0 })
    assert.matches("option sandbox must be a string or a boolean, got table", refusal { sandbox = {} })
  end)

  it("refuses what is no table", function()
    assert.matches("client: a table of options expected, got string", refusal "EU")
  end)

  it("asks for what is required", function()
    assert.error_matches(function()
      options.check({}, { wall = { "function", required = true } }, "clock")
    end, "clock: option wall is required")
  end)

  it("never shows a value that may be a secret", function()
    local ok, message = pcall(options.check, { secret = { "s3cr3t" } }, { secret = { "string" } }, "client")
    assert.is_false(ok)
    assert.is_nil(message:find("s3cr3t", 1, true))
  end)

  it("blames the line that called the checking function", function()
    local function client(given)
      options.check(given, SPEC, "client")
    end
    local line = debug.getinfo(1, "l").currentline + 2
    local _, message = pcall(function()
      client { nope = 1 }
    end)
    assert.matches(("options_spec.lua:%d:"):format(line), message)
  end)
end)
