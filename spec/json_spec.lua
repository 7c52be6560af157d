--- JSON through the binding: what is written, what is read, and what is refused rather than changed silently.

local core = require "proactive.core"
local json = require "proactive.json"

-- of Lua 5.3 and later
local math_type, to_integer = rawget(math, "type"), rawget(math, "tointeger")

local function nested(depth)
  local value = {}
  for _ = 2, depth do
    value = { value }
  end
  return value
end

describe("json.encode", function()
  local function refusal(value)
    local text, message, path = json.encode(value)
    assert.is_nil(text)
    return message, path
  end

  it("writes every kind of value", function()
    local value = { a = { 1, -2.5, "x" }, b = true, c = false, d = json.null, e = {} }
    value.f = json.array {}
    assert.equal(
      '{"a":[1,-2.5,"x"],"b":true,"c":false,"d":null,"e":{},"f":[]}',
      json.encode(value)
    )
  end)

  it("writes plain values", function()
    assert.equal('"x"', json.encode("x"))
    assert.equal("1", json.encode(1))
    assert.equal("true", json.encode(true))
    assert.equal("null", json.encode(json.null))
  end)

  it("escapes what JSON wants escaped, and nothing else", function()
    local want = [["\"\\/\b\f\n\r\t\u0001\u001f]] .. '\127é€😀"'
    assert.equal(want, json.encode '"\\/\b\f\n\r\t\1\31\127é€😀')
  end)

  it("writes whole numbers exactly, however they came", function()
    assert.equal(
      "[1000,9007199254740992,-9007199254740992,0,1700000000123456]",
      json.encode { 1e3, 2 ^ 53, -2 ^ 53, -0.0, 1700000000123456 }
    )
  end)

  it("writes other numbers so that they read back the same", function()
    assert.equal("[0.1,0.30000000000000004,-1.5]", json.encode { 0.1, 0.1 + 0.2, -1.5 })
    local awkward = { 1 / 3, 2 / 3, 5e-324, 2.2250738585072014e-308, 123456.789, 1e-9, 0.1 + 0.7 }
    for _, number in ipairs(awkward) do
      assert.equal(number, json.decode(json.encode(number)))
    end
  end)

  it("writes keys by rank, then by their bytes", function()
    local order = { timestamp = 1, event = 2.5, name = 2 }
    local value = { b = 1, event = 2, B = 3, timestamp = 4, name = 5, a = { event = 1, b = 2 } }
    assert.equal(
      '{"timestamp":4,"name":5,"event":2,"B":3,"a":{"event":1,"b":2},"b":1}',
      json.encode(value, { order = order })
    )
  end)

  it("writes lists of any length in order", function()
    local list = {}
    for i = 1, 10000 do
      list[i] = i
    end
    assert.equal("[" .. table.concat(list, ",") .. "]", json.encode(list))
  end)

  it("indents as people do", function()
    local value = { a = { 1, { b = json.array {} } }, ["c:"] = "{,}", d = {} }
    local text = json.encode(value, { pretty = true })
    assert.equal(table.concat({
      "{",
      '  "a": [',
      "    1,",
      "    {",
      '      "b": []',
      "    }",
      "  ],",
      '  "c:": "{,}",',
      '  "d": {}',
      "}",
    }, "\n"), text)
    assert.equal("[]", json.encode(json.array {}, { pretty = true }))
    assert.equal("1", json.encode(1, { pretty = true }))
  end)

  it("runs no metamethod", function()
    local function never()
      error("a metamethod ran")
    end
    local guard = { __index = never, __len = never, __pairs = never, __eq = never, __tostring = never }
    assert.equal('{"a":1}', json.encode(setmetatable({ a = 1 }, guard)))
  end)

  it("leaves the value as it was", function()
    local value = { [1] = "x", [2] = { k = "v" } }
    json.encode(value)
    assert.same({ "x", { k = "v" } }, value)
  end)

  it("refuses, with the path, what JSON cannot hold", function()
    local cases = {
      { { alert = { garbageTypes = { "BOTTLES", print } } }, "function", "alert.garbageTypes[2]" },
      { { a = coroutine.create(function() end) }, "coroutine", "a" },
      { { a = { io.stdout } }, "userdata", "a[1]" },
      { { a = 0 / 0 }, "NaN", "a" },
      { { a = 1 / 0 }, "infinity", "a" },
      { { a = -1 / 0 }, "infinity", "a" },
      { { ["odd key"] = { ["2nd"] = print } }, "function", '["odd key"]["2nd"]' },
      { { { { print } } }, "function", "[1][1][1]" },
      { print, "function", "" },
    }
    for _, case in ipairs(cases) do
      local message, path = refusal(case[1])
      assert.matches(case[2], message)
      assert.equal(case[3], path)
    end
  end)

  it("refuses numbers beyond 2^53 on every Lua", function()
    for _, number in ipairs { 2 ^ 53 + 2, -2 ^ 53 - 2, 1e300 } do
      local message, path = refusal { n = number }
      assert.matches("2%^53", message)
      assert.equal("n", path)
    end
    if to_integer then
      assert.matches("2%^53", (refusal(to_integer(2 ^ 53) + 1)))
      assert.matches("2%^53", (refusal(to_integer(-2 ^ 63))))
      assert.equal("9007199254740992", json.encode(to_integer(2 ^ 53)))
    end
  end)

  it("refuses tables that are neither list nor map", function()
    assert.matches("both", (refusal { 1, 2, a = 3 }))
    assert.matches("both", (refusal { a = 3, [1] = 1 }))
    assert.matches("both", (refusal(json.array { a = 1 })))
    assert.matches("holes", (refusal { 1, nil, 3 }))
    assert.matches("holes", (refusal { [2] = 1 }))
    assert.matches("whole number", (refusal { [0] = 1 }))
    assert.matches("whole number", (refusal { [1.5] = 1 }))
    assert.matches("whole number", (refusal { [-1] = 1 }))
    assert.matches("whole number", (refusal { [2 ^ 40] = 1 }))
    assert.matches("key", (refusal { [true] = 1 }))
    local _, path = refusal { x = { { 1, nil, 3 } } }
    assert.equal("x[1]", path)
  end)

  it("refuses bytes that are not UTF-8, and NUL, in texts and keys", function()
    for _, bytes in ipairs { "\255", "\192\175", "\237\160\128", "\244\144\128\128", "a\226\130" } do
      local message, path = refusal { k = bytes }
      assert.matches("UTF%-8", message)
      assert.equal("k", path)
    end
    assert.matches("UTF%-8", (refusal { ["\255"] = 1 }))
    assert.matches("NUL", (refusal { k = "a\0b" }))
    assert.matches("NUL", (refusal { ["a\0b"] = 1 }))
  end)

  it("shows a key in a path so that it harms no terminal", function()
    local _, path = refusal { ["\27[31m\255\""] = print }
    assert.equal([==[["\027[31m\255\""]]==], path)
    _, path = refusal { [("x"):rep(1000000)] = print }
    assert.equal(('["%s"...]'):format(("x"):rep(48)), path)
  end)

  it("ends at cyclic and deep tables", function()
    local cyclic = {}
    cyclic.self = cyclic
    local message, path = refusal { a = cyclic }
    assert.matches("64", message)
    assert.matches("cyclic", message)
    assert.matches("^a%.self%.self", path)
    assert.is_string(json.encode(nested(64)))
    assert.matches("64", (refusal(nested(65))))
    assert.matches("64", (refusal(nested(100000))))
  end)

  it("refuses a text that is too long in all", function()
    local megabyte = ("x"):rep(1024 * 1024)
    local list = {}
    for i = 1, 17 do
      list[i] = megabyte
    end
    local message, path = refusal(list)
    assert.matches("too long", message)
    assert.equal("[16]", path)
    assert.matches("too long", (refusal { ("\1"):rep(15 * 1024 * 1024) })) -- grows when escaped
    local text
    text, message = json.encode(json.decode("[" .. ("[1],"):rep(2000000) .. "1]"), { pretty = true })
    assert.is_nil(text)
    assert.matches("too long", message) -- grows when indented
  end)

  it("raises for options of a wrong type", function()
    assert.has_error(function()
      core.encode({}, { array = 1 })
    end)
    assert.has_error(function()
      core.encode({}, { order = "x" })
    end)
    assert.has_error(function()
      core.encode({}, 1)
    end)
    assert.has_error(function()
      core.encode()
    end)
  end)
end)

describe("json.decode", function()
  it("reads every kind of value", function()
    local value = json.decode [[
      { "a": [1, -2.5, "x\u00e9\ud83d\ude00"], "b": true, "c": false, "d": null, "e": {}, "f": [] }
    ]]
    assert.same({ 1, -2.5, "xé😀" }, { value.a[1], value.a[2], value.a[3] })
    assert.is_true(value.b)
    assert.is_false(value.c)
    assert.equal(json.null, value.d)
    assert.is_true(json.is_array(value.a))
    assert.is_true(json.is_array(value.f))
    assert.is_false(json.is_array(value.e))
    assert.is_false(json.is_array(value))
  end)

  it("reads whole numbers as integers where there are any", function()
    local list = json.decode "[1, 1e3, 5.0, -0, 9007199254740992]"
    for i, want in ipairs { "1", "1000", "5", "0", "9007199254740992" } do
      assert.equal(want, ("%d"):format(list[i]))
      if math_type then assert.equal("integer", math_type(list[i])) end
    end
    assert.equal("inf", tostring(1 / json.decode("-0")))
  end)

  it("takes options that say nothing", function()
    assert.same({ a = {} }, core.decode('{"a":[],"b":null}'))
  end)

  it("says what is wrong, and where", function()
    local cases = {
      { "", "empty", 1, 1 },
      { '{"a":1,\n "b":2,\n "a":3}', 'key "a" stands twice', 3, 2 },
      { "[1]\nx", "after the value", 2, 1 },
      { '["a\\u0000b"]', "NUL", 1, 4 },
      { '["a\0b"]', "NUL", 1, 4 },
      { '["\\udc00"]', "surrogate", 1, 3 },
      { '["\255"]', "UTF%-8", 1, 3 },
      { "{“a”:1}", "typographic", 1, 2 },
      { "[9007199254740993]", "2%^53", 1, 2 },
      { "[1e400]", "2%^53", 1, 2 },
      { "[01]", "begin with 0", 1, 2 },
      { "[1,]", "no comma", 1, 3 },
      { ("["):rep(1000) .. ("]"):rep(1000), "deeper than 64", 1, 65 },
      { (" "):rep(16 * 1024 * 1024) .. "1", "too long", 1, 1 },
    }
    for _, case in ipairs(cases) do
      local value, message, line, column = json.decode(case[1])
      assert.is_nil(value)
      assert.matches(case[2], message)
      assert.same({ case[3], case[4] }, { line, column })
    end
  end)

  it("takes text only", function()
    assert.has_error(function()
      json.decode(1)
    end)
    assert.has_error(function()
      json.decode(nil)
    end)
  end)

  it("reads back what encode wrote", function()
    local seed = 42
    local function random(n) -- the same on every Lua; only to make up values
      seed = (seed * 16807) % 2147483647
      return seed % n + 1
    end
    local scalars = { "", "é\n\"", "\127", true, false, json.null, 0, -1, 0.1, 1e-9, 2 ^ 53, 1 / 3 }
    local function make(depth)
      local kind = depth > 4 and 1 or random(3)
      local value = {}
      if kind == 1 then return scalars[random(#scalars)] end
      for i = 1, random(5) do
        value[kind == 2 and i or ("k%d %d"):format(i, random(9))] = make(depth + 1)
      end
      return kind == 2 and json.array(value) or value
    end
    for _ = 1, 300 do
      local value = make(1)
      local text = assert(json.encode(value))
      local back = json.decode(text)
      assert.same(value, back)
      assert.equal(text, json.encode(back))
      assert.same(value, json.decode(json.encode(value, { pretty = true })))
    end
  end)

  it("refuses more digits than a number keeps, rather than change the value", function()
    for _, text in ipairs { "5.0000000000000000001", "0.1234567890123456789", "1.00000000000000000001e3" } do
      local value, message = json.decode(text)
      assert.is_nil(value)
      assert.matches("too many digits", message)
    end
    for _, text in ipairs { "0.12345678901234567", "5.000000000000000000000", "0.00000000000000000001", "100000.5" } do
      assert.is_number(json.decode(text))
    end
  end)
end)
