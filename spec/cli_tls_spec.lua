--- The command line and a sandbox with TLS, whose authority no machine knows.

local cli = require "spec.support.cli"
local support = require "spec.support.sandbox"
local unpack = require("proactive.compat").unpack

local EVENT = "examples/events/media_content.lua"

local COMMANDS = {
  { "token" },
  { "send", EVENT, "--all" },
  { "doctor", EVENT },
  { "skill", "list" },
}

describe("the command line at a sandbox with TLS", function()
  local sandbox = support.use { tls = true }

  local function run(words, env)
    env.PROACTIVE_SANDBOX = sandbox.url
    return cli.run(words, { env = env })
  end

  it("trusts the authority of --ca-file", function()
    for _, words in ipairs(COMMANDS) do
      local whole = { unpack(words) }
      whole[#whole + 1], whole[#whole + 2] = "--ca-file", sandbox.ca_file
      local ran = run(whole, {})
      assert.equal(0, ran.status, table.concat(whole, " ") .. ran.stdout .. ran.stderr)
    end
  end)

  it("trusts that of PROACTIVE_CA_FILE", function()
    for _, words in ipairs(COMMANDS) do
      local ran = run(words, { PROACTIVE_CA_FILE = sandbox.ca_file })
      assert.equal(0, ran.status, table.concat(words, " ") .. ran.stdout .. ran.stderr)
    end
  end)

  it("says which option is missing", function()
    for _, words in ipairs(COMMANDS) do
      local ran = run(words, {})
      assert.not_equal(0, ran.status)
      assert.matches("--ca-file", ran.stdout .. ran.stderr, 1, true)
    end
  end)
end)
