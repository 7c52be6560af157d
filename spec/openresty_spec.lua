--- Clients in nginx with the Lua module: what waits yields, what cannot yield says so, and a worker
--- that quits finishes what is under way.

local cli = require "spec.support.cli"
local openresty = require "spec.support.openresty"
local support = require "spec.support.sandbox"

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
    app.refused_in_log = app.refused()
    app.shared:submit(app.event(), app.all, { reference_id = "log" }, app.tell)
  } }
  location /told { content_by_lua_block { ngx.say(table.concat(app.told, ","), "\n", app.refused_in_log) } }
  location /idle { content_by_lua_block { ngx.say(app.shared:flush(10)) } }
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
    ngx.say(ok, " ", err and err.kind, " ", err and err.fix)
    client:close()
  } }
  location /step { content_by_lua_block {
    local function said(ok, what) return tostring(ok), tostring(what) end
    local function step(seconds) local done = app.shared:step(seconds) return done end
    ngx.say(table.concat({ said(pcall(step, 0.5)) }, " "))
    ngx.say(table.concat({ said(pcall(step, 0)) }, " "))
  } }
  location /options { content_by_lua_block {
    local open = require("proactive").openresty.client
    local function try(options)
      ngx.say((select(2, pcall(function() local made = open(options) return made end))))
    end
    try { sandbox = app.url, quittimeout = 1 }
    try { sandbox = app.url, quit_timeout = "1" }
    try { sandbox = app.url, quit_timeout = 0/0 }
    try { client_id = "one" }
    try { sandbox = app.url, retry = true }
    try "options"
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
]]

describe("proactive.openresty.client", function()
  local sandbox = support.use { users = 1 }
  local server

  local function start(options)
    server = openresty.start(sandbox, RULES, options)
    -- the events of the workers' start: else they could still come when the next test counts
    cli.wait_for(server.folder .. "/told", ("202\n"):rep(options and options.workers and 2 or 1))
  end

  after_each(function()
    if server then server:stop() end
    server = nil
  end)

  local function get(path)
    return server:get(path)
  end

  local function accepted(reference)
    for _, count in ipairs(assert(sandbox:counts())) do
      if count.reference_id == reference then return count.accepted end
    end
    return 0
  end

  it("yields in every phase that allows it", function()
    start()
    for _, phase in ipairs { "send", "rewrite", "access", "timer" } do
      assert.equal("202\n", get(phase), phase .. "\n" .. server.server:log())
    end
  end)

  it("lets the worker answer others while it waits", function()
    start()
    sandbox:fault { match = { path = "events" }, delay = 1 }
    local line = "cd $folder; (curl -s $urlsend >send; echo send >>order) & sleep 0.2; "
      .. "curl -s $urlping; echo ping >>order; wait; cat send order"
    local said = cli.shell((line:gsub("$folder", server.folder):gsub("$url", server.url))).stdout
    assert.equal("pong\n202\nping\nsend\n", said)
  end)

  it("says where it cannot wait before it takes anything, and takes events there all the same", function()
    start()
    assert.equal("ok\n", get "log")
    local said = server:await("told", "202,202")
    for method, instead in pairs {
      send = "client:submit",
      send_request = "client:submit",
      send_many = "client:start_many",
      flush = "a timer (ngx.timer.at)",
      token = "a timer (ngx.timer.at)",
    } do
      local text = "client:%s cannot wait in the phase log: use %s there"
      assert.is_truthy(said:find("openresty_app.lua:%d+: " .. text:format(method, instead):gsub("%p", "%%%0")), said)
    end
    assert.equal("true", get "idle":match "%a+")
    local total = 0
    for _, count in ipairs(assert(sandbox:counts())) do total = total + count.accepted end
    assert.equal(2, total) -- of the start, and what was submitted
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
    local advice = "Try again when some are done, which needs no call, or make the client with a larger queue."
    assert.equal("nil busy " .. advice .. "\n", get "busy")
  end)

  it("refuses a step that would hold up the worker", function()
    start()
    local text = "^false content_by_lua%(nginx.conf:%d+%):%d+: client:step%(0%.5%) would hold up the worker of nginx%. "
      .. "The client is served without it: wait with client:flush, which lets others run, or call client:step%(0%)\n"
      .. "true 0\n$"
    assert.matches(text, get "step")
  end)

  it("blames the line that made the mistake", function()
    start()
    local blamed = 0
    for line in get("options"):gmatch "[^\n]+" do
      assert.matches("^content_by_lua%(nginx.conf:%d+%):4: proactive%.", line)
      blamed = blamed + 1
    end
    assert.equal(6, blamed)
  end)

  it("tells those who wait when it is closed", function()
    start()
    sandbox:fault { match = { path = "events" }, delay = 2 }
    assert.matches("^cancelled: ", get "closed")
  end)

  it("does nothing when nothing is under way", function()
    start()
    assert.equal("202\n", get "send")
    server:await("told", "202")
    local turns, before = get "turns", nil
    for _ = 1, 100 do -- until the last turn of the event is over
      cli.shell "sleep 0.3"
      before, turns = turns, get "turns"
      if turns == before then break end
    end
    assert.equal(before, turns, server.server:log())
  end)

  it("is refused before the workers are there", function()
    start { init = [[init_by_lua_block {
      local made, err = require("proactive").openresty.client { sandbox = "http://127.0.0.1:1" }
      io.open("FOLDER/init", "w"):write(tostring(made), " ", err.kind, " ", err.fix)
    }]] }
    local said = cli.slurp(server.folder .. "/init")
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
    assert.equal(2, accepted "birth", server.server:log())
    assert.equal("202 202 202\n", get "stored", server.server:log())
    assert.equal(1, fetches())
  end)
end)
