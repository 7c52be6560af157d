--- The registry inside hosts that serve many at once.

local cli = require "spec.support.cli"
local events = require "spec.support.skill_events"
local host = require "proactive.host"
local json = require "proactive.json"
local nginx = require "spec.support.nginx"
local registry = require "proactive.registry"
local stores = require "spec.support.stores"

setup(stores.start)
teardown(stores.stop)

describe("handlers at the same time", function()
  local store, commits

  before_each(function()
    store = assert(registry.open(stores.kinds.SQLite(), { pause = coroutine.yield }))
    local transaction = store.db.transaction
    commits = 0
    store.db.transaction = function(...)
      commits = commits + 1
      return transaction(...)
    end
  end)

  after_each(function()
    store:close()
  end)

  --- Runs one handler for each request, in turns; what `apply` gave to each.
  local function serve(requests)
    local handlers, results = {}, {}
    for index, request in ipairs(requests) do
      handlers[index] = coroutine.create(function()
        results[index] = { store:apply(request) }
      end)
    end
    for _ = 1, 2 do
      for _, handler in ipairs(handlers) do
        if coroutine.status(handler) ~= "dead" then assert(coroutine.resume(handler)) end
      end
    end
    return results
  end

  it("share a commit", function()
    local requests = {}
    for index = 1, 32 do
      requests[index] = events.subscribed({ "A" }, { user = "u" .. index })
    end
    local results = serve(requests)
    assert.equal(1, commits)
    for index, result in ipairs(results) do
      assert.is_true(result[1])
      assert.equal("u" .. index, result[2].user)
    end
    assert.equal(32, store:count { event = "A" })
  end)

  it("do not share each other's refusals", function()
    local broken = events.subscribed({ "A" }, { user = "u2" })
    broken.request.timestamp = "yesterday"
    local results = serve {
      events.subscribed({ "A" }, { user = "u1" }),
      broken,
      events.subscribed({ "A" }, { user = "u3", skill = "amzn1.ask.skill.other" }),
      events.subscribed({ "A" }, { user = "u4" }),
    }
    assert.is_true(results[1][1])
    assert.matches("cannot be understood", results[2][2].message)
    assert.matches("of the skill", results[3][2].message)
    assert.is_true(results[4][1])
    assert.equal(2, store:count())
  end)
end)

describe("a store in a host that must not wait", function()
  after_each(function()
    host.enter(nil)
  end)

  it("is not on a server", function()
    host.enter "luv"
    local store, err = registry.open(stores.kinds.PostgreSQL())
    assert.is_nil(store)
    assert.equal("storage", err.kind)
    assert.matches("blocks luv", err.message)
    assert.matches("proxy_pass", err.fix)
    assert.matches("on a driver that does not block", err.fix)
    assert(registry.open(stores.kinds.SQLite())):close()
  end)
end)

local RULES = [[
location /open {
  content_by_lua_block {
    local store, err = require("proactive.registry").open(ngx.var.arg_url)
    ngx.say(store and "open" or tostring(err))
  }
}
location /apply {
  content_by_lua_block {
    ngx.req.read_body()
    local registry = require "proactive.registry"
    store = store or assert(registry.open(ngx.var.arg_url))
    local done, err = store:apply(require("proactive.json").decode(ngx.req.get_body_data()))
    ngx.say(done and "applied" or tostring(err))
  }
}
]]

describe("OpenResty", function()
  local server

  setup(function()
    local root = cli.shell("pwd").stdout:match "[^\n]+"
    server = nginx.start({ skill = { http2 = false, rules = RULES } }, {
      path = ("%s/lua/?.lua;%s/lua/?/init.lua;"):format(root, root),
      cpath = root .. "/build/jit/?.so;",
    })
  end)

  teardown(function()
    server:stop()
  end)

  local function ask(path, more)
    return cli.shell(("curl -sk %s '%s%s'"):format(more or "", server:url "skill", path)).stdout
  end

  it("has no store on a server", function()
    local said = ask("open?url=postgresql://nobody@127.0.0.1:1/x")
    assert.matches("blocks OpenResty", said)
    assert.matches("proactive serve", said)
  end)

  it("takes in the events of requests that come together", function()
    local path = stores.file()
    local request = json.encode(events.subscribed({ "A" }, { user = "USER" }))
    local line = "printf '%s' " .. cli.quote(request) .. " | sed s/USER/u$i/ | curl -sk --data-binary @- "
    line = line .. cli.quote(server:url "skill" .. "apply?url=sqlite:" .. path)
    local said = cli.shell(("for i in $(seq 20); do %s & done; wait"):format(line)).stdout
    assert.equal(("applied\n"):rep(20), said)
    local store = assert(registry.open("sqlite:" .. path))
    assert.equal(20, store:count { event = "A" })
    store:close()
  end)
end)
