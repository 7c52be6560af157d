--- What the constructors accept, the sandbox accepts; what it hears is what preview says.

local events = require "proactive.events"
local payloads = require "spec.support.payloads"
local proactive = require "proactive"
local schema = require "proactive.schema"

describe("any payload a constructor accepts", function()
  local sandbox = require("spec.support.sandbox").use { users = 1 }

  for seed, name in ipairs(schema.names) do
    it("is accepted by the sandbox and spoken as previewed: " .. name, function()
      local client = assert(proactive.client { sandbox = sandbox.url })
      finally(function()
        client:close()
      end)
      local user = sandbox:users()[1]
      local chance = payloads.chance(seed + 100)
      local to = proactive.audience.unicast(user.user, { region = user.region })
      local expected = {}
      for i = 1, 25 do
        local event = assert(events[name](payloads.random(schema.catalogue[name].payload, chance)))
        local reference_id = ("case%d"):format(i)
        local receipt, err = client:send(event, to, { reference_id = reference_id })
        assert.is_table(receipt, tostring(err))
        local offset = { utc_offset = user.utc_offset }
        expected[reference_id] = assert(proactive.preview(event, user.locale, offset)).text
      end
      local heard = {}
      for _, notification in ipairs(sandbox:notifications(user.user)) do
        heard[notification.reference_id] = notification.spoken
      end
      assert.same(expected, heard)
    end)
  end
end)
