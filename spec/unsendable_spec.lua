--- What no customer or event is named by: the refusal is the same by every way to send, and comes
--- before anything leaves.

local proactive = require "proactive"
local stand_in = require "spec.support.stand_in"

local PREFIX = "amzn1.ask.account."

-- What a user id must not be, and the violation; `always`: also where nothing else is judged.
local USERS = {
  { PREFIX .. "a\255", "utf8", "is not valid UTF-8 at byte 20", always = true },
  { PREFIX .. "cut\195", "utf8", "is not valid UTF-8 at byte 22", always = true },
  { PREFIX .. "eightby\237\160\128te", "utf8", "is not valid UTF-8 at byte 26", always = true },
  { "\254", "utf8", "is not valid UTF-8 at byte 1", always = true },
  { PREFIX .. "a\0b", "nul", "has a NUL character at byte 20", always = true },
  { PREFIX .. ("x"):rep(20000), "length", "is 20018 characters long, more than 16384 characters" },
}
local IDS = {
  { "a\255", "utf8", "is not valid UTF-8 at byte 2", always = true },
  { "a\0b", "nul", "has a NUL character at byte 2", always = true },
  { ("x"):rep(101), "length", "must have at most 100 characters, got 101" },
}

describe("what names nobody", function()
  local sandbox = require("spec.support.sandbox").use { users = 1 }
  local client, event, user

  before_each(function()
    client = stand_in.client(sandbox)
    event, user = stand_in.event(), proactive.sandbox.user_id(1)
  end)

  after_each(function()
    client:close()
  end)

  local function nothing_arrived()
    assert.same({}, sandbox:counts())
  end

  --- The errors of a customer and a reference id by every way to send that tells them.
  local function errors_of(to, id, validate)
    local list = {}
    local function note(name)
      return function(_, receipt, err)
        list[name] = assert(err, receipt and "was accepted")
      end
    end
    local audience = proactive.audience.unicast(to)
    local opts = { reference_id = id, validate = validate }
    note "send"(nil, client:send(event, audience, opts))
    local submitted = note "submit"
    local ok, err = client:submit(event, audience, opts, function(receipt, failure)
      submitted(nil, receipt, failure)
    end)
    if ok then
      client:flush()
    else
      submitted(nil, nil, err)
    end
    for name, what in pairs { many = event, each = function() return event end } do
      assert(client:send_many(what, { to }, {
        validate = validate,
        reference_id = id and function() return id end,
        on_result = note(name),
      }))
    end
    return list
  end

  local function judged(case, path, errors)
    for _, name in ipairs { "send", "submit", "many", "each" } do
      local err = assert(errors[name], name)
      assert.equal("invalid", err.kind, name)
      assert.equal(1, #err.violations, name)
      local violation = err.violations[1]
      assert.same({ path, case[2], case[3] }, { violation.path, violation.rule, violation.message }, name)
      assert.is_string(violation.got)
      assert.is_string(violation.expected)
    end
    nothing_arrived()
  end

  local function unwritable(path, errors)
    for _, name in ipairs { "send", "submit", "many", "each" } do
      local err = assert(errors[name], name)
      assert.equal("invalid", err.kind, name)
      assert.equal("the request body cannot be written as JSON", err.message, name)
      assert.equal(path, err.violations[1].path, name)
    end
    nothing_arrived()
  end

  it("is refused as a user id, with what was found and what is allowed", function()
    for _, case in ipairs(USERS) do
      judged(case, "relevantAudience.payload.user", errors_of(case[1]))
    end
  end)

  it("is refused as a reference id, with what was found and what is allowed", function()
    for _, case in ipairs(IDS) do
      judged(case, "referenceId", errors_of(user, case[1]))
    end
  end)

  it("is named also where the judgement is left to the service", function()
    for _, case in ipairs(USERS) do
      if case.always then
        unwritable("relevantAudience.payload.user", errors_of(case[1], nil, false))
      end
    end
    for _, case in ipairs(IDS) do
      if case.always then unwritable("referenceId", errors_of(user, case[1], false)) end
    end
  end)

  it("is refused in a run without onlookers too, and the others are sent to", function()
    for _, case in ipairs(USERS) do
      assert(sandbox:reset())
      local report = assert(client:send_many(event, { user, case[1], user }))
      assert.same({ 2, { invalid = 1 } }, { report.accepted, report.by_kind })
      assert.equal(2, sandbox:counts()[1].accepted + (sandbox:counts()[2] or { accepted = 0 }).accepted)
    end
  end)

  it("is not a word in another script", function()
    local _, err = client:send(event, proactive.audience.unicast(PREFIX .. "é"))
    assert.equal("not_enabled", err.kind)
    local report = assert(client:send_many(event, { PREFIX .. "é", user }, {
      reference_id = function()
        return "Äther"
      end,
    }))
    assert.same({ 1, { not_enabled = 1 } }, { report.accepted, report.by_kind })
  end)
end)

describe("a body that is too long", function()
  local sandbox = require("spec.support.sandbox").use { users = 1 }

  it("is refused as such, whoever made it", function()
    local client = stand_in.client(sandbox)
    finally(function()
      client:close()
    end)
    local long = PREFIX .. ("x"):rep(1100 * 1024)
    local event, opts = stand_in.event(), { validate = false }
    local _, err = client:send(event, proactive.audience.unicast(long), opts)
    local told
    client:send_many(event, { long }, {
      validate = false,
      on_result = function(_, _, failure)
        told = failure
      end,
    })
    for _, failure in ipairs { err, told } do
      assert.equal("invalid", failure.kind)
      assert.equal("cannot be sent: a body of more than 1048576 bytes", failure.message)
    end
    -- the event alone is too long, or is so with its customer
    for less = -1024, 512, 8 do
      event.payload.content.name = ("x"):rep(1024 * 1024 - less)
      local run, failure = client:start_many(event, { PREFIX .. ("x"):rep(1000) }, opts)
      if run then client:flush() end
      assert.equal("invalid", run and next(run:report().by_kind) or failure.kind)
    end
    assert.same({}, sandbox:counts())
  end)
end)
