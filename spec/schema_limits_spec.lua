--- What a hopeless body costs, and how its report is cut.

local facts = require "spec.support.facts"
local json = require "proactive.json"
local nearest = require "proactive.nearest"
local validate = require "proactive.validate"
local values = require "proactive.schema.value"

local LISTED = 100 -- entries of a report
local NAMES = 30000

--- A correct body with two localized texts, changed.
local function changed(change)
  local body = json.decode(facts.bodies[7])
  change(body)
  return body
end

local function put_names(holder)
  for i = 1, NAMES do
    holder[("name%05d"):format(i)] = "x"
  end
end

describe("a report that is full", function()
  local asked, name = 0, nearest.name

  before_each(function()
    asked = 0
    nearest.name = function(...)
      asked = asked + 1
      return name(...)
    end
  end)

  after_each(function()
    nearest.name = name
  end)

  it("looks for no more near names of unknown fields, but counts them", function()
    local body = changed(function(body)
      put_names(body.event.payload)
    end)
    local _, err = validate(body, { now = facts.NOW })
    assert.equal(LISTED, #err.violations)
    assert.equal("event.payload.name00001", err.violations[1].path)
    assert.equal(LISTED, asked)
    -- Beyond so many values nothing below an unknown field is looked at, which is one more rule.
    assert.matches(("breaks %d rules"):format(NAMES + 1), err.message)
  end)

  it("finds what is refused among fields that are warned of", function()
    local body = changed(function(body)
      put_names(body.event.payload)
      body.event.payload.zzz = "\255"
    end)
    local _, err = validate(body, { now = facts.NOW, unknown_fields = "warn" })
    assert.same({ "size" }, { err.violations[1].rule })
    assert.equal(LISTED, asked)
  end)

  it("looks for no more near names of unused texts", function()
    local body = changed(function(body)
      put_names(body.localizedAttributes[1])
    end)
    local _, err = validate(body, { now = facts.NOW })
    assert.equal("size", err.violations[1].rule)
    assert.equal(LISTED, asked)
  end)
end)

describe("sorted keys", function()
  it("are the first of all, no more than asked for, with the count of all", function()
    local map = {}
    for i = 1, 5000 do
      map[("%04d"):format((i * 7919) % 5000)] = true
    end
    local keys, count = values.sorted_keys(map, 3)
    assert.same({ "0000", "0001", "0002" }, keys)
    assert.equal(5000, count)
    assert.equal(5000, #values.sorted_keys(map))
  end)

  it("are numbers before names", function()
    assert.same({ 1, 2, "a", "b" }, values.sorted_keys { b = 1, a = 1, 1, 1 })
  end)
end)

describe("more than 200 locales", function()
  it("are refused by name of the limit, in a body and in an event", function()
    local list, texts = json.array {}, {}
    for i = 1, 201 do
      local locale = ("%c%c-US"):format(97 + math.floor(i / 26), 97 + i % 26)
      list[i], texts[locale] = { locale = locale }, "x"
    end
    local _, err = validate(changed(function(body)
      body.localizedAttributes = list
    end), { now = facts.NOW })
    assert.equal("items", err.violations[1].rule)
    assert.matches("at most 200", err.violations[1].message)

    local payload = json.decode(facts.bodies[7]).event.payload
    payload.content.name = { localized = texts }
    payload.availability.provider.name = { localized = { ["en-US"] = "x" } }
    _, err = require("proactive.events").MediaContent.Available(payload)
    assert.equal(1, #err.violations)
    assert.equal("event.payload.content.name.localized", err.violations[1].path)
    assert.equal("items", err.violations[1].rule)
    assert.matches("at most 200", err.violations[1].message)
  end)
end)

describe("the longest text", function()
  it("is counted in characters, not in bytes", function()
    for _, case in ipairs {
      { ("x"):rep(16384), true },
      { ("x"):rep(16385), false },
      { ("é"):rep(16384), true },
      { ("é"):rep(16385), false },
      { ("試"):rep(16384), true },
      { ("\240\159\152\128"):rep(16384), true },
      { ("\240\159\152\128"):rep(16385), false },
    } do
      local ok, err = validate(changed(function(body)
        body.localizedAttributes[1].contentName = case[1]
      end), { now = facts.NOW })
      assert.equal(case[2], ok == true, #case[1])
      if not ok then assert.equal("length", err.violations[1].rule) end
    end
  end)
end)

describe("what a report says", function()
  it("of warnings it does not list is how many there are", function()
    local ok, warnings = validate(changed(function(body)
      for i = 1, 150 do
        for _, entry in ipairs(body.localizedAttributes) do
          entry[("unused%d"):format(i)] = "x"
        end
      end
    end), { now = facts.NOW })
    assert.is_true(ok)
    assert.equal(LISTED + 1, #warnings)
    assert.same({ "more", "" }, { warnings[LISTED + 1].rule, warnings[LISTED + 1].path })
    assert.matches("^and %d+ more warnings$", warnings[LISTED + 1].message)
  end)

  it("of a locale of the wrong form is said once", function()
    local _, err = validate(changed(function(body)
      body.localizedAttributes[1].locale = "en_us"
    end), { now = facts.NOW, strict = true })
    local rules = {}
    for _, violation in ipairs(err.violations) do
      rules[#rules + 1] = violation.rule
    end
    assert.equal(1, #rules, table.concat(rules, " "))
    assert.equal("locale_form", rules[1])
  end)
end)

describe("a user id", function()
  it("has something behind its prefix, and no white space", function()
    local function verdict(user)
      return (validate(changed(function(body)
        body.relevantAudience = { type = "Unicast", payload = { user = user } }
      end), { now = facts.NOW })) == true
    end
    assert.is_true(verdict "amzn1.ask.account.AFE1")
    for _, user in ipairs { "amzn1.ask.account.", "amzn1.ask.account. x", "amzn1.ask.account.x\n" } do
      assert.is_false(verdict(user))
    end
  end)
end)
