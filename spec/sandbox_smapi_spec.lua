--- The sandbox's skill management, without a server: codes, statuses, who may ask.

local exchange = require "spec.support.exchange"
local form = require "proactive.form"
local json = require "proactive.json"
local time = require "proactive.time"

local SKILL = "amzn1.ask.skill.5a4db0c5-0000-4000-8000-000000000001"
local DEVELOPMENT = "/v1/skills/" .. SKILL .. "/stages/development"
local MANIFEST = DEVELOPMENT .. "/manifest"

describe("the sandbox's SMAPI", function()
  local x

  local function login(fields)
    local given = { grant_type = "refresh_token", client_id = "any", refresh_token = "Atzr|x" }
    for name, value in pairs(fields or {}) do given[name] = value or nil end
    return x:ask("POST", "/auth/o2/token", given)
  end

  before_each(function() x = exchange.new() end)

  local function ask(method, path, body, headers)
    local _, granted = login()
    local given = { authorization = "Bearer " .. granted.access_token }
    for name, value in pairs(headers or {}) do given[name] = value end
    return x:ask(method, path, body, given)
  end

  local function manifest() return select(2, ask("GET", MANIFEST)) end

  --- Sends a manifest with a change, and lets its time pass.
  local function update(change, headers)
    local envelope = manifest()
    change(envelope.manifest)
    local answer, decoded = ask("PUT", MANIFEST, envelope, headers)
    x.world.clock:advance(5)
    return answer, decoded
  end

  local function last_update()
    local _, status = ask("GET", "/v1/skills/" .. SKILL .. "/status?resource=manifest")
    return status.manifest.lastUpdateRequest
  end

  it("gives tokens for refresh tokens, as a form and as JSON, to any client", function()
    local answer, granted = login()
    assert.equal(200, answer.status)
    assert.matches("^Atza|", granted.access_token)
    assert.equal("Atzr|x", granted.refresh_token)
    assert.equal("bearer", granted.token_type)
    assert.equal(3600, granted.expires_in)
    answer = x:ask("POST", "/auth/O2/token", "grant_type=refresh_token&client_id=b&refresh_token=Atzr%7Cy")
    assert.equal(200, answer.status)
  end)

  it("knows refresh tokens that are none or were withdrawn", function()
    local answer, said = login { refresh_token = "Atc|x" }
    assert.equal(400, answer.status)
    assert.equal("invalid_grant", said.error)
    assert.equal("The request has an invalid grant parameter : refresh_token", said.error_description)
    assert.equal(400, login({ refresh_token = false }).status)
    local old = select(2, login()).access_token
    assert.equal(204, x:ask("DELETE", "/sandbox/logins").status)
    assert.equal("invalid_grant", select(2, login()).error)
    local refused = x:ask("GET", MANIFEST, nil, { authorization = "Bearer " .. old })
    assert.equal(401, refused.status)
    x:ask("POST", "/sandbox/reset")
    assert.equal(200, login().status)
  end)

  it("wants a person's token", function()
    for _, headers in ipairs { {}, { authorization = "Bearer x" }, { authorization = "Bearer " .. x:token() } } do
      local answer, said = x:ask("GET", MANIFEST, nil, headers)
      assert.equal(401, answer.status)
      assert.equal("Bearer", answer.header["www-authenticate"])
      assert.equal("string", type(said.message))
    end
  end)

  it("gives a manifest with its ETag", function()
    local answer, found = ask("GET", MANIFEST)
    assert.equal(200, answer.status)
    assert.matches("^%x+$", answer.header.etag)
    assert.equal("1.0", found.manifest.manifestVersion)
    assert.equal(8, #found.manifest.events.publications)
    local live = ask("GET", (MANIFEST:gsub("development", "live")))
    assert.equal(200, live.status)
    assert.equal(answer.header.etag, live.header.etag)
    update(function(m) m.manifestVersion = nil end)
    assert.are_not.equal(live.header.etag, ask("GET", MANIFEST).header.etag)
    assert.equal(live.header.etag, ask("GET", (MANIFEST:gsub("development", "live"))).header.etag)
    assert.equal(404, ask("GET", (MANIFEST:gsub("development", "certified"))).status)
    assert.equal(404, ask("GET", "/v1/skills/other/stages/development/manifest").status)
  end)

  it("works on an update for a while, and then it is so", function()
    local before = ask("GET", MANIFEST).header.etag
    local envelope = manifest()
    envelope.manifest.manifestVersion = nil
    local answer = ask("PUT", MANIFEST, envelope)
    assert.equal(202, answer.status)
    assert.equal("/v1/skills/" .. SKILL .. "/status?resource=manifest", answer.header.location)
    assert.equal("IN_PROGRESS", last_update().status)
    assert.equal(before, ask("GET", MANIFEST).header.etag)
    assert.equal(409, ask("PUT", MANIFEST, envelope).status)
    x.world.clock:advance(1)
    assert.equal("SUCCEEDED", last_update().status)
    assert.are_not.equal(before, ask("GET", MANIFEST).header.etag)
    assert.is_nil(manifest().manifest.manifestVersion)
  end)

  it("keeps the order of what was sent", function()
    local text = '{"manifest":{"z":1.50,"events":{"endpoint":{"uri":"arn:x"}},"a":[]}}'
    assert.equal(202, ask("PUT", MANIFEST, text).status)
    x.world.clock:advance(1)
    assert.equal(text, ask("GET", MANIFEST).body)
  end)

  it("refuses an old ETag", function()
    local etag = ask("GET", MANIFEST).header.etag
    local function keep() end
    assert.equal(202, update(function(m) m.manifestVersion = nil end, { ["if-match"] = etag }).status)
    local answer, said = update(keep, { ["if-match"] = etag })
    assert.equal(412, answer.status)
    assert.matches("ETag", said.message)
    assert.equal(202, update(keep).status)
  end)

  it("refuses at once what it can see at once", function()
    local answer, said = update(function(m) m.events.endpoint = nil end)
    assert.equal(400, answer.status)
    assert.equal("MISSING_REQUIRED_PROPERTY", said.violations[1].code)
    assert.equal("endpoint", said.violations[1].validationDetails.requiredProperty)
    answer, said = update(function(m) m.apis.custom.interfaces = { { type = "VIDEO_APP" }, { type = 5 } } end)
    assert.equal(400, answer.status)
    assert.equal("INVALID_DATA_TYPE", said.violations[1].code)
    assert.equal("$.manifest.apis.custom.interfaces[1].type",
      said.violations[1].validationDetails.originalInstance.propertyPath)
    answer, said = ask("PUT", MANIFEST, "{")
    assert.equal(400, answer.status)
    assert.equal("CONTENT_PARSE_FAILURE", said.violations[1].code)
    assert.equal(500, update(function(m) m.permissions = json.array {} end).status)
    assert.equal(409, ask("PUT", (MANIFEST:gsub("development", "live")), manifest()).status)
  end)

  it("fails later with what it finds later, and leaves all as it was", function()
    local before = ask("GET", MANIFEST).body
    local answer = update(function(m)
      m.publishingInformation.isAvailableWorldwide = true
      m.publishingInformation.distributionCountries = json.array { "US" }
    end)
    assert.equal(202, answer.status)
    local last = last_update()
    assert.equal("FAILED", last.status)
    assert.equal("CONFLICTING_INSTANCES", last.errors[1].code)
    assert.equal(before, ask("GET", MANIFEST).body)
  end)

  it("grants and publishes what the manifest says, from then on", function()
    local token = x:token()
    assert.equal(202, x:send(x:event(), nil, token).status)
    update(function(m) m.events.publications = json.array { { eventName = "AMAZON.Occasion.Updated" } } end)
    local answer, said = x:send(x:event(), nil, token)
    assert.equal(403, answer.status)
    assert.matches("Can't find any subscription", said.message)
    update(function(m)
      m.permissions, m.events = nil, nil
    end)
    local body = ("grant_type=client_credentials&client_id=%s&client_secret=sandbox&scope=%s"):format(
      exchange.CLIENT_ID, form.escape "alexa::proactive_events")
    answer, said = x:ask("POST", "/auth/o2/token", body)
    assert.equal(400, answer.status)
    assert.equal("invalid_scope", said.error)
    assert.equal(200, ask("GET", "/v1/skills/" .. SKILL .. "/credentials").status, "it had the permission once")
  end)

  it("has credentials for skills that have had the permission, and never shows a secret", function()
    local path = "/v1/skills/" .. SKILL .. "/credentials"
    local answer, said = ask("GET", path)
    assert.equal(200, answer.status)
    assert.same({ clientId = exchange.CLIENT_ID, clientSecret = "sandbox" }, said.skillMessagingCredentials)
    local _, created = ask("POST", "/v1/skills", { vendorId = "MSANDBOXVENDOR", manifest = { apis = { custom = {
      endpoint = { uri = "arn:x" } } } } })
    x.world.clock:advance(1)
    path = "/v1/skills/" .. created.skillId .. "/credentials"
    assert.equal(404, ask("GET", path).status)
    local listed = x:ask("GET", "/sandbox/requests").body
    assert.is_nil(listed:find('"clientSecret":"sandbox"', 1, true))
    assert.is_nil(listed:find('clientSecret\\":\\"sandbox', 1, true))
    assert.is_nil(listed:find("Atz", 1, true), "a token is shown")
    assert.equal(204, ask("DELETE", "/v1/skills/" .. created.skillId).status)
    assert.equal(404, ask("GET", path).status)
  end)

  it("enables one stage at a time", function()
    local function enablement(stage) return ("/v1/skills/%s/stages/%s/enablement"):format(SKILL, stage) end
    local development, live = enablement "development", enablement "live"
    assert.equal(404, ask("GET", development).status)
    assert.equal(204, ask("PUT", development).status)
    assert.equal(204, ask("GET", development).status)
    assert.equal(204, ask("PUT", live).status)
    assert.equal(404, ask("GET", development).status)
    assert.equal(204, ask("DELETE", live).status)
    assert.equal(404, ask("DELETE", live).status)
    update(function(m) m.apis.custom.endpoint = nil end)
    local answer, said = ask("PUT", development)
    assert.equal(403, answer.status)
    assert.equal("Skill is not ready for enablement.", said.message)
    assert.equal('custom - object has missing required properties (["endpoint"])', said.violations[1].message)
    update(function(m) m.apis = nil end)
    assert.equal("You can only enable custom skills.", select(2, ask("PUT", development)).message)
  end)

  it("lists skills in pages", function()
    assert.equal("Sandbox", select(2, ask("GET", "/v1/vendors")).vendors[1].name)
    local _, page = ask("GET", "/v1/skills?vendorId=MSANDBOXVENDOR&maxResults=3")
    assert.equal(3, #page.skills)
    assert.is_true(page.isTruncated)
    assert.equal("Sandbox skill", page.skills[1].nameByLocale["en-US"])
    _, page = ask("GET", "/v1/skills?vendorId=MSANDBOXVENDOR&maxResults=3&nextToken=" .. page.nextToken)
    assert.equal(3, #page.skills)
    assert.is_false(page.isTruncated)
    _, page = ask("GET", "/v1/skills?vendorId=MSANDBOXVENDOR&skillId=" .. SKILL)
    assert.equal(2, #page.skills)
    assert.equal(400, ask("GET", "/v1/skills").status)
    assert.equal(400, ask("GET", "/v1/skills?vendorId=MSANDBOXVENDOR&maxResults=51").status)
  end)

  it("dates skills by its own clock: when it began, when they were made, when they were updated", function()
    local function dates()
      local list = {}
      for _, skill in ipairs(select(2, ask("GET", "/v1/skills?vendorId=MSANDBOXVENDOR&maxResults=50")).skills) do
        if skill.skillId == SKILL then list[skill.stage] = skill.lastUpdated end
      end
      return list
    end
    local began = time.format(exchange.NOW)
    x.world.update_takes = 2
    assert.same({ development = began, live = began }, dates())
    update(function(m) m.manifestVersion = nil end)
    assert.same({ development = time.format(exchange.NOW + 2), live = began }, dates())
    x:ask("PUT", "/sandbox/skills/" .. exchange.CLIENT_ID, { permission = false })
    assert.same({ development = time.format(exchange.NOW + 5), live = began }, dates())
    x:ask("POST", "/sandbox/reset")
    assert.same({ development = began, live = began }, dates())
  end)

  it("lists no other vendor's skills", function()
    for vendor, status in pairs { NOPE = 403, [""] = 400 } do
      assert.equal(status, ask("GET", "/v1/skills?vendorId=" .. vendor).status)
      assert.equal(status, ask("POST", "/v1/skills", { vendorId = vendor, manifest = { apis = {} } }).status)
    end
  end)

  it("refuses numbers of pages that are none", function()
    for _, token in ipairs { "1.5", "-5", "x", "1e9", "99999999999999999999" } do
      local answer = ask("GET", "/v1/skills?vendorId=MSANDBOXVENDOR&nextToken=" .. token)
      assert.equal(400, answer.status, token)
    end
    for _, most in ipairs { "0", "1.5", "51", "x" } do
      local answer = ask("GET", "/v1/skills?vendorId=MSANDBOXVENDOR&maxResults=" .. most)
      assert.equal(400, answer.status, most)
    end
  end)

  it("lists skills whatever their manifests hold", function()
    local answer, said = update(function(m) m.publishingInformation.locales = 5 end)
    assert.equal(400, answer.status)
    assert.equal("INVALID_DATA_TYPE", said.violations[1].code)
    for _, publishing in ipairs { {}, { locales = { ["en-US"] = {} } } } do
      assert.equal(202, update(function(m) m.publishingInformation = publishing end).status)
      assert.equal(200, ask("GET", "/v1/skills?vendorId=MSANDBOXVENDOR").status)
    end
  end)

  it("tells the status of what was asked for", function()
    local path = "/v1/skills/" .. SKILL .. "/status"
    for _, query in ipairs { "", "?resource=manifest", "?resource=interactionModel&resource=manifest" } do
      assert.is_table(select(2, ask("GET", path .. query)).manifest)
    end
    assert.equal("{}", ask("GET", path .. "?resource=interactionModel").body)
  end)

  it("has a skill without the permission from the start", function()
    local id = "amzn1.application-oa2-client.bare"
    local body = ("grant_type=client_credentials&client_id=%s&client_secret=sandbox&scope=%s"):format(
      id, form.escape "alexa::proactive_events")
    local answer, said = x:ask("POST", "/auth/o2/token", body)
    assert.equal(400, answer.status)
    assert.equal("invalid_scope", said.error)
    local skill_id = x:get("/sandbox/skills/" .. id).skill_id
    assert.equal(404, ask("GET", "/v1/skills/" .. skill_id .. "/credentials").status)
    local manifest_of = "/v1/skills/" .. skill_id .. "/stages/development/manifest"
    local _, held = ask("GET", manifest_of)
    assert.is_nil(held.manifest.permissions)
    local text = assert(require("proactive.manifest").patch(held,
      assert(require("proactive.manifest").derive { events = { "AMAZON.Occasion.Updated" } })))
    assert.equal(202, ask("PUT", manifest_of, text).status)
    x.world.clock:advance(1)
    assert.equal(200, ask("GET", "/v1/skills/" .. skill_id .. "/credentials").status)
    assert.equal(200, x:ask("POST", "/auth/o2/token", body).status)
  end)

  it("takes as long for an update as it is told", function()
    local function progress(takes, seconds)
      x = exchange.new { update_takes = takes }
      ask("PUT", MANIFEST, manifest())
      x.world.clock:advance(seconds)
      return last_update().status
    end
    assert.equal("IN_PROGRESS", progress(10, 9))
    assert.equal("SUCCEEDED", progress(10, 10))
    assert.equal("SUCCEEDED", progress(0, 0))
    assert.equal("IN_PROGRESS", progress("never", 1e8))
  end)

  it("knows its paths and their methods", function()
    assert.equal(404, ask("GET", "/v1/skills/a/b/c").status)
    local answer = ask("POST", MANIFEST)
    assert.equal(405, answer.status)
    assert.equal("GET, PUT", answer.header.allow)
  end)

  it("bears faults of its own", function()
    x:ask("PUT", "/sandbox/faults", { rules = { { match = { path = "smapi" }, ["do"] = { status = 429 } } } })
    assert.equal(429, ask("GET", MANIFEST).status)
    local expire = { match = { path = "smapi", count = 1 }, ["do"] = { token = "expired" } }
    x:ask("PUT", "/sandbox/faults", { rules = { expire } })
    assert.equal(401, ask("GET", MANIFEST).status)
    assert.equal(200, ask("GET", MANIFEST).status)
  end)
end)

describe("the sandbox's log-in page", function()
  local x

  before_each(function() x = exchange.new() end)

  local GOOD = {
    client_id = "amzn1.x",
    scope = "alexa::ask:skills:readwrite alexa::ask:skills:test",
    response_type = "code",
    redirect_uri = "http://127.0.0.1:9090/cb",
    state = "s<1>",
  }

  local function query(changes)
    local parts = {}
    for _, set in ipairs { GOOD, changes or {} } do
      for name, value in pairs(set) do
        if not (set == GOOD and changes and changes[name] ~= nil) then
          parts[#parts + 1] = name .. "=" .. form.escape(value)
        end
      end
    end
    return table.concat(parts, "&")
  end

  local function answer_with(word, changes)
    local body = query(changes) .. "&answer=" .. word
    return x:ask("POST", "/ap/oa", body, { origin = "http://127.0.0.1:4380" })
  end

  local function redeem(code, changes)
    local fields = { grant_type = "authorization_code", code = code, client_id = GOOD.client_id,
      client_secret = "any", redirect_uri = GOOD.redirect_uri }
    for name, value in pairs(changes or {}) do fields[name] = value end
    return x:ask("POST", "/auth/o2/token", fields)
  end

  it("asks the person, with all escaped", function()
    local page = x:ask("GET", "/ap/oa?" .. query())
    assert.equal(200, page.status)
    assert.truthy(page.body:find("s&lt;1&gt;", 1, true))
    assert.truthy(page.body:find("alexa::ask:skills:readwrite", 1, true))
    assert.matches("form%-action 'self'", page.header["content-security-policy"])
  end)

  it("leads back with a code that is good once", function()
    local back = answer_with "allow"
    assert.equal(302, back.status)
    local code, state = back.header.location:match "^http://127%.0%.0%.1:9090/cb%?code=([^&]+)&scope=[^&]+&state=(.*)$"
    assert.equal("s%3C1%3E", state)
    local answer, granted = redeem(code)
    assert.equal(200, answer.status)
    assert.matches("^Atzr|", granted.refresh_token)
    assert.equal("invalid_grant", select(2, redeem(code)).error)
    x:ask("DELETE", "/sandbox/logins")
    code = answer_with("allow").header.location:match "code=([^&]+)"
    granted = select(2, redeem(code))
    answer = x:ask("POST", "/auth/o2/token",
      { grant_type = "refresh_token", client_id = "b", refresh_token = granted.refresh_token })
    assert.equal(200, answer.status, "a new login after the old ones were withdrawn")
  end)

  it("gives nothing for a code of another program, address or time", function()
    local function code() return answer_with("allow").header.location:match "code=([^&]+)" end
    assert.equal("invalid_grant", select(2, redeem(code(), { client_id = "other" })).error)
    assert.equal("invalid_grant", select(2, redeem(code(), { redirect_uri = "http://127.0.0.1:1/" })).error)
    local late = code()
    x.world.clock:advance(301)
    assert.equal("invalid_grant", select(2, redeem(late)).error)
  end)

  it("leads back with the reason of a refusal", function()
    local function reason(answer) return answer.header.location:match "error=([^&]+)" end
    assert.equal("access_denied", reason(answer_with "deny"))
    assert.equal("invalid_scope", reason(answer_with("allow", { scope = "alexa::ask:skills:debug" })))
    assert.equal("unsupported_response_type", reason(answer_with("allow", { response_type = "token" })))
  end)

  it("leads to this machine only", function()
    local places = { "https://evil.example/cb", "http://127.0.0.1.evil.example/", "http://x@evil.example",
      "javascript:alert(1)", "http://127.0.0.1@evil.example/", "http://127.0.0.1:1@evil.example/",
      "http://127.0.0.1\\@evil.example/", "" }
    for _, uri in ipairs(places) do
      assert.equal(400, answer_with("allow", { redirect_uri = uri }).status, uri)
    end
    for _, uri in ipairs { "http://localhost:1/", "http://[::1]:1/cb", "http://127.0.0.1:1" } do
      assert.equal(302, answer_with("allow", { redirect_uri = uri }).status, uri)
    end
  end)

  it("refuses other sites' forms", function()
    local answer = x:ask("POST", "/ap/oa", query() .. "&answer=allow", { origin = "https://evil.example" })
    assert.equal(403, answer.status)
    assert.equal(405, x:ask("PUT", "/ap/oa").status)
  end)
end)
