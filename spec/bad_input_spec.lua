--- Input that is no body at all, or was made to do harm: each kind is a violation with the path of
--- the value, through every way in: a table, a JSON text, a constructor, a file.

local cli = require "spec.support.cli"
local events = require "proactive.events"
local facts = require "spec.support.facts"
local json = require "proactive.json"
local payloads = require "spec.support.payloads"
local validate = require "proactive.validate"

local MESSAGES = 3 -- the documented body of MessageAlert
local MEGABYTES = ("x"):rep(10 * 1024 * 1024)

local function places(list)
  local found = {}
  for i, violation in ipairs(list) do
    found[i] = violation.path .. " " .. violation.rule
  end
  table.sort(found)
  return found
end

local function nested(levels)
  local holder = {}
  for _ = 2, levels do
    holder = { holder }
  end
  return holder
end

local function cyclic()
  local holder = {}
  holder.again = holder
  return holder
end

local COUNT = "event.payload.messageGroup.count"
local NAME = "event.payload.messageGroup.creator.name"

-- put(payload): the mistake as a Lua value, and the places it is found at. text: the same in JSON,
-- as what stands for what, and its places; unreadable: it is no JSON, so that nothing else can be
-- said.
local CASES = {
  {
    "a table that holds itself",
    put = function(payload)
      payload.extra = cyclic()
    end,
    places = { "event.payload.extra unknown", "event.payload.extra.again cycle" },
  },
  {
    "a table that is both list and map",
    put = function(payload)
      payload.messageGroup.creator = { "x", name = "Andy" }
    end,
    places = { "event.payload.messageGroup.creator mixed" },
  },
  {
    "NaN",
    put = function(payload)
      payload.messageGroup.count = 0 / 0
    end,
    places = { COUNT .. " type" },
    text = { '"count":5', '"count":NaN' },
    unreadable = COUNT,
  },
  {
    "a number as text",
    put = function(payload)
      payload.messageGroup.count = "5"
    end,
    places = { COUNT .. " type" },
    text = { '"count":5', '"count":"5"' },
  },
  {
    "an integer beyond 2^53",
    put = function(payload)
      payload.messageGroup.count = 2 ^ 53 + 2
    end,
    places = { COUNT .. " range" },
    text = { '"count":5', '"count":9007199254740993' },
    unreadable = COUNT,
  },
  {
    "a number beyond 2^53 by its exponent",
    text = { '"count":5', '"count":1e300' },
    unreadable = COUNT,
  },
  {
    "invalid UTF-8",
    put = function(payload)
      payload.messageGroup.creator.name = "And\255y"
    end,
    places = { NAME .. " utf8" },
    text = { '"Andy"', '"And\255y"' },
    unreadable = NAME,
  },
  {
    "a NUL byte",
    put = function(payload)
      payload.messageGroup.creator.name = "And\0y"
    end,
    places = { NAME .. " nul" },
    text = { '"Andy"', '"And\0y"' },
    unreadable = NAME,
  },
  { "an escaped NUL", text = { '"Andy"', '"And\\u0000y"' }, unreadable = NAME },
  { "half of a surrogate pair", text = { '"Andy"', '"And\\ud800y"' }, unreadable = NAME },
  {
    "a text of 10 MB",
    put = function(payload)
      payload.messageGroup.creator.name = MEGABYTES
    end,
    places = { NAME .. " length" },
    text = { "Andy", MEGABYTES },
  },
  { "a key that stands twice", text = { '"count":5', '"count":5,"count":6' }, unreadable = COUNT },
  {
    "the same key in two spellings",
    text = { '"count":5', '"count":5,"\\u0063ount":6' },
    unreadable = 'event.payload.messageGroup["\\\\u0063ount"]',
  },
  {
    "1,000 levels",
    put = function(payload)
      payload.extra = nested(1000)
    end,
    -- 64 levels, of which three lead to the field
    places = { "event.payload.extra unknown", "event.payload.extra" .. ("[1]"):rep(61) .. " depth" },
    text = { '"count":5', '"count":' .. ("["):rep(1000) .. ("]"):rep(1000) },
    unreadable = COUNT .. ("[1]"):rep(60),
  },
}

local function documented()
  return json.decode(facts.bodies[MESSAGES])
end

--- The documented body with one part of its text replaced.
local function text_of(case)
  local text = facts.bodies[MESSAGES]:gsub("\n", "")
  local first, last = text:find(case.text[1], 1, true)
  return text:sub(1, first - 1) .. case.text[2] .. text:sub(last + 1), first
end

local function expected_of_text(case)
  if case.unreadable then return { case.unreadable .. " json" } end
  return case.places
end

for _, case in ipairs(CASES) do
  describe("bad input: " .. case[1], function()
    if case.put then
      it("is found in a table, and the table is left as it was", function()
        local body = documented()
        case.put(body.event.payload)
        local again = documented()
        case.put(again.event.payload)
        local _, err = validate(body, { now = facts.NOW })
        assert.same(case.places, places(err.violations))
        local untouched = case[1] == "NaN" or case[1]:find "itself"
        if not untouched then assert.same(again, body) end
      end)

      it("is found by a constructor", function()
        local payload = payloads.copy(documented().event.payload)
        case.put(payload)
        local event, err = events.MessageAlert.Activated(payload)
        assert.is_nil(event)
        assert.same(case.places, places(err.violations))
      end)
    end

    if case.text then
      it("is found in a text", function()
        local text, at = text_of(case)
        local _, err = validate(text, { now = facts.NOW })
        assert.same(expected_of_text(case), places(err.violations))
        if not case.unreadable then return end
        local violation = err.violations[1]
        assert.equal(1, violation.line)
        assert.is_true(violation.column >= at, violation.message)
      end)

      it("is found in a file", function()
        local path = cli.file(".json", "\n" .. (text_of(case)))
        local ran = cli.run { "validate", "--json", path }
        os.remove(path)
        local verdict = assert(json.decode(ran.stdout))
        assert.is_false(verdict.valid)
        if case.unreadable then
          assert.equal(2, ran.status)
          assert.same({ case.unreadable .. " parse" }, places(verdict.violations))
          assert.equal(2, verdict.violations[1].line)
        else
          assert.equal(1, ran.status)
          local found = {}
          for _, place in ipairs(places(verdict.violations)) do
            found[place] = true
          end
          for _, place in ipairs(case.places) do
            assert.is_true(found[place], place)
          end
        end
      end)
    end
  end)
end

describe("bad input: metatables", function()
  local function never()
    error("a metamethod ran")
  end

  local function guard(holder)
    for _, item in pairs(holder) do
      if type(item) == "table" then guard(item) end
    end
    if getmetatable(holder) then return holder end
    return setmetatable(holder, {
      __index = never,
      __len = never,
      __pairs = never,
      __eq = never,
      __tostring = never,
    })
  end

  it("are never asked, whatever holds them", function()
    for _, text in ipairs(facts.bodies) do
      local body = guard(payloads.copy(json.decode(text)))
      assert.is_true((validate(body, { now = facts.NOW })))
      assert.is_string(require("proactive.request").encode(body))
    end
    local payload = guard(payloads.copy(events.MediaContent.Available.example))
    assert.is_table((events.MediaContent.Available(payload)))
  end)
end)

describe("bad input: the preview of a body", function()
  local preview = require "proactive.preview"

  local function refused(change, path, rule)
    local body = documented()
    change(body)
    local said, err = preview(body, "en-US")
    assert.is_nil(said)
    assert.equal("invalid", err.kind)
    assert.equal(path, err.violations[1].path)
    assert.equal(rule, err.violations[1].rule)
  end

  it("is refused when the payload has no end", function()
    refused(function(body)
      body.event.payload.again = body.event.payload
    end, "event.payload.again", "cycle")
  end)

  it("is refused when the payload is 300,000 levels deep", function()
    refused(function(body)
      body.event.payload = nested(300000)
    end, "event.payload" .. ("[1]"):rep(62), "depth")
  end)

  it("is refused when the texts are no list", function()
    for _, given in ipairs { 5, "x", true, json.null, { a = 1 } } do
      refused(function(body)
        body.localizedAttributes = given
      end, "localizedAttributes", "type")
    end
  end)
end)
