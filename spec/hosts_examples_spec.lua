--- What docs/hosts.md and the examples for hosts say, run as it stands.

local cli = require "spec.support.cli"
local httpd = require "proactive.httpd"
local support = require "spec.support.sandbox"

local function read(path)
  local handle = assert(io.open(path, "rb"))
  local text = handle:read "*a"
  handle:close()
  return text
end

local function free_port()
  local server = assert(httpd.listen {})
  local port = server:port()
  server:close()
  return port
end

describe("in an event loop", function()
  local sandbox = support.use { users = 1 }

  local function run(path)
    local line = ("PROACTIVE_SANDBOX=%s %s %s"):format(sandbox.url, cli.interpreter, path)
    local ran = cli.shell(line)
    assert.equal(0, ran.status, ran.stdout .. ran.stderr)
    return ran.stdout
  end

  for _, name in ipairs { "luv", "cqueues" } do
    it("runs examples/loops/" .. name .. ".lua", function()
      local said = run(("examples/loops/%s.lua"):format(name))
      assert.matches("TORNADO\t202", said)
      assert.matches("HURRICANE\t202", said)
    end)

    it("runs the program of the page with " .. name, function()
      local program = read("docs/hosts.md"):match "```lua\n(local loop.-)```"
      local path = cli.file(".lua", (program:gsub("loop%.luv", "loop." .. name, 1)))
      finally(function() os.remove(path) end)
      assert.equal("202\n", run(path))
    end)
  end
end)

describe("a host that must not be held up", function()
  local sandbox = support.use { users = 1 }

  it("runs frames in C, with the core linked in", function()
    assert.equal(0, cli.shell("make --no-print-directory host LUA=5.4").status)
    local line = "LUA_PATH='lua/?.lua;lua/?/init.lua' build/5.4/host examples/host/game.lua 60"
    local ran = cli.shell(("export PROACTIVE_SANDBOX=%s; %s"):format(sandbox.url, line))
    assert.equal(0, ran.status, ran.stderr)
    assert.matches("^2 told, 0 failed\n%d+ frames; the script's longest share of one: [%d.]+ ms\n$", ran.stdout)
    for _, words in ipairs { { "/nonexistent", "cannot open" }, { "examples/automation/host.lua", "" } } do
      ran = cli.shell(("env LUA_PATH='lua/?.lua;lua/?/init.lua' build/5.4/host %s"):format(words[1]))
      assert.equal(1, ran.status)
      assert.matches("^host: " .. words[1]:gsub("%p", "%%%0") .. ": .*" .. words[2], ran.stderr)
    end
  end)

  it("loads nothing in a frame", function()
    local program = cli.file(".lua", [[
      local game = dofile "examples/host/game.lua"
      local before = {}
      for name in pairs(package.loaded) do before[name] = true end
      for _ = 1, 30 do game.frame() end
      for name in pairs(package.loaded) do
        if not before[name] then print("loaded in a frame:", name) end
      end
    ]])
    finally(function() os.remove(program) end)
    local ran = cli.shell(("PROACTIVE_SANDBOX=%s %s %s"):format(sandbox.url, cli.interpreter, program))
    assert.equal(0, ran.status, ran.stderr)
    assert.equal("", ran.stdout)
  end)

  it("ends a rule that takes too long, and sends what the others say", function()
    local line = "PROACTIVE_SANDBOX=%s %s examples/automation/host.lua"
    local changes = "mailbox full\ndoor open\nmailbox empty\nwindow open\nmailbox full\n"
    local ran = cli.shell(line:format(sandbox.url, cli.interpreter), changes)
    assert.equal(0, ran.status, ran.stderr)
    assert.equal("2 told, 0 failed\n", ran.stdout)
    assert.matches("door: took longer than 10 ms", ran.stderr)
  end)

  it("ends a rule that catches errors, and one whose helper never ends", function()
    local rules = cli.file(".lua", [[
      local function forever() while true do end end
      return {
        stubborn = function() while true do pcall(forever) end end,
        nested = function() pcall(function() while true do pcall(pcall, forever) end end) end,
        helped = function() forever() end,
        hidden = function() print(coroutine, debug, xpcall, _G.coroutine) end,
      }
    ]])
    finally(function() os.remove(rules) end)
    local line = "PROACTIVE_SANDBOX=%s timeout 60 %s examples/automation/host.lua %s"
    local ran = cli.shell(line:format(sandbox.url, cli.interpreter, rules),
      "stubborn on\nnested on\nhelped on\nhidden on")
    assert.equal(0, ran.status, ran.stderr)
    assert.equal("false\tfalse\tfalse\tfalse\n0 told, 0 failed\n", ran.stdout)
    local late = "%s: took longer than 10 ms\n"
    assert.equal(late:format "stubborn" .. late:format "nested" .. late:format "helped", ran.stderr)
  end)

  it("sends while nothing changes", function()
    local input = os.tmpname()
    local log = os.tmpname()
    assert.equal(0, cli.shell(("rm %s && mkfifo %s"):format(input, input)).status)
    local line = "PROACTIVE_SANDBOX=%s %s examples/automation/host.lua <>%s"
    local pid = cli.background(line:format(sandbox.url, cli.interpreter, input), log)
    finally(function()
      cli.stop(pid)
      os.remove(input)
      os.remove(log)
    end)
    cli.shell("echo mailbox full >" .. input)
    local user, arrived = sandbox:users()[1].user, 0
    for _ = 1, 400 do
      arrived = #assert(sandbox:notifications(user))
      if arrived > 0 then break end
      cli.shell "sleep 0.05"
    end
    assert.equal(1, arrived)
  end)
end)

describe("examples/openresty/nginx.conf", function()
  local sandbox = support.use { users = 1 }
  local folder

  before_each(function()
    folder = os.tmpname()
    os.remove(folder)
    cli.shell("mkdir " .. folder)
  end)

  after_each(function()
    cli.shell(("kill $(cat %s/pid); sleep 0.2; rm -rf %s"):format(folder, folder))
  end)

  --- The same configuration on a free port, run by whoever runs this.
  local function start(sandbox_url, text)
    local port = ("127.0.0.1:%d"):format(free_port())
    text = text or read "examples/openresty/nginx.conf"
    local before = text
    text = text:gsub("127%.0%.0%.1:8080", port):gsub("pid [^;]+;", "pid " .. folder .. "/pid; user root;")
      :gsub("error_log stderr", "error_log " .. folder .. "/log")
    assert.are_not.equal(before, text)
    local handle = assert(io.open(folder .. "/nginx.conf", "wb"))
    handle:write(text)
    handle:close()
    local line = "PROACTIVE_SANDBOX=%s PATH=$PATH:/usr/sbin nginx -p $PWD -e %s/log -c %s/nginx.conf"
    local ran = cli.shell(line:format(sandbox_url, folder, folder))
    assert.equal(0, ran.status, ran.stderr)
    return "http://" .. port
  end

  it("logs why there is no client", function()
    start ""
    cli.wait_for(folder .. "/log", "init_worker_by_lua[^\n]+auth: no credentials")
  end)

  it("logs it with the page's program too", function()
    local text = read "examples/openresty/nginx.conf"
    local of_page = assert(read("docs/hosts.md"):match "```lua\n(%-%- init_worker_by_lua_block.-)```")
    local first = assert(text:find("init_worker_by_lua_block {", 1, true))
    local last = assert(text:find("\n  server {", first, true))
    start("", text:sub(1, first - 1) .. "lua_shared_dict tokens 1m;\ninit_worker_by_lua_block {\n" .. of_page .. "}"
      .. text:sub(last))
    cli.wait_for(folder .. "/log", "init_worker_by_lua[^\n]+auth: no credentials")
  end)

  it("sends, and takes events in the log phase", function()
    local url = start(sandbox.url)
    local function get(path) return cli.shell(("curl -s %s/order/%s"):format(url, path)).stdout end
    assert.equal("order17-shipped\n", get "order17/shipped", read(folder .. "/log"))
    assert.equal("noted\n", get "order17/delivered")
    local seen = {}
    for _ = 1, 400 do
      for _, count in ipairs(assert(sandbox:counts())) do seen[count.reference_id] = count.accepted end
      if seen["order17-delivered"] then break end
      cli.shell "sleep 0.05"
    end
    assert.same({ ["order17-shipped"] = 1, ["order17-delivered"] = 1 }, seen, read(folder .. "/log"))
  end)
end)
