--- docs/recipes.md: every block of code is run, as it stands there.

local cli = require "spec.support.cli"
local httpd = require "proactive.httpd"
local page = require "spec.support.page"
local proactive = require "proactive"
local support = require "spec.support.sandbox"

local blocks = page.blocks "docs/recipes.md"

--- The block with these words in it; each is taken once.
local taken = {}
local function block(language, words)
  for index, one in ipairs(blocks) do
    if one.language == language and one.text:find(words, 1, true) then
      taken[index] = true
      return one.text
    end
  end
  error("no block with " .. words)
end

describe("docs/recipes.md", function()
  local sandbox = support.use()
  local folder, root

  before_each(function()
    folder = os.tmpname()
    os.remove(folder)
    root = cli.shell("pwd").stdout:match "[^\n]+"
    assert.equal(0, cli.shell(("mkdir %s; ln -s %s/examples %s"):format(folder, root, folder)).status)
  end)

  after_each(function() cli.shell("rm -rf " .. folder) end)

  local function write(name, text)
    local handle = assert(io.open(folder .. "/" .. name, "wb"))
    handle:write(text)
    handle:close()
  end

  --- Runs a line in the folder; modules and the command are those of the tree.
  local function run(line, url)
    local settings = "cd %s; export PROACTIVE_SANDBOX=%s PROACTIVE_LUA=%s LUA_PATH='%s/lua/?.lua;%s/lua/?/init.lua;;' "
      .. "LUA_CPATH='%s/%s;;'; unset PROACTIVE_STORE; proactive() { %s/bin/proactive \"$@\"; }; %s"
    local built = package.cpath:match "%./(build/[^;]+)"
    local ran = cli.shell(settings:format(folder, url or sandbox.url, cli.interpreter, root, root, root, built,
      root, line))
    assert.equal(0, ran.status, line .. "\n" .. ran.stdout .. ran.stderr)
    return ran.stdout
  end

  local function run_block(name, words, arguments, url)
    write(name, block("lua", words))
    return run(("%s %s %s"):format(cli.interpreter, name, arguments or ""), url)
  end

  local function customer(region)
    for _, one in ipairs(assert(sandbox:users())) do
      if one.region == region and #one.subscriptions > 0 then return one.user end
    end
  end

  it("says where the sandbox is", function()
    assert.equal("export PROACTIVE_SANDBOX=http://127.0.0.1:4380\n", block("sh", "export"))
  end)

  it("has a job for cron", function()
    write("collection.lua", block("lua", "-- collection.lua"))
    local command = block("crontab", "collection.lua"):match "^%S+ %S+ %S+ %S+ %S+  (proactive [^\n]+)\n$"
    assert.equal("", run(command))
    assert.is_true(#assert(sandbox:notifications()) > 0)
  end)

  --- Starts the page's nginx on a free port; it is ended with the test.
  local function start_server(url)
    local server = assert(httpd.listen {})
    local address = ("127.0.0.1:%d"):format(server:port())
    server:close()
    local text, changed = block("nginx", "alexa:send"), 0
    for pattern, put in pairs {
      ["127%.0%.0%.1:8080"] = address,
      ["/tmp/proactive%-recipe.pid"] = folder .. "/pid; user root",
      ["/tmp/proactive%-recipe.db"] = folder .. "/recipe.db",
      ["error_log stderr"] = "error_log " .. folder .. "/log",
    } do
      local count
      text, count = text:gsub(pattern, put)
      changed = changed + count
    end
    assert.equal(4, changed)
    write("nginx.conf", text)
    -- nginx finds the modules of its own Lua, not those of the suite's
    local line = "unset LUA_PATH LUA_CPATH; PROACTIVE_SANDBOX=%s PATH=$PATH:/usr/sbin "
      .. "nginx -p $PWD -e %s/log -c %s/nginx.conf"
    local ran = cli.shell(line:format(url, folder, folder))
    assert.equal(0, ran.status, ran.stderr)
    finally(function()
      cli.shell(("p=$(cat %s/pid); kill $p; while kill -0 $p; do sleep 0.05; done"):format(folder))
    end)
    return address
  end

  it("has a server that logs why it cannot send", function()
    start_server ""
    cli.wait_for(folder .. "/log", "init_worker_by_lua[^\n]+auth: no credentials")
  end)

  it("has a server", function()
    local address = start_server(sandbox.url)
    local user = customer "NA"
    local url = ("http://%s/shipped?user=%s&order=17"):format(address, user)
    local said = cli.shell(("curl -s '%s'"):format(url)).stdout
    local found = assert(sandbox:notifications(user))[1]
    assert.equal("17", found and found.reference_id, said .. (cli.shell("cat " .. folder .. "/log").stdout))
    said = cli.shell(("curl -s -o /dev/null -w '%%{http_code}' -d '{}' http://%s/alexa"):format(address)).stdout
    assert.equal("400", said)
    said = cli.shell(("curl -s -w '%%{http_code}' 'http://%s/shipped?user=nobody&order=1'"):format(address)).stdout
    assert.matches("422$", said)
  end)

  it("has a game", function()
    local user = customer "NA"
    assert.equal("1 told\n", run_block("game.lua", "-- game.lua", user))
    assert.equal(1, #assert(sandbox:notifications(user)))
  end)

  it("has a test for CI", function()
    assert.equal("ok\n", run_block("notify_test.lua", "-- notify_test.lua"))
    assert.matches("%S", run(block("sh", "proactive validate")))
  end)

  it("has a program for two regions", function()
    local said = run_block("regions.lua", "-- regions.lua", ("%s %s"):format(customer "NA", customer "EU"))
    assert.matches("NA\t%x", said)
    assert.matches("EU\t%x", said)
    assert.matches("\n2 accepted\n$", said)
  end)

  it("has ten thousand customers", function()
    local many = assert(proactive.sandbox.start { users = 10000 })
    finally(function() many:stop() end)
    run("proactive sandbox users 10000 > customers.txt")
    -- asked for more a second, so that nobody waits for the rate here
    local script = block("lua", "-- many.lua"):gsub("rate = 2000", "rate = 1e6", 1)
    write("many.lua", script)
    local said = run(cli.interpreter .. " many.lua customers.txt", many.url)
    assert.equal("10000 accepted, 0 failed\n", said)
    local commands = page.lines({ { language = "sh", text = block("sh", "proactive campaign") } }, "sh", "proactive")
    assert.equal(3, #commands)
    for _, line in ipairs(commands) do
      said = run(line, many.url)
    end
    assert.matches("10,?000", said)
    local accepted = 0
    for _, count in ipairs(assert(many:counts())) do
      accepted = accepted + count.accepted
    end
    assert.equal(20000, accepted)
  end)

  it("has nothing else", function()
    for index, one in ipairs(blocks) do
      assert.is_true(taken[index], one.text)
    end
  end)
end)
