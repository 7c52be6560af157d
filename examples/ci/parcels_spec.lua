--- The back end against the sandbox, in one process: no Amazon account, no port to agree on, no
--- waiting. From this folder: `busted parcels_spec.lua`.

local here = debug.getinfo(1, "S").source:match "^@(.*/)" or "./"
package.path = here .. "?.lua;" .. package.path

local parcels = require "parcels"
local proactive = require "proactive"
local user_id = require("proactive.sandbox").user_id

describe("the shop", function()
  local sandbox = require("proactive.busted").use { in_process = true }
  local shop, client, parcel

  before_each(function()
    client = assert(proactive.client { sandbox = sandbox.url })
    shop = parcels.new(sandbox:drive(client))
    parcel = { number = 17, customer = user_id(1), region = "NA", arrives = os.time() + 86400 }
  end)
  after_each(function()
    client:close()
  end)

  it("tells the customer that the parcel is on its way", function()
    assert(shop:tell(parcel, "ORDER_SHIPPED"))
    assert.says(sandbox, parcel.customer, "Your order from Example Shop has been shipped")
  end)

  it("tells it in the customer's language, and nobody else", function()
    parcel.customer, parcel.region = user_id(2), "EU"
    assert(shop:tell(parcel, "ORDER_SHIPPED"))
    assert.says(sandbox, user_id(2), "Beispielladen")
    assert.has_not_been_notified(sandbox, user_id(1))
  end)

  it("says the latest news of a parcel only", function()
    assert(shop:tell(parcel, "ORDER_SHIPPED"))
    assert(shop:tell(parcel, "ORDER_DELIVERED"))
    assert.equal(1, #sandbox:notifications(parcel.customer))
    assert.says(sandbox, parcel.customer, "has been delivered")
  end)

  it("tells it also when Alexa is busy at first", function()
    sandbox:fault { match = { path = "events", count = 1 }, status = 503 }
    assert(shop:tell(parcel, "ORDER_SHIPPED"))
    assert.has_been_notified(sandbox, parcel.customer)
  end)

  it("does not ask again whoever wants no notifications", function()
    parcel.customer = user_id(5)
    assert.is_false(shop:tell(parcel, "ORDER_SHIPPED"))
    local asked = #sandbox:requests()
    assert.is_false(shop:tell(parcel, "ORDER_DELIVERED"))
    assert.equal(asked, #sandbox:requests())
  end)

  it("leaves no old news behind", function()
    assert(shop:tell(parcel, "ORDER_SHIPPED"))
    sandbox:advance(13 * 3600)
    assert.equal("expired", sandbox:notifications(parcel.customer)[1].state)
  end)
end)
