--- SIGINT, in a process of its own: noted when it comes first, the end when it comes again.

local LUA = os.getenv "PROACTIVE_LUA" or "lua5.4"

--- What the program prints, and the status it ends with as the shell sees it.
local function run(program)
  local path = os.tmpname()
  local file = assert(io.open(path, "w"))
  -- os.execute would ignore SIGINT while it waits; popen does not.
  file:write [[
    local core = require "proactive.core"
    local function interrupt() io.popen("kill -INT $PPID"):close() end
    io.stdout:setvbuf "no"
  ]]
  file:write(program)
  file:close()
  local pipe = assert(io.popen(("%s %s 2>/dev/null; echo status $?"):format(LUA, path)))
  local text = pipe:read "*a"
  pipe:close()
  os.remove(path)
  return text
end

describe("an interrupt", function()
  it("is noted when it is watched", function()
    assert.equal("true false true status 0\n", run [[
      io.write(tostring(core.watch_interrupt()), " ", tostring(core.interrupted()))
      interrupt()
      io.write(" ", tostring(core.interrupted()), " ")
    ]])
  end)

  it("ends the process at once when it is the second", function()
    assert.equal("first status 130\n", run [[
      core.watch_interrupt()
      interrupt()
      io.write "first "
      interrupt()
      io.write "second "
    ]])
  end)

  it("is noted again when it is watched again", function()
    assert.equal("false true status 0\n", run [[
      core.watch_interrupt()
      interrupt()
      core.watch_interrupt()
      io.write(tostring(core.interrupted()), " ")
      interrupt()
      io.write(tostring(core.interrupted()), " ")
    ]])
  end)

  it("is nobody's business when it is not watched", function()
    local text = run [[
      io.write(tostring(core.interrupted()), " ")
      interrupt()
      for _ = 1, 1e6 do end
      io.write "not reached "
    ]]
    assert.matches("^false status %d+\n$", text)
    assert.not_equal("false status 0\n", text)
  end)

  it("ends a wait", function()
    assert.equal("0 true status 0\n", run [[
      local pool = core.http {}
      core.watch_interrupt()
      local child = io.popen "sleep 0.1; kill -INT $PPID"
      io.write(string.format("%d", pool:step(600)), " ", tostring(core.interrupted()), " ")
      child:close()
    ]])
  end)
end)
