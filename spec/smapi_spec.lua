--- The client of skill management, against the sandbox.

local manifest = require "proactive.manifest"
local proactive = require "proactive"
local support = require "spec.support.sandbox"

local SKILL = "amzn1.ask.skill.5a4db0c5-0000-4000-8000-000000000001"

describe("proactive.smapi", function()
  local sandbox = support.use { users = 0 }
  local smapi, logins = nil, 0

  --- A login of its own for each test: clients with the same one share its token.
  before_each(function()
    logins = logins + 1
    smapi = assert(proactive.smapi {
      sandbox = sandbox.url,
      client_id = "amzn1.client",
      client_secret = "secret&=+" .. logins,
      refresh_token = ("Atzr|+/=&%d"):format(logins),
    })
  end)

  after_each(function() smapi:close() end)

  --- Sends a manifest with a change, and waits.
  local function update(change, opts)
    local held = assert(smapi:get_manifest(SKILL))
    change(held.manifest.manifest)
    local sent, err = smapi:update_manifest(SKILL, held.manifest, opts)
    if not sent then return nil, err end
    return smapi:wait(SKILL, { pause = 0.05 })
  end

  it("gets, changes and puts a manifest", function()
    local held = assert(smapi:get_manifest(SKILL))
    assert.matches("^%x+$", held.etag)
    local text = held.text:gsub('"manifestVersion":"1.0",', "")
    assert.is_true(smapi:update_manifest(SKILL, text, { if_match = held.etag }))
    local seen = {}
    local status = assert(smapi:wait(SKILL, { pause = 0.05, on_status = function(status)
      seen[#seen + 1] = status.state
    end }))
    assert.equal("IN_PROGRESS", seen[1])
    assert.equal("SUCCEEDED", seen[#seen])
    assert.equal(text, assert(smapi:get_manifest(SKILL)).text)
    assert.equal(status.etag, smapi:get_manifest(SKILL).etag)
  end)

  it("overwrites nothing when the ETag is old", function()
    local held = assert(smapi:get_manifest(SKILL))
    assert(update(function(m) m.manifestVersion = nil end))
    local now = assert(smapi:get_manifest(SKILL)).text
    local sent, err = smapi:update_manifest(SKILL, held.text, { if_match = held.etag })
    assert.is_nil(sent)
    assert.equal("conflict", err.kind)
    assert.equal(412, err.status)
    assert.matches("changed the manifest after you had read it", err.fix)
    assert.equal(now, smapi:get_manifest(SKILL).text)
  end)

  it("refuses a second update while the first is worked on", function()
    local held = assert(smapi:get_manifest(SKILL))
    assert(smapi:update_manifest(SKILL, held.text))
    local sent, err = smapi:update_manifest(SKILL, held.text)
    assert.is_nil(sent)
    assert.equal("conflict", err.kind)
    assert.equal(409, err.status)
  end)

  it("tells what a manifest is refused for, with the place", function()
    local done, err = update(function(m) m.events.endpoint.uri = "PingMe" end)
    assert.is_nil(done)
    assert.equal("invalid", err.kind)
    assert.equal(400, err.status)
    assert.equal("INVALID_STRING_PATTERN", err.violations[1].rule)
    assert.equal("$.manifest.events.endpoint.uri", err.violations[1].path)
  end)

  it("tells why an update failed", function()
    local done, err = update(function(m)
      m.publishingInformation.isAvailableWorldwide = true
      m.publishingInformation.distributionCountries = { "US" }
    end)
    assert.is_nil(done)
    assert.equal("invalid", err.kind)
    assert.equal("CONFLICTING_INSTANCES", err.violations[1].rule)
    assert.matches("manifest is as it was", err.fix)
    assert.equal("FAILED", smapi:status(SKILL).state)
  end)

  --- An update that was taken, and what becomes of waiting for it while these answers come first.
  local function wait_through(rules, opts)
    local held = assert(smapi:get_manifest(SKILL))
    assert(smapi:update_manifest(SKILL, held.text))
    sandbox:faults(rules)
    return smapi:wait(SKILL, opts or { pause = 0.05 })
  end

  it("does not wait for ever", function()
    local status, err = wait_through(
      { { match = { path = "smapi" }, ["do"] = { status = 200,
        body = { manifest = { lastUpdateRequest = { status = "IN_PROGRESS" } } } } } },
      { timeout = 0.1, pause = 0.05 })
    assert.is_nil(status)
    assert.equal("expired", err.kind)
    assert.matches("still in progress after 0.1 seconds", err.message)
  end)

  it("waits on through answers that are of no use", function()
    local function once(action) return { match = { path = "smapi", count = 1 }, ["do"] = action } end
    local status = assert(wait_through {
      once { status = 503 }, once { status = 429, headers = { ["Retry-After"] = "0" } },
      once { reset = "before" }, once { reset = "after" }, once { status = 200, body = {} },
    })
    assert.equal("SUCCEEDED", status.state)
  end)

  it("keeps to the pause that a busy service asks for", function()
    local asked = { path = "smapi", count = 1 }
    local status, err = wait_through(
      { { match = asked, ["do"] = { status = 429, headers = { ["Retry-After"] = "60" } } } },
      { pause = 0.05, timeout = 1.5 })
    assert.is_nil(status)
    assert.equal("expired", err.kind)
    assert.equal(1, #support.calls(sandbox, "GET", "/status$", 429))
    assert.equal(0, #support.calls(sandbox, "GET", "/status$", 200))
  end)

  it("tells at the end of its patience what it saw last", function()
    local function always(action) return { { match = { path = "smapi" }, ["do"] = action } } end
    local cases = {
      { { status = 503 }, "not known after 0.2 seconds: .*503" },
      { { status = 200, body = { manifest = {} } }, "names no update after 0.2 seconds" },
      { { status = 200, body = { manifest = { lastUpdateRequest = { status = "ODD" } } } }, "is ODD after" },
    }
    for _, case in ipairs(cases) do
      sandbox:reset()
      local status, err = wait_through(always(case[1]), { pause = 0.05, timeout = 0.2 })
      assert.is_nil(status)
      assert.equal("expired", err.kind)
      assert.matches(case[2], err.message)
      assert.matches("status %-%-wait", err.fix)
    end
  end)

  it("does not wait for what waiting cannot mend", function()
    local status, err = wait_through { { match = { path = "smapi" }, ["do"] = { status = 403 } } }
    assert.is_nil(status)
    assert.equal("forbidden", err.kind)
  end)

  it("says what a lost answer means", function()
    local held = assert(smapi:get_manifest(SKILL))
    sandbox:faults { { match = { path = "smapi" }, ["do"] = { reset = "after" } } }
    local sent, err = smapi:update_manifest(SKILL, held.text)
    assert.is_nil(sent)
    assert.equal("transport", err.kind)
    assert.is_true(err.uncertain)
    assert.matches("may have been done", err.fix)
    assert.is_nil(err.fix:find("event", 1, true))
    held, err = smapi:get_manifest(SKILL)
    assert.is_nil(held)
    assert.is_nil(err.uncertain)
    assert.is_nil(err.fix:find("event", 1, true))
  end)

  it("speaks of no event when there is no token", function()
    for status, kind in pairs { [503] = "server", [429] = "throttled" } do
      sandbox:faults { { match = { path = "token" }, ["do"] = { status = status } } }
      local held, err = smapi:get_manifest(SKILL)
      assert.is_nil(held)
      assert.equal(kind, err.kind)
      assert.matches("Login with Amazon", err.fix)
      assert.is_nil(err.fix:find("event", 1, true))
    end
  end)

  it("says that a live manifest cannot be changed", function()
    local sent, err = smapi:update_manifest(SKILL, assert(smapi:get_manifest(SKILL)).text, { stage = "live" })
    assert.is_nil(sent)
    assert.equal("conflict", err.kind)
    assert.matches("development", err.fix)
    assert.matches("certif", err.fix)
  end)

  it("says what a skill needs to be enabled, and that it is not", function()
    local done, err = smapi:disable(SKILL)
    assert.is_nil(done)
    assert.matches("not enabled", err.fix)
    assert(update(function(m) m.apis.custom.endpoint = nil end))
    done, err = smapi:enable(SKILL)
    assert.is_nil(done)
    assert.equal("forbidden", err.kind)
    assert.matches("apis.custom.endpoint", err.fix)
    assert(update(function(m) m.apis = nil end))
    err = select(2, smapi:enable(SKILL))
    assert.matches("apis.custom", err.fix)
  end)

  it("takes no answer for a manifest that is none", function()
    sandbox:faults { { match = { path = "smapi" }, ["do"] = { status = 200, body = { foo = 1 } } } }
    local held, err = smapi:get_manifest(SKILL)
    assert.is_nil(held)
    assert.equal("unexpected", err.kind)
    assert.matches("no manifest", err.message)
  end)

  it("does not turn the same page for ever", function()
    sandbox:faults { { match = { path = "smapi" },
      ["do"] = { status = 200, body = { vendors = { { id = "V" } }, skills = {}, nextToken = "1" } } } }
    local list, err = smapi:skills()
    assert.is_nil(list)
    assert.equal("unexpected", err.kind)
  end)

  it("walks from a manifest without events to credentials and a token", function()
    local bare = { manifest = { apis = { custom = { endpoint = { uri = "arn:aws:lambda:x" } } } } }
    assert(update(function(m)
      for name in pairs(m) do m[name] = bare.manifest[name] end
    end))
    local needs = assert(manifest.derive { events = { "AMAZON.OrderStatus.Updated" } })
    local held = assert(smapi:get_manifest(SKILL))
    local text = assert(manifest.patch(held.text, needs))
    assert(smapi:update_manifest(SKILL, text, { if_match = held.etag }))
    assert(smapi:wait(SKILL, { pause = 0.05 }))
    assert.is_true(manifest.check(smapi:get_manifest(SKILL).text, needs))
    local pair = assert(smapi:credentials(SKILL))
    local client = assert(proactive.client {
      client_id = pair.client_id, client_secret = pair.client_secret, sandbox = sandbox.url })
    assert.is_truthy(client:token())
    client:close()
  end)

  it("enables and disables", function()
    assert.is_false(smapi:is_enabled(SKILL))
    assert.is_true(smapi:enable(SKILL))
    assert.is_true(smapi:is_enabled(SKILL))
    assert.is_true(smapi:enable(SKILL, "live"))
    assert.is_false(smapi:is_enabled(SKILL))
    assert.is_true(smapi:disable(SKILL, "live"))
    local done, err = smapi:disable(SKILL, "live")
    assert.is_nil(done)
    assert.equal("not_found", err.kind)
  end)

  it("lists skills over as many pages as there are", function()
    for number = 1, 30 do assert(sandbox:put_skill { client_id = "amzn1.c" .. number }) end
    local list = assert(smapi:skills())
    assert.equal(66, #list)
    assert.equal("Sandbox skill", list[1].name)
  end)

  it("says what a skill needs before it has credentials", function()
    sandbox:put_skill { client_id = "amzn1.bare", skill_id = "bare", permission = false }
    local pair, err = smapi:credentials "bare"
    assert.is_nil(pair)
    assert.equal("not_found", err.kind)
    assert.matches("once its manifest has a permission", err.fix)
  end)

  it("knows a skill there is not", function()
    for _, call in ipairs { "get_manifest", "status", "credentials", "enable" } do
      local result, err = smapi[call](smapi, "amzn1.ask.skill.none")
      assert.is_nil(result)
      assert.equal("not_found", err.kind)
      assert.matches("proactive skill list", err.fix)
    end
  end)

  it("fetches a new token once when the old one is refused", function()
    assert(smapi:get_manifest(SKILL))
    sandbox:faults { { match = { path = "smapi", count = 1 }, ["do"] = { token = "expired" } } }
    local held, err = smapi:get_manifest(SKILL)
    -- A token less than a minute old is not replaced: the service refuses young tokens too.
    assert.is_nil(held)
    assert.equal("auth", err.kind)
    assert.matches("proactive login", err.fix)
  end)

  it("says so when the login was withdrawn", function()
    local other = assert(proactive.smapi { sandbox = sandbox.url })
    assert(other:skills())
    other:close()
    assert(sandbox:withdraw_logins())
    other = assert(proactive.smapi {
      sandbox = sandbox.url, client_id = "client", client_secret = "secret", refresh_token = "Atzr|gone-secret" })
    local list, err = other:skills()
    other:close()
    assert.is_nil(list)
    assert.equal("auth", err.kind)
    assert.matches("invalid grant parameter : refresh_token", err.message)
    assert.matches("proactive login", err.fix)
    assert.is_nil(tostring(err):find("gone%-secret"))
  end)

  it("has an error of its kind for each failure", function()
    local cases = {
      { { status = 500 }, "server" },
      { { status = 503 }, "server" },
      { { status = 429, headers = { ["Retry-After"] = "7" } }, "throttled" },
      { { status = 403, body = { message = "User has not consented to this operation." } }, "forbidden" },
      { { status = 303 }, "conflict" },
      { { status = 418 }, "unexpected" },
      { { status = 200, body = "no json" }, "unexpected" },
      { { reset = "before" }, "transport" },
    }
    for _, case in ipairs(cases) do
      sandbox:faults { { match = { path = "smapi" }, ["do"] = case[1] } }
      local held, err = smapi:get_manifest(SKILL)
      assert.is_nil(held)
      assert.equal(case[2], err.kind)
      assert.is_truthy(err.fix)
    end
  end)

  it("says how long to wait where the service says it, and for what", function()
    local function fix(action)
      sandbox:faults { { match = { path = "smapi" }, ["do"] = action } }
      return select(2, smapi:get_manifest(SKILL)).fix
    end
    assert.equal("Try again after 7 seconds.", fix { status = 429, headers = { ["Retry-After"] = "7" } })
    assert.equal("Try again after 1 second.", fix { status = 503, headers = { ["Retry-After"] = "1" } })
    assert.equal("Try again after a while.", fix { status = 429 })
    assert.matches("proactive manifest status %-%-wait", fix { status = 409 })
  end)

  it("raises for what is no id, stage or option", function()
    assert.has_error(function() smapi:get_manifest() end)
    assert.has_error(function() smapi:get_manifest "" end)
    assert.has_error(function() smapi:get_manifest(("x"):rep(256)) end)
    assert.has_error(function() smapi:get_manifest(SKILL, { stage = "beta" }) end)
    assert.has_error(function() proactive.smapi { token = "x" } end)
    assert.has_error(function() proactive.smapi { client_id = "x" } end)
    assert.has_error(function() proactive.smapi { sandbox = true } end)
  end)
end)
