--- Audiences.

local audience = require "proactive.audience"

local function refusal(call, ...)
  local ok, message = pcall(call, ...)
  assert.is_false(ok)
  return message
end

describe("audience", function()
  it("is a plain table", function()
    assert.same({ type = "Multicast" }, audience.multicast())
    assert.same(
      { type = "Multicast", regions = { "NA", "EU" } },
      audience.multicast { regions = { "NA", "EU" } }
    )
    assert.same({ type = "Unicast", user = "u" }, audience.unicast "u")
    assert.same(
      { type = "Unicast", user = "u", region = "FE" },
      audience.unicast("u", { region = "FE" })
    )
    local registry = { each = function() end }
    local filter = { region = "EU" }
    local stream = audience.subscribers(registry, filter)
    assert.equal("Subscribers", stream.type)
    assert.equal(registry, stream.registry)
    assert.equal(filter, stream.filter)
  end)

  it("keeps a copy of the regions", function()
    local regions = { "NA" }
    local all = audience.multicast { regions = regions }
    regions[1] = "EU"
    assert.same({ "NA" }, all.regions)
  end)

  it("raises on what only a programmer can mean", function()
    assert.matches("NA, EU, FE", refusal(audience.multicast, { regions = { "US" } }), 1, true)
    assert.matches("empty", refusal(audience.multicast, { regions = {} }))
    assert.matches("did you mean regions", refusal(audience.multicast, { region = { "EU" } }))
    assert.matches("user id", refusal(audience.unicast))
    assert.matches("NA, EU, FE", refusal(audience.unicast, "u", { region = "us" }), 1, true)
    assert.matches("registry", refusal(audience.subscribers, {}))
    assert.matches("filter", refusal(audience.subscribers, { each = print }, "EU"))
  end)

  it("takes any text as a user id: ids are data, judged when the request is", function()
    assert.equal("", audience.unicast("").user)
  end)
end)
