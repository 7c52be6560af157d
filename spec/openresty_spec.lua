--- Clients in nginx with the Lua module: what waits yields, what cannot yield says so, and a worker
--- that quits finishes what is under way.

local cli = require "spec.support.cli"
local nginx = require "spec.support.nginx"
local support = require "spec.support.sandbox"

-- What the worker runs; $url is the sandbox's.
local APP = [[
local proactive = require "proactive"
local app = { turns = 0, told = {} }

function app.event()
  return assert(proactive.events.WeatherAlert.Activated {
    weatherAlert = { source = proactive.localized { ["en-US"] = "Example" }, alertType = "TORNADO" },
  })
end

app.all = proactive.audience.multicast()

local made = {}

function app.client(options)
  local given = { sandbox = "$url", quit_timeout = 15 }
  if ngx.shared.tokens then given.token_store = proactive.openresty.token_store "tokens" end
  for name, value in pairs(options or {}) do given[name] = value end
  local client = assert(proactive.openresty.client(given))
  client.announced = true
  made[#made + 1] = client
  local turn = client.turn
  function client.turn(...)
    app.turns = app.turns + 1
    return turn(...)
  end
  return client
end

function app.send(client, opts)
  local receipt, err = client:send(app.event(), app.all, opts)
  return receipt and receipt.status or err.kind .. ": " .. err.message
end

function app.tell(receipt, err)
  app.told[#app.told + 1] = receipt and receipt.status or err.kind
end

function app.start()
  app.shared = app.client()
  assert(app.shared:submit(app.event(), app.all, { reference_id = "birth" }, app.tell))
end

return app
]]

local RULES = [[
  location /send { content_by_lua_block { ngx.say(app.send(app.shared)) } }
  location /ping { content_by_lua_block { ngx.say "pong" } }
  location /rewrite { rewrite_by_lua_block { ngx.say(app.send(app.shared)) ngx.exit(200) } }
  location /access { access_by_lua_block { ngx.say(app.send(app.shared)) ngx.exit(200) }
    content_by_lua_block { } }
  location /timer { content_by_lua_block {
    local said
    ngx.timer.at(0, function() said = app.send(app.shared) end)
    while not said do ngx.sleep(0.01) end
    ngx.say(said)
  } }
  location /log { content_by_lua_block { ngx.say "ok" } log_by_lua_block {
    local ok, err = pcall(app.send, app.shared)
    app.log_error = tostring(err)
    app.shared:submit(app.event(), app.all, { reference_id = "log" }, app.tell)
  } }
  location /told { content_by_lua_block { ngx.say(table.concat(app.told, ","), " ", app.log_error) } }
  location /turns { content_by_lua_block { ngx.say(app.turns) } }
  location /many { content_by_lua_block {
    local threads, accepted = {}, 0
    for number = 1, 20 do
      threads[number] = ngx.thread.spawn(function()
        for _ = 1, 10 do
          if app.send(app.shared) == 202 then accepted = accepted + 1 end
        end
      end)
    end
    for _, thread in ipairs(threads) do ngx.thread.wait(thread) end
    ngx.say(accepted)
  } }
  location /busy { content_by_lua_block {
    local client = app.client { concurrency = 1, queue = 0 }
    client:submit(app.event(), app.all)
    local ok, err = client:submit(app.event(), app.all)
    ngx.say(ok, " ", err and err.kind)
    client:close()
  } }
  location /closed { content_by_lua_block {
    local client = app.client()
    ngx.timer.at(0.05, function() client:close() end)
    ngx.say(app.send(client))
  } }
  location /other { content_by_lua_block {
    local client = app.client()
    ngx.say(client:token().length > 0, " ", client:flush(1))
    local report = client:send_many(app.event(), { "amzn1.ask.account.X" })
    ngx.say(report.failed)
    client:close()
  } }
  location /stored { content_by_lua_block {
    local said, ngx_now = {}, function() return ngx.now() end
    for number = 1, 3 do -- each with a clock of its own, so that only the store is shared
      local client = app.client { clock = { wall = ngx_now, monotonic = ngx_now },
        token_store = require("proactive").openresty.token_store "tokens" }
      said[number] = app.send(client)
      client:close()
    end
    ngx.say(table.concat(said, " "))
  } }
  location /submit { content_by_lua_block {
    for number = 1, 5 do
      assert(app.shared:submit(app.event(), app.all, { reference_id = "quit" .. number }))
    end
    ngx.say "submitted"
  } }
]]

describe("proactive.openresty.client", function()
  local sandbox = support.use { users = 1 }
  local server, folder

  local function start(options)
    folder = os.tmpname()
    os.remove(folder)
    cli.shell("mkdir " .. folder)
    local handle = assert(io.open(folder .. "/spec_app.lua", "wb"))
    handle:write((APP:gsub("%$url", sandbox.url)))
    handle:close()
    local root = cli.shell("pwd").stdout:match "[^\n]+"
    server = nginx.start({ app = { plain = true, rules = RULES } }, {
      path = ("%s/?.lua;%s/lua/?.lua;%s/lua/?/init.lua;"):format(folder, root, root),
      cpath = root .. "/build/jit/?.so;",
      workers = options and options.workers,
      more = (options and options.init or ""):gsub("%$folder", folder)
        .. " init_worker_by_lua_block { app = require 'spec_app' app.start() }",
    })
  end

  after_each(function()
    if server then server:stop() end
    server = nil
    cli.shell("rm -rf " .. folder)
  end)

  local function get(path)
    return cli.shell(("curl -s --max-time 20 %s%s"):format(server:url "app", path)).stdout
  end

  local function accepted(reference)
    for _, count in ipairs(assert(sandbox:counts())) do
      if count.reference_id == reference then return count.accepted end
    end
    return 0
  end

  --- Asks until the answer is as it should be.
  local function await(path, pattern)
    local said
    for _ = 1, 100 do
      said = get(path)
      if said:find(pattern) then return said end
      cli.shell "sleep 0.05"
    end
    error(path .. " says " .. said .. "\n" .. server:log())
  end

  it("yields in every phase that allows it", function()
    start()
    for _, phase in ipairs { "send", "rewrite", "access", "timer" } do
      assert.equal("202\n", get(phase), phase .. "\n" .. server:log())
    end
  end)

  it("lets the worker answer others while it waits", function()
    start()
    sandbox:fault { match = { path = "events" }, delay = 1 }
    local line = "cd $folder; (curl -s $urlsend >send; echo send >>order) & sleep 0.2; "
      .. "curl -s $urlping; echo ping >>order; wait; cat send order"
    local said = cli.shell((line:gsub("$folder", folder):gsub("$url", server:url "app"))).stdout
    assert.equal("pong\n202\nping\nsend\n", said)
  end)

  it("says where it cannot wait, and takes events there all the same", function()
    start()
    assert.equal("ok\n", get "log")
    local said = await("told", "202,202")
    assert.matches("the client cannot wait in the phase log: use client:submit there", said)
    assert.equal(1, accepted "log")
    assert.equal(1, accepted "birth")
  end)

  it("serves many at once", function()
    start()
    assert.equal("200\n", get "many")
  end)

  it("waits for tokens, flushes and runs as well", function()
    start()
    assert.equal("true true\n1\n", get "other")
  end)

  it("bounds what it takes in", function()
    start()
    assert.equal("nil busy\n", get "busy")
  end)

  it("tells those who wait when it is closed", function()
    start()
    sandbox:fault { match = { path = "events" }, delay = 2 }
    assert.matches("^cancelled: ", get "closed")
  end)

  it("does nothing when nothing is under way", function()
    start()
    assert.equal("202\n", get "send")
    await("told", "202")
    cli.shell "sleep 0.1"
    local turns = get "turns"
    cli.shell "sleep 0.3"
    assert.equal(turns, get "turns", server:log())
  end)

  it("is refused before the workers are there", function()
    start { init = [[init_by_lua_block {
      local made, err = require("proactive").openresty.client { sandbox = "http://127.0.0.1:1" }
      io.open("$folder/init", "w"):write(tostring(made), " ", err.kind, " ", err.fix)
    }]] }
    local said = cli.slurp(folder .. "/init")
    assert.matches("^nil forked Make it in init_worker_by_lua_block", said)
  end)

  --- Token requests that came in.
  local function fetches()
    local count = 0
    for _, request in ipairs(assert(sandbox:requests())) do
      if request.kind == "token" then count = count + 1 end
    end
    return count
  end

  it("shares a token and its fetch with all workers", function()
    sandbox:fault { match = { path = "token" }, delay = 0.3 }
    start { workers = true, init = "lua_shared_dict tokens 1m;" }
    for _ = 1, 100 do
      if accepted "birth" == 2 then break end
      cli.shell "sleep 0.05"
    end
    assert.equal(2, accepted "birth", server:log())
    assert.equal("202 202 202\n", get "stored", server:log())
    assert.equal(1, fetches())
  end)

  it("finishes what is under way when the worker quits", function()
    start { workers = true }
    await("told", "202")
    sandbox:fault { match = { path = "events" }, delay = 0.5 }
    assert.equal("submitted\n", get "submit")
    server:quit()
    for number = 1, 5 do assert.equal(1, accepted("quit" .. number), number) end
  end)
end)
