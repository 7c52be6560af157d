--- The whole way: a sandbox that tells a skill what its customers do, the skill on its hosts, and
--- events sent to those who want them.

local cli = require "spec.support.cli"
local core = require "proactive.core"
local json = require "proactive.json"
local nginx = require "spec.support.nginx"
local proactive = require "proactive"
local registry = require "proactive.registry"
local stand_in = require "spec.support.stand_in"
local stores = require "spec.support.stores"

local SKILL = "amzn1.ask.skill.5a4db0c5-0000-4000-8000-000000000001"
local WANTED = "AMAZON.MediaContent.Available"

local APP = [[
return {
  application_id = "%s",
  registry = assert(require("proactive").registry.open "sqlite:%s"),
}
]]

local function write(path, text)
  local file = assert(io.open(path, "wb"))
  assert(file:write(text))
  assert(file:close())
end

--- Waits until no skill event is on its way; what became of each, by type.
local function settled(sandbox)
  local pool, ends = assert(core.http {}), core.monotonic() + 20
  while true do
    local list, waiting = assert(sandbox:skill_events()), 0
    for _, event in ipairs(list) do
      if event.state == "waiting" then waiting = waiting + 1 end
    end
    if waiting == 0 then
      pool:close()
      return list
    end
    assert(core.monotonic() < ends, "still waiting")
    pool:step(0.02, nil, 1)
  end
end

local function states(list)
  local said = {}
  for index, event in ipairs(list) do
    said[index] = ("%s %s"):format(event.type:match "[^.]+$", event.state)
  end
  return said
end

--- A customer subscribes, gets an event, unsubscribes, gets none.
local function walk(sandbox, path)
  local store = assert(registry.open("sqlite:" .. path))
  local client = stand_in.client(sandbox)
  local event = stand_in.event()
  local user = stand_in.silent(sandbox).user

  assert(sandbox:put_user { user = user, subscriptions = json.array { WANTED } })
  assert.same({ "ProactiveSubscriptionChanged delivered" }, states(settled(sandbox)))
  local report = assert(client:send_many(event, store:each { event = WANTED }))
  assert.equal(1, report.accepted)
  assert.equal(1, #assert(sandbox:notifications(user)))

  assert(sandbox:put_user { user = user, subscriptions = json.array {} })
  settled(sandbox)
  report = assert(client:send_many(event, store:each { event = WANTED }))
  assert.equal(0, report.accepted + report.failed)
  assert.equal(1, #assert(sandbox:notifications(user)))

  assert(sandbox:put_user { user = user, enabled = false })
  assert(sandbox:put_user { user = user, enabled = true, subscriptions = json.array { WANTED } })
  local list = settled(sandbox)
  assert.equal("SkillDisabled delivered", states(list)[3])
  assert.equal("SkillEnabled delivered", states(list)[4])
  assert.equal("ProactiveSubscriptionChanged delivered", states(list)[5])
  assert.equal(1, store:count { event = WANTED })
  client:close()
  store:close()
end

--- The newest GLIBC version among the lines of objdump, as a number: 2.36 is 236.
local function newest(lines)
  local most = 0
  for major, minor in lines:gmatch "GLIBC_(%d+)%.(%d+)" do
    most = math.max(most, tonumber(major) * 100 + tonumber(minor))
  end
  return most
end

--- The program that Lambda starts asks for no C library; the rest asks for none newer than its own.
local function check_libraries(folder)
  local function dump(names)
    return cli.shell(("cd %s && objdump -T %s 2>/dev/null"):format(folder, names)).stdout
  end
  assert.equal(0, newest(dump "bootstrap"))
  local asked = newest(dump "lib/lua build/5.4/*/*.so lib/libcurl.so.4")
  assert.is_true(asked > 0 and asked <= newest(dump "lib/libc.so.6"))
end

describe("a skill hears of the sandbox's customers", function()
  local app, path, sandbox

  before_each(function()
    app, path = os.tmpname(), stores.file()
    write(app, APP:format(SKILL, path))
  end)

  after_each(function()
    sandbox:stop()
    os.remove(app)
  end)

  it("on proactive serve", function()
    -- each needs the other's address: the skill gets its port first
    local log = os.tmpname()
    sandbox = assert(proactive.sandbox.start {})
    local line = ("exec bin/proactive serve --app %s --port 0 --sandbox %s"):format(app, sandbox.url)
    local process = cli.background(("PROACTIVE_LUA=%s sh -c %s"):format(cli.interpreter, cli.quote(line)), log)
    finally(function()
      cli.stop(process)
      os.remove(log)
    end)
    local url = cli.wait_for(log, "proactive serve: (http://127%.0%.0%.1:%d+)\n")
    cli.wait_for(log, "answering the sandbox at (" .. sandbox.url:gsub("%p", "%%%0") .. "), and not Amazon")
    assert(sandbox:put_skill { client_id = "amzn1.application-oa2-client.sandbox", endpoint = url })
    walk(sandbox, path)
  end)

  it("in OpenResty", function()
    sandbox = assert(proactive.sandbox.start {})
    local root = cli.shell("pwd").stdout:match "[^\n]+"
    local handler = [[location / { content_by_lua_block {
      if not skill then
        local options = dofile "%s"
        options.sandbox = "%s"
        skill = assert(require("proactive").skill(options))
      end
      require("proactive.openresty").skill(skill)
    } }]]
    local rules = handler:format(app, sandbox.url)
    local server = nginx.start({ skill = { http2 = false, rules = rules, plain = true } }, {
      path = ("%s/lua/?.lua;%s/lua/?/init.lua;"):format(root, root),
      cpath = root .. "/build/jit/?.so;",
    })
    finally(function() server:stop() end)
    local url = server:url "skill"
    assert(sandbox:put_skill { client_id = "amzn1.application-oa2-client.sandbox", endpoint = url })
    walk(sandbox, path)
  end)

  it("in Lambda: the function's zip file in an empty root, with nothing else of this machine", function()
    local folder, ready = os.tmpname(), os.tmpname()
    -- the function has Lua 5.4, whichever runs this suite
    local unpack = "unset LUA_PATH LUA_CPATH && rm -f %s && mkdir -p %s/tmp "
      .. "&& examples/lambda/build.sh %s/tmp/function.zip "
      .. "&& unzip -q %s/tmp/function.zip -d %s"
    local built = cli.shell((unpack:gsub("%%s", folder)))
    assert.equal(0, built.status, built.stderr)
    local emulator = ("exec %s spec/support/runtime_api.lua %s"):format(cli.interpreter, ready)
    local pid_api = cli.background(emulator, "/dev/null")
    local address = cli.wait_for(ready, "(127.0.0.1:%d+)\n")
    local line = "exec $(command -v env) -i AWS_LAMBDA_RUNTIME_API=%s LAMBDA_TASK_ROOT=/ "
      .. "$(command -v chroot) %s /bootstrap"
    local pid = cli.background(line:format(address, folder), folder .. ".log")
    finally(function()
      cli.shell(("kill %s %s; rm -rf %s %s.log %s"):format(pid, pid_api, folder, folder, ready))
    end)
    sandbox = assert(proactive.sandbox.start { skill = "http://" .. address .. "/invoke" })
    walk(sandbox, folder .. "/tmp/proactive.db")
    check_libraries(folder)
  end)
end)

describe("the sandbox", function()
  local sandbox

  after_each(function()
    sandbox:stop()
  end)

  it("sends an event again for an hour of its clock, with the same timestamp", function()
    sandbox = assert(proactive.sandbox.start { skill = "http://127.0.0.1:1" })
    local user = stand_in.subscriber(sandbox).user
    assert(sandbox:put_user { user = user, subscriptions = json.array {} })
    local function event()
      return assert(sandbox:skill_events())[1]
    end
    local first = event()
    assert.equal("waiting", first.state)
    local attempts
    for _ = 1, 200 do
      attempts = event().attempts
      if event().state ~= "waiting" then break end
      assert(sandbox:advance(60))
    end
    local last = event()
    assert.equal("given_up", last.state)
    assert.is_true(attempts > 20)
    assert.is_string(last.problem)
    assert.same(first.request, last.request)
  end)

  it("tells nobody when it knows no address, and gives up one that is none", function()
    sandbox = assert(proactive.sandbox.start {})
    local user = stand_in.subscriber(sandbox).user
    assert(sandbox:put_user { user = user, subscriptions = json.array {} })
    assert.same({}, assert(sandbox:skill_events()))
    assert(sandbox:put_skill {
      client_id = "amzn1.application-oa2-client.sandbox",
      endpoint = "arn:aws:lambda:us-east-1:123456789012:function:x",
    })
    assert(sandbox:delete_user(user))
    assert.same({ "SkillDisabled given_up" }, states(settled(sandbox)))
    assert(sandbox:reset())
    assert.same({}, assert(sandbox:skill_events()))
  end)

  it("shuffles, and the registry ends in the same state", function()
    local path, app, log = stores.file(), os.tmpname(), os.tmpname()
    write(app, APP:format(SKILL, path))
    sandbox = assert(proactive.sandbox.start { shuffle = true })
    local line = ("exec bin/proactive serve --app %s --port 0 --sandbox %s"):format(app, sandbox.url)
    local process = cli.background(("PROACTIVE_LUA=%s sh -c %s"):format(cli.interpreter, cli.quote(line)), log)
    finally(function()
      cli.stop(process)
      os.remove(log)
      os.remove(app)
    end)
    local url = cli.wait_for(log, "proactive serve: (http://127%.0%.0%.1:%d+)\n")
    assert(sandbox:put_skill { client_id = "amzn1.application-oa2-client.sandbox", endpoint = url })
    local user = stand_in.silent(sandbox).user
    for index = 1, 9 do
      local names = json.array(index % 2 == 1 and { WANTED } or {})
      assert(sandbox:put_user { user = user, subscriptions = names })
    end
    local list = settled(sandbox)
    assert.equal(9, #list)
    local store = assert(registry.open("sqlite:" .. path))
    assert.equal(1, store:count { event = WANTED })
    store:close()
  end)
end)
