--- The error object: its shape, its text, and the closed list of kinds.

local errors = require "proactive.errors"

describe("errors.new", function()
  it("makes an object with kind, message and the kind's retryable", function()
    local err = errors.new("throttled", { message = "too fast" })
    assert.equal("throttled", err.kind)
    assert.is_true(err.retryable)
    assert.is_false(errors.new("invalid", { message = "no" }).retryable)
  end)

  it("keeps a retryable that is given", function()
    assert.is_false(errors.new("server", { message = "no", retryable = false }).retryable)
  end)

  it("raises for a kind outside the closed list, and without a message", function()
    assert.error_matches(function()
      errors.new("oops", { message = "x" })
    end, "no such error kind: oops")
    assert.error_matches(function()
      errors.new("invalid", {})
    end, "needs a message")
  end)

  it("reads as a text with every violation and the fix", function()
    local err = errors.new("invalid", {
      message = "the event is not valid",
      violations = {
        { path = "event.name", rule = "enum", message = "is unknown", hint = "did you mean X?" },
        { path = "", rule = "type", message = "is no table" },
      },
      fix = "Correct it.",
    })
    assert.equal(
      "invalid: the event is not valid\n  event.name: is unknown (did you mean X?)\n"
        .. "  is no table\n  What to do: Correct it.",
      tostring(err)
    )
  end)

  it("is told apart from other values", function()
    assert.is_true(errors.is(errors.new("auth", { message = "x" })))
    assert.is_false(errors.is { kind = "auth" })
    assert.is_false(errors.is "auth")
    assert.is_false(errors.is(nil))
  end)
end)
