--- How fast a region may be sent to, on a clock of the spec's own.

local new_pace = require("proactive.delivery.pace").new

--- Sends as fast as the pace allows to a service that takes `capacity` a second; what was sent and
--- throttled.
local function run(pace, from, seconds, capacity)
  local sent, throttled, now, taken, second = 0, 0, from, 0, -1
  while now < from + seconds do
    if pace:wait(now) == 0 then
      pace:sent(now, 1)
      sent = sent + 1
      if math.floor(now) ~= second then
        second, taken = math.floor(now), 0
      end
      taken = taken + 1
      if capacity and taken > capacity then
        throttled = throttled + 1
        pace:throttled(now)
      else
        pace:answered(now, 1)
      end
    end
    now = now + 0.0005
  end
  return sent, throttled
end

describe("a pace", function()
  it("without a rate never waits", function()
    local pace = new_pace(nil, 0)
    pace:sent(0, 1)
    assert.equal(0, pace:wait(0))
    assert.is_nil(pace:rate())
  end)

  it("keeps its rate", function()
    local sent = run(new_pace(100, 0), 0, 10)
    assert.is_true(sent >= 990 and sent <= 1010, tostring(sent))
  end)

  it("has room for as many at one time as need not wait one after the other", function()
    assert.equal(math.huge, new_pace(nil, 0):room(7))
    for _, rate in ipairs { 0.7, 33, 101, 2003 } do -- none has a turn at one of these times
      local at_once, singly = new_pace(rate, 0), new_pace(rate, 0)
      for _, now in ipairs { 0.0001, 0.0123, 0.0134, 0.5, 0.52, 9 } do
        local count = at_once:room(now)
        if count > 0 then at_once:sent(now, count) end
        for _ = 1, count do
          assert.equal(0, singly:wait(now))
          singly:sent(now, 1)
        end
        assert.is_true(singly:wait(now) > 0)
        assert.is_true(math.abs(singly.next_at - at_once.next_at) < 1e-9)
      end
    end
    local stopped = new_pace(nil, 0)
    stopped:stop(0)
    assert.equal(0, stopped:room(1))
  end)

  it("keeps a rate below one a second", function()
    local sent = run(new_pace(0.5, 0), 0, 10)
    assert.is_true(sent >= 5 and sent <= 6, tostring(sent))
  end)

  it("does not catch up on what was not used", function()
    local pace = new_pace(10, 0)
    local burst = 0
    while pace:wait(100) == 0 do
      pace:sent(100, 1)
      burst = burst + 1
    end
    assert.is_true(burst <= 2)
  end)

  it("finds the rate of a service that throttles, and stays near it", function()
    local pace = new_pace(nil, 0)
    run(pace, 0, 20, 200)
    local sent, throttled = run(pace, 20, 30, 200)
    assert.is_true(throttled / sent < 0.15, ("%d of %d throttled"):format(throttled, sent))
    assert.is_true(sent - throttled > 0.7 * 200 * 30, ("%d got through"):format(sent - throttled))
  end)

  it("is free again when the service is", function()
    local pace = new_pace(nil, 0)
    run(pace, 0, 10, 50)
    assert.is_number(pace:rate())
    run(pace, 10, 200)
    assert.is_nil(pace:rate())
  end)

  it("takes a few 429s among many answers as noise", function()
    local pace = new_pace(nil, 0)
    for i = 1, 10000 do
      local now = i / 1000
      pace:sent(now, 1)
      if i % 50 == 0 then
        pace:throttled(now)
      else
        pace:answered(now, 1)
      end
    end
    assert.is_nil(pace:rate())
  end)

  it("takes them as noise also where few are sent", function()
    local pace, state = new_pace(40, 0), 1
    for i = 1, 40000 do
      state = state * 48271 % 2147483647
      pace:sent(i / 40, 1)
      if state % 25 == 0 then
        pace:throttled(i / 40)
      else
        pace:answered(i / 40, 1)
      end
    end
    assert.equal(40, pace:rate())
  end)

  it("judges a burst after a rest by the burst", function()
    local pace = new_pace(nil, 0)
    for i = 0, 99 do
      pace:sent(86400 + i / 100, 1)
    end
    for i = 0, 99 do
      pace:throttled(86401 + i / 100)
    end
    assert.is_true(pace:rate() > 40, ("%.1f"):format(pace:rate()))
  end)

  it("never falls so low that it cannot be found again", function()
    local pace = new_pace(nil, 0)
    for i = 1, 100 do
      pace:sent(i * 2, 1)
      pace:throttled(i * 2)
    end
    assert.is_true(pace:rate() >= 0.5)
  end)

  it("never exceeds the rate that was asked for", function()
    local pace = new_pace(20, 0)
    run(pace, 0, 5, 10)
    run(pace, 5, 60)
    assert.equal(20, pace:rate())
  end)

  it("is stopped by a 432 for an hour", function()
    local pace = new_pace(nil, 0)
    assert.is_false(pace:is_stopped(0))
    pace:stop(10)
    assert.is_true(pace:is_stopped(3609))
    assert.is_false(pace:is_stopped(3610))
  end)
end)
