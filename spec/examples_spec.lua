--- The scripts of examples/events: one for each event, valid on any day.

local proactive = require "proactive"
local schema = require "proactive.schema"

-- A leap day, the last second of a year, the changes of the clocks in Europe and America.
local DAYS = { 1772323200, 1835438400, 1798761599, 1774746000, 1772953200, 4102444800 }

--- Runs a script as on another day; `arguments` as of os.time, which scripts may give.
local function run_at(path, now)
  local real_time = os.time
  os.time = function(arguments) -- luacheck: ignore
    if arguments then return real_time(arguments) end
    return now
  end
  local ok, made = pcall(dofile, path)
  os.time = real_time -- luacheck: ignore
  assert(ok, made)
  return made
end

describe("examples/events", function()
  for _, name in ipairs(schema.names) do
    local type_name = schema.catalogue[name].type
    local file = type_name:gsub("(%l)(%u)", "%1_%2"):lower()
    local path = ("examples/events/%s.lua"):format(file)

    it("holds a script that is valid on any day: " .. path, function()
      for _, now in ipairs(DAYS) do
        local made = assert(run_at(path, now))
        local event = made.event or made
        assert.equal(name, event.name)
        local opts = { now = now, expires_in = made.expires_in }
        local audience = made.audience or proactive.audience.multicast()
        local body = assert(proactive.request(event, audience, opts))
        assert(proactive.validate(body, { now = now }))
        assert.is_true(#assert(proactive.preview(event, "en-US")).text > 0)
      end
    end)
  end
end)
