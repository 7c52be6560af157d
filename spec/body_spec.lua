--- Prepared bodies: encoded once, filled in for each recipient, byte for byte what encoding the
--- whole would give.

local compat = require "proactive.compat"
local core = require "proactive.core"
local payloads = require "spec.support.payloads"
local two_ends = require "spec.support.two_ends"

--- Pieces of texts: what ids are made of, all that JSON escapes, and every length of UTF-8.
local PIECES = {
  "amzn1.ask.account.AE7", "0123456789abcdef", "~", "-", "/", '"', "\\", "\\u0041", "\b", "\f",
  "\n", "\r", "\t", "\1", "\31", "\127", "é", "試", "🎉", "</script>", " ", ("x"):rep(100),
}

local function some_text(chance)
  local parts = {}
  for i = 1, chance(9) - 1 do parts[i] = PIECES[chance(#PIECES)] end
  return table.concat(parts)
end

--- A template and where its texts stand: `holes` of them, with literal text around and between.
local function prepare(holes, chance)
  local value, marks = {}, {}
  for i = 1, holes do
    value[2 * i - 1] = some_text(chance)
    value[2 * i] = ("@%d@"):format(i)
  end
  value[2 * holes + 1] = { tail = some_text(chance) }
  local text = assert(core.encode(value))
  for i = 1, holes do
    local first, last = text:find(("@%d@"):format(i), 1, true)
    marks[i] = { first, last }
  end
  return value, assert(core.body(text, marks))
end

describe("a prepared body", function()
  it("is what encoding the whole gives", function()
    local chance = payloads.chance(20261123)
    for _ = 1, 200 do
      local holes = chance(6)
      local value, body = prepare(holes, chance)
      for _ = 1, 20 do
        local texts = {}
        for i = 1, holes do
          texts[i] = some_text(chance)
          value[2 * i] = texts[i]
        end
        assert.equal(core.encode(value), body:fill(compat.unpack(texts, 1, holes)))
      end
    end
  end)

  it("takes no values where nothing is marked", function()
    assert.equal('{"a":1}', core.body('{"a":1}', {}):fill())
    assert.equal("", core.body("", {}):fill())
  end)

  it("fills in the place of an empty text", function()
    assert.equal('["one",""]', core.body('["",""]', { { 3, 2 } }):fill("one"))
  end)

  it("keeps what it gave when it is filled again", function()
    local body = core.body('["x"]', { { 3, 3 } })
    local first = body:fill("first")
    assert.equal('["second"]', body:fill("second"))
    assert.equal('["first"]', first)
  end)

  it("refuses values that JSON cannot hold, and says which", function()
    local body = core.body('["x","y"]', { { 3, 3 }, { 7, 7 } })
    for _, wrong in ipairs {
      { "a\0b", "", "value 1 holds a NUL byte" },
      { "", "12345678\0", "value 2 holds a NUL byte" },
      { "", "\255", "value 2 is not UTF-8" },
      { "cut \195", "", "value 1 is not UTF-8" },
    } do
      local text, message = body:fill(wrong[1], wrong[2])
      assert.is_nil(text)
      assert.equal(wrong[3], message)
    end
    assert.equal('["a","b"]', body:fill("a", "b"))
  end)

  it("is no longer than a request may be", function()
    local most = 1024 * 1024
    local body = core.body('["x"]', { { 3, 3 } })
    assert.equal(most, #body:fill(("y"):rep(most - 4)))
    local text, message = body:fill(("y"):rep(most - 3))
    assert.is_nil(text)
    assert.equal("a body of more than 1048576 bytes", message)
    assert.is_nil((core.body(("y"):rep(most + 1), {})))
  end)

  it("raises for marks and arguments that are mistakes", function()
    local body = core.body('["x"]', { { 3, 3 } })
    assert.error_matches(function() body:fill() end, "0 values for 1 marks")
    assert.error_matches(function() body:fill("a", "b") end, "2 values for 1 marks")
    assert.has_error(function() body:fill(1) end)
    assert.has_error(function() body.fill({}, "a") end)
    for _, marks in ipairs {
      { { 2, 3 } }, { { 3, 4 } }, { { 3 } }, { { 0, 3 } }, { { 3, 3.5 } }, { { "3", 3 } }, { 3 },
      { { 3, 3 }, { 3, 3 } }, { { 3, 99 } }, { { 3, 1 } }, { { -1, 3 } },
    } do
      assert.has_error(function() core.body('["x"]', marks) end)
    end
    local many = {}
    for i = 1, 33 do many[i] = { 3, 3 } end
    assert.error_matches(function() core.body('["x"]', many) end, "too many marks")
    assert.has_error(function() core.body({}, {}) end)
    assert.has_error(function() core.body("[]") end)
  end)
end)

describe("a prepared body that is sent", function()
  local ends

  before_each(function()
    ends = two_ends.open {}
  end)
  after_each(function()
    ends:close()
  end)

  local function arrived(route, body, ...)
    local id, why = ends.pool:start(route, body, 30, nil, ...)
    while why == "wait" do
      assert(ends.pool:step(0))
      id, why = ends.pool:start(route, body, 30, nil, ...)
    end
    ends:finish(assert(id, why))
    return ends.seen[#ends.seen].body
  end

  it("arrives as filling it gives it", function()
    local chance, route = payloads.chance(20261124), ends:route()
    for _ = 1, 60 do
      local holes, texts = chance(6), {}
      local _, body = prepare(holes, chance)
      for i = 1, holes do texts[i] = some_text(chance) end
      local filled = body:fill(compat.unpack(texts, 1, holes))
      assert.equal(filled, arrived(route, body, compat.unpack(texts, 1, holes)))
      assert.equal(filled, body:fill(compat.unpack(texts, 1, holes)))
    end
    assert.equal("[]", arrived(route, core.body("[]", {})))
    assert.equal("", arrived(route, core.body("", {})))
  end)

  it("refuses what filling it refuses, in the same words, and sends nothing", function()
    local body, route = core.body('["x","y"]', { { 3, 3 }, { 7, 7 } }), ends:route()
    local long = ("y"):rep(1024 * 1024)
    for _, wrong in ipairs { { "a\0b", "" }, { "", "\255" }, { "cut \195", "" }, { "", long } } do
      local _, message = body:fill(wrong[1], wrong[2])
      assert.is_string(message)
      assert.same({ nil, message, "body" }, { ends.pool:start(route, body, 30, nil, wrong[1], wrong[2]) })
      assert.equal('["a","b"]', arrived(route, body, "a", "b"))
    end
    assert.equal(4, #ends.seen)
  end)

  it("is not looked at while there is no connection for it", function()
    ends:new_pool { max_connections = 1 }
    local body, route = core.body('["x"]', { { 3, 3 } }), ends:route()
    ends:start(route, "first")
    assert.same({ nil, "wait" }, { ends.pool:start(route, body, 30, nil, "\0") })
  end)

  it("raises for values that are mistakes", function()
    local body, route = core.body('["x"]', { { 3, 3 } }), ends:route()
    assert.error_matches(function() ends.pool:start(route, body, 30) end, "0 values for 1 marks")
    assert.error_matches(function() ends.pool:start(route, body, 30, nil) end, "0 values for 1 marks")
    assert.error_matches(function() ends.pool:start(route, body, 30, nil, "a", "b") end,
      "2 values for 1 marks")
    assert.has_error(function() ends.pool:start(route, body, 30, nil, 1) end)
    assert.has_error(function() ends.pool:start(route, body, 30, "token", "a") end)
    assert.has_error(function() ends.pool:start(route, body, nil, nil, "a") end)
    ends:serve()
    assert.same({}, ends.seen)
  end)
end)
