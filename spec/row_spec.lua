--- Many requests in one call of the pool, against the sandbox.

local compat = require "proactive.compat"
local core = require "proactive.core"
local fork = require "spec.support.fork"
local sandbox_of = require "proactive.sandbox"
local stand_in = require "spec.support.stand_in"
local support = require "spec.support.sandbox"

local PREFIX = "amzn1.ask.account."
local WINDOW = 4

describe("a row of requests", function()
  local sandbox = support.use { users = 60 }
  local client, pool, body, own, all

  local function users(first, last)
    local list = {}
    for number = first, last do list[#list + 1] = sandbox_of.user_id(number) end
    return list
  end

  --- `run_row` in group 7, from the first to the last of a list.
  local function run_row(list, first, last, most, seconds, ...)
    local taken = { 5 }
    local begun, accepted = pool:run_row(
      client.routes.NA, body, 30, client.delivery.source.handle, 7, PREFIX, list, first, last, most,
      seconds, taken, ...
    )
    if not begun then return begun, accepted end -- forked
    assert.equal(5 + begun, taken[1])
    return begun, accepted
  end

  --- Serves until so many have ended.
  local function serve(count)
    while assert(pool:step(0.1)) < count do end
  end

  before_each(function()
    client = stand_in.client(sandbox, { concurrency = WINDOW })
    sandbox:fault { match = { path = "events", count = 2 * WINDOW }, delay = 0.05 }
    assert.equal(20, assert(client:send_many(stand_in.event(), users(41, 60))).accepted)
    assert.equal(WINDOW, client:stats().connections)
    pool, own, all = client.delivery.pool, core.histogram(), core.histogram()
    local template = require("proactive.client.template").new(stand_in.event(), {}, core.wall())
    body = template:body_at(core.wall())
  end)
  after_each(function()
    client:close()
  end)

  local function bodies()
    local sent = {}
    for _, call in ipairs(support.calls(sandbox, "POST", "Events", 202)) do
      sent[#sent + 1] = call.body
    end
    return sent
  end

  it("has a body for each user, with a reference id of its own", function()
    local before = #bodies()
    assert.same({ 3, 0 }, { run_row(users(1, 9), 2, 9, 3, 5) })
    serve(3)
    assert.same({ 3 }, { (pool:release_row(pool:finished(), own, all)) })
    local ids, found = {}, {}
    for _, text in ipairs(bodies()) do
      local id = text:match '"referenceId":"([%w~]+)"'
      assert.equal(22, #id)
      assert.is_nil(ids[id])
      ids[id], found[text:match '"user":"([^"]+)"'] = true, true
    end
    assert.equal(before + 3, #bodies())
    for number = 2, 4 do assert.is_true(found[sandbox_of.user_id(number)]) end
    assert.is_nil(found[sandbox_of.user_id(1)])
  end)

  it("ends before what is no plain id, and with the list", function()
    for _, odd in ipairs { false, 5, "", "x", PREFIX, PREFIX .. "a b", { user = PREFIX .. "A" } } do
      local list = users(1, 2)
      list[3], list[4] = odd, sandbox_of.user_id(4)
      assert.equal(2, (run_row(list, 1, 4, 4, 5)))
      assert.equal(0, (run_row(list, 3, 4, 4, 5)))
      serve(2)
      pool:release_row(pool:finished(), own, all)
    end
    assert.equal(2, (run_row(users(1, 2), 1, 9, 4, 5)))
    assert.equal(0, (run_row(users(1, 2), 3, 2, 4, 5)))
  end)

  it("has one at least, however little time there is, where there is room", function()
    assert.equal(1, (run_row(users(1, 9), 1, 9, 4, 0)))
    assert.equal(0, (run_row(users(1, 9), 2, 9, 0, 5)))
  end)

  it("ends where the pool takes no more", function()
    local begun = run_row(users(1, 40), 1, 40, 40, 5)
    assert.equal(WINDOW + 1, begun) -- one more connection may be opened
    assert.same({ nil, "wait" }, { pool:start(client.routes.NA, "x", 30) })
  end)

  it("is released together, but not what is of another group or was not accepted", function()
    sandbox:fault { match = { path = "events", skip = 1, count = 1 }, status = 503 }
    assert.equal(3, (run_row(users(1, 3), 1, 3, 3, 5)))
    local other = assert(pool:start(client.routes.NA, body:fill("R", sandbox_of.user_id(4)), 30,
      client.delivery.source.handle))
    serve(4)
    local ended = {}
    local id, status, group = pool:finished()
    while id do
      ended[#ended + 1] = { id == other, status or false, group or false }
      if group and status then
        local count
        count, id, status, group = pool:release_row(id, own, all)
        ended[#ended].count = count
      else
        id, status, group = pool:release(id)
      end
    end
    table.sort(ended, function(a, b) return tostring(a.count) < tostring(b.count) end)
    assert.equal(3, #ended)
    assert.same({ false, 202, 7, count = 2 }, ended[1])
    assert.same({ 2, 2 }, { own.count, all.count })
    assert.is_true(own.max > 0)
    assert.is_nil(pool:finished())
  end)

  it("tells its members and their age", function()
    assert.equal(3, (run_row(users(1, 3), 1, 3, 3, 5)))
    local seen, id = 0, pool:next_member(7)
    while id do
      seen = seen + 1
      assert.is_true(pool:age(id) >= 0 and pool:age(id) < 60)
      id = pool:next_member(7, id)
    end
    assert.same({ 3, 3 }, { seen, pool:grouped() })
    pool:ungroup(pool:next_member(7))
    pool:release(pool:next_member(7))
    assert.equal(1, pool:grouped())
    assert.is_nil(pool:next_member(8))
    assert.is_nil(pool:age(2 ^ 30))
  end)

  describe("that is served meanwhile", function()
    it("goes on to the end of the list", function()
      local begun, accepted = run_row(users(1, 40), 1, 40, WINDOW, 30, own, all)
      assert.equal(40, begun)
      assert.is_true(accepted >= 40 - WINDOW)
      if accepted < 40 then
        serve(40 - accepted)
        assert.equal(40 - accepted, (pool:release_row(pool:finished(), own, all)))
      end
      assert.same({ 40, 40 }, { own.count, all.count })
    end)

    it("never has more in flight than there is room for", function()
      sandbox:fault { match = { path = "events" }, delay = 30 }
      assert.same({ 2, 0 }, { run_row(users(1, 40), 1, 40, 2, 0.2, own, all) })
    end)

    it("makes room when one of its group from before is accepted", function()
      assert.equal(2, (run_row(users(1, 2), 1, 2, 2, 5)))
      local begun, accepted = run_row(users(3, 4), 1, 2, 0, 30, own, all)
      assert.equal(2, begun)
      assert.is_true(accepted >= 2)
    end)

    it("ends when its time is over", function()
      sandbox:fault { match = { path = "events" }, delay = 30 }
      local began = core.monotonic()
      assert.same({ 4, 0 }, { run_row(users(1, 40), 1, 40, 4, 0.05, own, all) })
      assert.is_true(core.monotonic() - began >= 0.05)
    end)

    it("ends when something else has ended", function()
      sandbox:fault { match = { path = "events", skip = 6, count = 1 }, status = 503 }
      local begun, accepted = run_row(users(1, 40), 1, 40, 1, 30, own, all)
      assert.same({ 7, 6 }, { begun, accepted })
      local id, status, group = pool:finished()
      assert.same({ nil, 7, 503 }, { status, group, pool:result(id).status })
      assert.same({ 0, 0 }, { run_row(users(8, 40), 1, 33, 1, 30, own, all) })
    end)
  end)

  it("raises for what is a mistake", function()
    local list, handle = users(1, 1), client.delivery.source.handle
    local function raises(message, ...)
      local given = { n = select("#", ...), ... }
      assert.error_matches(function() pool:run_row(compat.unpack(given, 1, given.n)) end, message)
    end
    local one_mark, none = core.body('["x"]', { { 3, 3 } }), { 0 }
    raises("a body with two marks", 0, one_mark, 30, handle, 7, PREFIX, list, 1, 1, 1, 1, none)
    raises("number out of range", 0, body, 30, handle, 0, PREFIX, list, 1, 1, 1, 1, none)
    raises("number out of range", 0, body, 30, handle, 7, PREFIX, list, 0, 1, 1, 1, none)
    raises("number out of range", 0, body, 30, handle, 7, PREFIX, list, 1, 1, -1, 1, none)
    raises("number out of range", 0, body, 30, handle, 7, PREFIX, list, 1, 1, 1, -1, none)
    raises("table expected", 0, body, 30, handle, 7, PREFIX, "x", 1, 1, 1, 1, none)
    raises("table expected", 0, body, 30, handle, 7, PREFIX, list, 1, 1, 1, 1, 0)
    for _, wrong in ipairs { {}, { -1 }, { 0.5 }, { 2 ^ 53 }, { "0" }, { 0 / 0 } } do
      raises("a table with a number", 0, body, 30, handle, 7, PREFIX, list, 1, 1, 1, 1, wrong)
    end
    raises("string expected", 0, body, 30, handle, 7, nil, list, 1, 1, 1, 1, none)
    raises("proactive.token expected", 0, body, 30, nil, 7, PREFIX, list, 1, 1, 1, 1, none)
    raises("proactive.histogram expected", 0, body, 30, handle, 7, PREFIX, list, 1, 1, 1, 1, none, own)
    assert.equal(0, none[1])
    assert.is_nil(pool:next_member(7))
  end)

  it("releases nothing that has not ended, is in no group or was never there", function()
    assert.equal(1, (run_row(users(1, 1), 1, 1, 1, 5)))
    assert.same({ 0 }, { pool:release_row(pool:next_member(7), own, all) })
    assert.same({ 0 }, { pool:release_row(12345, own, all) })
    serve(1)
    local id, status = pool:finished()
    pool:ungroup(id)
    pool:ungroup(12345)
    assert.is_nil(pool:next_member(7))
    assert.same({ 0, id, status }, { pool:release_row(id, own, all) })
    pool:release(id)
    assert.equal(0, own.count)
  end)

  it("begins none in a forked child, and nothing before there is a token", function()
    local fresh = assert(core.token {
      client_id = "x", client_secret = "y", scope = "z", url = "http://127.0.0.1/none",
    })
    assert.same({ 0, 0 }, { pool:run_row(0, body, 30, fresh, 7, PREFIX, users(1, 1), 1, 1, 1, 1, { 0 }) })
    assert.equal("forked forked forked forked forked forked", fork(function()
      local words, list = {}, users(1, 1)
      for _, more in ipairs { {}, { own, all } } do
        words[#words + 1] = select(2, run_row(list, 1, 1, 0, 1, more[1], more[2]))
      end
      for _, call in ipairs { { "ungroup", 1 }, { "release_row", 1, own, all }, { "next_member", 7 }, { "age", 1 } } do
        local value, why = pool[call[1]](pool, call[2], call[3], call[4])
        words[#words + 1] = value == nil and why or call[1]
      end
      return table.concat(words, " ")
    end))
  end)
end)
