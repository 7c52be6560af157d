--- Tokens that several processes share: one fetch for all, and no harm from a store that fails.

local cli = require "spec.support.cli"
local core = require "proactive.core"
local json = require "proactive.json"
local proactive = require "proactive"
local stand_in = require "spec.support.stand_in"
local support = require "spec.support.sandbox"

describe("a token store", function()
  local sandbox = support.use { users = 1 }
  local path, clients

  before_each(function()
    path, clients = os.tmpname(), {}
    os.remove(path)
  end)

  after_each(function()
    for _, client in ipairs(clients) do client:close() end
    os.remove(path)
    os.remove(path .. ".lock")
  end)

  --- A client whose token is its own: only the store is shared.
  local function open(store, options)
    local given = { token_store = store }
    for name, value in pairs(options or {}) do given[name] = value end
    local client = stand_in.client(sandbox, given)
    clients[#clients + 1] = client
    return client
  end

  local function send(client)
    return client:send(stand_in.event(), proactive.audience.multicast())
  end

  local function fetches()
    local count = 0
    for _, request in ipairs(assert(sandbox:requests())) do
      if request.kind == "token" then count = count + 1 end
    end
    return count
  end

  --- A store in a table.
  local function memory(changes)
    local store = { entries = {}, locked = {} }
    function store.get(key) return store.entries[key] end
    function store.set(key, text) store.entries[key] = text end
    function store.lock(key)
      if store.locked[key] then return false end
      store.locked[key] = true
      return true
    end
    function store.unlock(key) store.locked[key] = nil end
    for name, change in pairs(changes or {}) do store[name] = change end
    return store
  end

  it("in a file is one fetch for all, and nobody else's to read", function()
    for _ = 1, 3 do assert(send(open(path))) end
    assert.equal(1, fetches())
    assert.equal("600\n", cli.shell("stat -c %a " .. path).stdout)
  end)

  it("of functions is one fetch for all, also at the same time", function()
    sandbox:fault { match = { path = "token" }, delay = 0.2 }
    local store, done = memory(), 0
    for _ = 1, 4 do
      assert(open(store):submit(stand_in.event(), proactive.audience.multicast(), nil, function(receipt)
        assert.is_truthy(receipt)
        done = done + 1
      end))
    end
    local ends = core.monotonic() + 10
    while done < 4 and core.monotonic() < ends do
      for _, client in ipairs(clients) do client:step(0.01) end
    end
    assert.equal(4, done)
    assert.equal(1, fetches())
    assert.is_nil(next(store.locked))
  end)

  it("waits for another process's fetch, and fetches when that one gave up", function()
    local store = memory()
    local locked = true
    store.lock = function() return not locked end
    local client, told = open(store), nil
    assert(client:submit(stand_in.event(), proactive.audience.multicast(), nil, function(receipt, err)
      told = receipt or err
    end))
    for _ = 1, 20 do client:step(0.02) end
    assert.is_nil(told)
    assert.equal(0, fetches())
    locked = false
    client:flush()
    assert.equal(202, told.status)
    assert.equal(1, fetches())
  end)

  it("gives up a token that the service refuses, once for all", function()
    assert(send(open(path)))
    local secret = core.read_private(path)
    for _, skill in ipairs(sandbox:skills()) do sandbox:delete_skill(skill.client_id) end
    sandbox:reset()
    assert.equal(202, assert(send(open(path))).status)
    assert.equal(1, fetches())
    assert.are_not.equal(secret, core.read_private(path))
    assert(send(open(path)))
    assert.equal(1, fetches())
  end)

  it("is not asked for what is about to expire", function()
    local store = memory()
    assert(send(open(store)))
    local key, text = next(store.entries)
    local entry = json.decode(text)
    entry.expires_at = core.wall() + 20
    store.entries[key] = json.encode(entry)
    assert(send(open(store)))
    assert.equal(2, fetches())
  end)

  it("does no harm when it fails", function()
    local function fail() error "out of order" end
    for _, name in ipairs { "get", "set", "lock", "unlock" } do
      assert(send(open(memory { [name] = fail })))
    end
    for _, text in ipairs { "", "x", "[]", '{"token":1}', '{"token":"a b","expires_at":9e9}' } do
      assert(send(open(memory { get = function() return text end })))
    end
    local handle = assert(io.open(path, "wb"))
    handle:write "no json"
    handle:close()
    assert(send(open(path)))
    assert(send(open "/proc/nowhere/token"))
  end)

  it("holds nothing that names the client", function()
    local store = memory()
    assert(send(open(store)))
    assert.matches("^proactive:%x+$", (next(store.entries)))
  end)

  it("must have its four functions", function()
    for _, name in ipairs { "get", "set", "lock", "unlock" } do
      local store = memory()
      store[name] = nil
      assert.error_matches(function() open(store) end, "token_store." .. name .. " must be a function")
    end
    assert.has_error(function() open(1) end)
  end)
end)
