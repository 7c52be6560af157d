--- The command line as its users meet it: usage, statuses, missing libraries, files.

local cli = require "spec.support.cli"

local function file(ending, text)
  local path = cli.file(ending, text)
  finally(function()
    os.remove(path)
  end)
  return path
end

describe("proactive", function()
  it("shows its commands when asked, and ends with 0", function()
    local ran = cli.run { "--help" }
    assert.equal(0, ran.status)
    assert.equal("", ran.stderr)
    for _, name in ipairs { "demo", "sandbox", "events", "validate", "preview", "send", "token" } do
      assert.truthy(ran.stdout:find("\n  " .. name .. "%s"), name)
    end
  end)

  it("shows them on standard error when no command is given, and ends with 2", function()
    local ran = cli.run {}
    assert.equal(2, ran.status)
    assert.equal("", ran.stdout)
    assert.truthy(ran.stderr:find("Usage: proactive COMMAND", 1, true))
  end)

  it("has help with an example for every command", function()
    for _, name in ipairs(require("proactive.cli").commands) do
      local ran = cli.run { name, "--help" }
      assert.equal(0, ran.status, name)
      assert.truthy(ran.stdout:find("Example:\n  proactive " .. name, 1, true), ran.stdout)
      assert.equal(ran.stdout, cli.run({ "help", name }).stdout)
      for line in ran.stdout:gmatch "[^\n]+" do
        assert.is_true(#line <= 100, line)
      end
    end
  end)

  it("names the nearest command and the nearest option", function()
    local ran = cli.run { "sned" }
    assert.equal(2, ran.status)
    assert.truthy(ran.stderr:find("unknown command 'sned' (did you mean send?)", 1, true))
    ran = cli.run { "send", "x.lua", "--dryrn" }
    assert.equal(2, ran.status)
    assert.truthy(ran.stderr:find("unknown option '--dryrn' (did you mean --dry-run?)", 1, true))
    ran = cli.run { "--verison" }
    assert.equal(2, ran.status)
    assert.truthy(ran.stderr:find("unknown option '--verison'", 1, true))
  end)

  it("tells its version", function()
    local ran = cli.run { "--version" }
    assert.equal(0, ran.status)
    assert.equal("proactive " .. require("proactive")._VERSION .. "\n", ran.stdout)
  end)

  it("takes wrong values of options for wrong usage", function()
    for _, words in ipairs {
      { "send", "x.lua", "--all", "--region", "XX" },
      { "send", "x.lua", "--all", "--stage", "production" },
      { "send", "x.lua", "--region" },
      { "sandbox", "--port", "x" },
      { "sandbox", "--port", "65536" },
      { "sandbox", "users", "0" },
      { "validate" },
    } do
      local ran = cli.run(words)
      assert.equal(2, ran.status, table.concat(words, " "))
      assert.equal("", ran.stdout)
      assert.falsy(ran.stderr:find("traceback", 1, true))
      assert.truthy(ran.stderr:find("Try: proactive " .. words[1] .. " --help", 1, true))
    end
  end)

  it("does not take a full disk for success", function()
    if not io.open("/dev/full", "w") then return end
    local line = "PROACTIVE_LUA=%s bin/proactive --help >/dev/full"
    local ran = cli.shell(line:format(cli.interpreter))
    assert.equal(1, ran.status)
    assert.truthy(ran.stderr:find("standard output cannot be written", 1, true))
  end)

  it("runs through a symbolic link and from another folder", function()
    local link = os.tmpname()
    os.remove(link)
    finally(function()
      os.remove(link)
    end)
    cli.shell(('ln -s "$PWD/bin/proactive" %s'):format(link))
    local line = "cd / && PROACTIVE_LUA=%s %s --version"
    local ran = cli.shell(line:format(cli.interpreter, link))
    assert.equal(0, ran.status, ran.stderr)
  end)

  it("is a Lua file too, as the wrapper of a package manager loads it", function()
    local ran = cli.shell(cli.interpreter .. " bin/proactive --version")
    assert.equal(0, ran.status, ran.stderr)
    assert.truthy(loadfile("bin/proactive"))
  end)

  it("says which interpreter it does not find", function()
    local ran = cli.run({ "--version" }, { env = { PROACTIVE_LUA = "no-such-lua" } })
    assert.equal(2, ran.status)
    assert.truthy(ran.stderr:find("no no-such-lua found", 1, true), ran.stderr)
  end)
end)

describe("proactive sandbox", function()
  local proactive = require "proactive"

  it("lists the ids of --users N", function()
    local sandbox = assert(proactive.sandbox.start { users = 3 })
    local ids = {}
    for _, user in ipairs(assert(sandbox:users())) do
      ids[#ids + 1] = user.user .. "\n"
    end
    sandbox:stop()
    assert.equal(3, #ids)
    local ran = cli.run { "sandbox", "users", "3" }
    assert.equal(0, ran.status)
    assert.equal(table.concat(ids), ran.stdout)
  end)

  it("says in one line that its port is in use, and ends with 1", function()
    local sandbox = assert(proactive.sandbox.start {})
    local ran = cli.run { "sandbox", "--port", sandbox.url:match "%d+$" }
    sandbox:stop()
    assert.equal(1, ran.status)
    assert.truthy(ran.stderr:find("address in use", 1, true), ran.stderr)
    assert.equal(1, select(2, ran.stderr:gsub("\n", "")), ran.stderr)
  end)

  --- Starts the command with these words; ended when the test is.
  local function start(words)
    local out = os.tmpname()
    local command = "exec env PROACTIVE_LUA=%s bin/proactive sandbox --port 0 %s"
    local line = cli.background(command:format(cli.interpreter, words), out)
    finally(function()
      cli.stop(line)
      os.remove(out)
    end)
    return cli.wait_for(out, "proactive sandbox: (http://127%.0%.0%.1:%d+)")
  end

  it("begins with files of faults and of what was saved, and with a clock that stands", function()
    local faults = file(".json", '{"rules":[{"do":{"status":503}}]}')
    local saved = file(".json", '[{"proactive_sandbox":1,"now":1},{"customer":{"user":"amzn1.ask.account.A"}}]')
    local url = start(("--faults %s --state %s --clock 2026-01-15T10:00:00Z"):format(faults, saved))
    local remote = require("proactive.sandbox.remote").new(url)
    assert.equal("amzn1.ask.account.A", assert(remote:users())[1].user)
    assert.same({ 1768471200, true }, { remote:clock().now, remote:clock().stands })
    local ran = cli.run { "token", "--sandbox", url }
    assert.equal(1, ran.status)
    assert.truthy(ran.stderr:find("503", 1, true), ran.stderr)
  end)

  it("ends with 2 and names the file that is not as it should be", function()
    for _, case in ipairs {
      { "--faults", "/nonexistent/faults", "cannot read /nonexistent/faults" },
      { "--state", file(".json", "[]"), "is no saved sandbox" },
      { "--clock", "noon", "clock must be run, stand, or a time it stands at" },
    } do
      local ran = cli.run { "sandbox", "--port", "0", case[1], case[2] }
      assert.equal(2, ran.status, ran.stderr)
      assert.truthy(ran.stderr:find(case[3], 1, true), ran.stderr)
      assert.equal(1, select(2, ran.stderr:gsub("\n", "")), ran.stderr)
    end
    local ran = cli.run { "sandbox", "--state", "x", "--users", "3" }
    assert.equal(2, ran.status)
    assert.truthy(ran.stderr:find("leave --users out", 1, true), ran.stderr)
  end)

  it("passes its options on and says where it is", function()
    local url = start "--users 2 --success 200"
    local remote = require("proactive.sandbox.remote").new(url)
    assert.equal(2, #assert(remote:users()))
    local ran = cli.run { "send", "examples/events/media_content.lua", "--all", "--sandbox", url }
    assert.truthy(ran.stdout:find("status 200", 1, true), ran.stderr)
  end)
end)

describe("a missing library", function()
  -- A module that cannot be found, by a preload that fails as `require` does.
  local function without(module, words)
    local path = file(
      ".lua",
      ([[table.insert(package.loaders or package.searchers, 1, function(name)
        if name == %q then error("module '" .. name .. "' not found", 0) end
      end)
      arg = { [0] = "bin/proactive", %s }
      dofile "bin/proactive"]]):format(module, words)
    )
    return cli.shell(cli.interpreter .. " " .. path)
  end

  it("is one sentence that names the package, and status 2", function()
    local body = ("'validate', %q"):format(file(".json", "{}"))
    local core = "the rock proactive,.*libcurl4%-openssl%-dev, libcjson%-dev"
    for _, case in ipairs {
      { "argparse", "'validate', 'x.lua'", "lua%-argparse %(Debian%) or the rock argparse" },
      { "proactive.core", "'send', 'x.lua', '--all'", core },
      { "proactive.core", body, core },
      { "proactive.httpd", "'sandbox'", "the rock proactive%-httpd.*libmicrohttpd%-dev" },
      { "proactive.httpd", "'demo'", "the rock proactive%-httpd.*libmicrohttpd%-dev" },
      { "proactive.sandbox", "'sandbox', 'users', '1'", "the rock proactive%-httpd" },
    } do
      local ran = without(case[1], case[2])
      assert.equal(2, ran.status, ran.stderr)
      assert.truthy(ran.stderr:find(case[3]), ran.stderr)
      assert.equal(1, select(2, ran.stderr:gsub("\n", "")), ran.stderr)
    end
  end)

  it("is one sentence in a script, too", function()
    local script = cli.file(".lua", [[
      local all = require
      function require(name)
        if name == "proactive.sandbox" then error("module 'proactive.sandbox' not found:") end
        return all(name)
      end
      print(select(2, pcall(function() return all("proactive").sandbox.start end)))
    ]])
    local said = cli.shell(cli.interpreter .. " " .. script).stdout
    os.remove(script)
    assert.matches("%.lua:6: proactive.sandbox is not installed: .* the rock proactive%-httpd\n$", said)
  end)
end)
