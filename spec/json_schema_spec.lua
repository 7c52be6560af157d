--- The exported JSON Schemas. That a stock validator judges by them as we do is shown by
--- spec/interop/json_schema.lua.

local json = require "proactive.json"
local json_schema = require "proactive.schema.json_schema"
local schema = require "proactive.schema"

local function compare(node, exported, path)
  if node.kind == "object" then
    assert.equal("object", exported.type, path)
    assert.is_false(exported.additionalProperties)
    local required = {}
    for _, name in ipairs(exported.required) do
      required[name] = true
    end
    local count = 0
    for name, below in pairs(exported.properties) do
      count = count + 1
      local field = node.by_name[name]
      assert.is_table(field, path .. " " .. name)
      local demanded = field.required and not field.elsewhere or nil
      assert.equal(demanded, required[name], path .. " " .. name)
      compare(field, below, path .. "." .. name)
    end
    assert.equal(#node.fields, count, path)
  elseif node.kind == "enum" then
    assert.same(node.values, exported.enum)
  elseif node.kind == "array" then
    assert.same({ node.min, node.max }, { exported.minItems, exported.maxItems })
    compare(node.items, exported.items, path .. "[]")
  elseif node.kind == "time" then
    assert.equal("date-time", exported.format)
  elseif node.kind == "integer" then
    assert.same({ "integer", node.min }, { exported.type, exported.minimum })
  end
  -- A field in a second place says so after what it is.
  if node.about then assert.equal(1, (exported.description:find(node.about, 1, true)), path) end
end

describe("json_schema", function()
  it("says of every payload what the schema says", function()
    for _, name in ipairs(schema.names) do
      local exported = json_schema.payload(name)
      assert.equal("https://json-schema.org/draft/2020-12/schema", exported["$schema"])
      assert.equal(name, exported.title)
      assert.equal(schema.catalogue[name].about, exported.description)
      compare(schema.catalogue[name].payload, exported, name)
    end
  end)

  it("describes the whole body, with a payload for each event", function()
    local body = json_schema.body()
    assert.same(
      { "timestamp", "referenceId", "expiryTime", "event", "relevantAudience" },
      body.required
    )
    assert.equal(8, #body.properties.event.allOf)
    local first = body.properties.event.allOf[1]
    assert.equal(schema.names[1], first["if"].properties.name.const)
    assert.is_table(first["then"].properties.payload.properties.weatherAlert)
  end)

  it("accepts the same two places for relationshipToInvitee", function()
    local invite = json_schema.payload("AMAZON.SocialGameInvite.Available").properties.invite
    assert.same({ "inviter", "inviteType" }, invite.required)
    assert.same({
      { required = { "relationshipToInvitee" } },
      {
        required = { "inviter" },
        properties = { inviter = { required = { "relationshipToInvitee" } } },
      },
    }, invite.anyOf)
    assert.is_true(invite.properties.inviter.properties.relationshipToInvitee.deprecated)
  end)

  it("is JSON, in a readable order", function()
    for _, name in ipairs(schema.names) do
      local exported = json_schema.payload(name)
      local text = assert(json.encode(exported, { order = json_schema.order() }))
      assert.matches('^{"$schema":"[^"]+","title":"' .. name, text)
      assert.same(exported, json.decode(text))
    end
  end)
end)
