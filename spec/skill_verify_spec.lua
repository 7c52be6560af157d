--- Verification of Alexa's requests: every case that other verifiers test, and those that none does.

local certificates = require "spec.support.certificates"
local core = require "proactive.core"
local json = require "proactive.json"
local proactive = require "proactive"
local time = require "proactive.time"

local URL = "https://s3.amazonaws.com/echo.api/echo-api-cert-12.pem"
local SKILL = "amzn1.ask.skill.one"

local made, now, files, fetched

setup(function()
  made = certificates.make()
end)

teardown(function()
  made:remove()
end)

local function new(more)
  local opts = {
    application_id = SKILL,
    ca_file = made:path "root",
    clock = function()
      return now
    end,
    logger = function() end,
    fetch_certificate = function(url)
      fetched[#fetched + 1] = url
      if type(files) == "function" then return files(url) end
      return files
    end,
  }
  for name, value in pairs(more or {}) do
    opts[name] = value
  end
  return assert(proactive.skill(opts))
end

before_each(function()
  now, fetched = core.wall() + 60, {}
  files = made:pem("good", "middle")
end)

local serial = 0

local function envelope(kind, age, fields)
  serial = serial + 1
  local request = {
    type = kind or "LaunchRequest",
    requestId = "request" .. serial,
    timestamp = time.format(math.floor(now - (age or 0))),
  }
  for name, value in pairs(fields or {}) do
    request[name] = value
  end
  local application = { applicationId = SKILL }
  return { version = "1.0", context = { System = { application = application } }, request = request }
end

local function signed(body, url, more)
  local list = { ["Signature-256"] = made:sign(body), SignatureCertChainUrl = url or URL }
  for name, value in pairs(more or {}) do
    list[name] = value or nil
  end
  return { headers = list, body = body }
end

local function reason(skill, request)
  local status, headers, body = skill:handle(request)
  assert.equal("application/json;charset=UTF-8", headers["Content-Type"])
  assert.is_nil(body:find "\n")
  return status, json.decode(body).reason
end

local function accepts(skill, request)
  local status, _, body = skill:handle(request)
  assert.equal(200, status, body)
  assert.equal('{"response":{},"version":"1.0"}', body)
end

local function refuses(skill, request, text)
  local status, said = reason(skill, request)
  assert.equal(400, status)
  assert.truthy(said:find(text, 1, true), said)
end

local function launch(kind, age, fields) return signed(json.encode(envelope(kind, age, fields))) end

describe("a request", function()
  it("signed by Amazon is accepted, and its certificate is fetched once", function()
    local skill = new()
    accepts(skill, launch())
    accepts(skill, launch())
    assert.same({ URL }, fetched)
  end)

  it("has its bytes signed, not its characters", function()
    local skill = new()
    for _, name in ipairs { "Pok\195\169mon", "a\\r\\nb" } do
      local body = json.encode(envelope(nil, 0, { name = name }))
      accepts(skill, signed(body))
      accepts(skill, signed("\r\n " .. body .. " \r\n"))
    end
  end)

  it("may begin with a byte order mark, when that was signed", function()
    local mark, body = "\239\187\191", json.encode(envelope())
    accepts(new(), signed(mark .. body))
    local request = signed(body)
    request.body = mark .. body
    refuses(new(), request, "the signature is not that of this body")
  end)

  it("with bytes after the signed ones is refused", function()
    local request = launch()
    request.body = request.body .. " "
    refuses(new(), request, "the signature is not that of this body")
  end)

  it("is refused for what its headers lack, and nothing is fetched", function()
    local skill, body = new(), json.encode(envelope())
    refuses(skill, { headers = {}, body = body }, "Signature-256 is missing")
    refuses(skill, signed(body, nil, { SignatureCertChainUrl = false }), "SignatureCertChainUrl is missing")
    refuses(skill, signed(body, nil, { ["Signature-256"] = "" }), "Signature-256 is missing")
    local sha1 = made:sign(body, "leaf", "sha1")
    local old = { headers = { Signature = sha1, SignatureCertChainUrl = URL }, body = body }
    refuses(skill, old, "Signature-256 is missing")
    assert.same({}, fetched)
  end)

  it("is refused when a header came twice", function()
    local skill, request = new(), launch()
    local good = request.headers["Signature-256"]
    request.headers["Signature-256"] = { good, good }
    refuses(skill, request, "Signature-256 came more than once")
    request = launch()
    request.headers["signaturecertchainurl"] = URL
    refuses(skill, request, "SignatureCertChainUrl came more than once")
  end)

  it("may spell its headers as it likes, and have other headers twice", function()
    local request = launch()
    accepts(new(), {
      headers = {
        ["SIGNATURE-256"] = { request.headers["Signature-256"] },
        signaturecertchainurl = URL,
        ["X-Forwarded-For"] = { "1", "2" },
        Signature = "of another kind, and wrong",
      },
      body = request.body,
    })
  end)

  for _, case in ipairs {
    { "....$#%@$se", "not base64" },
    { "aGVsbG8NCg==", "the signature is not that of this body" },
    { "aGVsbG8NCg=", "not base64" },
    { "aGVs bG8N", "not base64" },
    { "aGVsbG8N\n", "not base64" },
    { "====", "not base64" },
    { "a===", "not base64" },
    { ("A"):rep(1372), "not base64" },
    { ("A"):rep(1368), "the signature is not that of this body" },
  } do
    it(("with the signature %.16s of %d bytes is refused"):format(case[1], #case[1]), function()
      refuses(new(), signed(json.encode(envelope()), nil, { ["Signature-256"] = case[1] }), case[2])
    end)
  end

  it("signed by another key or with SHA-1 is refused", function()
    local body = json.encode(envelope())
    for _, signature in ipairs { made:sign(body, "stranger"), made:sign(body, "leaf", "sha1") } do
      local request = signed(body, nil, { ["Signature-256"] = signature })
      refuses(new(), request, "the signature is not that of this body")
    end
  end)

  for text, body in pairs {
    ["the body is empty"] = "",
    ["the body is not JSON"] = "invalid",
    ["the body has no request"] = "{}",
    ["body has no request"] = "[]",
    ["has no requestId"] = '{"request":{"type":"LaunchRequest"}}',
    ["has no type"] = '{"request":{"type":null}}',
    ["has no timestamp"] = '{"request":{"type":"LaunchRequest","requestId":"1","timeStamp":"x"}}',
    ["the request's timestamp: not a time"] = '{"request":{"type":"a","requestId":"1","timestamp":"x"}}',
  } do
    it(("is refused when %s: %s"):format(text, body), function()
      refuses(new(), signed(body), text)
      assert.same({}, fetched)
    end)
  end
end)

describe("the time of a request", function()
  local EVENTS = { "SkillEnabled", "SkillDisabled", "SkillPermissionAccepted", "SkillPermissionChanged" }
  EVENTS[5], EVENTS[6], EVENTS[7] = "SkillAccountLinked", "ProactiveSubscriptionChanged", "AnyOther"

  before_each(function()
    now = math.floor(now)
  end)

  it("may be 150 seconds off, both ways", function()
    local skill = new()
    for _, age in ipairs { 150, 75, 0, -75, -150 } do
      accepts(skill, launch(nil, age))
    end
  end)

  it("may not be 151 seconds off, nor a year", function()
    local skill = new()
    refuses(skill, launch(nil, 151), "151 seconds old")
    refuses(skill, launch(nil, 31536000), "seconds old")
    refuses(skill, launch(nil, -151), "in the future")
    assert.same({}, fetched)
  end)

  it("may be an hour old when it is a skill event", function()
    local skill = new()
    for _, name in ipairs(EVENTS) do
      local kind = "AlexaSkillEvent." .. name
      accepts(skill, launch(kind, 600))
      accepts(skill, launch(kind, 3600))
      refuses(skill, launch(kind, 3601), "3601 seconds old")
      refuses(skill, launch(kind, -151), "in the future")
    end
  end)

  it("is not an event's when only its name begins alike", function()
    refuses(new(), launch("AlexaSkillEventX", 600), "600 seconds old")
    refuses(new(), launch("Alexa.AlexaSkillEvent.", 600), "600 seconds old")
  end)
end)

describe("the application of a request", function()
  it("must be one of the skill's", function()
    local request = launch()
    accepts(new { application_id = { "amzn1.ask.skill.two", SKILL } }, request)
    refuses(new { application_id = "amzn1.ask.skill.two" }, request, "another skill")
    assert.equal(1, #fetched)
  end)

  it("must be there; that of a session does not count", function()
    local body = envelope()
    body.context, body.session = nil, { application = { applicationId = SKILL } }
    refuses(new(), signed(json.encode(body)), "no application id")
  end)
end)

local S3 = "https://s3.amazonaws.com"

describe("the URL of a certificate", function()
  for given, wanted in pairs {
    [S3 .. "/echo.api/echo-api-cert.pem"] = S3 .. "/echo.api/echo-api-cert.pem",
    [S3 .. ":443/echo.api/echo-api-cert.pem"] = S3 .. "/echo.api/echo-api-cert.pem",
    [S3 .. "/echo.api/../echo.api/echo-api-cert.pem"] = S3 .. "/echo.api/echo-api-cert.pem",
    [S3 .. "/a/./../echo.api/./b/../c.pem"] = S3 .. "/echo.api/c.pem",
    [S3 .. "/../echo.api/c.pem"] = S3 .. "/echo.api/c.pem",
    ["HTTPS://s3.amazonaws.com/echo.api/c.pem"] = S3 .. "/echo.api/c.pem",
    ["https://S3.AMAZONAWS.COM/echo.api/c.pem"] = S3 .. "/echo.api/c.pem",
    [S3 .. "/echo.api/..pem"] = S3 .. "/echo.api/..pem",
  } do
    it("may be " .. given, function()
      assert.equal(wanted, core.certificate_url(given))
    end)
  end

  for given, text in pairs {
    ["http://s3.amazonaws.com/echo.api/echo-api-cert.pem"] = "https://",
    ["https://notamazon.com/echo.api/echo-api-cert.pem"] = "host",
    ["https://very.bad/echo.api/cert"] = "host",
    ["https://s3.amazonaws.com.very.bad/echo.api/cert"] = "host",
    ["https:///echo.api/cert"] = "host",
    [S3 .. "/EcHo.aPi/echo-api-cert.pem"] = "path",
    [S3 .. "/ECHO.API/cert"] = "path",
    [S3 .. "/invalid.path/echo-api-cert.pem"] = "path",
    [S3 .. "/cert"] = "path",
    [S3 .. ":563/echo.api/echo-api-cert.pem"] = "port",
    [S3 .. ":/echo.api/c.pem"] = "port",
    [S3 .. ":0443/echo.api/c.pem"] = "port",
    [S3 .. "/echo.api/../cert"] = "path",
    [S3 .. "/echo.api/.."] = "path",
    [S3 .. "/echo.api/"] = "path",
    [S3 .. "/echo.api"] = "path",
    [S3 .. "/echo.api/folder/"] = "path",
    [S3 .. "//echo.api/c.pem"] = "path",
    [S3] = "path",
    [S3 .. "/echo.api/%2e%2e/c.pem"] = "character",
    [S3 .. "/echo.api/..\\c.pem"] = "character",
    [S3 .. "/echo.api/c pem"] = "character",
    [S3 .. "/echo.api/c\0.pem"] = "character",
    [S3 .. "/echo.api/c\r\n.pem"] = "character",
    [S3 .. "/echo.api/\195\169.pem"] = "character",
    ["https://user@s3.amazonaws.com/echo.api/c.pem"] = "user",
    ["https://s3.amazonaws.com@very.bad/echo.api/c.pem"] = "user",
    [S3 .. ":443@very.bad/echo.api/c.pem"] = "user",
    [S3 .. "/echo.api/c.pem?a=b"] = "query",
    [S3 .. "?/echo.api/c.pem"] = "query",
    [S3 .. "/echo.api/c.pem#f"] = "fragment",
    ["badUrl"] = "https://",
    [S3 .. "/echo.api/" .. ("a"):rep(2048)] = "longer",
    [""] = "https://",
  } do
    it("may not be " .. given:sub(1, 60):gsub("%c", "?"), function()
      local url, problem = core.certificate_url(given)
      assert.is_nil(url)
      assert.truthy(problem:find(text, 1, true), problem)
    end)
  end

  it("is what is fetched, normalised, and it refuses the request when it is wrong", function()
    local skill, body = new(), json.encode(envelope())
    accepts(skill, signed(body, S3 .. ":443/x/../echo.api/echo-api-cert-12.pem"))
    assert.same({ URL }, fetched)
    refuses(skill, signed(json.encode(envelope()), S3 .. ":563/echo.api/c.pem"), "SignatureCertChainUrl: its port")
  end)
end)

describe("a certificate file", function()
  for _, name in ipairs { "plain", "two_names" } do
    it("may have the leaf " .. name, function()
      files = made:pem(name, "middle")
      accepts(new(), launch())
    end)
  end

  it("may hold the root as well, or certificates that nobody needs", function()
    files = made:pem("good", "middle", "root", "stranger")
    accepts(new(), launch())
  end)

  for name, text in pairs {
    other_name = "not for echo-api.amazon.com",
    no_name = "not for echo-api.amazon.com",
    wildcard = "not for echo-api.amazon.com",
    usage = "key usage",
    weak = "not trusted",
    small = "shorter than 2,048 bits",
    curve = "no RSA key",
  } do
    it("may not have the leaf " .. name, function()
      files = made:pem(name, "middle")
      refuses(new(), launch(), text)
    end)
  end

  for _, case in ipairs {
    { "unable to get local issuer certificate", "good" },
    { "unable to get local issuer certificate", "foreign", "middle" },
    { "self-signed certificate in certificate chain", "foreign", "stranger" },
    { "invalid CA certificate", "below_leaf", "good", "middle" },
  } do
    it(("of %s is refused: %s"):format(table.concat(case, ", ", 2), case[1]), function()
      local parts = {}
      for index = 2, #case do
        parts[#parts + 1] = made:pem(case[index])
      end
      files = table.concat(parts)
      refuses(new(), launch(), case[1])
    end)
  end

  it("must be one that can be read", function()
    for text, file in pairs {
      ["has no certificate"] = "hello",
      ["cannot be read"] = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
      ["more than 8"] = made:pem("good"):rep(9),
      ["larger than 64 KB"] = ("\n"):rep(65537) .. made:pem("good", "middle"),
    } do
      files = file
      refuses(new(), launch(), text)
    end
  end)

  it("of the spec's own authority is not trusted by the system", function()
    local skill = assert(proactive.skill {
      application_id = SKILL,
      logger = function() end,
      clock = { wall = function() return now end },
      fetch_certificate = function() return files end,
    })
    refuses(skill, launch(), "not trusted")
  end)
end)

describe("a certificate that is kept", function()
  local DAY = 86400

  it("is refused when one of its chain has expired, and when it is not valid yet", function()
    local skill = new()
    accepts(skill, launch())
    now = now + 6 * DAY -- the intermediate's five days are over, the leaf's thirty are not
    refuses(skill, launch(), "has expired")
    now = now - 16 * DAY
    skill = new()
    refuses(skill, launch(), "not trusted: certificate is not yet valid")
    assert.equal(2, #fetched)
  end)

  it("has its chain built again after an hour", function()
    local skill = new()
    accepts(skill, launch())
    local kept = skill.certificates.kept[URL]
    local before = kept.built_at
    now = now + 3599
    accepts(skill, launch())
    assert.equal(before, kept.built_at)
    now = now + 1
    accepts(skill, launch())
    assert.equal(now, kept.built_at)
    kept.trust = assert(core.trust("file", made:path "stranger"))
    now = now + 3600
    refuses(skill, launch(), "not trusted")
    assert.is_nil(skill.certificates.kept[URL])
    assert.equal(1, #fetched)
  end)

  it("is one of eight: what was used longest ago is given up", function()
    local skill = new()
    local function url(number) return ("%s/echo.api/c%d.pem"):format(S3, number) end
    for number = 1, 8 do
      accepts(skill, signed(json.encode(envelope()), url(number)))
    end
    accepts(skill, signed(json.encode(envelope()), url(1)))
    accepts(skill, signed(json.encode(envelope()), url(9)))
    assert.equal(9, #fetched)
    accepts(skill, signed(json.encode(envelope()), url(1)))
    assert.equal(9, #fetched)
    accepts(skill, signed(json.encode(envelope()), url(2)))
    assert.equal(10, #fetched)
  end)

  it("was refused: it is not fetched again for a minute", function()
    local skill = new()
    files = made:pem("other_name", "middle")
    refuses(skill, launch(), "not for echo-api.amazon.com")
    files = made:pem("good", "middle")
    now = now + 59
    refuses(skill, launch(), "not for echo-api.amazon.com")
    assert.equal(1, #fetched)
    now = now + 1
    accepts(skill, launch())
    assert.equal(2, #fetched)
  end)

  it("could not be fetched: it may be tried at once, unless the server said no", function()
    local skill = new()
    files = function() return nil, "no route to host" end
    refuses(skill, launch(), "cannot be fetched: no route to host")
    refuses(skill, launch(), "no route to host")
    assert.equal(2, #fetched)
    files = function() error("out of order", 0) end
    refuses(skill, launch(), "cannot be fetched: out of order")
    files = function() return nil, "status 404", true end
    refuses(skill, launch(), "status 404")
    refuses(skill, launch(), "status 404")
    assert.equal(4, #fetched)
  end)

  it("of forgers' names does not fill the memory", function()
    local skill = new()
    files = function() return nil, "status 404", true end
    local request = launch()
    for number = 1, 600 do
      request.headers.SignatureCertChainUrl = ("%s/echo.api/c%d.pem"):format(S3, number)
      refuses(skill, request, "status 404")
    end
    local count = 0
    for _ in pairs(skill.certificates.refused) do
      count = count + 1
    end
    assert.is_true(count <= 256)
    assert.equal(count, skill.certificates.refused_count)
  end)

  it("is fetched once, and two others at most are fetched at a time", function()
    local skill, waiting = new(), {}
    files = function()
      coroutine.yield()
      return made:pem("good", "middle")
    end
    local statuses = {}
    local function begin(name)
      local request = signed(json.encode(envelope()), S3 .. "/echo.api/" .. name)
      local thread = coroutine.create(function()
        local status = skill:handle(request)
        statuses[#statuses + 1] = status
      end)
      assert(coroutine.resume(thread))
      if coroutine.status(thread) ~= "dead" then waiting[#waiting + 1] = thread end
    end
    begin "a"
    begin "a"
    begin "b"
    begin "c"
    assert.same({ 503, 503 }, statuses)
    assert.equal(2, #fetched)
    for _, thread in ipairs(waiting) do
      assert(coroutine.resume(thread))
    end
    assert.same({ 503, 503, 200, 200 }, statuses)
  end)
end)
