--- The helper for suites under busted: its assertions, and what they say when they fail.

local helper = require "proactive.busted"
local proactive = require "proactive"
local sandbox_of = require "proactive.sandbox"
local stand_in = require "spec.support.stand_in"

local USER, OTHER, JAPANESE = sandbox_of.user_id(1), sandbox_of.user_id(2), sandbox_of.user_id(4)

describe("the helper for busted", function()
  local sandbox = helper.use { in_process = true }
  local client

  before_each(function()
    client = stand_in.client(sandbox)
    sandbox:drive(client)
  end)
  after_each(function() client:close() end)

  local function send(user, region)
    return client:send(stand_in.event(), proactive.audience.unicast(user, { region = region }))
  end

  local function failure(assertion, ...)
    local ok, message = pcall(assertion, ...)
    assert.is_false(ok)
    return tostring(message)
  end

  it("knows who has been notified and who has not", function()
    assert(send(USER))
    assert.has_been_notified(sandbox, USER)
    assert.has_not_been_notified(sandbox, OTHER)
  end)

  it("knows what a device says, in part or whole", function()
    assert(send(USER))
    assert.says(sandbox, USER, "Some event")
    assert.says(sandbox, USER, sandbox:notifications(USER)[1].spoken)
    assert.does_not_say(sandbox, USER, "Ein Ereignis")
  end)

  it("shows what there is instead when a customer was not notified", function()
    assert(sandbox:fault { match = { path = "events" }, status = 503 })
    assert.is_nil((send(USER)))
    local message = failure(assert.has_been_notified, sandbox, USER)
    assert.matches("Expected a notification for " .. USER, message, 1, true)
    assert.matches("The customer has none.", message, 1, true)
    assert.matches("POST /v1/proactiveEvents/stages/development -> fault status, 503", message, 1, true)
  end)

  it("shows what was refused, in the service's words", function()
    send "amzn1.ask.account.NOBODY"
    local message = failure(assert.has_been_notified, sandbox, USER)
    assert.matches("-> 403 No enablement for clientId: ", message, 1, true)
  end)

  it("shows what the device says instead", function()
    assert(send(USER))
    local message = failure(assert.says, sandbox, USER, "Another event")
    assert.matches('to say "Another event"', message, 1, true)
    assert.matches('new, AMAZON.MediaContent.Available: "Some event', message, 1, true)
    message = failure(assert.does_not_say, sandbox, USER, "Some event")
    assert.matches('to not say "Some event"', message, 1, true)
    message = failure(assert.has_not_been_notified, sandbox, USER)
    assert.matches("Expected no notification for ", message, 1, true)
  end)

  it("shows why a device says nothing", function()
    assert(send(JAPANESE, "FE"))
    local message = failure(assert.says, sandbox, JAPANESE, "event")
    assert.matches("not readable: no text for the device's locale ja-JP", message, 1, true)
  end)

  it("says that nothing was sent at all", function()
    assert.matches("No request came.", failure(assert.has_been_notified, sandbox, USER), 1, true)
  end)

  it("raises for arguments that are none, and for customers there are not", function()
    for _, call in ipairs {
      function() assert.has_been_notified(USER) end,
      function() assert.has_been_notified({}, USER) end,
    } do
      assert.matches("busted_spec.*assert.has_been_notified%(sandbox, user%) expected", failure(call))
    end
    assert.matches("assert.says%(sandbox, user, text%) expected", failure(function() assert.says(sandbox, USER) end))
    assert.matches("no customer nobody", failure(assert.has_been_notified, sandbox, "nobody"))
  end)

  describe("resets the sandbox before each test:", function()
    for turn = 1, 2 do
      it(("turn %d begins empty"):format(turn), function()
        assert.same({}, sandbox:notifications())
        assert(send(USER))
      end)
    end
  end)
end)
