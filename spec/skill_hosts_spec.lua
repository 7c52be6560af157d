--- One skill.lua on its hosts: `proactive serve`, and nginx with the Lua module.

local certificates = require "spec.support.certificates"
local cli = require "spec.support.cli"
local core = require "proactive.core"
local json = require "proactive.json"
local nginx = require "spec.support.nginx"
local registry = require "proactive.registry"
local skill_events = require "spec.support.skill_events"
local stores = require "spec.support.stores"
local time = require "proactive.time"

local URL = "https://s3.amazonaws.com/echo.api/echo-api-cert-12.pem"

local SKILL = [[
local proactive = require "proactive"
print "a note of the script's"
return {
  application_id = "amzn1.ask.skill.one",
  registry = assert(proactive.registry.open "$store"),
  ca_file = "$folder/root.pem",
  fetch_certificate = function()
    local file = assert(io.open "$folder/chain.pem")
    local pem = file:read "*a"
    file:close()
    return pem
  end,
  on = {
    LaunchRequest = function(request)
      return "You are " .. request.name
    end,
    IntentRequest = function()
      error "the secret is 42"
    end,
  },
}
]]

local made, store_path, app

local function write(path, text)
  local file = assert(io.open(path, "wb"))
  assert(file:write(text))
  assert(file:close())
end

setup(function()
  made = certificates.make()
  write(made.folder .. "/chain.pem", made:pem("good", "middle"))
  app = made.folder .. "/skill.lua"
end)

teardown(function()
  made:remove()
end)

--- A new store, and the app that keeps its subscribers there.
local function new_app()
  store_path = stores.file()
  local values = { store = "sqlite:" .. store_path, folder = made.folder }
  write(app, (SKILL:gsub("%$(%w+)", values)))
end

local serial = 0

--- Arguments of curl for a signed request, and its body in a file.
local function signed(envelope)
  serial = serial + 1
  envelope.request.requestId = "request" .. serial
  envelope.request.timestamp = time.format(math.floor(core.wall()))
  local body, path = json.encode(envelope), made.folder .. "/body" .. serial
  write(path, body)
  local line = "-H 'Content-Type: application/json;charset=UTF-8' -H 'Signature-256: %s' "
    .. "-H 'SignatureCertChainUrl: %s' --data-binary @%s"
  return line:format(made:sign(body), URL, path)
end

local function launch(name)
  local envelope = skill_events.new "x"
  envelope.request.type, envelope.request.name = "LaunchRequest", name
  return signed(envelope)
end

local function curl(url, arguments)
  local line = "curl -sk -w ' %%{http_code}' %s %s"
  return cli.shell(line:format(arguments, cli.quote(url))).stdout
end

--- What holds on every host.
local function it_serves(url_of)
  it("speaks what a function returns", function()
    assert.equal('{"response":{"outputSpeech":{"text":"You are Ana","type":"PlainText"}},"version":"1.0"} 200',
      curl(url_of(), launch "Ana"))
  end)

  it("refuses what is not signed, or signed twice, and other methods", function()
    assert.equal('{"reason":"Signature-256 is missing"} 400', curl(url_of(), "-d '{}'"))
    local twice = launch "Ana"
    twice = twice .. " " .. twice:match "%-H 'Signature%-256[^']*'"
    assert.equal('{"reason":"Signature-256 came more than once"} 400', curl(url_of(), twice))
    local said = curl(url_of(), "-i")
    assert.matches('{"reason":"Alexa sends POST"} 405', said, 1, true)
    assert.matches("[Aa]llow: POST", said)
  end)

  it("shows nothing of what fails", function()
    local envelope = skill_events.new "x"
    envelope.request.type = "IntentRequest"
    local said = curl(url_of(), signed(envelope))
    assert.equal('{"reason":"the function for IntentRequest failed"} 500', said)
  end)

  it("takes a body that is larger than a buffer", function()
    local said = curl(url_of(), launch(("x"):rep(100000)))
    assert.matches("xxx.* 200$", said)
  end)

  it("takes in events that come together", function()
    local lines = {}
    for index = 1, 24 do
      local envelope = skill_events.subscribed({ "AMAZON.OrderStatus.Updated" }, { user = "u" .. index })
      lines[index] = ("curl -sk %s %s &"):format(signed(envelope), cli.quote(url_of()))
    end
    local said = cli.shell(table.concat(lines, "\n") .. "\nwait").stdout
    assert.equal(('{"response":{},"version":"1.0"}'):rep(24), said)
    local store = assert(registry.open("sqlite:" .. store_path))
    assert.equal(24, store:count { event = "AMAZON.OrderStatus.Updated" })
    store:close()
  end)
end

describe("proactive serve", function()
  local url, process, log

  local function start(more)
    new_app()
    log = os.tmpname()
    local line = ("exec bin/proactive serve --app %s --port 0 %s"):format(app, more or "")
    process = cli.background(("PROACTIVE_LUA=%s sh -c %s"):format(cli.interpreter, cli.quote(line)), log)
    url = cli.wait_for(log, "(https?://127%.0%.0%.1:%d+)\n")
  end

  setup(start)

  teardown(function()
    cli.stop(process)
    os.remove(log)
  end)

  it_serves(function() return url end)

  it("tells its log what failed", function()
    assert.matches("IntentRequest: .*the secret is 42", cli.wait_for(log, "(proactive.skill: .*42)"))
  end)

  it("ends when it is interrupted, with what it was given written", function()
    cli.shell("kill -INT " .. process .. "; while kill -0 " .. process .. "; do sleep 0.05; done")
    assert.matches(" 000$", curl(url, "-d x"))
  end)
end)

describe("proactive serve, over https", function()
  it("uses the certificate it is given", function()
    new_app()
    local path = made.folder
    local line = "exec bin/proactive serve --app %s --port 0 --tls-cert %s/good.pem --tls-key %s/leaf.key"
    local log = os.tmpname()
    local process = cli.background(
      ("PROACTIVE_LUA=%s sh -c %s"):format(cli.interpreter, cli.quote(line:format(app, path, path))),
      log
    )
    finally(function()
      cli.stop(process)
      os.remove(log)
    end)
    local url = cli.wait_for(log, "(https://127%.0%.0%.1:%d+)\n")
    assert.matches("You are Ana.* 200$", curl(url, launch "Ana"))
  end)
end)

describe("proactive serve refuses", function()
  local function refusal(text, words, status)
    local path = made.folder .. "/other.lua"
    if text then write(path, text) end
    local list = { "serve", "--app", path }
    for _, word in ipairs(words or {}) do
      list[#list + 1] = word
    end
    local said = cli.run(list)
    assert.equal(status or 2, said.status)
    return (said.stderr:gsub(made.folder .. "/", ""))
  end

  it("a script that gives no skill", function()
    assert.equal("proactive serve: other.lua:2: unexpected symbol near '='\n", refusal "local x\n= = 1")
    assert.equal("proactive serve: other.lua:1: no\n", refusal "error 'no'")
    assert.equal("proactive serve: other.lua: must return the options of proactive.skill, a table "
      .. "with application_id; it returned a nil\n", refusal "local x = 1")
    assert.equal("proactive serve: other.lua: proactive.skill: option application_id is required\n",
      refusal "return {}")
    assert.equal("proactive serve: other.lua: proactive.skill: option sandbox must be an http address of "
      .. "this machine, as http://127.0.0.1:4380\n",
      refusal("return { application_id = 'a' }", { "--sandbox", "http://example.com" }))
  end)

  it("a certificate without its key, and files that are not there", function()
    assert.matches("belong together", refusal("return {}", { "--tls-key", "x" }))
    assert.matches("nowhere: No such file",
      refusal("return { application_id = 'a' }", { "--tls-key", "/nowhere", "--tls-cert", "/nowhere" }))
    local said = cli.run { "serve", "--app", "/nowhere.lua" }
    assert.equal(2, said.status)
    assert.equal("proactive serve: /nowhere.lua: No such file or directory\n", said.stderr)
  end)
end)

describe("OpenResty", function()
  local server

  setup(function()
    new_app()
    local root = cli.shell("pwd").stdout:match "[^\n]+"
    local rules = [[client_body_buffer_size 4k; location / { content_by_lua_block {
      skill = skill or assert(require("proactive").skill(dofile "$app"))
      require("proactive.openresty").skill(skill)
    } }]]
    rules = rules:gsub("%$app", app)
    server = nginx.start({ skill = { http2 = false, rules = rules } }, {
      path = ("%s/lua/?.lua;%s/lua/?/init.lua;"):format(root, root),
      cpath = root .. "/build/jit/?.so;",
    })
  end)

  teardown(function()
    server:stop()
  end)

  it_serves(function() return server:url "skill" end)
end)
