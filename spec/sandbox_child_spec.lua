--- The sandbox as a process: starting and ending it, and what goes over the wire.

local cli = require "spec.support.cli"
local compat = require "proactive.compat"
local core = require "proactive.core"
local files = require "proactive.files"
local sandbox = require "proactive.sandbox"
local support = require "spec.support.sandbox"

--- One request without any client of ours between: status or nil, result.
local function post(pool, url, body)
  local route = assert(pool:route { method = "POST", url = url })
  local id = assert(pool:start(route, body, 10))
  while not pool:result(id) do
    assert(pool:step(1, nil, 1))
  end
  local result = pool:result(id)
  pool:release(id)
  return result.status, result
end

describe("a sandbox process", function()
  local running = support.use()
  local pool

  before_each(function()
    pool = assert(core.http {})
  end)
  after_each(function()
    pool:close()
  end)

  local function send()
    return post(pool, running.url .. "/v1/proactiveEvents/", "{}")
  end

  it("listens on loopback at a free port", function()
    assert.truthy(running.url:find "^http://127%.0%.0%.1:%d+$")
    assert.is_nil(running.ca_file)
    assert.equal(5, #running:users())
  end)

  it("takes seconds or never for how long an update takes", function()
    for _, given in ipairs { -1, "soon", true } do
      assert.has_error(function() sandbox.start { update_takes = given } end)
    end
    for _, given in ipairs { "soon", "1s", "" } do
      local ran = cli.run { "sandbox", "--update-takes", given }
      assert.equal(2, ran.status)
      assert.matches("seconds or never expected", ran.stderr)
    end
    local other = assert(sandbox.start { update_takes = "never", users = 0 })
    other:stop()
  end)

  it("takes only an address for where skill events go", function()
    for _, given in ipairs { "nonsense", "127.0.0.1:8080", "http://" } do
      local ok, message = pcall(sandbox.start, { skill = given })
      assert.is_false(ok)
      assert.matches("option skill must be an address, as http://127.0.0.1:8080", message, 1, true)
      local ran = cli.run { "sandbox", "--port", "0", "--skill", given }
      assert.equal(2, ran.status)
      assert.matches("an address is like http://127.0.0.1:8080, got '" .. given, ran.stderr, 1, true)
    end
  end)

  it("gives the same words over the wire as without it", function()
    local status, result = send()
    assert.equal(403, status)
    assert.equal('{"type":"Forbidden","message":"Missing Authorization header"}', result.body)
    assert.truthy(result.headers:lower():find "\nx%-amzn%-requestid: ")
  end)

  it("takes calls about customers, skills, faults and the clock", function()
    assert(running:put_user { user = "a b/c", region = "FE" })
    assert.equal(6, #running:users())
    assert.is_true(running:delete_user "a b/c")
    assert(running:put_skill { client_id = "mine" })
    assert.equal(4, #running:skills())
    assert.is_true(running:delete_skill "mine")
    assert.equal(60, running:advance(60).ahead)
    assert(running:fault { match = { count = 1 }, status = 503 })
    assert.equal(503, (send()))
    assert(running:faults { { ["do"] = { status = 500 } } })
    assert.is_true(running:clear_faults())
    assert.equal(403, (send()))
    assert.equal(2, #running:requests())
    assert.same({}, running:listen(sandbox.user_id(1)))
    assert.is_true(running:delete_notifications(sandbox.user_id(1)))
    assert.same({}, running:notifications(sandbox.user_id(1)))
  end)

  it("refuses a wrong call with an error", function()
    local done, err = running:put_user { user = "a", locale = "en" }
    assert.is_nil(done)
    assert.same({ "invalid", 400 }, { err.kind, err.status })
    assert.equal("locale must look like en-US", err.message)
    assert.equal("not_found", select(2, running:delete_user "nobody").kind)
  end)

  it("closes the connection before an answer", function()
    assert(running:fault { match = { count = 1 }, reset = "before" })
    local status, result = send()
    assert.same({ nil, "reset" }, { status, result.cause })
  end)

  it("cuts an answer, and sends what is no HTTP", function()
    assert(running:fault { cut = 12 })
    assert.is_nil((send()))
    assert(running:fault { garbage = 300 })
    local _, result = send()
    assert.equal("protocol", result.cause)
  end)

  it("holds a delayed answer back while it serves others", function()
    assert(running:fault { match = { count = 1 }, delay = 60 })
    local url = running.url .. "/v1/proactiveEvents/"
    local route = assert(pool:route { method = "POST", url = url })
    local slow = assert(pool:start(route, "{}", 60))
    repeat assert(pool:step(0.01, nil, 2)) until #assert(running:requests()) > 0
    local quick = assert(pool:start(route, "{}", 60))
    while not pool:result(quick) do assert(pool:step(1, nil, 2)) end
    assert.is_nil(pool:result(slow))
    pool:release(quick)
    pool:release(slow)
  end)

  it("answers a body that is too large with 413", function()
    assert.equal(413, (post(pool, running.url .. "/v1/proactiveEvents/", ("x"):rep(300 * 1024))))
  end)
end)

describe("the page about the sandbox", function()
  it("begins with a program that runs", function()
    local program = files.read("docs/sandbox.md"):match "```lua\n(.-)```"
    local printed, print_before = {}, _G.print
    finally(function()
      _G.print = print_before
    end)
    _G.print = function(...)
      printed[#printed + 1] = table.concat({ ... }, " ")
    end
    assert(compat.load_text(program, "=docs/sandbox.md"))()
    assert.equal(1, #printed)
    assert.truthy(printed[1]:find "^en%-US .*tornado")
  end)
end)

describe("starting a sandbox", function()
  it("with many customers gives lists longer than one answer can be", function()
    local running = assert(sandbox.start { users = 1500 })
    local users = assert(running:users())
    running:stop()
    assert.equal(1500, #users)
    assert.equal(sandbox.user_id(1500), users[1500].user)
    assert.equal("proactive.sandbox at " .. running.url, tostring(running))
  end)

  it("fails with a sentence when the port is taken", function()
    local first = assert(sandbox.start())
    local port = tonumber(first.url:match "%d+$")
    local second, err = sandbox.start { port = port }
    first:stop()
    assert.is_nil(second)
    assert.equal("unexpected", err.kind)
    assert.truthy(err.message:find("in use", 1, true))
    assert.truthy(err.message:find("127.0.0.1", 1, true))
  end)

  it("fails with a sentence when there is no such interpreter", function()
    local none, err = sandbox.start { lua = "/nonexistent/lua" }
    assert.is_nil(none)
    assert.truthy(err.message:find("/nonexistent/lua", 1, true))
  end)

  it("raises for options that do not exist", function()
    assert.has_error(function()
      sandbox.start { user = 3 }
    end, "proactive.sandbox.start: unknown option user (did you mean users?)")
    assert.has_error(function()
      sandbox.serve { success = 201 }
    end, "proactive.sandbox.serve: option success must be 202 or 200")
  end)

  it("ends with stop, which may be called twice and forbids other calls", function()
    local running = assert(sandbox.start { users = 0 })
    assert.same({}, running:users())
    local url = running.url
    running:stop()
    running:stop()
    assert.has_error(function()
      running:users()
    end)
    local pool = assert(core.http {})
    local _, result = post(pool, url .. "/", "")
    pool:close()
    assert.equal("connect", result.cause)
  end)

  it("ends when the process that started it does", function()
    local path = os.tmpname()
    local code = [[
      local running = assert(require("proactive.sandbox").start { lua = %q })
      local handle = io.open(%q, "w")
      handle:write(running.url)
      handle:close()
      os.exit(0)
    ]]
    local program = ("package.path=%q package.cpath=%q "):format(package.path, package.cpath)
      .. code:format(compat.interpreter(), path)
    assert.is_true(
      compat.execute(files.quote(compat.interpreter()) .. " -e " .. files.quote(program))
    )
    local url = files.read(path)
    os.remove(path)
    assert.truthy(url:find "^http://")
    local pool = assert(core.http {})
    local result
    for _ = 1, 500 do
      _, result = post(pool, url .. "/", "")
      if result.cause == "connect" then break end
      pool:step(0.01, nil, 1)
    end
    pool:close()
    assert.equal("connect", result.cause)
  end)

  it("warns when other machines can reach it, and prints where it is", function()
    local out = os.tmpname()
    local program = ("package.path=%q package.cpath=%q "):format(package.path, package.cpath)
      .. "require('proactive.sandbox').serve{host='0.0.0.0',port=0,until_stdin_closes=true}"
    local line = ("true | %s -e %s 2>%s"):format(
      files.quote(compat.interpreter()),
      files.quote(program),
      files.quote(out)
    )
    assert.is_true(compat.execute(line))
    local said = files.read(out)
    os.remove(out)
    assert.truthy(said:find("warning: other machines can reach", 1, true))
    assert.truthy(said:find "\nproactive sandbox: http://0%.0%.0%.0:%d+ %(")
  end)
end)

describe("a sandbox with TLS", function()
  local dir = os.tmpname()
  os.remove(dir)
  local running

  setup(function()
    running = assert(sandbox.start { tls = true, tls_dir = dir })
  end)
  teardown(function()
    running:stop()
    compat.execute("rm -rf " .. files.quote(dir))
  end)

  it("serves under its own authority", function()
    assert.truthy(running.url:find "^https://127%.0%.0%.1:%d+$")
    assert.equal(dir .. "/ca.pem", running.ca_file)
    assert.equal(5, #running:users())
    local localhost = running.url:gsub("127.0.0.1", "localhost", 1)
    local pool = assert(core.http { ca_file = running.ca_file })
    assert.equal(403, (post(pool, localhost .. "/v1/proactiveEvents/", "{}")))
    pool:close()
  end)

  it("is not trusted by a client that was not told", function()
    local pool = assert(core.http {})
    local _, result = post(pool, running.url .. "/", "")
    pool:close()
    assert.equal("tls", result.cause)
  end)

  it("keeps its key to its owner, and none of the authority's", function()
    local function said(command)
      local pipe = io.popen(command)
      local text = pipe:read "*a"
      pipe:close()
      return text
    end
    local quoted = files.quote(dir)
    assert.equal("600\n", said("stat -c %a " .. quoted .. "/key.pem"))
    assert.equal("ca.pem cert.pem key.pem", (said("ls " .. quoted):gsub("%s+", " "):gsub(" $", "")))
    local text = said("openssl x509 -noout -text -in " .. quoted .. "/ca.pem")
    assert.truthy(text:find("Name Constraints: critical", 1, true))
    assert.truthy(text:find("DNS:localhost", 1, true))
    assert.truthy(text:find("IP:127.0.0.0/255.0.0.0", 1, true))
  end)

  it("uses its certificate again", function()
    local before = files.read(dir .. "/cert.pem")
    local second = assert(sandbox.start { tls = true, tls_dir = dir })
    assert.equal(5, #second:users())
    second:stop()
    assert.equal(before, files.read(dir .. "/cert.pem"))
  end)

  it("makes another when it is damaged", function()
    local other = dir .. "2"
    compat.execute("mkdir -p " .. files.quote(other))
    files.replace(other .. "/ca.pem", "nothing")
    local third = assert(sandbox.start { tls = true, tls_dir = other })
    assert.equal(5, #third:users())
    third:stop()
    compat.execute("rm -rf " .. files.quote(other))
  end)

  it("touches nothing in a folder that holds other files", function()
    local home = dir .. "3"
    compat.execute("mkdir -p " .. files.quote(home .. "/letters"))
    files.replace(home .. "/letters/one", "dear")
    local running_there, err = sandbox.start { tls = true, tls_dir = home }
    assert.is_nil(running_there)
    assert.matches("holds other files", err.message)
    assert.equal("dear", files.read(home .. "/letters/one"))
    compat.execute("rm -rf " .. files.quote(home))
  end)

  it("ends the connection where it cannot cut an answer", function()
    assert(running:fault { cut = 12 })
    local pool = assert(core.http { ca_file = running.ca_file })
    local status = post(pool, running.url .. "/v1/proactiveEvents/", "{}")
    pool:close()
    running:reset()
    assert.is_nil(status)
  end)
end)
