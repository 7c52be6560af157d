--- Every code block of the README is run, or checked against what it names.

local cli = require "spec.support.cli"

local function slurp(path)
  local handle = assert(io.open(path, "r"))
  local text = handle:read "*a"
  handle:close()
  return text
end

local readme = slurp "README.md"

local blocks = {}
for language, text in readme:gmatch "\n```(%w+)\n(.-)\n```" do
  blocks[#blocks + 1] = { language = language, text = text }
end

local function lines_that_begin(word)
  local list = {}
  for _, block in ipairs(blocks) do
    for line in (block.text .. "\n"):gmatch "([^\n]*)\n" do
      if line:find("^" .. word .. " ") then list[#list + 1] = (line:gsub("%s+#.*$", "")) end
    end
  end
  return list
end

describe("README", function()
  local sandbox = require("spec.support.sandbox").use()

  -- What stands in the README talks to the usual port; here the sandbox has a free one.
  local function here(text)
    return (text:gsub("http://127%.0%.0%.1:4380", sandbox.url))
  end

  it("has only blocks that are checked below", function()
    local checked = 0
    for _, block in ipairs(blocks) do
      if block.language == "lua" then checked = checked + 1 end
      for line in (block.text .. "\n"):gmatch "([^\n]*)\n" do
        local word = block.language == "sh" and line:match "^%S+"
        assert.is_true(
          block.language == "lua" or word == "make" or word == "luarocks" or word == "proactive",
          line
        )
      end
    end
    assert.equal(1, checked)
    assert.equal(2, #lines_that_begin "make")
  end)

  it("names make targets that exist", function()
    for _, line in ipairs(lines_that_begin "make") do
      local target = assert(line:match "^make (%S+)$")
      local rule = ("\n[%%w ]*%%f[%%w]%s%%f[%%W][%%w ]*:"):format(target)
      assert.truthy(("\n" .. slurp "Makefile"):find(rule), line)
    end
  end)

  it("names rockspecs that exist", function()
    for _, line in ipairs(lines_that_begin "luarocks") do
      assert.truthy(io.open(assert(line:match "^luarocks make (%S+)$"), "r"), line):close()
    end
  end)

  it("shows a script that an event leaves from", function()
    for _, block in ipairs(blocks) do
      if block.language == "lua" then
        local path = cli.file(".lua", here(block.text))
        local ran = cli.shell(cli.interpreter .. " " .. path)
        os.remove(path)
        assert.equal(0, ran.status, ran.stderr)
        local answered
        for _, request in ipairs(assert(sandbox:requests())) do
          answered = answered or (request.request_id .. "\n" == ran.stdout and request.status)
        end
        assert.equal(202, answered, ran.stdout)
      end
    end
  end)

  it("shows commands that succeed", function()
    local lines = lines_that_begin "proactive"
    assert.is_true(#lines > 0)
    for _, line in ipairs(lines) do
      local words = {}
      for word in here(line):gmatch "%S+" do
        words[#words + 1] = word
      end
      table.remove(words, 1)
      local ran = cli.run(words)
      assert.equal(0, ran.status, line .. "\n" .. ran.stderr)
    end
  end)

  it("lists every kind of error, and no other", function()
    local listed = {}
    for kind in readme:match("| `kind` |([^|]*)|"):gmatch "`([%w_]+)`" do
      listed[kind] = true
    end
    local kinds = {}
    for kind in pairs(require("proactive.errors").kinds) do
      kinds[kind] = true
    end
    assert.same(kinds, listed)
  end)

  it("leads to files that exist", function()
    for path in readme:gmatch "%]%(([^)#:]+)%)" do
      assert.truthy(io.open(path, "r"), path):close()
    end
  end)
end)
