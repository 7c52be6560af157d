--- `proactive manifest push`, `diff` and `status` on good days and bad ones.

local cli = require "spec.support.cli"
local json = require "proactive.json"
local managing = require "spec.support.managing"
local support = require "spec.support.sandbox"

local SKILL = "amzn1.ask.skill.5a4db0c5-0000-4000-8000-000000000001"
local OTHER = "amzn1.ask.skill.5a4db0c5-0000-4000-8000-000000000002"
local ARN = "arn:aws:lambda:us-east-1:123456789012:function:ask-custom-PingMe"
local BARE = '{\n  "manifest": {\n    "apis": {"custom": {"endpoint": {"uri": "' .. ARN
  .. '"}}},\n    "manifestVersion": "1.0"\n  }\n}\n'

describe("proactive manifest push", function()
  local sandbox = support.use { users = 0 }
  local m = managing.use(sandbox)

  local function get(skill)
    m:expect(0, { "manifest", "get", m:path "skill.json", "--skill", skill or SKILL })
  end

  local function change(word)
    m:write("skill.json", (m:read("skill.json"):gsub('"name": "[^"]*"', '"name": "' .. word .. '"', 1)))
  end

  local function push(status, ...)
    local words = { "manifest", "push", m:path "skill.json", "--yes", ... }
    return m:expect(status, words)
  end

  local function held(skill)
    return select(2, m:expect(0, { "manifest", "get", "--skill", skill or SKILL })).stdout
  end

  --- Faults of the questions for the status: those that follow the manifest's GET and PUT.
  local function status_fault(action, count)
    sandbox:faults { { match = { path = "smapi", skip = 2, count = count }, ["do"] = action } }
  end

  it("waits through a bad answer", function()
    get()
    change "Mine"
    status_fault({ status = 503 }, 1)
    assert.matches("pushed: 1 change", (push(0)))
    assert.matches("Mine", held())
  end)

  it("says that it was sent when nobody knows what came of it, and goes on from there", function()
    get()
    change "Mine"
    status_fault { status = 503 }
    local said = push(1, "--timeout", "0.5")
    assert.matches("was sent and accepted", said)
    assert.matches("manifest status %-%-wait", said)
    sandbox:clear_faults()
    m:expect(0, { "manifest", "status", "--wait" })
    assert.matches("nothing to push", (push(0)))
    change "Again"
    push(0)
    assert.matches("Again", held())
  end)

  it("knows its own change again, also when FILE was changed since", function()
    get()
    change "Mine"
    status_fault { status = 503 }
    push(1, "--timeout", "0.5")
    sandbox:clear_faults()
    m:expect(0, { "manifest", "status", "--wait" })
    change "Again"
    assert.matches("pushed: 1 change", (push(0)))
  end)

  it("goes on after an answer that was lost", function()
    get()
    change "Mine"
    sandbox:faults { { match = { path = "smapi", skip = 1, count = 1 }, ["do"] = { reset = "after" } } }
    local said = push(1)
    assert.matches("may have been done", said)
    assert.falsy(said:find("event", 1, true))
    m:expect(0, { "manifest", "status", "--wait" })
    change "Again"
    push(0)
    assert.matches("Again", held())
  end)

  it("goes on after an end in the middle", function()
    get()
    change "Mine"
    status_fault { status = 200, body = { manifest = { lastUpdateRequest = { status = "IN_PROGRESS" } } } }
    local line = "PROACTIVE_LUA=%s PROACTIVE_SANDBOX=%s exec bin/proactive manifest push %s --yes"
    local pid = cli.background(line:format(cli.interpreter, sandbox.url, m:path "skill.json"), m:path "log")
    finally(function() cli.stop(pid) end)
    cli.wait_for(m:path "skill.json.origin", '("sent")')
    cli.stop(pid)
    sandbox:clear_faults()
    m:expect(0, { "manifest", "status", "--wait" })
    change "Again"
    push(0)
    assert.matches("Again", held())
  end)

  it("sends FILE to the skill and stage it is of", function()
    get(OTHER)
    change "Mine"
    assert.matches("Mine", (m:expect(0, { "manifest", "diff", m:path "skill.json" })))
    push(0)
    assert.matches("Mine", held(OTHER))
    assert.falsy(held(SKILL):find("Mine", 1, true))
    local said = m:expect(0, { "manifest", "diff", m:path "skill.json", "--skill", SKILL })
    assert.matches("is the manifest of " .. OTHER:gsub("%p", "%%%0"), said)
    m:expect(0, { "manifest", "get", m:path "live.json", "--stage", "live" })
    assert.matches("live skill cannot be changed.*certif", (m:expect(1, { "manifest", "push", m:path "live.json",
      "--yes" })))
    assert.matches("nothing was sent", (m:expect(1, { "manifest", "push", m:path "live.json", "--stage", "live" })))
    assert.equal(0, #support.calls(sandbox, "PUT", "/live/manifest$", 409))
  end)

  it("shows both sides in the order they have there", function()
    local value = '{"usesPersonalInfo":true,"containsAds":false,"locales":{"b":{},"a":{}}}'
    local function write(words)
      m:write("skill.json", (BARE:gsub('"manifestVersion"', '"privacyAndCompliance": ' .. words .. ', %0')))
    end
    local function shown(words, ...)
      local _, ran = m:expect(0, { "manifest", "diff", m:path "skill.json", ... })
      return ran.stdout:find(words, 1, true)
    end
    write(value)
    assert.truthy(shown('"path":"$.manifest.privacyAndCompliance","to":' .. value .. "}\n", "--json"))
    assert.truthy(shown '+     "usesPersonalInfo": true,\n+     "containsAds": false,\n+     "locales": {\n+       "b"')
    push(0)
    write "{}"
    for _, name in ipairs { "containsAds", "locales", "usesPersonalInfo" } do
      assert.truthy(shown('"path":"$.manifest.privacyAndCompliance.' .. name .. '","from":', "--json"))
    end
    assert.truthy(shown('"from":{"b":{},"a":{}}}\n', "--json"))
  end)

  it("shows all that it asks for", function()
    m:write("skill.json", BARE)
    push(0)
    m:expect(0, { "manifest", "patch", m:path "skill.json", "--for", "AMAZON.OrderStatus.Updated" })
    local said = m:expect(2, { "manifest", "push", m:path "skill.json" })
    for _, word in ipairs { "SKILL_PROACTIVE_SUBSCRIPTION_CHANGED", "AMAZON.OrderStatus.Updated", ARN,
      "SKILL_ENABLED" } do
      assert.truthy(said:find(word, 1, true), word)
    end
    assert.falsy(said:find("…", 1, true))
  end)

  it("does not say that it pushed when there was nothing to push", function()
    m:write("skill.json", held())
    local said = push(0)
    assert.matches("nothing to push", said)
    assert.falsy(said:find("pushed", 1, true))
    local answer = cli.objects(select(2, push(0, "--json")).stdout)[1]
    assert.is_false(answer.pushed)
    assert.equal(0, answer.changes)
    assert.is_nil(m:read "skill.json.origin")
    assert.equal(0, #support.calls(sandbox, "PUT", "/manifest$", 202))
  end)

  it("shows the warnings of an update that succeeded", function()
    get()
    change "Mine"
    status_fault { status = 200, body = { manifest = { eTag = "x", lastUpdateRequest = {
      status = "SUCCEEDED", warnings = { { code = "ODD_CODE", message = "this is odd" } } } } } }
    assert.matches("this is odd", (push(0)))
    change "Again"
    status_fault { status = 200, body = { manifest = { eTag = "x", lastUpdateRequest = {
      status = "SUCCEEDED", warnings = { { code = "ODD_CODE", message = "this is odd" } } } } } }
    sandbox:advance(5)
    local _, ran = push(0, "--json", "--if-match", "*")
    assert.equal("this is odd", cli.objects(ran.stdout)[1].warnings[1].message)
  end)

  it("says what failed, and that nothing was sent", function()
    m:write("skill.json", '{"manifest": {"permissions": []}}')
    local said = push(1)
    assert.matches("nothing was sent", said)
    assert.matches("wrong with the manifest", said)
    said = push(1, "--no-validate")
    assert.matches("500", said)
    assert.falsy(said:find("try again later", 1, true))
    assert.matches("manifest check", said)
    m:write("skill.json", (BARE:gsub('"manifestVersion"', '"publishingInformation": {"isAvailableWorldwide": true, '
      .. '"distributionCountries": ["US"]}, "manifestVersion"')))
    said = push(1, "--no-validate")
    assert.matches("the update of the manifest failed", said)
    assert.matches("CONFLICTING_INSTANCES", said)
  end)

  it("takes any ETag for *, and says which one it is otherwise", function()
    get()
    m:write("theirs.json", BARE)
    m:expect(0, { "manifest", "push", m:path "theirs.json", "--yes" })
    change "Mine"
    push(1)
    push(0, "--if-match", "*")
    assert.matches("Mine", held())
    change "Again"
    local said = push(1, "--if-match", "nonsense")
    assert.matches("ETag %x+ and not nonsense; nothing was sent", said)
    assert.falsy(said:find("was got", 1, true))
  end)

  it("says so when it cannot note where FILE is from", function()
    get()
    change "Mine"
    assert(cli.shell("mkdir " .. m:path "skill.json.origin.new").status == 0)
    local _, ran = m:expect(0, { "manifest", "push", m:path "skill.json", "--yes" })
    assert.matches("^[^\n]*skill.json.origin cannot be written: [^\n]+\n$", ran.stderr)
    assert.matches("pushed: 1 change", ran.stdout)
    _, ran = m:expect(0, { "manifest", "get", m:path "skill.json", "--force" })
    assert.matches("skill.json.origin cannot be written", ran.stderr)
  end)

  it("does not go by a damaged note of where FILE is from", function()
    get()
    change "Mine"
    for _, text in ipairs { "{", "[]", '{"skill_id":""}', '{"skill_id":5}', '{"skill_id":"x","stage":"odd"}' } do
      m:write("skill.json.origin", text)
      for _, action in ipairs { "push", "diff" } do
        assert.matches("skill.json.origin is damaged", (m:expect(2, { "manifest", action, m:path "skill.json" })))
      end
    end
    assert.falsy(held():find("Mine", 1, true))
  end)

  it("has patience as long as it is told", function()
    get()
    change "Mine"
    status_fault { status = 200, body = { manifest = { lastUpdateRequest = { status = "IN_PROGRESS" } } } }
    assert.matches("still in progress after 0.3 seconds", (push(1, "--timeout", "0.3")))
    sandbox:faults { { match = { path = "smapi" }, ["do"] = { status = 200,
      body = { manifest = { lastUpdateRequest = { status = "IN_PROGRESS" } } } } } }
    assert.matches("still in progress after 0.2 seconds",
      (m:expect(1, { "manifest", "status", "--wait", "--timeout", "0.2" })))
    m:expect(2, { "manifest", "status", "--wait", "--timeout", "soon" })
  end)

  it("waits for no update that there never was", function()
    sandbox:faults { { match = { path = "smapi" }, ["do"] = { status = 200, body = { manifest = {} } } } }
    assert.matches("there was no update", (m:expect(0, { "manifest", "status", "--wait" })))
  end)
end)

describe("proactive manifest get", function()
  local sandbox = support.use { users = 0 }
  local m = managing.use(sandbox)

  it("writes nothing that is no manifest", function()
    local path = m:write("skill.json", BARE)
    sandbox:faults { { match = { path = "smapi" }, ["do"] = { status = 200, body = { foo = 1 } } } }
    local said = m:expect(1, { "manifest", "get", path, "--force" })
    assert.matches("no manifest", said)
    assert.equal(BARE, m:read "skill.json")
    assert.is_nil(m:read "skill.json.origin")
  end)

  it("does not make a file another skill's without a word", function()
    local path = m:path "skill.json"
    m:expect(0, { "manifest", "get", path })
    local origin = m:read "skill.json.origin"
    local said = m:expect(1, { "manifest", "get", path, "--skill", OTHER })
    assert.matches("is the manifest of " .. SKILL:gsub("%p", "%%%0"), said)
    assert.equal(origin, m:read "skill.json.origin")
    m:expect(0, { "manifest", "get", path, "--skill", OTHER, "--force" })
    assert.truthy(m:read("skill.json.origin"):find(OTHER, 1, true))
  end)

  it("prints one object on one line with --json", function()
    local _, ran = m:expect(0, { "manifest", "get", "--json" })
    assert.equal(1, select(2, ran.stdout:gsub("\n", "")))
    local found = json.decode(ran.stdout)
    assert.equal(SKILL, found.skill_id)
    assert.equal("1.0", found.manifest.manifestVersion)
    assert.equal("development", found.stage)
    assert.matches("^%x+$", found.etag)
    assert.matches('^{"manifest":{"manifestVersion":"1.0","publishingInformation"', ran.stdout)
  end)
end)

describe("proactive manifest check and patch", function()
  local sandbox = support.use { users = 0 }
  local m = managing.use(sandbox)

  local function check(status, text, ...)
    return m:expect(status, { "manifest", "check", m:write("x.json", text), ... })
  end

  it("say no more than they know", function()
    local said = check(0, '{"manifest": {}}')
    assert.matches("no fault found", said)
    assert.matches("%-%-for", said)
    assert.falsy(said:find("nothing is missing", 1, true))
    m:expect(0, { "manifest", "patch", m:write("y.json", BARE), "--for", "AMAZON.Occasion.Updated" })
    assert.matches("nothing is missing", (m:expect(0, { "manifest", "check", m:path "y.json", "--for",
      "AMAZON.Occasion.Updated" })))
  end)

  it("show SMAPI's code, and what was found", function()
    local said = check(1, '{"manifest": {"permissions": 5, "apis": null, "events": {"endpoint": [], "regions": {}}}}')
    assert.matches("INVALID_DATA_TYPE", said)
    assert.matches("must be of type array, is of type number", said)
    assert.matches("is of type null", said)
    said = check(1, '{"manifest": {"manifestVersion": null}}')
    assert.matches("found null", said)
    assert.matches("found an empty list", (check(1, '{"manifest": {"manifestVersion": []}}')))
    assert.matches("found an object", (check(1, '{"manifest": {"manifestVersion": {}}}')))
    assert.matches("found a list", (check(1, '{"manifest": {"manifestVersion": [1]}}')))
  end)

  it("name the way out where no endpoint is known", function()
    local said = check(1, '{"manifest": {}}', "--for", "AMAZON.Occasion.Updated")
    assert.matches("%-%-endpoint URI", said)
    said = m:expect(1, { "manifest", "patch", m:path "x.json", "--for", "AMAZON.Occasion.Updated" })
    assert.matches("it is not known where skill events are to go", said)
    assert.matches("%-%-endpoint URI", said)
  end)

  it("do not call mended what is still refused", function()
    local path = m:write("x.json", (BARE:gsub('"manifestVersion": "1.0"', '"manifestVersion": "2.0"')))
    local words = { "manifest", "patch", path, "--for", "AMAZON.Occasion.Updated" }
    local said = m:expect(1, words)
    assert.matches("still wrong", said)
    assert.matches("manifestVersion", said)
    assert.matches("AMAZON.Occasion.Updated", m:read "x.json")
    words[#words + 1] = "--json"
    local objects = cli.objects(select(2, m:expect(1, words)).stdout)
    assert.is_false(objects[#objects].valid)
    assert.equal("$.manifest.manifestVersion", objects[#objects].violations[1].path)
  end)

  it("take scripts of many kinds", function()
    local event = 'require("proactive").events.Occasion.Updated'
    local scripts = {
      ("return { event = function() return assert(loadfile(%q))() end }"):format "examples/events/occasion.lua",
      ("local one = assert(loadfile(%q))() return { one, one }"):format "examples/events/occasion.lua",
      "print 'x' return 'AMAZON.Occasion.Updated'",
      ("return %s"):format(event),
    }
    for _, text in ipairs(scripts) do
      local script = m:write("script.lua", text)
      m:write("x.json", BARE)
      local _, ran = m:expect(0, { "manifest", "patch", m:path "x.json", "--for", script })
      assert.matches("AMAZON.Occasion.Updated", ran.stdout)
      assert.falsy(ran.stdout:find("^x\n"))
    end
    m:expect(2, { "manifest", "check", m:path "x.json", "--for", m:write("bad.lua", "return {") })
    assert.matches("holds no event", (m:expect(2, { "manifest", "check", m:path "x.json", "--for",
      m:write("none.json", "{}") })))
  end)

  it("say what is meant where a folder or no FILE is given", function()
    local path = m:write("x.json", BARE)
    local said = m:expect(2, { "manifest", "check", path, "--for", "examples/events" })
    assert.matches("examples/events is a folder.*examples/events/%*%.lua", said)
    for _, action in ipairs { "check", "patch" } do
      said = m:expect(2, { "manifest", action, "--for", "AMAZON.Occasion.Updated", path })
      assert.matches("FILE stands before %-%-for", said)
    end
    assert.matches("UTF%-8", (check(2, "\255\254{\0}\0")))
  end)
end)

describe("proactive skill", function()
  local sandbox = support.use { users = 0 }
  local m = managing.use(sandbox)

  it("takes no id that can be none", function()
    for _, id in ipairs { "", ("x"):rep(256) } do
      for _, words in ipairs { { "manifest", "get" }, { "skill", "enable" }, { "skill", "credentials" } } do
        local said = m:expect(2, { words[1], words[2], "--skill", id })
        assert.matches("1 to 255 characters", said)
      end
    end
  end)

  it("reveals a secret as JSON when that is asked for", function()
    local _, ran = m:expect(0, { "skill", "credentials", "--reveal", "--yes", "--json" })
    assert.equal("sandbox", cli.objects(ran.stdout)[1].client_secret)
  end)

  it("lists no other vendor's skills", function()
    assert.matches("NOPE", (m:expect(1, { "skill", "list", "--vendor", "NOPE" })))
  end)
end)

describe("proactive login", function()
  local sandbox = support.use { users = 0 }
  local m = managing.use(sandbox)

  --- Logs in from beginning to end; what was said.
  local function login(words, input)
    local log = m:path "log"
    local line = "printf %%s %s | PROACTIVE_LUA=%s PROACTIVE_CREDENTIALS=%s bin/proactive login "
      .. "--sandbox %s --port 0 %s"
    local pid = cli.background(line:format(cli.quote(input or ""), cli.interpreter, m:path "c/credentials.json",
      sandbox.url, words), log)
    finally(function() cli.stop(pid) end)
    local page, query = cli.wait_for(log, "(http://%S+/ap/oa%S+)"):match "^(.-)%?(.*)$"
    cli.shell(("curl -s -L -o /dev/null --data %s %s"):format(cli.quote(query .. "&answer=allow"), cli.quote(page)))
    cli.wait_for(log, "(kept in)")
    return json.decode(m:read "c/credentials.json").smapi
  end

  it("gives a sandbox the login that was kept for it", function()
    sandbox:withdraw_logins()
    local said = m:expect(1, { "skill", "list" })
    assert.matches("invalid grant", said)
    assert.matches("PROACTIVE_CREDENTIALS", said)
    local kept = login ""
    assert.equal(sandbox.url, kept.sandbox)
    m:expect(0, { "skill", "list" })
    assert.matches("not logged in", (m:expect(2, { "skill", "list" }, { PROACTIVE_SANDBOX = false })))
  end)

  it("takes a new secret for a client it knows", function()
    assert.equal("old", login("--client-id amzn1.x", "old\n").client_secret)
    assert.equal("new", login("--client-id amzn1.x", "new\n").client_secret)
    assert.equal("new", login("--client-id amzn1.x", "\n").client_secret)
  end)

  it("ends with 1 when its port is in use", function()
    local port = sandbox.url:match "(%d+)$"
    local words = m:expect(1, { "login", "--port", port }):gsub("%s+", " ")
    local _, count = words:gsub("cannot listen", "")
    assert.equal(1, count, words)
    assert.matches("cannot listen on 127%.0%.0%.1 port " .. port .. ": address in use", words)
    assert.matches("another port with %-%-port.*http://127%.0%.0%.1:PORT/cb", words)
  end)
end)
