--- Changes in JSON texts: what is asked for changes, and not a byte more.

local json = require "proactive.json"
local json_text = require "proactive.json_text"

describe("json_text.order", function()
  it("ranks keys by where they stand first", function()
    local text = '{"z": {"b\\"": 1, "a": "no key\\": x", "": 2}, "y" : [{"a":1,"c":"d"}]}'
    local order = json_text.order(text)
    assert.equal('{"z":{"b\\"":1,"a":"no key\\": x","":2},"y":[{"a":1,"c":"d"}]}',
      json.encode(json.decode(text), { order = order }))
    assert.same({}, json_text.order "[1, \"x\"]")
  end)
end)

describe("json_text.set", function()
  local set = json_text.set

  it("replaces a value where it stands", function()
    assert.equal('{"a": 1.50, "b": "x"}', set('{"a": 1.50, "b": [1, {}]}', { "b" }, "x"))
    assert.equal('[1,\n 5,\n 3]', set("[1,\n 2,\n 3]", { 2 }, 5))
    assert.equal('{"a":{"b":[{"c":7}]}}', set('{"a":{"b":[{"c":"\\"}]"}]}}', { "a", "b", 1, "c" }, 7))
  end)

  it("adds a member as the last one stands", function()
    assert.equal('{"b":1,"a":2}', set('{"b":1}', { "a" }, 2))
    assert.equal('{"c" : 0, "b" : 1, "a" : 2}', set('{"c" : 0, "b" : 1}', { "a" }, 2))
    assert.equal('{\n\t"b": 1,\n\t"a": 2\n}\n', set('{\n\t"b": 1\n}\n', { "a" }, 2))
    assert.equal("[1,2]", set("[1]", { 2 }, 2))
    assert.equal("[\n    1,\n    2\n]", set("[\n    1\n]", { 2 }, 2))
  end)

  it("fills what is empty", function()
    assert.equal('{"a":[1]}', set('{"a":[]}', { "a", 1 }, 1))
    assert.equal('{\n  "a": [\n    1\n  ]\n}', set('{\n  "a": []\n}', { "a", 1 }, 1))
    assert.equal('{"a":1}', set("{ }", { "a" }, 1))
  end)

  it("writes what is new with the text's own indentation and line breaks", function()
    local text = '{\r\n    "a": 1\r\n}\r\n'
    local expected = '{\r\n    "a": 1,\r\n    "b": {\r\n        "c": [\r\n            1\r\n        ]\r\n    }\r\n}\r\n'
    assert.equal(expected, set(text, { "b" }, { c = { 1 } }))
  end)

  it("orders the keys of what is new as it is told", function()
    local order = { second = 1, first = 2 }
    local value = { first = 1, second = 2 }
    assert.equal('{"a":{"second":2,"first":1}}', set("{}", { "a" }, value, order))
  end)

  it("reads keys with escapes, and passes over a byte order mark", function()
    assert.equal('{"\\u00e9":2}', set('{"\\u00e9":1}', { "é" }, 2))
    assert.equal('\239\187\191{"a":2}', set('\239\187\191{"a":1}', { "a" }, 2))
  end)

  it("agrees with what was asked, whatever the text looks like", function()
    local texts = {
      '{"a":{"x":[1,2,{"y":"}]"}],"z":{}},"b":[]}',
      '{\n  "a" : { "x" : [ 1 , 2 , { "y" : "}]" } ] , "z" : { } } ,\n  "b" : [ ]\n}',
    }
    local paths = { { "a", "x", 3, "y" }, { "a", "x", 4 }, { "a", "z", "new" }, { "b", 1 }, { "c" }, { "b" } }
    for _, text in ipairs(texts) do
      for _, path in ipairs(paths) do
        local expected = assert(json.decode(text))
        local container = expected
        for index = 1, #path - 1 do container = container[path[index]] end
        container[path[#path]] = { "new" }
        local got = assert(json.decode(set(text, path, { "new" })))
        assert.equal(json.encode(expected), json.encode(got))
      end
    end
  end)

  it("raises for a container that is not there", function()
    assert.has_error(function() set("{}", { "a", "b" }, 1) end)
    assert.has_error(function() set("{}", {}, 1) end)
  end)

  it("raises for a key in what is no object, and a position in what is no list", function()
    for _, text in ipairs { "[]", '{"a":[]}', '{"a":null}', '{"a":5}', '{"a":"{"}' } do
      local path = text == "[]" and { "b" } or { "a", "b" }
      assert.has_error(function() set(text, path, 1) end, "no such container in the text")
    end
    assert.has_error(function() set('{"a":{}}', { "a", 1 }, 1) end, "no such container in the text")
    assert.has_error(function() set("5", { "a" }, 1) end, "no such container in the text")
  end)

  it("keeps a container of one line on its line", function()
    assert.equal('{\n  "a": [1, {"b": [2, 3]}]\n}', set('{\n  "a": [1]\n}', { "a", 2 }, { b = { 2, 3 } }))
    assert.equal('{\n  "a": {"b": 1, "c": {"d": 2}}\n}', set('{\n  "a": {"b": 1}\n}', { "a", "c" }, { d = 2 }))
    assert.equal('{\n  "a": {"b": {"c": 2}}\n}', set('{\n  "a": {"b": [1]}\n}', { "a", "b" }, { c = 2 }))
  end)
end)

describe("json_text.pretty", function()
  it("keeps order, numbers and escapes", function()
    local text = '{"z":1.50,"a":["\\u00e9",{},[],{"k":null}],"b":-1e3}'
    local expected = [[
{
  "z": 1.50,
  "a": [
    "\u00e9",
    {},
    [],
    {
      "k": null
    }
  ],
  "b": -1e3
}
]]
    assert.equal(expected, json_text.pretty(text))
    assert.equal(expected, json_text.pretty(expected))
    assert.equal('"x"\n', json_text.pretty(' "x" '))
  end)
end)

describe("json_text.compact", function()
  it("is one line, in the same order", function()
    local text = '{\n  "z": 1.50,\n  "a": [ "\\u00e9 ,: x", { }, [\n], { "k": null } ]\n}\n'
    assert.equal('{"z":1.50,"a":["\\u00e9 ,: x",{},[],{"k":null}]}', json_text.compact(text))
  end)
end)
