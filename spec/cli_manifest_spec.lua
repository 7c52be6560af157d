--- `proactive login`, `manifest` and `skill` as their users meet them.

local cli = require "spec.support.cli"
local json = require "proactive.json"
local support = require "spec.support.sandbox"

local SKILL = "amzn1.ask.skill.5a4db0c5-0000-4000-8000-000000000001"
local ARN = "arn:aws:lambda:us-east-1:123456789012:function:ask-custom-PingMe"
local BARE = '{\n    "manifest": {\n        "apis": {"custom": {"endpoint": {"uri": "' .. ARN
  .. '"}}},\n        "manifestVersion": "1.0"\n    }\n}\n'

describe("managing skills from the command line", function()
  local sandbox = support.use { users = 0 }
  local folder

  before_each(function()
    folder = os.tmpname()
    os.remove(folder)
    assert.equal(0, cli.shell("mkdir " .. folder).status)
  end)

  after_each(function() cli.shell("rm -rf " .. folder) end)

  local function run(words, env, input)
    local given = { PROACTIVE_SANDBOX = sandbox.url, PROACTIVE_CREDENTIALS = folder .. "/c/credentials.json",
      ALEXA_SMAPI_CLIENT_ID = false, ALEXA_SMAPI_CLIENT_SECRET = false, ALEXA_SMAPI_REFRESH_TOKEN = false }
    for name, value in pairs(env or {}) do given[name] = value end
    return cli.run(words, { env = given, input = input })
  end

  local function path(name) return folder .. "/" .. name end

  local function write(name, text)
    local handle = assert(io.open(path(name), "wb"))
    handle:write(text)
    handle:close()
    return path(name)
  end

  local function read(name)
    local handle = assert(io.open(path(name), "rb"))
    local text = handle:read "*a"
    handle:close()
    return text
  end

  --- Runs, and expects this status; what was said.
  local function expect(status, words, env)
    local ran = run(words, env)
    assert.equal(status, ran.status, ran.stdout .. ran.stderr)
    return status == 0 and ran.stdout or ran.stderr, ran
  end

  --- What both streams say, on one line: long sentences are folded.
  local function said(ran) return ((ran.stdout .. ran.stderr):gsub("%s+", " ")) end

  it("walks from a bare manifest to a token", function()
    expect(0, { "manifest", "push", write("bare.json", BARE), "--yes" })
    expect(0, { "manifest", "get", path "skill.json" })
    assert.matches('^{\n  "manifest": {\n    "apis": {\n', read "skill.json")
    local words, ran = expect(1, { "manifest", "check", path "skill.json", "--for", "AMAZON.OrderStatus.Updated" })
    assert.equal("", words)
    assert.matches("8 violations", ran.stdout)
    for _, name in ipairs(require("proactive.manifest.needs").SUBSCRIPTIONS) do
      assert.matches("the skill does not hear of " .. name, ran.stdout)
    end
    assert.matches("invalid_scope", ran.stdout)
    words = expect(0, { "manifest", "patch", path "skill.json", "--for",
      "examples/events/order_status.lua", "AMAZON.MediaContent.Available" })
    assert.matches("+ %$.manifest.permissions", words)
    expect(0, { "manifest", "check", path "skill.json", "--for", "AMAZON.OrderStatus.Updated",
      "AMAZON.MediaContent.Available" })
    words = expect(0, { "manifest", "diff", path "skill.json" })
    assert.matches("+ %$.manifest.events", words)
    words = expect(0, { "manifest", "push", path "skill.json", "--yes" })
    assert.matches("pushed: 2 changes", words)
    assert.equal("SUCCEEDED\n", (expect(0, { "manifest", "status", "--wait" })))
    assert.equal("no difference\n", (expect(0, { "manifest", "diff", path "skill.json" })))
    assert.matches("nothing to push\n$", (expect(0, { "manifest", "push", path "skill.json" })))
    words, ran = expect(0, { "skill", "credentials", "--skill", SKILL })
    assert.equal("amzn1.application-oa2-client.sandbox\n", words)
    assert.truthy(ran.stderr:find(path "c/credentials.json", 1, true))
    assert.falsy((ran.stdout .. ran.stderr):find('"sandbox"', 1, true))
    expect(0, { "token", "--skill", SKILL })
  end)

  it("is as its page describes it", function()
    local page = assert(io.open("docs/manifest.md", "rb"))
    local text = page:read "*a"
    page:close()
    local count = 0
    for line in text:match("```sh\n(.-)```"):gmatch "[^\n]+" do
      local words = {}
      for word in line:gsub("%s+#.*$", ""):gmatch "%S+" do
        words[#words + 1] = word == "skill.json" and path(word) or word
      end
      local is_check = words[3] == "check"
      if words[1] == "proactive" and words[2] ~= "sandbox" then
        table.remove(words, 1)
        if words[2] == "push" then words[#words + 1] = "--yes" end
        expect(is_check and 1 or 0, words)
        count = count + 1
      end
    end
    assert.equal(6, count)
    local script = write("page.lua", text:match "```lua\n(.-)```")
    expect(0, { "manifest", "push", write("again.json", BARE), "--yes" })
    local ran = cli.shell(("PROACTIVE_SANDBOX=%s %s %s"):format(sandbox.url, cli.interpreter, script))
    assert.equal("", ran.stderr)
    assert.matches("permission .* is missing", ran.stdout)
    assert.matches("\namzn1.application%-oa2%-client.sandbox\n$", ran.stdout)
  end)

  it("writes a manifest to standard output, in its order", function()
    local printed = expect(0, { "manifest", "get" })
    assert.matches('^{\n  "manifest": {\n    "manifestVersion": "1.0",', printed)
    assert.is_truthy(json.decode(printed))
    local live = expect(0, { "manifest", "get", "--stage", "live" })
    assert.is_truthy(json.decode(live))
  end)

  it("overwrites no file that is other", function()
    write("skill.json", "mine")
    local words = expect(1, { "manifest", "get", path "skill.json" })
    assert.matches("is there and is other", words)
    assert.equal("mine", read "skill.json")
    expect(0, { "manifest", "get", path "skill.json", "--force" })
    expect(0, { "manifest", "get", path "skill.json" })
  end)

  it("patches in place, byte for byte where nothing was missing", function()
    local file = write("skill.json", BARE)
    local words = expect(0, { "manifest", "patch", file, "--for", "AMAZON.OrderStatus.Updated", "--dry-run" })
    assert.matches("not changed", words)
    assert.equal(BARE, read "skill.json")
    expect(0, { "manifest", "patch", file, "--for", "AMAZON.OrderStatus.Updated", "--endpoint",
      "https://skill.example.com/alexa", "--regions", "NA,EU" })
    local text = read "skill.json"
    local untouched = BARE:find('"1.0"', 1, true) + 4
    assert.equal(BARE:sub(1, untouched), text:sub(1, untouched))
    local events = json.decode(text).manifest.events
    assert.equal("Trusted", events.endpoint.sslCertificateType)
    assert.equal("https://skill.example.com/alexa", events.regions.EU.endpoint.uri)
    words = expect(0, { "manifest", "patch", file, "--for", "AMAZON.OrderStatus.Updated" })
    assert.matches("nothing was missing", words)
    assert.equal(text, read "skill.json")
  end)

  it("answers in JSON", function()
    local file = write("skill.json", BARE)
    local _, ran = expect(1, { "manifest", "check", file, "--for", "AMAZON.OrderStatus.Updated", "--json" })
    local verdict = cli.objects(ran.stdout)[1]
    assert.is_false(verdict.valid)
    assert.equal("$.manifest.permissions[0]", verdict.violations[1].path)
    local words = { "manifest", "patch", file, "--for", "AMAZON.OrderStatus.Updated", "--json" }
    local changes = cli.objects(expect(0, words))
    assert.equal("$.manifest.events", changes[1].path)
    local pushed = cli.objects(expect(0, { "manifest", "push", file, "--yes", "--json" }))[1]
    assert.is_true(pushed.pushed)
    assert.equal("SUCCEEDED", cli.objects(expect(0, { "manifest", "status", "--json" }))[1].state)
    local listed = cli.objects(expect(0, { "skill", "list", "--json" }))
    assert.equal(SKILL, listed[5].skill_id)
    assert.equal("enabled", cli.objects(expect(0, { "skill", "enable", "--json" }))[1].state)
  end)

  it("lists, enables and disables", function()
    assert.matches(SKILL:gsub("%p", "%%%0") .. "\tdevelopment\tSandbox skill\n", (expect(0, { "skill", "list" })))
    assert.equal(SKILL .. " is enabled (development)\n", (expect(0, { "skill", "enable" })))
    assert.equal(SKILL .. " is disabled (development)\n", (expect(0, { "skill", "disable" })))
    assert.matches("not enabled", (expect(1, { "skill", "disable" })))
    expect(2, { "skill", "enable", "--stage", "certified" })
  end)

  it("shows a secret only when it is told to", function()
    local words, ran = expect(2, { "skill", "credentials", "--reveal" })
    assert.matches("only to a terminal", words)
    assert.equal("", ran.stdout)
    assert.equal("sandbox\n", (expect(0, { "skill", "credentials", "--reveal", "--yes" })))
  end)

  it("does not put the sandbox's secrets among the real ones", function()
    local env = { PROACTIVE_CREDENTIALS = false, XDG_CONFIG_HOME = false, HOME = folder }
    local words, ran = expect(0, { "skill", "credentials" }, env)
    assert.equal("amzn1.application-oa2-client.sandbox\n", words)
    assert.matches("not kept", ran.stderr)
    assert.equal("", cli.shell("ls -A " .. folder).stdout)
  end)

  it("sends nothing unless it is confirmed", function()
    local file = write("skill.json", BARE)
    local before = expect(0, { "manifest", "get" })
    assert.matches("confirm with %-%-yes; nothing was sent", (expect(2, { "manifest", "push", file })))
    assert.equal(before, (expect(0, { "manifest", "get" })))
  end)

  it("pushes over nobody's change", function()
    expect(0, { "manifest", "get", path "mine.json" })
    expect(0, { "manifest", "push", write("theirs.json", BARE), "--yes" })
    local theirs = expect(0, { "manifest", "get" })
    write("mine.json", (read("mine.json"):gsub("Sandbox skill", "Mine")))
    local _, ran = expect(1, { "manifest", "push", path "mine.json", "--yes" })
    assert.matches("was changed after .* was got; nothing was sent", said(ran))
    assert.equal(theirs, (expect(0, { "manifest", "get" })))
    local etag = said(ran):match "%-%-if%-match (%x+)"
    expect(0, { "manifest", "push", path "mine.json", "--yes", "--if-match", etag })
    assert.matches("Mine", (expect(0, { "manifest", "get" })))
  end)

  it("does not send one skill's manifest to another", function()
    sandbox:put_skill { client_id = "amzn1.second", skill_id = "amzn1.ask.skill.second" }
    expect(0, { "manifest", "get", path "skill.json" })
    local words = expect(1, { "manifest", "push", path "skill.json", "--yes", "--skill", "amzn1.ask.skill.second" })
    assert.matches("is the manifest of the skill .*; nothing was sent", words)
  end)

  it("tells of bad input in one sentence, and leaves all as it was", function()
    local before = expect(0, { "manifest", "get" })
    local cases = {
      { "x", "is not JSON" },
      { "{\226\128\156manifest\226\128\157: {}}", "typographic quotation marks" },
      { '{"manifest": {"events": {}, "events": {}}}', 'the key "events" stands twice' },
      { '{"interactionModel": {}}', "interaction model" },
    }
    for _, case in ipairs(cases) do
      local file = write("bad.json", case[1])
      local patch = { "patch", "--for", "AMAZON.Occasion.Updated" }
      for _, action in ipairs { { "check" }, { "diff" }, { "push", "--yes" }, patch } do
        local words = { "manifest", action[1], file, action[2], action[3] }
        local _, ran = expect(2, words)
        assert.truthy(said(ran):find(case[2], 1, true), said(ran))
        assert.equal(case[1], read "bad.json")
      end
    end
    assert.equal(before, (expect(0, { "manifest", "get" })))
    assert.matches("No such file", (expect(2, { "manifest", "check", path "none.json" })))
    local _, ran = expect(1, { "manifest", "get", "--skill", "amzn1.ask.skill.none" })
    assert.matches("does not exist", said(ran))
    assert.matches("proactive skill list", said(ran))
    assert.matches("did you mean AMAZON.OrderStatus.Updated",
      (expect(2, { "manifest", "check", write("good.json", BARE), "--for", "AMAZON.OrderStatus.Update" })))
    expect(2, { "manifest", "patch", path "good.json" })
    expect(2, { "manifest", "check", path "good.json", "--endpoint", ARN })
  end)

  it("ends with 1 and the errors when the service says FAILED", function()
    local conflicting = BARE:gsub('"manifestVersion"', '"publishingInformation": {"isAvailableWorldwide": true, '
      .. '"distributionCountries": ["US"]}, "manifestVersion"')
    local file = write("skill.json", conflicting)
    local _, ran = expect(1, { "manifest", "push", file, "--yes" })
    assert.matches("leave the list empty, or say false", said(ran))
    _, ran = expect(1, { "manifest", "push", file, "--yes", "--no-validate" })
    assert.matches("is not expected when boolean instance", said(ran))
    _, ran = expect(1, { "manifest", "status" })
    assert.matches("FAILED", said(ran))
    assert.matches("distributionCountries", said(ran))
  end)

  it("says so when the login was withdrawn, or there is none", function()
    sandbox:withdraw_logins()
    local _, ran = expect(1, { "manifest", "get" })
    assert.matches("Run proactive login", said(ran))
    _, ran = expect(2, { "manifest", "get", "--skill", SKILL }, { PROACTIVE_SANDBOX = false })
    assert.matches("not logged in", said(ran))
    assert.matches("proactive login", said(ran))
    _, ran = expect(2, { "manifest", "get" }, { PROACTIVE_SANDBOX = false })
    assert.matches("which skill", said(ran))
  end)
end)

describe("proactive login", function()
  local sandbox = support.use { users = 0 }
  local folder, log, pid

  before_each(function()
    folder = os.tmpname()
    os.remove(folder)
    log = folder .. "/log"
    cli.shell(("mkdir %s && : >%s"):format(folder, log))
  end)

  after_each(function()
    cli.stop(pid or "")
    cli.shell("rm -rf " .. folder)
  end)

  --- Starts it on a free port; the address it shows.
  local function start()
    local line = "PROACTIVE_LUA=%s PROACTIVE_CREDENTIALS=%s/credentials.json bin/proactive login --sandbox %s --port 0"
    pid = cli.background(line:format(cli.interpreter, folder, sandbox.url), log)
    return cli.wait_for(log, "(http://%S+/ap/oa%S+)")
  end

  local function text()
    local handle = assert(io.open(log, "rb"))
    local found = handle:read "*a"
    handle:close()
    return found
  end

  --- Answers the page, as a browser's form does, and follows where it leads.
  local function answer(url, word)
    local page, query = url:match "^(.-)%?(.*)$"
    local line = "curl -s -L -o %s/page -w '%%{http_code}' --data %s %s"
    return cli.shell(line:format(folder, cli.quote(query .. "&answer=" .. word), cli.quote(page))).stdout
  end

  it("keeps the refresh token, with which skills can be managed", function()
    local url = start()
    assert.equal("200", answer(url, "allow"))
    cli.wait_for(log, "(kept in)")
    local kept = cli.shell(("cat %s/credentials.json; stat -c %%a %s/credentials.json"):format(folder, folder)).stdout
    local token = kept:match '"refresh_token": "(Atzr|[^"]+)"'
    assert.is_truthy(token)
    assert.matches("600\n$", kept)
    assert.falsy(text():find("Atz", 1, true), "a token was printed")
    assert.falsy(text():find(token, 1, true))
    local login = json.decode((kept:gsub("%d+\n$", ""))).smapi
    local smapi = assert(require("proactive").smapi {
      sandbox = sandbox.url, client_id = login.client_id, client_secret = login.client_secret,
      refresh_token = login.refresh_token })
    assert.is_truthy(smapi:skills())
    smapi:close()
  end)

  it("does not replace a real login by the sandbox's", function()
    local line = "env -u PROACTIVE_CREDENTIALS -u XDG_CONFIG_HOME HOME=%s PROACTIVE_LUA=%s bin/proactive login "
      .. "--sandbox %s --port 0"
    pid = cli.background(line:format(folder, cli.interpreter, sandbox.url), log)
    assert.equal("200", answer(cli.wait_for(log, "(http://%S+/ap/oa%S+)"), "allow"))
    cli.wait_for(log, "(not kept)")
    assert.equal("", cli.shell(("ls -A %s | grep -v -e log -e page"):format(folder)).stdout)
  end)

  it("says so when it was not allowed", function()
    local url = start()
    assert.equal("400", answer(url, "deny"))
    assert.matches("Login with Amazon said no: access_denied",
      (cli.wait_for(log, "(said no: %S+)") and text():gsub("%s+", " ")))
    assert.is_nil(io.open(folder .. "/credentials.json"))
  end)

  it("takes no answer that is not its own, and only on the redirect address", function()
    local url = start()
    local back = url:match "redirect_uri=([^&]+)":gsub("%%(%x%x)", function(digits)
      return string.char(tonumber(digits, 16))
    end)
    local root = back:gsub("/cb$", "/favicon.ico")
    assert.equal("404", cli.shell(("curl -s -o /dev/null -w '%%{http_code}' %s"):format(root)).stdout)
    assert.equal("400", cli.shell(("curl -s -o /dev/null -w '%%{http_code}' '%s?code=x&state=y'"):format(back)).stdout)
    cli.wait_for(log, "(its state is another)")
    assert.is_nil(io.open(folder .. "/credentials.json"))
  end)

  --- Runs it on a terminal of its own; what is typed once the question is there, and what was shown.
  local function on_terminal(typed, until_shown)
    local line = "cd %s && env -u PROACTIVE_SANDBOX PROACTIVE_LUA=%s PROACTIVE_CREDENTIALS=%s/c.json "
      .. "script -qefc '%s/bin/proactive login --client-id amzn1.x --port 0; stty -a' shown <keys"
    local root = cli.shell("pwd").stdout:match "[^\n]+"
    local settings = ("export LUA_PATH='%s/lua/?.lua;%s/lua/?/init.lua;;' LUA_CPATH='%s/%s;;'; "):format(
      root, root, root, package.cpath:match "%./(build/[^;]+)")
    assert.equal(0, cli.shell(("cd %s && mkfifo keys && : >shown"):format(folder)).status)
    pid = cli.background(settings .. line:format(folder, cli.interpreter, folder, root), log)
    local keys = assert(io.open(folder .. "/keys", "w"))
    cli.wait_for(folder .. "/shown", "(Client secret)")
    keys:write(typed)
    keys:flush()
    local shown = cli.wait_for(folder .. "/shown", until_shown)
    keys:write "\003"
    keys:close()
    return shown
  end

  it("does not show the secret while it is typed", function()
    local shown = on_terminal("top-secret\n", "^(.*/ap/oa.*)$")
    assert.falsy(shown:find("top-secret", 1, true))
  end)

  it("leaves the terminal as it was when it is interrupted", function()
    -- LuaJIT hears of it when the line ends.
    assert.matches("[^-]echo ", on_terminal("\003\n", "^(.*echok.*)$"))
  end)

  it("asks for a client it does not know", function()
    local env = { PROACTIVE_SANDBOX = false, PROACTIVE_CREDENTIALS = folder .. "/credentials.json" }
    local ran = cli.run({ "login" }, { env = env })
    assert.equal(2, ran.status)
    assert.matches("%-%-client%-id", ran.stderr)
    ran = cli.run({ "login", "--client-id", "amzn1.x" }, { env = env, input = "\n" })
    assert.equal(2, ran.status)
    assert.matches("no client secret", ran.stderr)
  end)
end)
