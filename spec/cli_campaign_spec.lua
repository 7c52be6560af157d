--- `proactive campaign` as its users meet it.

local cli = require "spec.support.cli"
local events = require "spec.support.skill_events"
local json = require "proactive.json"
local registry = require "proactive.registry"
local sandbox_of = require "proactive.sandbox"
local stores = require "spec.support.stores"

setup(stores.start)
teardown(stores.stop)

local EVENT = "AMAZON.OrderStatus.Updated"
local FILE = "examples/events/order_status.lua"

local function list_of(first, last)
  local lines = {}
  for number = first, last do
    lines[#lines + 1] = sandbox_of.user_id(number) .. "\tNA\n"
  end
  return table.concat(lines)
end

for kind, address in pairs(stores.kinds) do
  describe("proactive campaign on " .. kind, function()
    local sandbox = require("spec.support.sandbox").use { users = 30 }
    local url

    before_each(function()
      url = address()
    end)

    local function run(words, input)
      table.insert(words, 1, "campaign")
      return cli.run(words, { input = input, env = { PROACTIVE_STORE = url, PGPASSWORD = false } })
    end

    local function create(...)
      local ran = run({ "create", "parcels", FILE, "--to-file", "-", ... }, list_of(1, 32))
      assert.equal("", ran.stderr)
      assert.equal(0, ran.status)
      return ran
    end

    it("is created, run and reported", function()
      local ran = create("--canary", "10%", "--stop-on", "50%", "--stop-on", "throttled=5%")
      assert.equal("parcels: 32 recipients, nothing sent yet; next: proactive campaign run parcels\n", ran.stdout)
      ran = run { "run", "parcels", "--sandbox", sandbox.url }
      assert.equal(1, ran.status) -- two are no customers
      assert.matches("100 %  30 accepted  not_enabled 2", ran.stderr, 1, true)
      ran = run { "status", "parcels" }
      assert.equal(
        "parcels: done\n  AMAZON.OrderStatus.Updated to sandbox, development\n"
          .. "  32 recipients: 30 accepted, 2 failed (2 not_enabled), 0 erased, 0 left\n",
        ran.stdout
      )
      local status = cli.objects(run({ "status", "--json" }).stdout)[1]
      assert.equal(2, status.by_kind.not_enabled)
      assert.equal("done", status.state)
      ran = run { "report", "parcels" }
      assert.matches("accepted +30\nnot_enabled +2\nerased +0\nleft +0\n", ran.stdout)
      local outcomes = cli.objects(run({ "report", "parcels", "--json" }).stdout)
      assert.equal(32, #outcomes)
      local lines = {}
      for line in run({ "report", "parcels", "--csv" }).stdout:gmatch "[^\n]*\n" do
        lines[#lines + 1] = line
      end
      assert.equal(33, #lines)
      assert.matches("^user,customer,region,outcome,at,", lines[1])
      assert.matches("^amzn1.ask.account.%w+,%x+,NA,[%l_]+,[%d.]+,.*\r\n$", lines[2])
      assert.equal(0, run({ "remove", "parcels" }).status)
      assert.equal("", run({ "status" }).stdout)
    end)

    it("is paused, resumed and cancelled", function()
      create()
      assert.matches("parcels is paused", run({ "pause", "parcels" }).stdout)
      local ran = run { "run", "parcels", "--sandbox", sandbox.url }
      assert.equal(1, ran.status)
      assert.matches("'parcels' is paused: it cannot be run", ran.stderr, 1, true)
      assert.matches("campaign resume lets it go on", ran.stderr, 1, true)
      assert.matches("ready", run({ "resume", "parcels" }).stdout)
      assert.matches("cancelled", run({ "cancel", "parcels" }).stdout)
      ran = run { "cancel", "stranger" }
      assert.equal(1, ran.status)
      assert.matches("there is no campaign 'stranger'", ran.stderr, 1, true)
    end)

    it("is interrupted, and goes on", function()
      create("--rate", "20")
      local log = os.tmpname()
      local words = { "run", "parcels", "--quiet", "--sandbox", sandbox.url }
      local line = "env PROACTIVE_LUA=%s PROACTIVE_STORE=%s bin/proactive campaign %s"
      local pid = cli.background(line:format(cli.interpreter, cli.quote(url), table.concat(words, " ")), log)
      cli.wait_for(log, "sending to the sandbox")
      for _ = 1, 400 do
        if #assert(sandbox:counts()) > 0 then break end
        cli.shell "sleep 0.05"
      end
      cli.shell("kill -INT " .. pid)
      assert.matches("interrupted; proactive campaign run goes on", cli.wait_for(log, "parcels: ([^\n]+)\n"))
      os.remove(log)
      assert.equal("running", cli.objects(run({ "status", "--json" }).stdout)[1].state)
      run { "run", "parcels", "--sandbox", sandbox.url }
      local seen = {}
      for _, entry in ipairs(sandbox:counts()) do
        assert.is_nil(seen[entry.user])
        seen[entry.user] = true
        assert.equal(1, entry.accepted)
      end
    end)

    it("is for the subscribers of the store", function()
      local store = assert(registry.open(url))
      for number = 1, 3 do
        assert(store:apply(events.subscribed({ EVENT }, { user = sandbox_of.user_id(number) })))
      end
      assert(store:apply(events.subscribed({}, { user = sandbox_of.user_id(4) })))
      store:close()
      local ran = run { "create", "parcels", FILE, "--subscribers", "--json" }
      assert.equal(3, cli.objects(ran.stdout)[1].recipients)
      ran = run { "run", "parcels", "--sandbox", sandbox.url, "--json", "--quiet" }
      assert.equal(3, cli.objects(ran.stdout)[1].accepted)
      assert.equal(0, ran.status)
    end)

    it("asks before it is sent live", function()
      create("--stage", "live")
      local ran = run { "run", "parcels", "--sandbox", sandbox.url }
      assert.equal(2, ran.status)
      assert.matches("this sends to 32 live customers: confirm with --yes; nothing was sent", ran.stderr, 1, true)
      assert.equal(0, #sandbox:counts())
      ran = run { "run", "parcels", "--sandbox", sandbox.url, "--yes" }
      assert.matches("30 accepted", ran.stderr)
    end)
  end)
end

describe("proactive campaign", function()
  local function refused(status, text, ...)
    local ran = cli.run({ "campaign", ... }, { env = { PROACTIVE_STORE = "sqlite:" .. stores.file() } })
    assert.equal(status, ran.status, ran.stderr)
    assert.matches(text, ran.stderr, 1, true)
  end

  it("says what is wrong with its words", function()
    refused(2, "whom to? either --to-file F or --subscribers", "create", "x", FILE)
    refused(2, "a share as 5% expected, got 'many'", "create", "x", FILE, "--stop-on", "many")
    refused(2, "'nope' is no kind of failure", "create", "x", FILE, "--stop-on", "nope=5%")
    refused(2, "a time as 2026-01-15T18:00:00Z expected, got 'soon'", "create", "x", FILE, "--deadline", "soon")
    refused(2, "a number above 0 expected, got '0'", "create", "x", FILE, "--rate", "0")
    refused(2, "a share as 1% or a number of recipients expected", "create", "x", FILE, "--canary", "few")
    refused(2, "no such file", "status")
    local list = cli.file(".txt", "amzn1.ask.account.A\n")
    refused(1, "has letters, digits", "create", "a b", FILE, "--to-file", list)
    os.remove(list)
  end)

  it("takes no list with a line that names nobody", function()
    local list = cli.file(".txt", "amzn1.ask.account.A\nnot a user\n")
    refused(2, "expected ID or ID<TAB>REGION", "create", "x", FILE, "--to-file", list)
    os.remove(list)
  end)

  it("takes the event of a .json body", function()
    local proactive = require "proactive"
    local event = dofile(FILE)
    local body = assert(proactive.request(event.event or event, proactive.audience.multicast()))
    local file = cli.file(".json", assert(json.encode(body)))
    local env = { PROACTIVE_STORE = "sqlite:" .. stores.file() }
    local words = { "campaign", "create", "x", file, "--to-file", "-" }
    local ran = cli.run(words, { env = env, input = "amzn1.ask.account.A\n" })
    assert.matches("x: 1 recipients", ran.stdout)
    os.remove(file)
  end)
end)
