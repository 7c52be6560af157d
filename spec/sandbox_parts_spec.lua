--- The small parts of the sandbox on their own: forms, timers, inbox bounds, quoting.

local compat = require "proactive.compat"
local files = require "proactive.files"
local form = require "proactive.form"
local inbox = require "proactive.sandbox.inbox"
local timers = require "proactive.timers"

describe("forms", function()
  it("are decoded as browsers and clients write them", function()
    assert.same({ a = "1 2", b = "=&+%", ["ä"] = "" }, form.parse "a=1+2&b=%3D%26%2b%25&%C3%A4=")
    assert.same({}, form.parse "")
    assert.same({ a = "2" }, form.parse "a=1&&a=2")
  end)

  it("are refused when malformed", function()
    for _, text in ipairs { "a", "a=%", "a=%4", "a=%zz", "%=1" } do
      assert.is_nil(form.parse(text))
    end
  end)

  it("come back from escaping as they were", function()
    local bytes = {}
    for i = 0, 255 do
      bytes[i + 1] = string.char(i)
    end
    local all = table.concat(bytes)
    assert.equal(all, form.unescape(form.escape(all)))
    assert.equal("A-z0._~%20%2F", form.escape "A-z0._~ /")
  end)
end)

describe("timers", function()
  it("come due in the order of their times, equal ones as they were added", function()
    local heap, seed = timers.new(), 12345
    for i = 1, 500 do
      seed = seed * 48271 % 2147483647
      heap:add(seed % 50, { at = seed % 50, number = i })
    end
    assert.equal(0, heap:next_at())
    local last, count = { at = -1, number = 0 }, 0
    for now = 0, 49 do
      local value = heap:take(now)
      while value do
        assert.is_true(value.at > last.at or (value.at == last.at and value.number > last.number))
        assert.equal(now, value.at)
        last, count = value, count + 1
        value = heap:take(now)
      end
    end
    assert.equal(500, count)
    assert.is_nil(heap:next_at())
    assert.is_nil(heap:take(1e9))
  end)
end)

describe("an inbox", function()
  local clock = {
    now = function()
      return 0
    end,
  }
  local function deliver(box, customer, number)
    box:deliver(customer, {
      event = "e",
      reference_id = ("r%d"):format(number),
      text = "{}",
      received_at = 0,
      expires_at = 1,
    })
  end

  it("keeps the last thousand of a customer", function()
    local box, customer = inbox.new(clock, 5000), { user = "u" }
    for number = 1, 1003 do
      deliver(box, customer, number)
    end
    local first, last = box:listing(customer)
    assert.equal(1000, last - first + 1)
    assert.is_false(inbox.holds(customer, "r3"))
    assert.is_true(inbox.holds(customer, "r4"))
  end)

  it("keeps so many in all, the oldest going first whoever has it", function()
    local box, a, b = inbox.new(clock, 4), { user = "a" }, { user = "b" }
    deliver(box, a, 1)
    deliver(box, b, 2)
    deliver(box, a, 3)
    deliver(box, a, 1)
    deliver(box, b, 4)
    deliver(box, b, 5)
    assert.is_false(inbox.holds(a, "r1"))
    assert.is_true(inbox.holds(b, "r2") and inbox.holds(a, "r3") and inbox.holds(b, "r5"))
    local first, last = box:listing()
    assert.equal(4, last - first + 1)
  end)

  it("has room again after a customer's own bound took some", function()
    local box, a, b = inbox.new(clock, 1500), { user = "a" }, { user = "b" }
    for number = 1, 3000 do
      deliver(box, a, number)
    end
    for number = 1, 600 do
      deliver(box, b, number)
    end
    local first, last = box:listing(b)
    assert.equal(600, last - first + 1)
    first, last = box:listing()
    assert.is_true(last - first + 1 <= 1500)
  end)
end)

describe("shell words", function()
  it("reach the shell as they are", function()
    for _, word in ipairs { "a b", "it's", "$HOME `ls` \\ \"q\" ;&|", "-n", "" } do
      local command = "test %s = \"$(printf '%%s' %s)\""
      assert.is_true(compat.execute(command:format(files.quote(word), files.quote(word))))
      assert.is_false(compat.execute(("test %s = x"):format(files.quote(word))))
    end
  end)
end)
