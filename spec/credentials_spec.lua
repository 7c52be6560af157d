--- Where a skill's credentials come from: the environment, else a file that is private.

local cli = require "spec.support.cli"
local credentials = require "proactive.credentials"

local ONE = '{"skills":{"skill-1":{"client_id":"id-1","client_secret":"secret-1"}}}'
local TWO = '{"skills":{"skill-1":{"client_id":"id-1","client_secret":"secret-1"},'
  .. '"skill-2":{"client_id":"id-2","client_secret":"secret-2"}}}'

describe("credentials.find", function()
  local getenv, environment, paths = os.getenv, nil, nil

  before_each(function()
    environment, paths = {}, {}
    os.getenv = function(name) return environment[name] end -- luacheck: ignore 122
  end)

  after_each(function()
    os.getenv = getenv -- luacheck: ignore 122
    for _, path in ipairs(paths) do
      os.remove(path)
    end
  end)

  -- The credentials file of this test.
  local function file(text, mode)
    local path = cli.file(".json", text)
    paths[#paths + 1] = path
    assert.equal(0, cli.shell(("chmod %s %s"):format(mode or "0600", path)).status)
    environment.PROACTIVE_CREDENTIALS = path
    return path
  end

  local function refuses(path, problem, skill_id)
    local found, err = credentials.find(skill_id)
    assert.is_nil(found)
    assert.equal("auth", err.kind)
    local told = err.message
    local expected = ("the credentials file %s %s"):format(path, problem)
    assert.equal(expected, told:sub(1, #expected))
    assert.falsy(tostring(err):find("secret-", 1, true))
  end

  local function pair(number)
    return { client_id = "id-" .. number, client_secret = "secret-" .. number }
  end

  it("takes the one skill of a file", function()
    file(ONE)
    assert.same(pair "1", credentials.find())
    assert.same(pair "1", credentials.find "skill-1")
    file(ONE, "0400")
    assert.same(pair "1", credentials.find())
  end)

  it("takes the named one of several", function()
    local path = file(TWO)
    assert.same(pair "2", credentials.find "skill-2")
    refuses(path, "has no skill skill-3", "skill-3")
    refuses(path, "has several skills and none was named (--skill ID)")
  end)

  it("refuses a file that others may read or write", function()
    refuses(file(ONE, "0644"), "can be read by others: its mode is 0644")
    refuses(file(ONE, "0620"), "can be read by others: its mode is 0620")
  end)

  it("refuses what is no file of its own", function()
    local path = file(ONE)
    local link = path .. ".link"
    paths[#paths + 1] = link
    assert.equal(0, cli.shell(("ln -s %s %s"):format(path, link)).status)
    environment.PROACTIVE_CREDENTIALS = link
    refuses(link, "is a symbolic link")
    environment.PROACTIVE_CREDENTIALS = "/tmp"
    refuses("/tmp", "is not a regular file")
  end)

  it("refuses another user's file", function()
    if cli.shell("id -u").stdout ~= "0\n" then return pending "only root can give files away" end
    local path = file(ONE)
    assert.equal(0, cli.shell("chown 1 " .. path).status)
    refuses(path, "is not yours")
  end)

  it("refuses a file that is too large, and takes the largest", function()
    local most = 64 * 1024
    file(ONE .. (" "):rep(most - #ONE))
    assert.same(pair "1", credentials.find())
    refuses(file(ONE .. (" "):rep(most - #ONE + 1)), "is too large")
  end)

  it("refuses what holds no credentials", function()
    refuses(file "{", "is not JSON: ")
    refuses(file "", "is not JSON: ")
    refuses(file '"secret-1', "is not JSON: ")
    for _, text in ipairs { "[]", "{}", '{"skills":"x"}' } do
      refuses(file(text), "has no skills")
    end
    for _, text in ipairs { "1", '"x"' } do
      refuses(file(text), "holds no object")
    end
    for _, text in ipairs { '{"skills":{}}', '{"skills":null}' } do
      refuses(file(text), "has no skill")
    end
    for _, entry in ipairs { "{}", "1", "null", '"x"', '{"client_secret":"secret-1"}',
      '{"client_id":"id-1"}', '{"client_id":1,"client_secret":"secret-1"}' } do
      refuses(file(('{"skills":{"skill-1":%s}}'):format(entry)), "lacks client_id or client_secret")
    end
  end)

  it("looks in the environment first", function()
    file(ONE, "0644")
    environment.ALEXA_CLIENT_ID, environment.ALEXA_CLIENT_SECRET = "id-2", "secret-2"
    assert.same(pair "2", credentials.find())
  end)

  it("names the variable that is missing or empty", function()
    local names = { "ALEXA_CLIENT_ID", "ALEXA_CLIENT_SECRET" }
    for i, missing in ipairs(names) do
      for _, value in ipairs { false, "" } do
        environment = { [names[3 - i]] = "secret-1", [missing] = value or nil }
        local found, err = credentials.find()
        assert.is_nil(found)
        assert.equal("auth", err.kind)
        assert.truthy(err.message:find(missing .. " is missing", 1, true))
        assert.falsy(tostring(err):find("secret-", 1, true))
      end
    end
  end)

  it("takes empty variables for ones that are not set", function()
    file(ONE)
    environment.ALEXA_CLIENT_ID, environment.ALEXA_CLIENT_SECRET = "", ""
    assert.same(pair "1", credentials.find())
  end)

  it("says so when there are none", function()
    environment.PROACTIVE_CREDENTIALS = "/nonexistent/credentials.json"
    local found, err = credentials.find()
    assert.is_nil(found)
    assert.equal("auth", err.kind)
    assert.truthy(err.message:find("no credentials", 1, true))
  end)

  it("knows where the file is", function()
    environment = { HOME = "/h", XDG_CONFIG_HOME = "", PROACTIVE_CREDENTIALS = "" }
    assert.equal("/h/.config/proactive/credentials.json", credentials.path())
    environment.XDG_CONFIG_HOME = "/x"
    assert.equal("/x/proactive/credentials.json", credentials.path())
    environment = {}
    assert.is_nil(credentials.path())
  end)
end)

describe("credentials that are kept", function()
  local getenv, environment, folder = os.getenv, nil, nil

  before_each(function()
    folder = os.tmpname()
    os.remove(folder)
    environment = { PROACTIVE_CREDENTIALS = folder .. "/a/credentials.json" }
    os.getenv = function(name) return environment[name] end -- luacheck: ignore 122
  end)

  after_each(function()
    os.getenv = getenv -- luacheck: ignore 122
    cli.shell("rm -rf " .. folder)
  end)

  local LOGIN = { client_id = "c", client_secret = "s", refresh_token = "Atzr|r" }

  local function text()
    local handle = assert(io.open(environment.PROACTIVE_CREDENTIALS, "rb"))
    local found = handle:read "*a"
    handle:close()
    return found
  end

  it("are found again, in a file of the user's own", function()
    assert.equal(environment.PROACTIVE_CREDENTIALS, credentials.keep_login(LOGIN))
    assert.same(LOGIN, credentials.login())
    assert.same({ client_id = "c", client_secret = "s" }, credentials.login_client())
    assert(credentials.keep_skill("skill-1", { client_id = "i", client_secret = "t" }))
    assert.equal("skill-1", credentials.only_skill())
    assert(credentials.keep_skill("skill-2", { client_id = "j", client_secret = "u" }))
    assert.is_nil(credentials.only_skill())
    assert.same({ client_id = "i", client_secret = "t" }, credentials.find "skill-1")
    assert.same(LOGIN, credentials.login())
    local modes = cli.shell(("cd %s && stat -c %%a a a/credentials.json && ls a | wc -l"):format(folder))
    assert.equal("700\n600\n1\n", modes.stdout)
  end)

  it("leave the rest of the file as it was", function()
    assert(credentials.keep_skill("skill-1", { client_id = "i", client_secret = "t" }))
    local before = text()
    assert(credentials.keep_login(LOGIN))
    assert.equal(before:sub(1, -4), text():sub(1, #before - 3))
    assert(credentials.keep_login { client_id = "c", client_secret = "s", refresh_token = "new" })
    assert.equal("new", credentials.login().refresh_token)
    assert.equal("i", credentials.find("skill-1").client_id)
  end)

  it("are not written over a file that is not good", function()
    cli.shell(("mkdir -p %s/a"):format(folder))
    for _, case in ipairs { { "nonsense", "0600", "is not JSON" }, { "{}", "0644", "read by others" },
      { "1", "0600", "holds no object" } } do
      local handle = assert(io.open(environment.PROACTIVE_CREDENTIALS, "wb"))
      handle:write(case[1])
      handle:close()
      cli.shell(("chmod %s %s"):format(case[2], environment.PROACTIVE_CREDENTIALS))
      for _, call in ipairs { credentials.keep_login, credentials.login, credentials.only_skill } do
        local path, err = call(LOGIN)
        assert.is_nil(path)
        assert.equal("auth", err.kind)
        assert.truthy(err.message:find(case[3], 1, true), err.message)
      end
      assert.equal(case[1], text())
    end
  end)

  it("are not written into what is no object", function()
    cli.shell(("mkdir -p %s/a"):format(folder))
    local pair = { client_id = "i", client_secret = "t" }
    for _, given in ipairs { "[]", "null", '{"skills": []}', '{"skills":null,"smapi":5}', '{"skills": "x"}' } do
      local handle = assert(io.open(environment.PROACTIVE_CREDENTIALS, "wb"))
      handle:write(given)
      handle:close()
      cli.shell(("chmod 600 %s"):format(environment.PROACTIVE_CREDENTIALS))
      local path, err = credentials.keep_skill("skill-1", pair)
      assert.is_nil(path, given)
      assert.equal("auth", err.kind)
      assert.matches("no object", err.message)
      assert.equal(given, text())
      assert.is_nil((credentials.only_skill()))
      assert.is_nil((credentials.find("skill-1")))
    end
    local handle = assert(io.open(environment.PROACTIVE_CREDENTIALS, "wb"))
    handle:write '{"smapi":5}'
    handle:close()
    assert(credentials.keep_login(LOGIN))
    assert.same(LOGIN, credentials.login())
  end)

  it("of a sandbox are for that sandbox alone", function()
    local url = "http://127.0.0.1:4380"
    assert(credentials.keep_login(LOGIN, url))
    assert.same(LOGIN, credentials.sandbox_login_for(url .. "/"))
    assert.equal(credentials.sandbox_login, credentials.sandbox_login_for "http://127.0.0.1:4381")
    local login, err = credentials.login()
    assert.is_nil(login)
    assert.matches("not logged in", err.message)
    assert.is_nil(credentials.login_client())
    assert.same({ client_id = "c", client_secret = "s" }, credentials.login_client(url))
    environment = { HOME = folder .. "/none" }
    assert.equal(credentials.sandbox_login, credentials.sandbox_login_for(url))
  end)

  it("that are real are not shown to a sandbox", function()
    assert(credentials.keep_login(LOGIN))
    assert.equal(credentials.sandbox_login, credentials.sandbox_login_for "http://127.0.0.1:4380")
    assert.is_nil(credentials.login_client "http://127.0.0.1:4380")
  end)

  it("need a place", function()
    environment = {}
    local path, err = credentials.keep_login(LOGIN)
    assert.is_nil(path)
    assert.matches("HOME is not set", err.message)
    environment.PROACTIVE_CREDENTIALS = "/proc/nowhere/credentials.json"
    path, err = credentials.keep_login(LOGIN)
    assert.is_nil(path)
    assert.matches("cannot be written", err.message)
  end)

  it("may stand in the environment, all three of a login", function()
    environment.ALEXA_SMAPI_CLIENT_ID, environment.ALEXA_SMAPI_CLIENT_SECRET = "c", "s"
    local login, err = credentials.login()
    assert.is_nil(login)
    assert.matches("ALEXA_SMAPI_REFRESH_TOKEN is missing", err.message)
    environment.ALEXA_SMAPI_REFRESH_TOKEN = "Atzr|r"
    assert.same(LOGIN, credentials.login())
  end)

  it("are missed with a sentence that names the way", function()
    local login, err = credentials.login()
    assert.is_nil(login)
    assert.equal("auth", err.kind)
    assert.matches("proactive login", err.fix)
    assert.is_nil(credentials.login_client())
    assert.is_nil(credentials.only_skill())
  end)
end)

describe("core.write_private", function()
  local core = require "proactive.core"

  it("raises for what is no path or text, and refuses too much", function()
    for _, path in ipairs { 1, false, {}, "a\0b", "" } do
      assert.has_error(function() core.write_private(path, "") end)
    end
    assert.has_error(function() core.write_private("/tmp/x", 1) end)
    local written, message = core.write_private("/tmp/x", ("x"):rep(70000))
    assert.is_nil(written)
    assert.equal("would be too large", message)
    written, message = core.write_private("/" .. ("x"):rep(5000), "")
    assert.is_nil(written)
    assert.equal("has too long a path", message)
  end)
end)

describe("core.read_private", function()
  local core = require "proactive.core"

  it("tells why a file cannot be read", function()
    local text, message = core.read_private "/nonexistent/file"
    assert.is_nil(text)
    assert.matches("^cannot be read: %u", message)
  end)

  it("raises for what is no path", function()
    for _, path in ipairs { 1, false, {}, "a\0b" } do
      assert.has_error(function() core.read_private(path) end)
    end
  end)
end)

describe("proactive token", function()
  -- Amazon is out of reach: the way there leads to a port on which nobody listens.
  local function ask(mode)
    local path = cli.file(".json", ONE)
    finally(function() os.remove(path) end)
    assert.equal(0, cli.shell(("chmod %s %s"):format(mode, path)).status)
    local nowhere = "http://127.0.0.1:1"
    local env = { PROACTIVE_CREDENTIALS = path, https_proxy = nowhere, HTTPS_PROXY = nowhere,
      no_proxy = "", NO_PROXY = "" }
    local ran = cli.run({ "token" }, { env = env })
    assert.equal("", ran.stdout)
    assert.falsy(ran.stderr:find("secret-1", 1, true))
    return ran, path
  end

  it("asks with the credentials of a private file", function()
    local ran = ask "0600"
    assert.equal(1, ran.status)
    assert.truthy(ran.stderr:find("127.0.0.1", 1, true), ran.stderr)
  end)

  it("refuses one that others may read, and asks nobody", function()
    local ran, path = ask "0644"
    assert.equal(2, ran.status)
    assert.truthy(ran.stderr:find(path .. " can be read by others: its mode is 0644", 1, true))
  end)
end)
