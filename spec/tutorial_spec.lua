--- docs/tutorial.md as a newcomer walks it: every command in the order in which it stands there.

local cli = require "spec.support.cli"
local support = require "spec.support.sandbox"

-- Commands that show how something is refused.
local REFUSED = { "validate wrong%.json", "manifest check", "NOBODY" }

local function is_refused(line)
  for _, pattern in ipairs(REFUSED) do
    if line:find(pattern) then return true end
  end
  return false
end

describe("docs/tutorial.md", function()
  local sandbox = support.use { users = 3 }

  it("leads from nothing to a notification", function()
    local handle = assert(io.open("docs/tutorial.md", "rb"))
    local page = handle:read "*a"
    handle:close()
    local folder = os.tmpname()
    os.remove(folder)
    local root = cli.shell("pwd").stdout:match "[^\n]+"
    finally(function() cli.shell("rm -rf " .. folder) end)
    assert.equal(0, cli.shell("mkdir " .. folder).status)
    local function write(name, text)
      local file = assert(io.open(folder .. "/" .. name, "wb"))
      file:write(text)
      file:close()
    end
    write("order.lua", page:match "```lua\n(.-)```")
    write("event.json", page:match "```json\n(.-)```")
    write("wrong.json", '{"event": {"name": "AMAZON.OrderStatus.Updatd"}}')
    local settings = ("cd %s; export PROACTIVE_SANDBOX=%s PROACTIVE_CREDENTIALS=%s/credentials.json "
      .. "PROACTIVE_LUA=%s; unset PROACTIVE_STORE; "):format(folder, sandbox.url, folder, cli.interpreter)
    local modules = ("export LUA_PATH='%s/lua/?.lua;%s/lua/?/init.lua;;' LUA_CPATH='%s/%s;;'; "):format(
      root, root, root, package.cpath:match "%./(build/[^;]+)")
    local count = 0
    for block in page:gmatch "```sh\n(.-)```" do
      for line in block:gmatch "[^\n]+" do
        if line:find "^proactive " then
          local ran = cli.shell(settings .. modules .. root .. "/bin/" .. line)
          local expected = is_refused(line) and 1 or 0
          assert.equal(expected, ran.status, line .. "\n" .. ran.stdout .. ran.stderr)
          count = count + 1
        end
      end
    end
    assert.is_true(count > 18)
    for _, customer in ipairs(sandbox:users()) do
      assert.equal(2, #assert(sandbox:notifications(customer.user)))
    end
  end)
end)
