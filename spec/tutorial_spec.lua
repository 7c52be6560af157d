--- docs/tutorial.md as a newcomer walks it: in an empty folder every file is saved and every command
--- run, in the order in which they stand there. Only the ports are others, so that it can run beside
--- the real thing.

local cli = require "spec.support.cli"
local files = require "proactive.files"
local httpd = require "proactive.httpd"
local page = require "spec.support.page"

local PAGE = "docs/tutorial.md"

local function write(path, text)
  local handle = assert(io.open(path, "wb"))
  handle:write(text)
  handle:close()
end

--- A free port for each one of the page; all are held until the last is known.
local function free_ports()
  local ports, servers = {}, {}
  for _, written in ipairs { "4380", "8080", "9090" } do
    local server = assert(httpd.listen {})
    ports[written] = tostring(server:port())
    servers[#servers + 1] = server
  end
  for _, server in ipairs(servers) do
    server:close()
  end
  return ports
end

describe(PAGE, function()
  local folder, settings, started, said

  before_each(function()
    folder = os.tmpname()
    os.remove(folder)
    assert.equal(0, cli.shell(("mkdir -p %s/walk %s/bin"):format(folder, folder)).status)
    write(folder .. "/bin/lua", ('#!/bin/sh\nexec %s "$@"\n'):format(cli.interpreter))
    local root = cli.shell("pwd").stdout:match "[^\n]+"
    local built = package.cpath:match "%./(build/[^;]+)"
    settings = {
      "chmod +x " .. folder .. "/bin/lua; cd " .. folder .. "/walk; unset PROACTIVE_STORE",
      ("export LUA_PATH='%s/lua/?.lua;%s/lua/?/init.lua;;' LUA_CPATH='%s/%s;;'"):format(root, root, root, built),
      ("export PROACTIVE_LUA=%s PATH=%s/bin:%s/bin:$PATH"):format(cli.interpreter, folder, root),
    }
    started, said = {}, {}
  end)

  after_each(function()
    for _, pid in ipairs(started) do
      cli.stop(pid)
    end
    cli.shell("rm -rf " .. folder)
  end)

  --- A line as the shell has it after all that was exported before.
  local function after_exports(line)
    return table.concat(settings, "\n") .. "\n" .. line
  end

  --- Starts a command beside this process, and gives the address it shows first.
  local function start(line)
    local log = ("%s/log-%d"):format(folder, #started + 1)
    started[#started + 1] = cli.background(after_exports(line), log)
    return cli.wait_for(log, "(http://%S+)", 60), log
  end

  --- Answers the page of a log-in as a browser's form does, and follows where it leads.
  local function log_in(line)
    local url, log = start(line)
    local path, query = url:match "^(.-)%?(.*)$"
    local curl = "curl -s -f -L -o /dev/null --data %s %s"
    assert.equal(0, cli.shell(curl:format(cli.quote(query .. "&answer=allow"), cli.quote(path))).status)
    cli.wait_for(log, "(kept in)", 60)
  end

  local function run(line)
    local ran = cli.shell(after_exports(line))
    local expected = line:find "# refused" and 1 or 0
    assert.equal(expected, ran.status, line .. "\n" .. ran.stdout .. ran.stderr)
    said[#said + 1] = { line = line, stdout = ran.stdout, stderr = ran.stderr }
  end

  local function walk_line(line)
    if line:find "^export " then
      settings[#settings + 1] = line
    elseif line:find " &$" then
      start(line:sub(1, -3))
    elseif line:find "^proactive login" then
      log_in(line)
    else
      run(line)
    end
  end

  local function walk()
    local ports = free_ports()
    for _, block in ipairs(page.blocks(PAGE)) do
      local text = block.text:gsub("%d+", ports)
      if block.language == "lua" then
        write(folder .. "/walk/" .. assert(text:match "^%-%- ([%w_]+%.lua)"), text)
      else
        assert.equal("sh", block.language)
        for line in text:gmatch "[^\n]+" do
          walk_line(line)
        end
      end
    end
  end

  --- What the commands that begin so said, in order.
  local function answers(beginning, stream)
    local list = {}
    for _, ran in ipairs(said) do
      if ran.line:sub(1, #beginning) == beginning then list[#list + 1] = ran[stream or "stdout"] end
    end
    return list
  end

  it("names the nineteen steps", function()
    local count = 0
    for number in files.read(PAGE):gmatch "\n## (%d+)%. %u" do
      count = count + 1
      assert.equal(count, tonumber(number))
    end
    assert.equal(19, count)
  end)

  it("leads from nothing to a notification", function()
    walk()
    assert.matches("SUCCEEDED", answers("proactive manifest status")[1])
    assert.matches("/eu/v1/proactiveEvents/\n", answers("proactive send episode.lua --all --region EU")[1])
    local heard = answers "lua listen.lua"
    local first = "1\ten%-US\told\tSome event will air on [^\n]+\n"
    assert.matches("^" .. first .. first .. "$", heard[1])
    assert.matches("expir", answers("proactive send brief.lua", "stderr")[1])
    assert.same({ "3\n", "2\n", "3\n" }, answers "proactive subscribers count")
    local refused = answers("proactive send episode.lua --to", "stderr")
    assert.matches("find any subscription", refused[1])
    assert.matches("No enablement", refused[2])
    assert.same({ "0\n" }, answers "lua order.lua")
    assert.matches("^" .. first .. "$", heard[2])
    assert.matches("^2\tde%-DE\told\t[^\n]+\n4\tja%-JP\told\t[^\n]+\n6\ten%-US\told\t[^\n]+\n$", heard[3])
  end)
end)
