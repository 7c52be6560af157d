--- scripts/tally.sh: what a run of many parts says at its end.

local cli = require "spec.support.cli"

--- Runs a script that sources tally.sh. Its parts are shell commands by their names.
local function run(parts)
  local lines = { "set -eu; . scripts/tally.sh" }
  for _, part in ipairs(parts) do
    lines[#lines + 1] = ("tally %s sh -c %s"):format(cli.quote(part[1]), cli.quote(part[2]))
  end
  lines[#lines + 1] = "total"
  return cli.shell(("sh -c %s"):format(cli.quote(table.concat(lines, "\n"))))
end

--- What is said after all parts, the last of which may have said such a thing too.
local function ending(ran)
  return ran.stdout:match ".*== what failed\n(.*)$"
end

describe("a tally", function()
  it("adds up what its parts counted, and ends with the sum", function()
    local ran = run { { "one", "echo 3 passed, 0 failed" }, { "two", "echo 4 passed, 0 failed" }, { "check", "true" } }
    assert.equal(0, ran.status)
    assert.matches("\n8 passed, 0 failed\n$", ran.stdout)
    assert.is_nil(ending(ran))
  end)

  it("says at the end which test of busted failed, and why", function()
    local spec = cli.file("_spec.lua", [[it("tells the time", function() assert.equal(7, 8) end)]])
    finally(function() os.remove(spec) end)
    local busted = cli.interpreter .. " spec/support/run.lua "
    local ran = run { { "suite", busted .. spec }, { "check", "seq 100" } }
    assert.equal(1, ran.status)
    local said = ending(ran)
    assert.matches("^%-%- suite\nFailure %-> ", said)
    assert.matches("tells the time", said, 1, true)
    assert.matches("(number) 7", said, 1, true)
    assert.matches("\n1 passed, 1 failed\n$", said)
  end)

  it("says what any other part ended with, and that one failed that counted no failure", function()
    local ran = run { { "lint", "seq 100; exit 1" }, { "leaky", "echo 5 passed, 0 failed; echo leak; exit 1" } }
    assert.equal(1, ran.status)
    local said = ending(ran)
    assert.matches("^%-%- lint\n81\n.*100\n%-%- leaky\nleak\n\n5 passed, 2 failed\n$", said)
  end)

  it("hands on what a run within it said", function()
    local within = [[set -eu; . scripts/tally.sh; tally inner sh -c "echo the cause; exit 1"; seq 100; total]]
    local said = ending(run { { "outer", within }, { "after", "seq 100" } })
    assert.equal("-- outer\n-- inner\nthe cause\n\n1 passed, 1 failed\n", said)
  end)
end)
