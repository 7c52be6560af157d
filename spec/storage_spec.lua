--- What databases do to those who use them: missing, locked, shared, restarted.

local cli = require "spec.support.cli"
local events = require "spec.support.skill_events"
local registry = require "proactive.registry"
local stores = require "spec.support.stores"
local url_of = require "proactive.storage.url"

setup(stores.start)
teardown(stores.stop)

local function refusal(url, opts)
  local store, err = registry.open(url, opts)
  assert.is_nil(store)
  assert.equal("storage", err.kind)
  assert.truthy(err.fix)
  return err
end

describe("the address of a database", function()
  it("names a file, or a server with all that libpq takes", function()
    assert.equal("a b.db", url_of.parse("sqlite:a b.db").file)
    local parsed = assert(url_of.parse "postgresql://us%40er:p%3Aw@[::1]:5433/db?sslmode=require")
    assert.same(
      { user = "us@er", password = "p:w", host = "::1", port = "5433", dbname = "db", sslmode = "require" },
      parsed.settings
    )
    assert.same({ dbname = "db" }, url_of.parse("postgresql:///db").settings)
    assert.same({ dbname = "db", host = "/run" }, url_of.parse("postgres:///db?host=/run").settings)
    assert.equal("geheim", url_of.parse("postgresql://h/db?password=geheim").password)
  end)

  it("is refused without a word of its password when it cannot be read", function()
    for _, url in ipairs {
      "mysql://u:geheim@h/d", "proactive.db", "sqlite:", "", "postgresql://u:geheim@h:port/d",
      "postgresql://u:geheim@h", "postgresql://u:geheim@h/d?x", "postgresql://u:geheim@h/d\0",
    } do
      local err = refusal(url)
      assert.is_nil(tostring(err):find("geheim", 1, true), url)
      assert.is_false(err.retryable)
    end
  end)
end)

-- Writes, for a while, a file as SQLite makes it.
local WRITER = [[
local sqlite = require "proactive.storage.sqlite"
local made = assert(require("proactive.storage.connection").open(sqlite, { arg[1] }))
assert(made:execute "CREATE TABLE t (c)")
assert(made:execute "BEGIN IMMEDIATE")
io.stdout:setvbuf("no")
print "writing"
os.execute "sleep 0.5"
print "done"
assert(made:execute "COMMIT")
]]

describe("SQLite", function()
  it("keeps the commit on the disk unless told otherwise, in a journal that lets others read", function()
    local url = stores.kinds.SQLite()
    for wanted, opts in pairs { ["2"] = {}, ["1"] = { synchronous = "NORMAL" } } do
      local store = assert(registry.open(url, opts))
      assert(store.db:read(function(session)
        assert.equal(wanted, ("%d"):format(session:query("PRAGMA synchronous")[1][1]))
        assert.equal("wal", session:query("PRAGMA journal_mode")[1][1])
        return true
      end))
      store:close()
    end
  end)

  it("names a file that cannot be opened, or is something else", function()
    local path = stores.file()
    assert.matches("/nonexistent/x.db", refusal("sqlite:/nonexistent/x.db").message, 1, true)
    assert.matches("no such file", refusal("sqlite:" .. path, { create = false }).message)
    local handle = assert(io.open(path, "w"))
    handle:write(("not a database "):rep(100))
    handle:close()
    assert.matches("not a database", refusal("sqlite:" .. path).cause)
  end)

  it("lets go of the file when it is closed", function()
    local path = stores.file()
    local store = assert(registry.open("sqlite:" .. path))
    assert(store:apply(events.new "SkillEnabled"))
    assert(io.open(path .. "-wal")):close()
    store:close()
    assert.is_nil(io.open(path .. "-wal")) -- the last connection takes it away
  end)

  it("waits for another, and says so when that takes too long", function()
    local url = stores.kinds.SQLite()
    local store = assert(registry.open(url, { busy_timeout = 0.05 }))
    local other = assert(registry.open(url))
    local done, err
    assert(other.db:transaction(function()
      done, err = store:apply(events.new "SkillEnabled")
      assert.equal(0, store:count()) -- reading goes on
    end))
    assert.is_nil(done)
    assert.equal("storage", err.kind)
    assert.is_true(err.retryable)
    assert.matches("locked", err.cause)
    assert.matches("Another process", err.fix)
    assert.is_true(store:apply(events.new "SkillEnabled"))
    store:close()
    other:close()
  end)

  it("waits for one that writes a new file, whose mode is to be changed", function()
    local path, said = stores.file(), stores.file()
    local script = cli.file(".lua", WRITER)
    cli.background(("%s %s %s"):format(cli.interpreter, script, path), said)
    cli.wait_for(said, "writing")
    local store = assert(registry.open("sqlite:" .. path))
    assert.equal("writing\ndone\n", cli.slurp(said))
    store:close()
  end)

  it("waits long by itself: one that writes without a pause keeps the others out", function()
    local store = assert(registry.open(stores.kinds.SQLite()))
    local rows = assert(store.db:read(function(session)
      return session:query "PRAGMA busy_timeout"
    end))
    assert.equal(30000, rows[1][1])
    store:close()
  end)

  it("says when the disk is full, and loses nothing of before", function()
    local store = assert(registry.open(stores.kinds.SQLite()))
    assert(store:apply(events.new("SkillEnabled", { user = "before" })))
    assert(store.db:read(function(session)
      return session:query(("PRAGMA max_page_count = %d"):format(session:query("PRAGMA page_count")[1][1]))
    end))
    local batch = {}
    for index = 1, 500 do
      batch[index] = events.new("SkillEnabled", { user = ("u"):rep(200) .. index })
    end
    local done, err = store:apply_many(batch)
    assert.is_nil(done)
    assert.equal("storage", err.kind)
    assert.matches("full", err.cause)
    assert.matches("Free some space", err.fix)
    assert.equal(1, store:count())
    store:close()
  end)
end)

-- Each process applies its own customers and the common ones, each event in a transaction.
local WORKER = [[
local registry = require "proactive.registry"
local events = require "spec.support.skill_events"
local store = assert(registry.open(arg[1]))
for index = 1, 60 do
  assert(store:apply(events.subscribed({ "A" }, { user = arg[2] .. index })))
  assert(store:apply(events.subscribed({ arg[2] }, { user = "common", id = arg[2] .. index })))
end
store:close()
]]

for kind, address in pairs(stores.kinds) do
  describe(kind .. " between processes", function()
    it("loses no event of either, from the first table on", function()
      local url, script = address(), stores.file()
      local handle = assert(io.open(script, "w"))
      handle:write(WORKER)
      handle:close()
      local line = ("%s %s %s"):format(cli.interpreter, script, cli.quote(url))
      local ran = cli.shell(("%s a & one=$!; %s b && wait $one"):format(line, line))
      assert.equal(0, ran.status, ran.stderr)
      assert.equal("", ran.stderr)
      local store = assert(registry.open(url))
      assert.equal(121, store:count())
      assert.same({ "b" }, { store:get("common").subscriptions[1] })
      store:close()
    end)
  end)
end

describe("PostgreSQL", function()
  it("says what to check when server, database or user is missing", function()
    local server = stores.server()
    local url = server:url("missing"):gsub("postgres@", "postgres:geheim@")
    local missing = refusal(url)
    assert.matches("the PostgreSQL database missing at 127.0.0.1", missing.message, 1, true)
    assert.is_nil(tostring(missing):find("geheim", 1, true))
    assert.matches("PGPASSWORD", missing.fix)
    assert.matches("127.0.0.1:1", refusal("postgresql://u:geheim@127.0.0.1:1/x").message, 1, true)
  end)

  it("is connected anew after a restart, and says so while it is gone", function()
    local server, url = stores.server(), stores.kinds.PostgreSQL()
    local store = assert(registry.open(url))
    assert(store:apply(events.subscribed({ "A" }, { user = "before" })))
    server:restart()
    assert.equal(1, store:count { event = "A" })
    server:restart()
    assert(store:apply(events.subscribed({ "A" }, { user = "after" })))
    server:halt()
    local done, err = store:apply(events.subscribed({ "A" }, { user = "late" }))
    assert.is_nil(done)
    assert.equal("storage", err.kind)
    assert.is_true(err.retryable)
    server:resume()
    assert(store:apply(events.subscribed({ "A" }, { user = "late" })))
    assert.equal(3, store:count { event = "A" })
    store:close()
  end)

  it("goes on with a transaction that a restart broke, from its beginning", function()
    local server = stores.server()
    local store, runs = assert(registry.open(stores.kinds.PostgreSQL())), 0
    local function insert(session, name)
      session:execute("INSERT INTO proactive_meta (name, value) VALUES (?, ?)", name, name)
    end
    assert(store.db:transaction(function(session)
      runs = runs + 1
      insert(session, "first")
      if runs == 1 then server:restart() end
      insert(session, "second")
    end))
    assert.equal(2, runs)
    assert.same({ { "first" }, { "second" } }, store.db:read(function(session)
      return session:query "SELECT name FROM proactive_meta WHERE name IN ('first', 'second') ORDER BY name"
    end))
    store:close()
  end)

  it("raises in the middle of `each` what would else look like its end", function()
    local server, store = stores.server(), assert(registry.open(stores.kinds.PostgreSQL()))
    local batch = {}
    for index = 1, 1500 do
      batch[index] = events.new("SkillEnabled", { user = "u" .. index })
    end
    assert(store:apply_many(batch))
    local next_one = store:each()
    next_one()
    server:halt()
    local raised, err = pcall(function()
      for _ = 1, 1500 do
        next_one()
      end
    end)
    server:resume()
    assert.is_false(raised)
    assert.equal("storage", err.kind)
    store:close()
  end)
end)

describe("LuaDBI", function()
  it("is asked for by name when it is missing", function()
    local program = [[package.preload.DBI = function() error "absent" end
      print((require("proactive.registry").open("sqlite:/nonexistent"))) print(select(2,
      require("proactive.registry").open("postgresql://h/d")))]]
    local ran = cli.shell(("%s -e %s"):format(cli.interpreter, cli.quote(program)))
    assert.matches("install lua-dbi-postgresql (Debian) or the rock luadbi-postgresql", ran.stdout, 1, true)
    assert.matches("^nil\n", ran.stdout)
  end)
end)
