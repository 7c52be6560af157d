--- What a build says when a library is not there: run with a compiler that does not see its header.

local cli = require "spec.support.cli"

--- A compiler before which a folder stands where each of these headers is broken.
local function compiler_without(headers)
  local folder = os.tmpname()
  os.remove(folder)
  finally(function()
    cli.shell("rm -rf " .. folder)
  end)
  for _, header in ipairs(headers) do
    local path = folder .. "/hidden/" .. header
    cli.shell(("mkdir -p $(dirname %s); echo '#error hidden' >%s"):format(path, path))
  end
  local text = "mkdir -p %s; printf '#!/bin/sh\\nexec cc -I%s/hidden \"$@\"\\n' >%s/cc; chmod 755 %s/cc"
  cli.shell(text:format(folder, folder, folder, folder))
  return folder
end

local function build(folder, lua, compiler)
  local line = "env -u MAKEFLAGS make --no-print-directory LUA=%s CC=%s BUILD=%s/build"
  return cli.shell(line:format(lua, compiler or folder .. "/cc", folder))
end

local function says(ran, text)
  assert.truthy(ran.stderr:find(text, 1, true), ran.stderr)
end

describe("a build without a header", function()
  it("names what is missing, with the command for each system, and compiles nothing", function()
    local folder = compiler_without { "curl/curl.h", "microhttpd.h" }
    local ran = build(folder, "5.4")
    assert.equal(2, ran.status)
    says(ran, "missing: curl/curl.h, microhttpd.h.")
    says(ran, "\n  Debian    apt-get install libcurl4-openssl-dev libmicrohttpd-dev\n")
    says(ran, "\n  Fedora    dnf install libcurl-devel libmicrohttpd-devel\n")
    says(ran, "\n  Alpine    apk add curl-dev libmicrohttpd-dev\n")
    says(ran, "\n  Homebrew  brew install curl libmicrohttpd\n")
    assert.equal("", cli.shell("find " .. folder .. "/build -name '*.o'").stdout)
  end)

  it("names the others", function()
    local ran = build(compiler_without { "openssl/evp.h", "cjson/cJSON.h" }, "5.4")
    says(ran, "apt-get install libssl-dev libcjson-dev\n")
    says(ran, "dnf install openssl-devel cjson-devel\n")
    says(ran, "apk add openssl-dev cjson-dev\n")
    says(ran, "brew install openssl@3 cjson\n")
  end)

  it("asks for the Lua that was chosen", function()
    local folder = compiler_without { "lua.h" }
    local packages = {
      ["5.4"] = { "liblua5.4-dev", "lua-devel", "lua5.4-dev", "lua@5.4" },
      jit = { "libluajit2-5.1-dev", "luajit-devel", "luajit-dev", "luajit" },
    }
    for lua, names in pairs(packages) do
      local ran = build(folder, lua)
      says(ran, "lua.h of Lua " .. lua)
      for _, name in ipairs(names) do
        says(ran, " " .. name .. "\n")
      end
    end
    says(build(folder, "5.2"), "Homebrew  # Lua 5.2 is no package there: build it from its source\n")
  end)

  it("says what the README says", function()
    local all = { "lua.h", "curl/curl.h", "openssl/evp.h", "cjson/cJSON.h", "microhttpd.h" }
    local ran = build(compiler_without(all), "5.4")
    local handle = assert(io.open "README.md")
    local readme, systems = handle:read "*a", 0
    handle:close()
    for system, command in ran.stderr:gmatch "\n  (%a+) +([^\n]+)" do
      systems = systems + 1
      local row = ("| %s | `%s` |"):format(system, command)
      assert.truthy(readme:find(row, 1, true), row)
    end
    assert.equal(4, systems)
  end)

  it("says when there is no compiler at all", function()
    local ran = build(compiler_without {}, "5.4", "/nonexistent/cc")
    assert.equal(2, ran.status)
    says(ran, "missing: a C compiler with stdio.h (/nonexistent/cc)")
    says(ran, "apt-get install gcc libc6-dev\n")
  end)
end)
