--- `proactive subscribers` and `proactive send --subscribers` as their users meet them.

local cli = require "spec.support.cli"
local events = require "spec.support.skill_events"
local json = require "proactive.json"
local sandbox = require "proactive.sandbox"
local stores = require "spec.support.stores"

setup(stores.start)
teardown(stores.stop)

local EVENT = "AMAZON.OrderStatus.Updated"

--- `proactive subscribers` with its store in the environment, where a password may stand.
local function run(url, words, input)
  table.insert(words, 1, "subscribers")
  return cli.run(words, { input = input, env = { PROACTIVE_STORE = url, PGPASSWORD = false } })
end

local function lines(list)
  local written = {}
  for index, envelope in ipairs(list) do
    written[index] = assert(json.encode(envelope)) .. "\n"
  end
  return table.concat(written)
end

local function some_events()
  return lines {
    events.subscribed({ EVENT }, { user = "amzn1.ask.account.ONE", region = "EU", locale = "de-DE" }),
    events.subscribed({ EVENT, "AMAZON.Other" }, { user = "amzn1.ask.account.TWO" }),
    events.subscribed({}, { user = "amzn1.ask.account.THREE" }),
  }
end

for kind, address in pairs(stores.kinds) do
  describe("proactive subscribers on " .. kind, function()
    it("takes in requests and tells of them", function()
      local url = address()
      local ran = run(url, { "apply", "-" }, some_events())
      assert.equal("", ran.stderr)
      assert.equal("3 changed something, 0 changed nothing, 0 refused, 0 not JSON\n", ran.stdout)
      assert.equal(0, ran.status)
      assert.equal("3\n", run(url, { "count" }).stdout)
      assert.equal("2\n", run(url, { "count", "--event", EVENT }).stdout)
      assert.equal('{"count":1}\n', run(url, { "count", "--region", "eu", "--json" }).stdout)
      local listed = run(url, { "list", "--event", EVENT, "--locale", "de-DE" })
      assert.equal("amzn1.ask.account.ONE\tEU\n", listed.stdout)
      assert.equal("NA", cli.objects(run(url, { "list", "--json", "--event", "AMAZON.Other" }).stdout)[1].region)
      local got = run(url, { "get", "amzn1.ask.account.TWO" })
      assert.matches("subscriptions +AMAZON.Order", got.stdout)
      assert.equal(0, got.status)
      got = cli.objects(run(url, { "get", "amzn1.ask.account.TWO", "--json" }).stdout)[1]
      assert.equal(EVENT, got.subscriptions[1])
    end)

    it("forgets, and moves to another store", function()
      local url, other = address(), address()
      run(url, { "apply", "-" }, some_events())
      local ran = run(url, { "forget", "amzn1.ask.account.ONE", "stranger" })
      assert.equal(0, ran.status)
      assert.matches("^erased: amzn1.ask.account.ONE\nnothing was known of stranger", ran.stdout)
      ran = run(url, { "get", "amzn1.ask.account.ONE" })
      assert.equal(1, ran.status)
      assert.matches("nothing is known", ran.stderr)
      local exported = run(url, { "export" })
      assert.equal(0, exported.status)
      ran = run(other, { "import" }, exported.stdout)
      assert.equal("4 customers imported\n", ran.stdout)
      assert.equal(exported.stdout, run(other, { "export" }).stdout)
    end)
  end)
end

describe("proactive subscribers", function()
  it("takes a request over several lines, and says which of many is wrong", function()
    local url = stores.kinds.SQLite()
    local one = assert(json.encode(events.subscribed { EVENT }, { pretty = true }))
    assert.equal(0, run(url, { "apply", "-" }, one).status)
    local bad = lines { events.new("SkillEnabled", { user = "u" }), { request = { type = "LaunchRequest" } },
      events.new("SkillEnabled", { at = "soon" }) }
    local ran = run(url, { "apply", "-" }, bad)
    assert.equal(1, ran.status)
    assert.matches("standard input:3", ran.stderr, 1, true)
    assert.matches("1 changed something, 1 changed nothing, 1 refused", ran.stdout)
    ran = run(url, { "apply", "-" }, "no json\n" .. bad)
    assert.equal(2, ran.status)
    assert.matches("standard input:1: ", ran.stderr, 1, true)
    assert.matches("0 changed something, 2 changed nothing, 1 refused, 1 not JSON", ran.stdout)
    local objects = cli.objects(run(url, { "apply", "-", "--json" }, bad).stdout)
    assert.same({}, { objects[1].changed[1] })
    assert.equal("invalid", objects[3].error.kind)
    ran = run(url, { "apply", "/nonexistent/events" })
    assert.equal(2, ran.status)
  end)

  it("makes a store only where it is given something to keep", function()
    local path = stores.file()
    local ran = run("sqlite:" .. path, { "count" })
    assert.equal(2, ran.status)
    assert.matches("no such file", ran.stderr)
    assert.is_nil(io.open(path))
    ran = run("", { "count", "--store", "sqlite:" .. path })
    assert.equal(2, ran.status)
  end)

  it("takes no password from the command line, and shows none", function()
    for _, url in ipairs { "postgresql://u:geheim@127.0.0.1:1/d", "postgresql://h/d?password=geheim" } do
      local ran = run("", { "count", "--store", url })
      assert.equal(2, ran.status)
      assert.matches("takes no password", ran.stderr)
      assert.is_nil(ran.stderr:find("geheim", 1, true))
    end
    local ran = run("postgresql://u:geheim@127.0.0.1:1/d", { "count" })
    assert.equal(2, ran.status)
    assert.is_nil(ran.stderr:find("geheim", 1, true))
  end)

  it("is wrongly used without an action, and with a line it cannot import", function()
    assert.equal(2, run("", {}).status)
    assert.equal(2, run("", { "cuont" }).status)
    local ran = run(stores.kinds.SQLite(), { "import" }, '{"usr":"u"}\n')
    assert.equal(1, ran.status)
    assert.matches("did you mean user", ran.stderr, 1, true)
  end)
end)

describe("proactive send --subscribers", function()
  local SCRIPT = "examples/events/order_status.lua"

  it("sends to those who subscribed to the event, each in their region", function()
    local world = assert(sandbox.start { users = 0 })
    finally(function() world:stop() end)
    local url = stores.kinds.SQLite()
    run(url, { "apply", "-" }, some_events())
    local words = { "send", SCRIPT, "--subscribers", "--sandbox", world.url, "--json" }
    local ran = cli.run(words, { env = { PROACTIVE_STORE = url } })
    local found = {}
    for _, object in ipairs(cli.objects(ran.stdout)) do
      found[object.user] = object.region
    end
    assert.same({ ["amzn1.ask.account.ONE"] = "EU", ["amzn1.ask.account.TWO"] = "NA" }, found)
  end)

  it("shows what it would send, and excludes other targets", function()
    local url = stores.kinds.SQLite()
    run(url, { "apply", "-" }, some_events())
    local ran = cli.run { "send", SCRIPT, "--subscribers", "--store", url, "--dry-run", "--region", "EU" }
    assert.equal(0, ran.status, ran.stderr)
    assert.matches("api.eu.amazonalexa.com", ran.stdout, 1, true)
    assert.matches("amzn1.ask.account.ONE", ran.stdout, 1, true)
    assert.is_nil(ran.stdout:find("TWO", 1, true))
    ran = cli.run { "send", SCRIPT, "--subscribers", "--all", "--store", url }
    assert.equal(2, ran.status)
    assert.matches("exclude each other", ran.stderr)
  end)
end)
