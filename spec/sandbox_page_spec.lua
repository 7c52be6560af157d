--- The page's files, and the control paths it lives on: what it shows, the composer, the
--- explanations.

local customers = require "proactive.sandbox.customers"
local exchange = require "spec.support.exchange"
local files = require "proactive.files"
local json = require "proactive.json"
local page = require "proactive.sandbox.page"

local FOLDER = "lua/proactive/sandbox/page/"

describe("the page of the sandbox", function()
  local x

  before_each(function() x = exchange.new() end)

  local function view(query) return x:get("/sandbox/view" .. (query or "")) end

  describe("has files", function()
    it("that are all served, with their types", function()
      local types = { html = "text/html", css = "text/css", js = "text/javascript", svg = "image/svg+xml" }
      local pipe = assert(io.popen("ls " .. FOLDER))
      local expected = {}
      for name in pipe:lines() do
        if not name:find "%.lua$" then expected[name] = true end
      end
      pipe:close()
      for path, file in pairs(page.paths) do
        local answer = x:ask("GET", path)
        assert.equal(200, answer.status)
        assert.equal(files.read(FOLDER .. file[1]), answer.body)
        local wanted = types[file[1]:match "%w+$"]
        assert.equal(wanted, answer.header["content-type"]:match "^[^;]+")
        expected[file[1]] = nil
      end
      assert.is_nil(next(expected))
    end)

    it("that may load and run nothing but each other", function()
      for path in pairs(page.paths) do
        local policy = x:ask("GET", path).header["content-security-policy"]
        assert.truthy(policy:find("default-src 'none'", 1, true))
        assert.truthy(policy:find("script-src 'self'", 1, true))
        assert.truthy(policy:find("require-trusted-types-for 'script'", 1, true))
        assert.is_nil(policy:find("unsafe", 1, true))
      end
    end)

    it("that turn no text into markup", function()
      for _, file in pairs(page.paths) do
        local text = files.read(FOLDER .. file[1])
        for _, sink in ipairs { "innerHTML", "outerHTML", "insertAdjacent", "document.write", "eval(", " style=" } do
          assert.is_nil(text:find(sink, 1, true), file[1] .. ": " .. sink)
        end
        assert.is_nil(text:gsub("http://www.w3.org/2000/svg", ""):find "https?://", file[1])
      end
    end)

    it("for reading only, and for this machine only", function()
      assert.equal(405, x:ask("POST", "/").status)
      assert.equal(200, x:ask("HEAD", "/").status)
      assert.equal(403, x:ask("GET", "/", nil, { host = "example.com" }).status)
      assert.equal(403, x:ask("GET", "/sandbox/live", nil, { origin = "https://example.com" }).status)
      assert.equal(405, x:ask("POST", "/sandbox/live").status)
    end)
  end)

  describe("shows", function()
    it("devices with their lights, in pieces, and those that are searched for", function()
      x:send(x:event())
      local devices = view("?devices=2&skip=1").devices
      assert.equal(5, devices.total)
      assert.equal(2, #devices.list)
      assert.equal("de-DE", devices.list[1].locale)
      assert.equal(1, view().devices.list[1].waiting)
      for word, count in pairs { ["JA-jp"] = 1, eu = 2, sandbox0 = 5, ["[x"] = 0 } do
        assert.equal(count, view("?search=" .. word).devices.total, word)
      end
    end)

    it("the chosen device with its newest notifications", function()
      local user = customers.id(1)
      for i = 1, 15 do x:send(x:event(user, { referenceId = "r" .. i })) end
      local inbox = view("?user=" .. user).device.inbox
      assert.equal(15, inbox.total)
      assert.equal(10, #inbox.list)
      assert.equal("r15", inbox.list[1].reference_id)
      assert.is_true(inbox.older)
      inbox = view("?notifications=20&user=" .. user).device.inbox
      assert.equal("r1", inbox.list[15].reference_id)
      assert.is_false(inbox.older)
      assert.is_nil(view("?user=nobody").device)
      assert.is_nil(view().device)
    end)

    it("requests after those it has, also after a reset", function()
      x:send(x:event())
      local requests = view().requests
      assert.equal(2, requests.last)
      assert.equal(2, requests.list[1].number)
      assert.equal(0, #view("?after=2").requests.list)
      assert.equal(1, #view("?after=1").requests.list)
      x:ask("POST", "/sandbox/reset")
      x:ask("GET", "/nowhere")
      assert.equal(1, #view("?after=2").requests.list)
    end)

    it("how often it was put back to the start", function()
      local before = view().resets
      x:ask("POST", "/sandbox/reset")
      x:send(x:event())
      assert.equal(before + 1, view().resets)
    end)

    it("one request whole, by number or id", function()
      x:send(x:event())
      local one = x:get "/sandbox/view/request?number=2"
      assert.equal("events", one.kind)
      assert.equal("Bearer <removed>", one.headers.authorization)
      assert.equal(1, one.delivered)
      assert.same(one, x:get("/sandbox/view/request?request_id=" .. one.request_id))
      assert.equal(404, x:ask("GET", "/sandbox/view/request?number=99").status)
      assert.equal(404, x:ask("GET", "/sandbox/view/request?request_id=x").status)
    end)

    it("what a skill is told of a customer, also without an endpoint", function()
      x:ask("PUT", "/sandbox/users/" .. customers.id(1), { enabled = false })
      x:ask("PUT", "/sandbox/users/" .. customers.id(1), { enabled = true, subscriptions = json.array {} })
      local told = view().skill_events
      assert.equal("AlexaSkillEvent.SkillEnabled", told[1].type)
      assert.equal("AlexaSkillEvent.SkillDisabled", told[2].type)
      assert.equal("not_sent", told[1].state)
      assert.same({}, x:get "/sandbox/skill-events")
    end)

    it("another revision whenever something has changed, and the same when not", function()
      local before = view().revision
      x:ask("POST", "/sandbox/view/draft", { text = "{}" })
      x:get "/sandbox/users"
      assert.equal(before, view().revision)
      for _, change in ipairs {
        { "POST", "/sandbox/clock", { advance = 1 } },
        { "PUT", "/sandbox/users/x", "{}" },
        { "DELETE", "/sandbox/faults" },
        { "POST", "/v1/proactiveEvents", "{}" },
        { "POST", "/sandbox/reset" },
      } do
        x:ask(change[1], change[2], change[3])
        local after = view().revision
        assert.not_equal(before, after, change[2])
        before = after
      end
    end)

    it("how events ended, second by second", function()
      local now = 100.5
      x.world.outcomes.monotonic = function() return now end
      x:send(x:event())
      x:send "no JSON"
      now = 110
      x:ask("PUT", "/sandbox/faults", { rules = json.array { { ["do"] = { status = 429 } } } })
      x:ask("POST", exchange.LIVE, "x")
      x:ask("PUT", "/sandbox/faults", { rules = json.array { { ["do"] = { reset = "after" } } } })
      x:ask("POST", exchange.LIVE, "x")
      assert.same({ { age = 10, accepted = 1, refused = 1 }, { age = 0, throttled = 1, lost = 1 } }, view().outcomes)
      now = 160
      assert.same({ { age = 50, throttled = 1, lost = 1 } }, view().outcomes)
    end)
  end)

  describe("explains", function()
    local function told() return view().requests.list[1].explanation end

    for words, ask in pairs {
      ["delivered to 1 customer"] = function() x:send(x:event(customers.id(1))) end,
      ["who cannot hear it: there is no text in the device's locale ja-JP of"] = function()
        x:send(x:event(customers.id(4)), "/fe" .. exchange.LIVE)
      end,
      ["2 customers, of whom 1 cannot hear it: there is no text in the device's locale ja-JP of"] = function()
        x:ask("PUT", "/sandbox/users/deaf", { locale = "ja-JP" })
        x:send(x:event())
      end,
      ["delivered to 1 customer. Whether it can be heard"] = function()
        local long = ("x"):rep(9000)
        local texts = json.array {}
        for i, locale in ipairs { "en-US", "de-DE" } do texts[i] = { locale = locale, source = long } end
        x:send(x:event(customers.id(1), { localizedAttributes = texts }))
      end,
      ["delivered to nobody: this host is that of region EU"] = function()
        x:send(x:event(customers.id(1)), "/eu" .. exchange.LIVE)
      end,
      ["in region FE no customer"] = function()
        x:ask("DELETE", "/sandbox/users/" .. customers.id(4))
        x:send(x:event(), "/fe" .. exchange.LIVE)
      end,
      ["A customer who disabled"] = function() x:send(x:event "nobody") end,
      ["Token in the request is not valid"] = function() x:send(x:event(), nil, "Atc|none") end,
      ["Correct the event"] = function() x:send(x:event(nil, { expiryTime = "never" })) end,
      ["By a fault (status): the service answered 503"] = function()
        x:ask("PUT", "/sandbox/faults", { rules = json.array { { ["do"] = { status = 503 } } } })
        x:ask("POST", exchange.LIVE, "x")
      end,
      ["destroyed its answer"] = function()
        local rule = { match = { path = "events" }, ["do"] = { reset = "after" } }
        x:ask("PUT", "/sandbox/faults", { rules = json.array { rule } })
        x:send(x:event())
      end,
      ["before anything was judged"] = function()
        x:ask("PUT", "/sandbox/faults", { rules = json.array { { ["do"] = { garbage = 5 } } } })
        x:ask("POST", exchange.LIVE, "x")
      end,
      ["A token was given out."] = function() x:token() end,
      ["Take client id and secret from the skill itself"] = function()
        local form = "grant_type=client_credentials&client_id=nobody&client_secret=x&scope=alexa%3A%3Aproactive_events"
        x:ask("POST", "/auth/o2/token", form)
      end,
      ["no such path"] = function() x:ask("GET", "/\255") end,
      ["Skill management refused it"] = function() x:ask("GET", "/v1/vendors") end,
    } do
      it(words, function()
        ask()
        assert.truthy(told():find(words, 1, true), told())
      end)
    end
  end)

  describe("composes", function()
    local function draft(fields)
      local answer, decoded = x:ask("POST", "/sandbox/view/draft", fields)
      assert.equal(200, answer.status, answer.body)
      return decoded
    end

    it("with a form for every event, whose example is accepted as it is", function()
      local catalogue = x:get "/sandbox/view/events"
      assert.equal(8, #catalogue.events)
      for _, event in ipairs(catalogue.events) do
        local judged = draft { event = event.name, payload = event.example, locale = "en-US" }
        assert.same({}, judged.violations)
        assert.is_true(judged.valid)
        assert.is_true(judged.sentences[1].readable, event.name)
        assert.equal(202, x:send(judged.text).status)
      end
    end)

    it("with what is wrong, and what each locale would hear", function()
      local texts = { ["en-US"] = "A", ["de-DE"] = "B" }
      local payload = { weatherAlert = { source = { localized = texts }, alertType = "TORNADO" } }
      local judged = draft {
        event = "AMAZON.WeatherAlert.Activated",
        payload = payload,
        user = "somebody",
        locale = "ja-JP",
        reference_id = "mine",
      }
      assert.equal("mine", judged.reference_id)
      assert.truthy(judged.text:find('"Unicast"', 1, true))
      assert.is_false(judged.sentences[1].readable)
      assert.equal("no text for the device's locale ja-JP: source", judged.sentences[1].reason)
      assert.equal(3, #judged.sentences)
      payload.weatherAlert.alertType = nil
      judged = draft { event = "AMAZON.WeatherAlert.Activated", payload = payload }
      assert.is_false(judged.valid)
      assert.equal("event.payload.weatherAlert.alertType", judged.violations[1].path)
    end)

    it("and judges as the service does what is sent to it", function()
      for _, strict in ipairs { false, true } do
        x = exchange.new { strict = strict }
        local body = x:event()
        body.extra = 1
        local text = json.encode(body)
        local judged = draft { text = text }
        local status = x:send(text).status
        assert.equal(status == 202, judged.valid, status)
        assert.truthy(#(judged.valid and judged.warnings or judged.violations) > 0)
      end
    end)

    it("with whatever is written by hand", function()
      for _, text in ipairs { "", "{", "[]", "7", '"x"', "{}", '{"event":7,"localizedAttributes":[7,{"locale":1}]}' } do
        local judged = draft { text = text }
        assert.equal(text, judged.text)
        assert.is_false(judged.valid)
        assert.truthy(#judged.violations > 0)
      end
    end)

    it("and refuses what is no draft", function()
      for _, body in ipairs { "", "7", '{"event":"AMAZON.No"}', '{"payload":[]}', '{"more":1}', '{"locale":"x"}' } do
        assert.equal(400, x:ask("POST", "/sandbox/view/draft", body).status, body)
      end
    end)
  end)

  it("stays small however much there is", function()
    x = exchange.new { users = 3000 }
    for i = 1, 5 do x:send(x:event(nil, { referenceId = "r" .. i })) end
    for _ = 1, 100 do x:ask("GET", "/nowhere") end
    local answer = x:ask("GET", "/sandbox/view?devices=5000&notifications=5000&user=" .. customers.id(3000))
    local _, small = x:ask("GET", "/sandbox/view?user=" .. customers.id(3000))
    assert.truthy(#answer.body < 200 * 1024)
    assert.equal(8, #small.devices.list)
    assert.equal(30, #small.requests.list)
    assert.equal(3000, small.customers)
    assert.equal(15000, small.notifications)
  end)
end)
