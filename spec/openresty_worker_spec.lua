--- A worker of nginx that sends: it answers others meanwhile and never waits for the core; and it
--- finishes what is under way when it reloads or quits.

local cli = require "spec.support.cli"
local openresty = require "spec.support.openresty"
local support = require "spec.support.sandbox"

local RULES = [[
  location /ping { content_by_lua_block {
    ngx.shared.steady:incr("pid" .. ngx.worker.pid(), 1, 0)
    ngx.say "pong"
  } }
  location /begin { content_by_lua_block { ngx.say(app.begin()) } }
  location /end { content_by_lua_block { ngx.shared.steady:set("stop", true) ngx.say "stop" } }
  location /noted { content_by_lua_block { ngx.say(app.noted()) } }
  location /wait { content_by_lua_block { ngx.say(app.wait_in_a_step()) } }
  location /send { content_by_lua_block { ngx.say(app.send(app.shared)) } }
  location /submit { content_by_lua_block {
    app.submit("job", 5)
    ngx.say(ngx.worker.pid())
  } }
]]

local SHARED = "lua_shared_dict steady 1m;"

local function accepted_of(sandbox)
  local by_reference, total = {}, 0
  for _, count in ipairs(assert(sandbox:counts())) do
    by_reference[count.reference_id] = count.accepted
    total = total + count.accepted
  end
  return by_reference, total
end

describe("a worker that sends 2,000 events a second", function()
  local sandbox = support.use { users = 0 }
  local server

  before_each(function()
    sandbox:fault { match = { path = "events" }, delay = 0.1 }
    server = openresty.start(sandbox, RULES, { workers = true, traced = true, init = SHARED })
    for _ = 1, 2 do server:await("ping", "pong") end
  end)

  after_each(function()
    if server then server:stop() end
    server = nil
  end)

  --- What a trace shows of a process whose client has that descriptor: calls that were told to wait
  --- elsewhere than at nginx's own, which is the first that the process made, and calls at the client's.
  local function waits_of(said)
    local pid, fd = tonumber(said:match "pid=(%d+)"), tonumber(said:match "fd=(%d+)")
    server.server:quit()
    local path = ("%s/trace.%d"):format(server.server.folder, pid)
    cli.wait_for(path, "exited with %d", 60)
    return require("spec.support.trace").read(path, fd)
  end

  it("answers others meanwhile, has all events accepted, and never waits for the core", function()
    local sender = server:get "begin"
    server:await("noted", "accepted=%d%d%d")
    local said = cli.shell(("wrk -t1 -c32 -d2s --timeout 60s -s spec/support/wrk.lua %sping"):format(server.url))
    local asked, failed = said.stdout:match "requests=(%d+) failed=(%d+)"
    assert.equal("0", failed, said.stdout .. said.stderr)
    assert.is_true(tonumber(asked) > 0)
    server:get "end"
    local noted = server:await("noted", "done=true")
    local accepted = tonumber(noted:match "^accepted=(%d+) done=true pid")
    assert.is_truthy(accepted, noted .. server.server:log())
    local by_sender = tonumber(noted:match("pid" .. sender:match "pid=(%d+)" .. "=(%d+)"))
    assert.is_true(by_sender > 0, noted)
    local _, total = accepted_of(sandbox)
    assert.equal(accepted + 2, total) -- and one of each worker's start
    local seen = waits_of(sender)
    assert.same({}, seen.waiting)
    assert.is_true(seen.looks > 0)
  end)

  it("would be found out if it waited for the core", function()
    local said = server:get "wait"
    local seen = waits_of(said)
    assert.is_true(#seen.waiting > 0)
    assert.matches("^epoll_wait%(" .. said:match "fd=(%d+)" .. ", ", seen.waiting[1])
  end)
end)

describe("a worker that goes", function()
  local sandbox = support.use { users = 0 }
  local server

  after_each(function()
    if server then server:stop() end
    server = nil
  end)

  local function start(options)
    options.workers, options.init = true, SHARED
    server = openresty.start(sandbox, RULES, options)
    cli.wait_for(server.folder .. "/told", "202\n202\n") -- the events of their start
  end

  local function each_once()
    local by_reference = accepted_of(sandbox)
    for number = 1, 5 do assert.equal(1, by_reference["job" .. number], number) end
  end

  local function await_end(pid)
    cli.shell(("while kill -0 %s 2>/dev/null; do sleep 0.02; done"):format(pid:match "%d+"))
  end

  it("finishes what is under way when nginx quits", function()
    start {}
    sandbox:fault { match = { path = "events" }, delay = 0.5 }
    server:get "submit"
    server.server:quit()
    each_once()
    assert.equal(("202\n"):rep(7), server:told())
  end)

  it("finishes what is under way when nginx reloads, while new workers answer", function()
    start {}
    sandbox:fault { match = { path = "events" }, delay = 1 }
    local pid = server:get "submit"
    server.server:reload()
    server:await("ping", "pong")
    await_end(pid)
    each_once()
    cli.wait_for(server.folder .. "/told", ("202\n"):rep(9)) -- two more workers were started
  end)

  it("answers whoever waits for an event when nginx reloads", function()
    start {}
    sandbox:fault { match = { path = "events" }, delay = 1 }
    local path = server.folder .. "/answer"
    local curl = cli.background(("curl -s %ssend"):format(server.url), path)
    for _ = 1, 100 do
      if #assert(sandbox:requests()) > 4 then break end -- two tokens and two events of the start
      cli.shell "sleep 0.02"
    end
    server.server:reload()
    await_end(curl)
    assert.equal("202\n", cli.slurp(path))
  end)

  it("tells what it could not finish in the time it was given, and goes", function()
    start { quit_timeout = 0.2 }
    sandbox:fault { match = { path = "events" }, delay = 60 }
    server:get "submit"
    server.server:quit()
    assert.equal("202\n202\n" .. ("cancelled\n"):rep(5), server:told())
    local why = "cancelled: the worker quits, and its quit_timeout of 0.2 s was over before the outcome was known\n"
      .. "  What to do: Give proactive.openresty.client a longer quit_timeout, and nginx a longer "
      .. "worker_shutdown_timeout.\n"
    assert.equal(why:rep(5), cli.slurp(server.folder .. "/failures"))
  end)

  it("keeps that time also when nothing is due for long", function()
    start { quit_timeout = 0.2 }
    sandbox:fault { match = { path = "events" }, status = 429, headers = { ["Retry-After"] = "120" } }
    server:get "submit"
    for _ = 1, 100 do
      if #assert(sandbox:requests()) >= 5 then break end
      cli.shell "sleep 0.02"
    end
    cli.shell("kill -QUIT $(cat " .. server.server.folder .. "/pid)")
    cli.wait_for(server.folder .. "/told", "^202\n202\n" .. ("cancelled\n"):rep(5) .. "$", 20)
  end)
end)
