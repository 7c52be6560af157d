--- ISO 8601 and HTTP dates, both ways.

local time = require "proactive.time"

describe("time.parse", function()
  it("reads the forms that running clients of the service write", function()
    assert.equal(1550066400, time.parse "2019-02-13T14:00:00.00Z")
    assert.equal(1542741391, time.parse "2018-11-20T19:16:31Z")
    assert.equal(1542741391, time.parse "2018-11-20T19:16:31+00:00")
    assert.near(1768779120.123456789, time.parse "2026-01-18T23:32:00.123456789Z", 1e-6)
    assert.near(1768779120.463, time.parse "2026-01-18T23:32:00.463Z", 1e-6)
    assert.near(1768779120.463125, time.parse "2026-01-18T23:32:00.463125+00:00", 1e-6)
  end)

  it("returns the offset it is written in", function()
    local unix, offset = time.parse "2019-06-08T20:00:00-04:00"
    assert.equal(1560038400, unix)
    assert.equal(-4 * 3600, offset)
    assert.equal(5 * 3600 + 1800, select(2, time.parse "2019-06-08T20:00:00+05:30"))
  end)

  it("knows the calendar", function()
    assert.equal(1709164800, time.parse "2024-02-29T00:00:00Z")
    assert.equal(951782400, time.parse "2000-02-29T00:00:00Z")
    for _, text in ipairs {
      "2023-02-29T00:00:00Z",
      "1900-02-29T00:00:00Z",
      "2026-04-31T00:00:00Z",
      "2026-00-10T00:00:00Z",
      "2026-13-10T00:00:00Z",
      "2026-01-00T00:00:00Z",
      "2026-01-01T24:00:00Z",
      "2026-01-01T23:60:00Z",
      "2026-01-01T23:59:60Z",
    } do
      assert.is_nil(time.parse(text), text)
    end
  end)

  it("asks for a zone in words of its own", function()
    local unix, message, rule = time.parse "2026-01-15T10:00:00"
    assert.is_nil(unix)
    assert.equal("zone", rule)
    assert.matches("no zone", message)
  end)

  it("refuses what is no such text", function()
    for _, text in ipairs {
      "",
      "2026-01-15",
      "20260115T100000Z",
      "2026-01-15 10:00:00Z",
      "2026-01-15t10:00:00z",
      "2026-01-15T10:00Z",
      "2026-01-15T10:00:00.Z",
      "2026-01-15T10:00:00.1234567890Z",
      "2026-01-15T10:00:00." .. ("0"):rep(10000000) .. "Z",
      "0000-01-15T10:00:00Z",
      "2026-01-15T10:00:000Z",
      "2026-01-15T10:00:00+0200",
      "2026-01-15T10:00:00+24:00",
      "2026-01-15T10:00:00Z ",
      " 2026-01-15T10:00:00Z",
      "2026-01-15T10:00:00Z\0",
      "June 8th 2019",
    } do
      local unix, message, rule = time.parse(text)
      assert.is_nil(unix, text)
      assert.is_string(message)
      assert.equal("time", rule)
    end
  end)
end)

describe("time.format", function()
  it("writes UTC with Z, and milliseconds only when there are any", function()
    assert.equal("1970-01-01T00:00:00Z", time.format(0))
    assert.equal("2026-01-18T23:32:00.463Z", time.format(1768779120.463))
    assert.equal("2026-01-18T23:32:01Z", time.format(1768779120.9999))
  end)

  it("writes an offset", function()
    assert.equal("2019-06-08T20:00:00-04:00", time.format(1560038400, -4 * 3600))
    assert.equal("2019-06-09T05:30:00+05:30", time.format(1560038400, 5 * 3600 + 1800))
  end)

  it("is read back by time.parse, over all years it can write", function()
    for unix = -62135596800, 253402300799, 86400 * 37 + 12345 do
      assert.equal(unix, (time.parse(time.format(unix))))
    end
    assert.equal(253402300799, (time.parse "9999-12-31T23:59:59Z"))
  end)

  it("raises on what is no time", function()
    for _, unix in ipairs { 0 / 0, 1 / 0, -1 / 0, 1e300, 253402300800 } do
      assert.has_error(function()
        time.format(unix)
      end)
    end
    assert.has_error(function()
      time.format(253402300799, 3600)
    end)
  end)
end)

describe("time.date", function()
  it("takes a time apart in a zone", function()
    local d = time.date(1560038400.25, -4 * 3600)
    assert.same({
      year = 2019,
      month = 6,
      day = 8,
      weekday = 7,
      hour = 20,
      minute = 0,
      second = 0,
      millisecond = 250,
    }, d)
  end)
end)

describe("HTTP dates", function()
  it("are read and written", function()
    assert.equal(784111777, time.parse_http "Sun, 06 Nov 1994 08:49:37 GMT")
    assert.equal("Sun, 06 Nov 1994 08:49:37 GMT", time.format_http(784111777))
    assert.equal("Thu, 15 Jan 2026 10:00:00 GMT", time.format_http(1768471200.7))
  end)

  it("are refused in any other form", function()
    for _, text in ipairs {
      "",
      "Sunday, 06-Nov-94 08:49:37 GMT",
      "Sun, 06 Nov 1994 08:49:37 CET",
      "Sun, 31 Feb 1994 08:49:37 GMT",
      "Sun, 06 Foo 1994 08:49:37 GMT",
      "120",
    } do
      local unix, message = time.parse_http(text)
      assert.is_nil(unix, text)
      assert.is_string(message)
    end
  end)
end)
