--- examples/ci: a back end and its suite, run as its author runs them.

local cli = require "spec.support.cli"

local RUN = cli.interpreter .. " spec/support/run.lua --output=plainTerminal "

describe("examples/ci", function()
  it("holds a back end whose suite passes", function()
    local ran = cli.shell(RUN .. "examples/ci/parcels_spec.lua")
    assert.equal(0, ran.status, ran.stdout .. ran.stderr)
    assert.matches("6 successes / 0 failures / 0 errors", ran.stdout)
  end)

  it("holds a suite that fails when the back end does, and says what was heard instead", function()
    local folder = os.tmpname()
    os.remove(folder)
    finally(function() cli.shell("rm -rf " .. folder) end)
    cli.shell(("cp -r examples/ci %s && sed -i 's/Example Shop/Another Shop/' %s/parcels.lua"):format(folder, folder))
    local ran = cli.shell(RUN .. folder .. "/parcels_spec.lua")
    assert.equal(1, ran.status, ran.stdout .. ran.stderr)
    assert.matches("5 successes / 1 failure / 0 errors", ran.stdout)
    assert.matches('Your order from Another Shop has been shipped', ran.stdout, 1, true)
  end)
end)
