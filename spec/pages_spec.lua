--- The pages in docs/: each block of code is run, here or by the spec of its page. Blocks without a
--- language are drawings.

local cli = require "spec.support.cli"
local commands = require "proactive.cli.commands"
local files = require "proactive.files"
local nginx = require "spec.support.nginx"
local page = require "spec.support.page"
local support = require "spec.support.sandbox"

--- How many blocks a page has, and the specs that run them. A block that is new changes the number.
local PAGES = {
  ["docs/architecture.md"] = { 0 },
  ["docs/campaigns.md"] = { 1, "spec/pages_spec.lua" },
  ["docs/delivery.md"] = { 0 },
  ["docs/doctor.md"] = { 2, "spec/cli_doctor_spec.lua" },
  ["docs/events.md"] = { 8, "spec/pages_spec.lua" },
  ["docs/facts.md"] = { 0 },
  ["docs/hosts.md"] = { 2, "spec/hosts_examples_spec.lua", "spec/pages_spec.lua" },
  ["docs/manifest.md"] = { 3, "spec/cli_manifest_spec.lua", "spec/pages_spec.lua" },
  ["docs/recipes.md"] = { 10, "spec/recipes_spec.lua" },
  ["docs/sandbox.md"] = { 2, "spec/sandbox_child_spec.lua", "spec/pages_spec.lua" },
  ["docs/skill.md"] = { 2, "spec/pages_spec.lua" },
  ["docs/subscribers.md"] = { 1, "spec/pages_spec.lua" },
  ["docs/tutorial.md"] = { 35, "spec/tutorial_spec.lua" },
}

local EVENT = [[
local event = assert(require("proactive").events.OrderStatus.Updated {
  state = { status = "ORDER_SHIPPED", enterTimestamp = os.time() },
  order = { seller = { name = "Example Shop" } },
})
]]

describe("the pages in docs/", function()
  local sandbox = support.use { users = 2 }
  local folder

  before_each(function()
    folder = os.tmpname()
    os.remove(folder)
    assert.equal(0, cli.shell("mkdir " .. folder).status)
  end)

  after_each(function() cli.shell("rm -rf " .. folder) end)

  --- Runs a program; what is kept in a store goes to this folder.
  local function run(program)
    local path = cli.file(".lua", (program:gsub("sqlite:", "sqlite:" .. folder .. "/")))
    finally(function() os.remove(path) end)
    local ran = cli.shell(("PROACTIVE_SANDBOX=%s %s %s"):format(sandbox.url, cli.interpreter, path))
    assert.equal(0, ran.status, ran.stderr)
    return ran.stdout
  end

  local function first(path, language)
    for _, block in ipairs(page.blocks(path)) do
      if block.language == language then return block.text end
    end
  end

  it("have no block of code that nothing runs", function()
    local found = {}
    for path in cli.shell("ls docs/*.md").stdout:gmatch "[^\n]+" do
      found[path] = #page.blocks(path)
      for at = 2, #(PAGES[path] or {}) do
        assert.truthy(files.read(PAGES[path][at]):find(path, 1, true), path .. " in " .. PAGES[path][at])
      end
    end
    local expected = {}
    for path, known in pairs(PAGES) do
      expected[path] = known[1]
    end
    assert.same(expected, found)
  end)

  it("lead to files that exist", function()
    for path in pairs(PAGES) do
      for target in files.read(path):gmatch "%]%(([^)#:]+)%)" do
        assert.is_true(files.exists("docs/" .. target), path .. ": " .. target)
      end
    end
  end)

  it("show events that are valid", function()
    for _, block in ipairs(page.blocks "docs/events.md") do
      local program = "local made = (function()\n" .. block.text .. "\nend)()\n"
        .. 'print(assert(require("proactive").preview(made, "en-US")).text)'
      assert.matches("%w", run(program))
    end
  end)

  it("show a campaign that is sent", function()
    local program = EVENT .. 'local client = assert(require("proactive").client {})\n'
    local line = '{"user":"%s","subscriptions":["AMAZON.OrderStatus.Updated"]}'
    local subscribed = "\nassert(registry:import(([[%s]]):gmatch '[^\\n]+'))"
    local one = subscribed:format(line:format(sandbox:users()[1].user))
    local filled, count = first("docs/campaigns.md", "lua"):gsub("\nassert%(campaigns:create", function(call)
      return one .. call
    end)
    assert.equal(1, count)
    assert.equal("done\t1\n", run(program .. filled .. "print(report.state, report.accepted)"))
  end)

  it("show how subscribers are told", function()
    local request = [[
local client = assert(require("proactive").client {})
local request = require("spec.support.skill_events").subscribed(
  { "AMAZON.OrderStatus.Updated" }, { user = "%s" })
]]
    local user = sandbox:users()[1].user
    local program = EVENT .. request:format(user) .. first("docs/subscribers.md", "lua")
    assert.equal("true\n", run(program .. "\nprint(changed and what.user == request.context.System.user.userId)"))
    assert.equal(1, #assert(sandbox:notifications(user)))
  end)

  it("show a test under busted that is good", function()
    local user = 'local user, another = require("proactive.sandbox").user_id(1), '
      .. 'require("proactive.sandbox").user_id(2)\n'
    local body = EVENT .. [[
      local proactive = require "proactive"
      local client = assert(proactive.client { sandbox = sandbox.url })
      assert(client:send(event, proactive.audience.unicast(user)))
      client:close()
    ]]
    local program, count = page.blocks("docs/sandbox.md")[2].text:gsub("%-%- …", function() return body end)
    assert.equal(1, count)
    local path = cli.file("_spec.lua", user .. program)
    finally(function() os.remove(path) end)
    local ran = cli.shell(("%s spec/support/run.lua %s"):format(cli.interpreter, path))
    assert.equal(0, ran.status, ran.stdout .. ran.stderr)
    assert.matches("1 success", ran.stdout)
  end)

  it("show a credentials file that is read", function()
    local path = folder .. "/credentials.json"
    local handle = assert(io.open(path, "wb"))
    handle:write(first("docs/manifest.md", "json"))
    handle:close()
    cli.shell("chmod 600 " .. path)
    local program = 'print(assert(require("proactive.credentials").find()).client_id)'
    local line = "unset ALEXA_CLIENT_ID ALEXA_CLIENT_SECRET; PROACTIVE_CREDENTIALS=%s %s -e '%s'"
    assert.equal("…\n", cli.shell(line:format(path, cli.interpreter, program)).stdout)
  end)

  it("show a skill that answers", function()
    local skill = first("docs/skill.md", "lua")
    local program = "local app = (function()\n" .. skill .. "\nend)()\n" .. [[
local skill = assert(require("proactive").skill(app))
local envelope = {
  context = { System = { application = { applicationId = app.application_id } } },
  request = { type = "LaunchRequest", requestId = "1", timestamp = "2026-01-15T10:00:00Z" },
}
print(assert(skill:dispatch(envelope)).response.outputSpeech.text)]]
    assert.equal("Say: what are my notifications.\n", run(program))
  end)

  -- What serves until it is stopped is run in spec/skill_hosts_spec.lua; here it is understood.
  it("show commands for a skill that there are", function()
    local lines = page.lines(page.blocks "docs/skill.md", "sh", "proactive")
    assert.equal(2, #lines)
    for _, line in ipairs(lines) do
      local words = {}
      for word in line:gmatch "%S+" do
        words[#words + 1] = word
      end
      table.remove(words, 1)
      assert.is_true((commands.parser():pparse(words)), line)
    end
  end)

  it("show a client for workers of nginx", function()
    local program = page.blocks("docs/hosts.md")[1].text
    local at, count = program:gsub("openresty%.client {", ("%%0 sandbox = %q,"):format(sandbox.url))
    assert.equal(1, count)
    local root = cli.shell("pwd").stdout:match "[^\n]+"
    local rules = [[location / { content_by_lua_block {
      local token = assert(alexa:token())
      ngx.print(token.scope)
    } }]]
    local server = nginx.start({ app = { plain = true, rules = rules } }, {
      path = ("%s/lua/?.lua;%s/lua/?/init.lua;"):format(root, root),
      cpath = root .. "/build/jit/?.so;",
      more = "lua_shared_dict tokens 1m;\ninit_worker_by_lua_block {\n" .. at .. "\n}",
    })
    finally(function() server:stop() end)
    local said = cli.shell("curl -s --max-time 20 " .. server:url "app").stdout
    assert.equal("alexa::proactive_events", said, server:log())
  end)
end)
