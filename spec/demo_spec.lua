--- `proactive demo`: what it shows, and that it fails when the sandbox did not answer what it
--- shows.

local cli = require "spec.support.cli"
local evening = require "proactive.cli.evening"

describe("proactive demo", function()
  local ran

  lazy_setup(function()
    ran = cli.run({ "demo" }, { env = { TZ = "Asia/Kolkata" } })
  end)

  local function shows(text)
    assert.truthy(ran.stdout:find(text, 1, true), text .. " not in\n" .. ran.stdout)
  end

  it("succeeds, and fits a terminal of 100 columns", function()
    assert.equal(0, ran.status, ran.stderr)
    assert.equal("", ran.stderr)
    assert.falsy(ran.stdout:find("\27", 1, true))
    for line in ran.stdout:gmatch "[^\n]+" do
      assert.is_true(#line <= 100, line)
    end
  end)

  it("shows a token's life and never the token", function()
    shows "/auth/o2/token"
    shows "scope alexa::proactive_events, good for 3600 seconds"
    assert.falsy(ran.stdout:find("Atc|", 1, true))
  end)

  it("sends the walkthrough's event, at 8 pm with the zone's offset, to all and to one", function()
    shows '"name": "AMAZON.MediaContent.Available"'
    shows 'T20:00:00+05:30"'
    shows '"method": "AIR"'
    shows '"contentType": "EPISODE"'
    shows '"providerName": "Alexa Events Example"'
    shows '"contentName": "Some event"'
    shows '"locale": "de-DE"'
    shows '"type": "Multicast"'
    for _, region in ipairs { "NA", "EU", "FE" } do
      assert.truthy(ran.stdout:find("\n   " .. region .. "  202 accepted  request id %S+"), region)
    end
    shows "3. To one customer (Unicast)"
  end)

  it("shows what the devices say in their own locales, and which stay silent", function()
    assert.truthy(ran.stdout:find '\n   NA  en%-US  "[^\n]*Some event[^\n]*"\n')
    assert.truthy(ran.stdout:find '\n   EU  de%-DE  "[^\n]*Ein Ereignis[^\n]*"\n')
    assert.truthy(ran.stdout:find "\n   FE  ja%-JP  nothing: [^\n]*ja%-JP")
  end)

  it("shows three refusals with the service's words and what to do", function()
    shows "expiryTime should be at least 5 minutes in the future"
    shows "event.payload.availability.method"
    shows "one of STREAM, AIR, RELEASE, PREMIERE, DROP"
    assert.equal(2, select(2, ran.stdout:gsub("before anything leaves: invalid", "")))
    assert.equal(2, select(2, ran.stdout:gsub("400 invalid, request id", "")))
    shows "403 not subscribed, request id"
    shows "Can't find any subscription for stage=development"
    assert.equal(5, select(2, ran.stdout:gsub("\n%s+to do ", "")))
  end)

  it("fails when the sandbox's list does not hold the answers", function()
    local program = [[
      local sandbox = require "proactive.sandbox"
      local start = sandbox.start
      sandbox.start = function(options)
        local real = assert(start(options))
        local fake = setmetatable({}, { __index = real })
        function fake:requests()
          local kept = {}
          for _, request in ipairs(assert(real:requests())) do
            if request.status ~= %d then kept[#kept + 1] = request end
          end
          return kept
        end
        function fake:users() return real:users() end
        function fake:notifications(user) return real:notifications(user) end
        function fake:stop() return real:stop() end
        return fake
      end
      os.exit(require("proactive.cli").main { "demo" })
    ]]
    for _, status in ipairs { 202, 400, 403 } do
      local path = cli.file(".lua", program:format(status))
      local failed = cli.shell(cli.interpreter .. " " .. path)
      os.remove(path)
      assert.equal(1, failed.status, failed.stdout)
      assert.truthy(failed.stderr:find("the sandbox", 1, true), failed.stderr)
    end
  end)
end)

describe("the demo's evening", function()
  local function clock(year, month, day, hour, minute)
    return os.time { year = year, month = month, day = day, hour = hour, min = minute }
  end

  it("starts at the next 8 pm and ends at the 2 pm after it", function()
    local starts, expires = evening.times(clock(2026, 3, 10, 19, 0))
    assert.equal(clock(2026, 3, 10, 20, 0), starts)
    assert.equal(clock(2026, 3, 11, 14, 0), expires)
  end)

  it("ends 24 hours less a minute from now when that is earlier", function()
    local now = clock(2026, 3, 10, 20, 0)
    local starts, expires = evening.times(now)
    assert.equal(clock(2026, 3, 11, 20, 0), starts)
    assert.equal(now + 86340, expires)
  end)

  it("crosses the ends of months and years", function()
    assert.equal(clock(2027, 1, 1, 20, 0), (evening.times(clock(2026, 12, 31, 21, 0))))
  end)

  it("knows the offset of the zone", function()
    local program = 'print(require("proactive.cli.evening").utc_offset(%d))'
    for _, case in ipairs {
      { "UTC", 1770000000, "0" },
      { "Asia/Kolkata", 1770000000, "19800" },
      { "America/St_Johns", 1770000000, "-12600" },
      { "Europe/Berlin", 1770000000, "3600" },
      { "Europe/Berlin", 1780000000, "7200" },
    } do
      local line = ("TZ=%s %s -e '%s'"):format(case[1], cli.interpreter, program:format(case[2]))
      assert.equal(case[3] .. "\n", cli.shell(line).stdout, case[1])
    end
  end)
end)
