--- A sandbox that is saved and goes on, its clock, and files of faults.

local exchange = require "spec.support.exchange"
local files = require "proactive.files"
local json = require "proactive.json"
local sandbox_of = require "proactive.sandbox"
local stand_in = require "spec.support.stand_in"
local proactive = require "proactive"
local world = require "proactive.sandbox.world"

local USER = sandbox_of.user_id(1)

local path
before_each(function() path = os.tmpname() end)
after_each(function() os.remove(path) end)

local function write(value) files.replace(path, type(value) == "string" and value or json.encode(value)) end

describe("a saved sandbox", function()
  --- The records of an exchange's sandbox, as a file.
  local function save(x)
    write((x:ask("GET", "/sandbox/state")).body)
  end

  it("has the skills, customers, notifications and faults it had", function()
    local x = exchange.new()
    x:ask("PUT", "/sandbox/skills/mine", { skill_id = "amzn1.ask.skill.mine", permission = false,
      publications = json.array { "AMAZON.WeatherAlert.Activated" } })
    x:ask("PUT", "/sandbox/users/somebody", { region = "FE", locale = "ja-JP", skill_id = "amzn1.ask.skill.mine" })
    x:ask("PUT", "/sandbox/faults", { seed = 3, rules = json.array { { ["do"] = { quota = 5 } } } })
    x:send(x:event(USER))
    x:ask("POST", "/sandbox/listen", { user = USER })
    x:send(x:event(USER, { referenceId = "second" }))
    save(x)
    local y = exchange.new { state = path }
    for _, list in ipairs { "skills", "users", "notifications", "faults" } do
      assert.same(x:get("/sandbox/" .. list), y:get("/sandbox/" .. list), list)
    end
    local kept = y:get "/sandbox/notifications"
    assert.same({ "old", "new" }, { kept[1].state, kept[2].state })
    assert.equal(x:get("/sandbox/state")[3].skill.manifest, y:get("/sandbox/state")[3].skill.manifest)
  end)

  it("is its own start: a reset goes back to it", function()
    local x = exchange.new()
    x:send(x:event(USER))
    save(x)
    local y = exchange.new { state = path }
    y:ask("DELETE", "/sandbox/users/" .. USER)
    y:send(y:event(sandbox_of.user_id(2)))
    y:ask("POST", "/sandbox/reset")
    assert.equal(5, #y:get "/sandbox/users")
    assert.equal(1, #y:get "/sandbox/notifications")
  end)

  it("gives its notifications the time they had left", function()
    local x = exchange.new()
    x:send(x:event(USER, { expiryTime = "2027-01-15T10:00:00Z" })) -- in two hours
    x:ask("POST", "/sandbox/clock", { advance = 3600 })
    save(x)
    local later = exchange.NOW + 30 * 86400
    local y = exchange.new { state = path, wall = function() return later end }
    local notification = y:get("/sandbox/notifications")[1]
    assert.same({ "new", later + 3600 }, { notification.state, notification.expires_at })
    assert.same({}, notification.notes)
    y:ask("POST", "/sandbox/clock", { advance = 3600 })
    assert.equal("expired", y:get("/sandbox/notifications")[1].state)
  end)

  it("keeps what was delivered to a customer who is gone", function()
    local x = exchange.new()
    x:send(x:event(USER))
    x:ask("DELETE", "/sandbox/users/" .. USER)
    save(x)
    assert.equal(USER, exchange.new({ state = path }):get("/sandbox/notifications")[1].user)
  end)

  it("holds no secret and no token", function()
    local x = exchange.new()
    x:ask("PUT", "/sandbox/skills/mine", { client_secret = "of mine" })
    local token = x:token()
    local text = (x:ask("GET", "/sandbox/state")).body
    assert.is_nil(text:find("of mine", 1, true))
    assert.is_nil(text:find(token, 1, true))
  end)

  it("is refused with the place of what is wrong", function()
    local head = { proactive_sandbox = 1, now = 1 }
    local good = { skill_id = "x", client_id = "c", manifest = '{"manifest":{}}', live_manifest = '{"manifest":{}}' }
    local function changed(record, changes)
      local copy = {}
      for name, value in pairs(record) do copy[name] = value end
      for name, value in pairs(changes) do copy[name] = value end
      return copy
    end
    local user, none = { user = "a" }, { rules = json.array {} }
    local x = exchange.new()
    x:send(x:event(USER))
    local records = x:get "/sandbox/state"
    local sent = records[#records].notification
    for _, case in ipairs {
      { "[", "%d+:%d+: this is not JSON" },
      { '{"a":1}', "this is no saved sandbox: a list" },
      { { {} }, "has no proactive_sandbox" },
      { { { proactive_sandbox = 9, now = 1 } }, "saved as version 9, and this proactive reads version 1" },
      { { head, { custommer = {} } }, "record 2: unknown field custommer %(did you mean customer%?%)" },
      { { head, { customer = { user = "a", region = "US" } } }, "record 2: customer: region must be one of NA" },
      { { head, { customer = { region = "EU" } } }, "record 2: customer: user is required" },
      { { head, { skill = good }, { skill = { client_id = "c" } } }, "record 3: skill: .*manifest is required" },
      { { head, { notification = { user = "a" } } }, "record 2: notification: " },
      { { head, { faults = { rules = json.array { {} } } } }, "record 2: faults: rules%[1%]: do is required" },
      { { head, { faults = none }, { faults = none } }, "record 3: faults: they are there twice" },
      { { head, { customer = { user = "" } } }, "record 2: customer: user is empty" },
      { { head, { customer = user }, { customer = user } }, "record 3: customer: a is there twice" },
      { { head, { skill = good }, { customer = { user = "a", skill_id = "y" } } },
        "record 3: customer: none of the skills before it has the skill_id y" },
      { { head, { skill = good }, { skill = good } }, "record 3: skill: c is there twice" },
      { { head, { skill = good }, { skill = changed(good, { client_id = "d" }) } },
        "record 3: skill: x is there twice" },
      { { head, { skill = changed(good, { manifest = "[]" }) } }, "record 2: skill: manifest is no manifest" },
      { { head, { skill = changed(good, { live_manifest = "{}" }) } },
        "record 2: skill: live_manifest is no manifest" },
      { { head, { notification = changed(sent, { event = "AMAZON.None" }) } },
        "record 2: notification: event is not that" },
      { { head, { notification = changed(sent, { reference_id = "other" }) } },
        "record 2: notification: reference_id is not that" },
      { { head, { notification = changed(sent, { expires_at = 0 }) } },
        "record 2: notification: expires_at is not after" },
    } do
      write(type(case[1]) == "table" and json.array(case[1]) or case[1])
      local made, message = world.new { state = path }
      assert.is_nil(made)
      assert.matches(case[2], message)
      assert.truthy(message:find(path, 1, true), message)
    end
  end)

  it("is written by sandbox:save and read by start, child and in process", function()
    local running = assert(sandbox_of.start { in_process = true })
    local client = running:drive(stand_in.client(running))
    assert(client:send(stand_in.event(), proactive.audience.unicast(USER)))
    client:close()
    assert.is_true(running:save(path))
    local _, err = running:save "/nonexistent/state"
    assert.equal("storage", err.kind)
    running:stop()
    for _, in_process in ipairs { true, false } do
      local again = assert(sandbox_of.start { state = path, in_process = in_process })
      local list = again:notifications(USER)
      again:stop()
      assert.equal(1, #list)
      assert.matches("Some event", list[1].spoken)
    end
  end)

  it("that cannot be read keeps a sandbox from starting", function()
    for _, in_process in ipairs { true, false } do
      local none, err = sandbox_of.start { state = "/nonexistent/state", in_process = in_process }
      assert.is_nil(none)
      assert.matches("cannot read /nonexistent/state", err.message)
    end
  end)
end)

describe("the sandbox's clock", function()
  it("stands when told to, and goes on from there", function()
    local now = exchange.NOW
    local x = exchange.new { wall = function() return now end }
    local _, shown = x:ask("POST", "/sandbox/clock", { stands = true })
    assert.same({ now = exchange.NOW, ahead = 0, stands = true }, shown)
    now = now + 100
    assert.same({ now = exchange.NOW, ahead = -100, stands = true }, x:get "/sandbox/clock")
    _, shown = x:ask("POST", "/sandbox/clock", { advance = 30 })
    assert.equal(exchange.NOW + 30, shown.now)
    _, shown = x:ask("POST", "/sandbox/clock", { stands = false })
    assert.same({ now = exchange.NOW + 30, ahead = -70, stands = false }, shown)
    now = now + 5
    assert.equal(exchange.NOW + 35, x:get("/sandbox/clock").now)
    x:ask("POST", "/sandbox/reset")
    assert.same({ now = now, ahead = 0, stands = false }, x:get "/sandbox/clock")
  end)

  it("stands from the start, now or at a time, and a reset puts it back there", function()
    local now = exchange.NOW
    local function wall() return now end
    local x = exchange.new { wall = wall, clock = "2026-01-15T10:00:00Z" }
    now = now + 1000
    x:ask("POST", "/sandbox/clock", { advance = 60 })
    assert.equal(1768471260, x:get("/sandbox/clock").now)
    x:ask("POST", "/sandbox/reset")
    assert.equal(1768471200, x:get("/sandbox/clock").now)
    local y = exchange.new { wall = wall, clock = "stand" }
    now = now + 1000
    assert.equal(now - 1000, y:get("/sandbox/clock").now)
    local none, message = world.new { clock = "tomorrow" }
    assert.is_nil(none)
    assert.matches("^clock must be run, stand, or a time it stands at: ", message)
  end)

  it("is what expiry, token life, archive and the Date header follow when it stands", function()
    local now = exchange.NOW
    local x = exchange.new { wall = function() return now end, clock = "2026-01-15T10:00:00Z" }
    local token = x:token()
    now = now + 7200
    local answer = x:send(x:event(USER), nil, token)
    assert.equal(202, answer.status)
    assert.equal("Thu, 15 Jan 2026 10:00:00 GMT", answer.header.date)
    assert.equal("new", x:get("/sandbox/notifications")[1].state)
    x:ask("POST", "/sandbox/listen", { user = USER })
    x:ask("POST", "/sandbox/clock", { advance = 6 * 3600 })
    assert.equal("deleted", x:get("/sandbox/notifications")[1].state)
    assert.equal(403, x:send(x:event(USER), nil, token).status)
  end)
end)

describe("a file of faults", function()
  local RULES = '{"seed":5,"rules":[{"match":{"path":"events","share":0.5},"do":{"status":503}}]}'

  local function statuses(x)
    local list, token = {}, x:token()
    for index = 1, 30 do
      list[index] = x:send(x:event(nil, { referenceId = ("r%d"):format(index) }), nil, token).status
    end
    return list
  end

  it("is what a sandbox begins with, and each run repeats exactly", function()
    write(RULES)
    local x = exchange.new { faults = path }
    local first = statuses(x)
    assert.same(first, statuses(exchange.new { faults = path }))
    x:ask("DELETE", "/sandbox/faults")
    x:ask("POST", "/sandbox/reset")
    assert.same(first, statuses(x))
  end)

  it("is refused with its name when it is wrong", function()
    for text, words in pairs {
      ["nonsense"] = "1:1: this is not JSON",
      ['{"rules":[{"do":{"stattus":503}}]}'] = "did you mean status?",
    } do
      write(text)
      local none, message = world.new { faults = path }
      assert.is_nil(none)
      assert.truthy(message:find(path, 1, true) and message:find(words, 1, true), message)
    end
    assert.equal("cannot read /nonexistent/faults", select(2, world.new { faults = "/nonexistent/faults" }))
  end)
end)
