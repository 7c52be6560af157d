--- The registry, with the same cases on SQLite and PostgreSQL.

local audience = require "proactive.audience"
local events = require "spec.support.skill_events"
local json = require "proactive.json"
local registry = require "proactive.registry"
local storage = require "proactive.storage"
local stores = require "spec.support.stores"

setup(stores.start)
teardown(stores.stop)

local function collect(iterator)
  local list = {}
  for value in iterator do
    list[#list + 1] = value
  end
  return list
end

local function users(store, filter)
  local list = {}
  for customer in store:each(filter) do
    list[#list + 1] = customer.user
  end
  table.sort(list)
  return table.concat(list, " ")
end

--- An iterator over a list, as `import` takes it.
local function each(list)
  local place = 0
  return function()
    place = place + 1
    return list[place]
  end
end

for kind, address in pairs(stores.kinds) do
  describe("a registry on " .. kind, function()
    local url, store

    before_each(function()
      url = address()
      store = assert(registry.open(url))
    end)

    after_each(function()
      store:close()
    end)

    local function apply(...)
      return assert(store:apply_many { ... })
    end

    it("tells what changed, and keeps it", function()
      local done, change = store:apply(events.new("SkillEnabled", { user = "u", locale = "de-DE", region = "EU" }))
      assert.is_true(done)
      assert.same({ "enabled", "locale", "region" }, change.changed)
      assert.equal("u", change.user)
      assert.equal("AlexaSkillEvent.SkillEnabled", change.type)
      assert.is_false(change.erased)
      apply(events.subscribed({ "B", "A" }, { user = "u", region = "EU" }))
      apply(events.new("SkillAccountLinked", { user = "u", region = "EU", body = { accessToken = "geheim" } }))
      local body = { acceptedPermissions = { { scope = "alexa::devices:all:notifications:write" } } }
      apply(events.new("SkillPermissionAccepted", { user = "u", region = "EU", body = body }))
      store:close()
      store = assert(registry.open(url))
      local known = assert(store:get "u")
      assert.same({ "A", "B" }, { known.subscriptions[1], known.subscriptions[2] })
      assert.equal("alexa::devices:all:notifications:write", known.permissions[1])
      assert.is_true(known.enabled)
      assert.is_true(known.account_linked)
      assert.equal("EU", known.region)
      assert.equal("de-DE", known.locale)
      assert.is_nil(table.concat(collect(store:export())):find("geheim", 1, true))
    end)

    it("changes nothing for an event that is late or repeated, nor for another request", function()
      apply(events.subscribed({ "A" }, { at = "2026-01-15T10:00:05Z" }))
      for _, envelope in ipairs {
        events.subscribed({ "A" }, { at = "2026-01-15T10:00:05Z" }),
        events.subscribed({ "B" }, { at = "2026-01-15T10:00:04Z" }),
        { request = { type = "IntentRequest" } },
      } do
        local done, change = store:apply(envelope)
        assert.is_true(done)
        assert.same({}, change.changed)
      end
      assert.equal(1, store:count { event = "A" })
      assert.equal(0, store:count { event = "B" })
    end)

    it("gives those who are enabled and subscribed, by event, region and locale", function()
      apply(
        events.subscribed({ "AMAZON.A", "AMAZON.B" }, { user = "both", region = "EU", locale = "de-DE" }),
        events.subscribed({ "AMAZON.A" }, { user = "one", locale = "en-US" }),
        events.subscribed({}, { user = "none" }),
        events.new("SkillEnabled", { user = "silent" }),
        events.subscribed({ "AMAZON.A" }, { user = "off" }),
        events.new("SkillDisabled", { user = "off" })
      )
      assert.equal("both none one silent", users(store))
      assert.equal("both one", users(store, { event = "AMAZON.A" }))
      assert.equal("both", users(store, { event = "AMAZON.B" }))
      assert.equal("", users(store, { event = "AMAZON" }))
      assert.equal("", users(store, { event = "amazon.a" }))
      assert.equal("", users(store, { event = "%" }))
      assert.equal("both", users(store, { event = "AMAZON.A", region = "EU" }))
      assert.equal("one", users(store, { event = "AMAZON.A", locale = "en-US" }))
      assert.equal(4, store:count())
      assert.equal(2, store:count { event = "AMAZON.A" })
      assert.same(
        { { user = "both", region = "EU", locale = "de-DE" } },
        collect(store:each { region = "EU" })
      )
      local stream = audience.subscribers(store, { event = "AMAZON.B" })
      assert.equal("both", stream.registry:each(stream.filter)().user)
    end)

    it("gives every customer once over many pages, while others come and go", function()
      local batch = {}
      for index = 1, 2500 do
        batch[index] = events.subscribed({ "A" }, { user = "u" .. index })
      end
      assert(store:apply_many(batch))
      local seen, count = {}, 0
      for customer in store:each { event = "A" } do
        assert.is_nil(seen[customer.user])
        seen[customer.user], count = true, count + 1
        if count == 10 then apply(events.new("SkillDisabled", { user = customer.user })) end
      end
      assert.equal(2500, count)
      assert.equal(2499, store:count { event = "A" })
    end)

    it("erases the customer and leaves a tombstone without the id", function()
      apply(events.subscribed({ "A" }, { user = "the user", locale = "en-US" }))
      local done, change = store:apply(events.erased { user = "the user", at = "2026-01-15T10:00:05Z" })
      assert.is_true(done and change.erased)
      assert.is_nil(store:get "the user")
      assert.equal(0, store:count())
      local lines = collect(store:export())
      assert.equal(2, #lines)
      assert.is_nil(lines[2]:find("the user", 1, true))
      apply(events.new("SkillEnabled", { user = "the user", at = "2026-01-15T10:00:04Z" }))
      assert.is_nil(store:get "the user")
      apply(events.new("SkillEnabled", { user = "the user", at = "2026-01-15T10:00:06Z" }))
      assert.is_true(store:get("the user").enabled)
      assert.same({}, { store:get("the user").subscriptions[1] })
    end)

    it("forgets on request, whatever the events' times are", function()
      apply(events.subscribed({ "A" }, { user = "u", at = "2199-01-01T00:00:00Z" }))
      local done, known = store:forget "u"
      assert.is_true(done and known)
      assert.is_nil(store:get "u")
      apply(events.subscribed({ "A" }, { user = "u", at = "2198-01-01T00:00:00Z" }))
      assert.is_nil(store:get "u")
      done, known = store:forget "never seen"
      assert.is_true(done)
      assert.is_false(known)
      apply(events.new("SkillEnabled", { user = "never seen" }))
      assert.is_nil(store:get "never seen")
    end)

    it("takes all requests of a list or none", function()
      local wrong = events.new("SkillEnabled", { user = "b", at = "yesterday" })
      local done, err = store:apply_many { events.new("SkillEnabled", { user = "a" }), wrong }
      assert.is_nil(done)
      assert.equal("invalid", err.kind)
      assert.equal("[2].request.timestamp", err.violations[1].path)
      local other = events.new("SkillEnabled", { user = "b", skill = "amzn1.ask.skill.two" })
      done, err = store:apply_many { events.new("SkillEnabled", { user = "a" }), other }
      assert.is_nil(done)
      assert.matches("amzn1.ask.skill.two", err.message, 1, true)
      assert.is_nil(store:get "a")
      assert.same({}, select(2, store:apply_many {}))
    end)

    it("is of one skill: that of the first event, or the one it was opened for", function()
      apply(events.new "SkillEnabled")
      store:close()
      store = assert(registry.open(url))
      local done, err = store:apply(events.new("SkillEnabled", { skill = "amzn1.ask.skill.two" }))
      assert.is_nil(done)
      assert.equal("invalid", err.kind)
      done, err = registry.open(url, { application_id = "amzn1.ask.skill.two" })
      assert.is_nil(done)
      assert.equal("invalid", err.kind)
      assert(registry.open(url, { application_id = "amzn1.ask.skill.one" })):close()

      local second = assert(registry.open(address(), { application_id = "amzn1.ask.skill.two" }))
      assert.is_nil(second:apply(events.new "SkillEnabled"))
      second:close()
    end)

    it("moves to another store with all it knows, tombstones and times included", function()
      apply(
        events.subscribed({ "A", "B" }, { user = "wide \240\159\152\128 \"quoted\"", region = "FE", locale = "ja-JP" }),
        events.new("SkillDisabled", { user = "off" }),
        events.erased { user = "gone", at = "2026-01-15T10:00:05Z" }
      )
      local lines = collect(store:export())
      local second = assert(registry.open(address()))
      local done, count = second:import(each(lines))
      assert.is_true(done)
      assert.equal(3, count)
      assert.same(lines, collect(second:export()))
      assert(second:import(each(lines)))
      assert.same(lines, collect(second:export()))
      assert(second:apply(events.new("SkillEnabled", { user = "gone" })))
      assert.is_nil(second:get "gone")
      assert.is_nil(second:apply(events.new("SkillEnabled", { skill = "amzn1.ask.skill.two" })))
      second:close()
    end)

    it("imports a list that somebody wrote, as older than every event", function()
      apply(events.subscribed({ "A" }, { user = "known" }))
      store:forget "forgotten"
      assert(store:import(each {
        '{"user":"known","subscriptions":["B"],"region":"EU"}',
        "",
        '{"user":"new","subscriptions":["A","B"],"locale":"en-US","enabled":true}',
        '{"user":"forgotten","subscriptions":["A"]}',
      }))
      assert.equal("known new", users(store, { event = "A" }))
      assert.equal("new", users(store, { event = "B" }))
      assert.is_nil(store:get "forgotten")
      for text, words in pairs {
        ['{"user":"u","subscriptions":["a b"]}'] = "without spaces",
        ['{"user":"u","subscriptoins":["a"]}'] = "did you mean subscriptions",
        ['{"user":"u","region":"XX"}'] = "NA, EU, FE",
        ['{"user":"u","enabled":true,"at":{"enabled":"now"}}'] = "a time is one that an export wrote",
        ['{"enabled":true}'] = "names its customer",
        ['{"customer":"00","erased":"","enabled":true}'] = "names its customer",
        ['{"user":"u"}'] = "says something",
        ["[]"] = "not an object",
        ["{"] = "line 1",
      } do
        local done, err = store:import(each { text })
        assert.is_nil(done)
        assert.equal("invalid", err.kind)
        assert.matches(words, err.message, 1, true)
      end
      local tombstone = '{"customer":"00","erased":"2026-01-15T10:00:00.000000000Z r"}'
      assert.matches("another store", select(2, store:import(each { tombstone })).message)
    end)

    it("refuses text that a database would cut", function()
      local done, err = store:apply(events.new("SkillEnabled", { user = "a\0b" }))
      assert.is_nil(done)
      assert.equal("invalid", err.kind)
      done, err = store:count { event = "a\0b" }
      assert.is_nil(done)
      assert.equal("invalid", err.kind)
      assert.is_nil(store:get "a\0b")
    end)

    it("raises on what only a programmer can mean", function()
      assert.has_error(function() store:apply() end)
      assert.has_error(function() store:get() end)
      assert.has_error(function() store:forget {} end)
      assert.has_error(function() store:import "file" end)
      assert.has_error(function() store:each { evnet = "A" } end)
      assert.has_error(function() store:count { region = "US" } end)
      assert.has_error(function() registry.open() end)
      assert.has_error(function() registry.open(url, { synchronous = "OFF" }) end)
      store:close()
      store:close()
      local message = select(2, pcall(store.get, store, "u"))
      assert.matches("attempt to use a closed registry", message)
    end)

    -- What LuaDBI would cut to 32 bits, or print with 14 digits.
    it("keeps wide numbers whole in every column", function()
      local db = assert(storage.open(url))
      local columns = { "customer", "user_id", "erased" }
      for _, aspect in ipairs(require("proactive.registry.customer").aspects) do
        columns[#columns + 1], columns[#columns + 2] = aspect, aspect .. "_at"
      end
      for _, number in ipairs { "2147483648", "1099511627776", "9007199254740991", "1700000000123" } do
        assert(db:transaction(function(session)
          session:execute("INSERT INTO proactive_customers (customer) VALUES (?)", number)
          session:execute("INSERT INTO proactive_meta (name, value) VALUES (?, ?)", number, number)
          for _, column in ipairs(columns) do
            session:execute(("UPDATE proactive_customers SET %s = ?"):format(column), number)
            local sql = ("SELECT %s FROM proactive_customers WHERE %s = ?"):format(column, column)
            assert.same({ { number } }, session:query(sql, number))
          end
          assert.same({ { number } }, session:query("SELECT value FROM proactive_meta WHERE name = ?", number))
          session:execute "DELETE FROM proactive_customers"
        end))
      end
      assert.has_error(function()
        db:read(function(session) return session:query("SELECT ?", 2147483648) end)
      end, "a parameter of a statement is a text or nil, got number")
      db:close()
    end)

    it("refuses tables of a newer version, and leaves them alone", function()
      local db = assert(storage.open(url))
      assert(db:transaction(function(session)
        session:execute "UPDATE proactive_meta SET value = '4711' WHERE name = 'schema'"
      end))
      db:close()
      local opened, err = registry.open(url)
      assert.is_nil(opened)
      assert.equal("storage", err.kind)
      assert.matches("a newer version of proactive", err.message)
      assert.is_false(err.retryable)
      assert.truthy(err.fix)
    end)

    it("undoes a transaction that raises, and goes on", function()
      local db = assert(storage.open(url))
      local function insert(session)
        session:execute "INSERT INTO proactive_meta (name, value) VALUES ('x', 'y')"
      end
      local done, err = db:transaction(function(session)
        insert(session)
        session:execute "INSERT INTO nowhere VALUES (1)"
      end)
      assert.is_nil(done)
      assert.equal("storage", err.kind)
      assert.matches("nowhere", err.cause)
      assert.has_error(function()
        db:transaction(function(session)
          insert(session)
          error("mine", 0)
        end)
      end, "mine")
      assert.is_true(db:transaction(insert))
      db:close()
    end)
  end)
end

describe("where the library takes a registry", function()
  it("takes any table with its functions", function()
    local own = {
      apply = function() return true, { changed = {} } end,
      each = function() return each { { user = "u", region = "EU" } } end,
      get = function() return { user = "u" } end,
      forget = function() return true end,
      count = function() return 1 end,
    }
    local stream = audience.subscribers(own, { event = "AMAZON.OrderStatus.Updated" })
    assert.equal("u", stream.registry:each(stream.filter)().user)
  end)
end)

describe("an export", function()
  it("is JSON, one object a line, the first about the store", function()
    local store = assert(registry.open(stores.kinds.SQLite()))
    assert(store:apply(events.subscribed { "A" }))
    local lines = collect(store:export())
    store:close()
    assert.equal("proactive subscribers 1", json.decode(lines[1]).format)
    assert.equal("A", json.decode(lines[2]).subscriptions[1])
  end)
end)
