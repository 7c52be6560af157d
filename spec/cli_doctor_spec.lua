--- `proactive doctor` as its users meet it.

local abi = require("proactive.compat").abi
local cli = require "spec.support.cli"
local core = require "proactive.core"
local files = require "proactive.files"
local json = require "proactive.json"
local proactive = require "proactive"
local stand_in = require "spec.support.stand_in"
local support = require "spec.support.sandbox"
local unpack = require("proactive.compat").unpack

local EVENT = "examples/events/media_content.lua"
local OWN = "amzn1.application-oa2-client.sandbox"

describe("proactive doctor", function()
  local sandbox = support.use()

  local function run(words, env)
    local given = { PROACTIVE_SANDBOX = sandbox.url, ALEXA_SMAPI_CLIENT_ID = false,
      ALEXA_SMAPI_CLIENT_SECRET = false, ALEXA_SMAPI_REFRESH_TOKEN = false }
    for name, value in pairs(env or {}) do given[name] = value end
    return cli.run({ "doctor", unpack(words) }, { env = given })
  end

  --- Runs, and expects this status; what was said on standard output.
  local function expect(status, words, env)
    local ran = run(words, env)
    assert.equal(status, ran.status, ran.stdout .. ran.stderr)
    return status == 2 and ran.stderr or ran.stdout
  end

  --- Expects that this link is named as the first broken one.
  local function expect_first(link, pattern, words, env)
    local said = expect(1, words, env)
    assert.equal(link, said:match "\n([%w-]+): mend this first\n  to do  ", said)
    assert.matches("broken     " .. link:gsub("%-", "%%-") .. " [^\n]*" .. pattern, said)
    return said
  end

  --- Settings of a machine whose way to Amazon ends at once, so that nobody is asked.
  local function cut_off(changes)
    local env = { PROACTIVE_SANDBOX = false, https_proxy = "http://user:s3cret@127.0.0.1:1" }
    for name, value in pairs(changes) do env[name] = value end
    return env
  end

  local function file(ending, text)
    local path = cli.file(ending, text)
    finally(function() os.remove(path) end)
    return path
  end

  local function subscriber(region) return stand_in.subscriber(sandbox, region).user end

  it("sends nothing that breaks a rule", function()
    local path = file(".json", '{"event":{"name":"AMAZON.WeatherAlert.Activated","payload":{}}}')
    local said = expect_first("event", "is missing", { path, "--send" })
    assert.matches("not known  sending       not sent: the service would refuse it", said, 1, true)
  end)

  it("takes a locale only as devices have it", function()
    for _, word in ipairs { "zz", "de_DE", "DE-de", "english" } do
      assert.matches("as en-US or de-DE, got '" .. word, expect(2, { EVENT, "--locale", word }), 1, true)
    end
  end)

  it("shows a line for each link, and ends with 0 where none is broken", function()
    local said = expect(0, { EVENT, "--user", subscriber() })
    local count = 0
    for line in said:gmatch "[^\n]+" do
      assert.truthy(line:find "^ok         %S" or line:find "^not known  %S", line)
      count = count + 1
    end
    assert.equal(20, count)
    assert.falsy(said:find("mend this first", 1, true))
    assert.same({}, sandbox:notifications())
  end)

  it("sends only when it is told to", function()
    local said = expect(0, { EVENT, "--user", subscriber(), "--send" })
    assert.matches("ok         sending       accepted %(202%)", said)
    assert.equal(1, #sandbox:notifications())
  end)

  it("names the first broken link with its fix, and ends with 1", function()
    local said = expect_first("subscription", "has not allowed notifications",
      { EVENT, "--user", stand_in.silent(sandbox).user })
    assert.matches("Alexa app", said)
    expect_first("region", "is in EU", { EVENT, "--user", subscriber "EU" })
    expect_first("locale", "ja%-JP", { EVENT, "--user", subscriber "FE", "--region", "FE" })
    expect_first("locale", "fr%-FR", { EVENT, "--locale", "fr-FR" })
  end)

  it("writes an object for each link", function()
    local objects = cli.objects(expect(1, { EVENT, "--user", stand_in.silent(sandbox).user, "--json" }))
    assert.equal(20, #objects)
    assert.equal("credentials", objects[1].link)
    local broken = 0
    for _, found in ipairs(objects) do
      assert.truthy(found.state == "ok" or found.state == "broken" or found.state == "unknown")
      assert.equal("string", type(found.message))
      if found.state == "broken" then broken = broken + 1 end
      assert.equal(found.state == "broken", found.fix ~= nil)
    end
    assert.equal(1, broken)
  end)

  it("takes audience, expiry and reference id of a script", function()
    local script = [[
      local proactive = require "proactive"
      local event = assert(loadfile "%s")()
      return { event = event, audience = proactive.audience.%s, expires_in = %d, reference_id = "r1" }
    ]]
    local function made(audience, seconds) return file(".lua", script:format(EVENT, audience, seconds)) end
    expect_first("expiry", "5 minutes", { made("multicast()", 60) })
    expect_first("region", "is in EU", { made(("unicast(%q)"):format(subscriber "EU"), 600) })
    assert(sandbox:put_user { user = subscriber "FE", enabled = false })
    expect_first("audience", "nobody in FE", { made("multicast { regions = { 'FE' } }", 600) })
    local path = made("multicast()", 600)
    expect(0, { path, "--send" })
    expect_first("reference", "r1 was sent before", { path })
  end)

  it("takes a request body, and an event that its constructor refused", function()
    local request = assert(proactive.request(stand_in.event(), proactive.audience.unicast(subscriber "EU")))
    expect_first("region", "is in EU", { file(".json", assert(proactive.encode(request))) })
    request.event.payload.content.contentType = "FILM"
    local text = assert(proactive.encode(request))
    expect_first("event", "contentType", { file(".json", text) })
    -- the assert of plain Lua 5.1 and of 5.2 takes text only and hides the refusal
    if abi == "5.1" or abi == "5.2" then return end
    expect_first("event", "contentType", { file(".lua", [[
      return assert(require("proactive").events.MediaContent.Available { content = { contentType = "FILM" } })
    ]]) })
  end)

  it("reads the registry that is named, and no other", function()
    local store = os.tmpname()
    os.remove(store)
    finally(function() os.remove(store) end)
    local url = "sqlite:" .. store
    local registry = assert(proactive.registry.open(url))
    expect_first("skill-events", "has heard of no customer", { EVENT, "--registry", url })
    local user = subscriber()
    assert(registry:apply {
      version = "1.0",
      context = { System = {
        application = { applicationId = "amzn1.ask.skill.5a4db0c5-0000-4000-8000-000000000001" },
        user = { userId = user }, apiEndpoint = "https://api.eu.amazonalexa.com" } },
      request = { type = "AlexaSkillEvent.ProactiveSubscriptionChanged", requestId = "r1",
        timestamp = "2026-01-01T00:00:00Z", locale = "en-US", body = { subscriptions = json.array {} } },
    })
    registry:close()
    expect_first("subscription", "as the registry knows", { EVENT, "--user", user, "--store", url })
    expect_first("subscription", "as the registry knows", { EVENT, "--user", user }, { PROACTIVE_STORE = url })
    expect(0, { EVENT, "--user", user })
  end)

  describe("with the credentials of this machine", function()
    it("says that there are none, or half of them", function()
      expect_first("credentials", "no credentials", {}, cut_off {})
      expect_first("credentials", "ALEXA_CLIENT_SECRET is missing", {}, cut_off { ALEXA_CLIENT_ID = "x" })
    end)

    it("says where they are from, and which way requests take", function()
      local said = expect_first("network", "%(connect%)", {}, cut_off {
        ALEXA_CLIENT_ID = OWN, ALEXA_CLIENT_SECRET = "t0p" })
      assert.matches("from ALEXA_CLIENT_ID and ALEXA_CLIENT_SECRET\n", said)
      assert.matches("Check the proxy of https_proxy", said)
      assert.falsy(said:find("s3cret", 1, true))
      assert.falsy(said:find("t0p", 1, true))
    end)

    it("names the pair of the security profile", function()
      expect_first("pair", "security profile with which skills are managed", {}, cut_off {
        ALEXA_CLIENT_ID = "amzn1.application-oa2-client.p", ALEXA_CLIENT_SECRET = "x",
        ALEXA_SMAPI_CLIENT_ID = "amzn1.application-oa2-client.p", ALEXA_SMAPI_CLIENT_SECRET = "x",
        ALEXA_SMAPI_REFRESH_TOKEN = "Atzr|x" })
    end)

    it("names a file that others can read, and takes one that they cannot", function()
      local path = os.tmpname()
      finally(function() os.remove(path) end)
      assert(core.write_private(path, ('{"skills":{"amzn1.ask.skill.a":{"client_id":"%s","client_secret":"x"}}}')
        :format(OWN)))
      local said = expect_first("network", "", {}, cut_off { PROACTIVE_CREDENTIALS = path })
      assert.truthy(said:find(("of amzn1.ask.skill.a, in %s, which nobody else can read"):format(path), 1, true))
      assert.equal(0, cli.shell("chmod 644 " .. path).status)
      expect_first("credentials", "can be read by others", {}, cut_off { PROACTIVE_CREDENTIALS = path })
    end)

    it("does not read those of Amazon for a sandbox", function()
      local said = expect(0, {}, { ALEXA_CLIENT_ID = "x", ALEXA_CLIENT_SECRET = "y" })
      assert.matches("the sandbox's own %(ALEXA_CLIENT_ID is for Amazon only%)", said)
    end)
  end)

  it("ends with 2 where it could not be asked", function()
    assert.matches("No such file", expect(2, { "nothing.lua" }))
    assert.matches("%-%-send needs FILE", expect(2, { "--send" }))
    assert.matches("unknown region 'US'", expect(2, { "--region", "US" }))
    assert.matches("%-%-user takes one %-%-region", expect(2, { EVENT, "--user", "u", "--region", "NA,EU" }))
    assert.matches("proactive send", expect(2, { EVENT, "--send", "--stage", "live" }))
    expect(2, { EVENT, "--store", "sqlite:/nonexistent/store.db" })
    assert.matches("unknown option '%-%-usr'", expect(2, { "--usr", "u" }))
  end)

  it("does what its page says", function()
    local page = files.read "docs/doctor.md"
    -- as it stands, at the sandbox that is there; each status in its turn
    local block = page:match("```sh\n(.-)```"):gsub("proactive sandbox &\nexport[^\n]*", "")
    local set_up = 'PATH="$PWD/bin:$PATH"; export PROACTIVE_LUA=%s PROACTIVE_SANDBOX=%s\n'
    local shown = block:gsub("(proactive doctor[^\n]*)", "%1\necho status=$?")
    local said = cli.shell(set_up:format(cli.interpreter, sandbox.url) .. shown)
    local statuses = {}
    for status in said.stdout:gmatch "status=(%d)" do statuses[#statuses + 1] = status end
    assert.same({ "0", "0", "1", "0", "1" }, statuses, said.stdout)
    assert.matches("subscription: mend this first", said.stdout, 1, true)
    local script = file(".lua", page:match "```lua\n(.-)```")
    local ran = cli.shell(("PROACTIVE_SANDBOX=%s %s %s"):format(sandbox.url, cli.interpreter, script))
    assert.equal("", ran.stderr)
    assert.matches("ok\taudience\t2 subscribed in EU\n", ran.stdout)
  end)

  it("names in its page every link, and no other", function()
    local listed, links = {}, {}
    local rows = files.read("docs/doctor.md"):match "| link |(.-)\n\n"
    for link in rows:gmatch "\n| `([%w-]+)` |" do listed[#listed + 1] = link end
    for index, found in ipairs(proactive.doctor { sandbox = sandbox.url }) do links[index] = found.link end
    assert.same(links, listed)
  end)
end)
