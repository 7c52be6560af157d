--- What a skill does with the requests that it accepts.

local certificates = require "spec.support.certificates"
local core = require "proactive.core"
local json = require "proactive.json"
local proactive = require "proactive"
local skill_events = require "spec.support.skill_events"
local time = require "proactive.time"

local SKILL = "amzn1.ask.skill.one"
local USER = "amzn1.ask.account.ONE"

local lines, registry

local function new(opts)
  opts.application_id = opts.application_id or SKILL
  opts.logger = opts.logger or function(level, fields)
    lines[#lines + 1] = level .. " " .. fields.type .. " " .. fields.message
  end
  return assert(proactive.skill(opts))
end

before_each(function()
  lines = {}
  registry = assert(proactive.registry.open "sqlite::memory:")
end)

after_each(function()
  registry:close()
end)

local function subscribed(id, names, at) return skill_events.subscribed(names, { id = id, at = at }) end

local function intent(id)
  local envelope = skill_events.new("x", { id = id })
  envelope.request.type = "IntentRequest"
  envelope.request.intent = { name = "Hello" }
  return envelope
end

local ACK = { version = "1.0", response = {} }

describe("a skill", function()
  it("applies skill events to the registry and acknowledges them", function()
    local skill = new { registry = registry }
    assert.same(ACK, skill:dispatch(subscribed("1", { "AMAZON.OrderStatus.Updated" })))
    assert.equal(1, registry:count { event = "AMAZON.OrderStatus.Updated" })
    assert.same(ACK, skill:dispatch(subscribed("2", {}, "2026-01-15T10:00:01Z")))
    assert.equal(0, registry:count { event = "AMAZON.OrderStatus.Updated" })
  end)

  it("calls the function for a type with the request and the envelope around it", function()
    local seen = {}
    local skill = new {
      registry = registry,
      on = {
        ["AlexaSkillEvent.ProactiveSubscriptionChanged"] = function(request, envelope)
          seen = { request.requestId, envelope.context.System.user.userId, registry:count {} }
          return "nobody hears this"
        end,
      },
    }
    assert.same(ACK, skill:dispatch(subscribed("1", { "AMAZON.OrderStatus.Updated" })))
    assert.same({ "1", USER, 1 }, seen)
  end)

  it("leaves the registry alone for what is no skill event", function()
    local skill = new { registry = { apply = function() error "must not be called" end } }
    assert.same(ACK, skill:dispatch(intent "1"))
    assert.same({}, lines)
  end)

  it("answers a repeated request again, and does it once", function()
    local count = 0
    local skill = new {
      on = {
        IntentRequest = function()
          count = count + 1
          return "for the " .. count .. ". time"
        end,
      },
    }
    local first = skill:dispatch(intent "1")
    assert.same(first, skill:dispatch(intent "1"))
    assert.equal("for the 1. time", first.response.outputSpeech.text)
    assert.equal("for the 2. time", skill:dispatch(intent("2")).response.outputSpeech.text)
  end)

  it("remembers some thousands of answers, not all", function()
    local count = 0
    local skill = new { on = { IntentRequest = function() count = count + 1 end } }
    for id = 1, 15000 do
      skill:dispatch(intent(tostring(id)))
    end
    skill:dispatch(intent "14999")
    assert.equal(15000, count)
    skill:dispatch(intent "1")
    assert.equal(15001, count)
  end)

  it("refuses requests of another skill, and what is no request", function()
    local skill = new { application_id = { "amzn1.ask.skill.two", "amzn1.ask.skill.three" } }
    for text, envelope in pairs {
      ["another skill"] = intent "1",
      ["no requestId"] = { request = { type = "LaunchRequest" } },
      ["no application id"] = { request = { type = "LaunchRequest", requestId = "1" } },
    } do
      local answer, err = skill:dispatch(envelope)
      assert.is_nil(answer)
      assert.equal("unverified", err.kind)
      assert.truthy(err.message:find(text, 1, true), err.message)
    end
    assert.equal("unverified", select(2, skill:dispatch("text")).kind)
  end)
end)

describe("what a function returns", function()
  local function answer(result)
    return new({ on = { IntentRequest = function() return result end } }):dispatch(intent "1")
  end

  it("may be a text, which is spoken", function()
    local speech = { type = "PlainText", text = "Hello" }
    assert.same({ version = "1.0", response = { outputSpeech = speech } }, answer "Hello")
    speech = { type = "SSML", ssml = "<speak>Hello</speak>" }
    assert.same({ version = "1.0", response = { outputSpeech = speech } }, answer "<speak>Hello</speak>")
  end)

  it("may be a response, or a whole answer", function()
    local response = { shouldEndSession = true }
    assert.same({ version = "1.0", response = response }, answer(response))
    local whole = { response = response, sessionAttributes = { a = 1 } }
    assert.same({ version = "1.0", response = response, sessionAttributes = { a = 1 } }, answer(whole))
    assert.is_nil(whole.version)
  end)

  it("may be nothing", function()
    assert.same(ACK, answer(nil))
  end)

  it("may be nothing else", function()
    for text, result in pairs {
      ["a table, a text or nothing, got number"] = 7,
      ["got boolean"] = false,
      ["no JSON"] = { f = print },
    } do
      local got, err = answer(result)
      assert.is_nil(got)
      assert.equal("server", err.kind)
      assert.truthy(lines[#lines]:find(text, 1, true), lines[#lines])
    end
  end)
end)

describe("what fails", function()
  it("is told to the log, and not outside; it is tried again", function()
    local broken, count = true, 0
    local skill = new {
      on = {
        IntentRequest = function()
          count = count + 1
          if broken then error "the secret is 42" end
        end,
      },
    }
    local answer, err = skill:dispatch(intent "1")
    assert.is_nil(answer)
    assert.equal("server", err.kind)
    assert.is_true(err.retryable)
    assert.is_nil(tostring(err):find "42")
    assert.truthy(lines[1]:find "the secret is 42.*traceback")
    broken = false
    assert.same(ACK, skill:dispatch(intent "1"))
    assert.equal(2, count)
  end)

  it("may be the registry; then no function is called", function()
    local called = false
    local on = { ["AlexaSkillEvent.ProactiveSubscriptionChanged"] = function() called = true end }
    for _, apply in ipairs {
      function() return nil, "the disk is full" end,
      function() error "the disk is full" end,
    } do
      local skill = new { registry = { apply = apply }, on = on }
      local answer, err = skill:dispatch(subscribed("1", {}))
      assert.is_nil(answer)
      assert.equal("server", err.kind)
      assert.truthy(lines[#lines]:find("the disk is full", 1, true))
    end
    assert.is_false(called)
  end)

  it("may be the logger", function()
    local skill = new { on = { IntentRequest = error }, logger = error }
    assert.equal("server", select(2, skill:dispatch(intent "1")).kind)
  end)
end)

describe("the options of a skill", function()
  for text, opts in pairs {
    ["application_id is required"] = {},
    ["application_id must be a text, or a list"] = { application_id = {} },
    ["or a list of them"] = { application_id = { 7 } },
    ["unknown option verify"] = { application_id = SKILL, verify = false },
    ["functions by request type"] = { application_id = SKILL, on = { LaunchRequest = "hello" } },
    ["clock must be a function"] = { application_id = SKILL, clock = {} },
    ["must be an http address of this machine"] = { application_id = SKILL, sandbox = "https://example.com" },
    ["of this machine"] = { application_id = SKILL, sandbox = "http://127.0.0.1@example.com" },
    ["as http://127.0.0.1:4380"] = { application_id = SKILL, sandbox = "http://127.0.0.1.example.com/" },
    ["leave ca_file out"] = { application_id = SKILL, sandbox = "http://localhost:1", ca_file = "x" },
  } do
    it("must be right: " .. text, function()
      local ok, problem = pcall(function()
        local skill = proactive.skill(opts)
        return skill
      end)
      assert.is_false(ok)
      assert.truthy(problem:find(text, 1, true), problem)
      assert.truthy(problem:find("skill_spec", 1, true), problem)
    end)
  end

  it("name a file that can be read", function()
    local skill, err = proactive.skill { application_id = SKILL, ca_file = "/nowhere" }
    assert.is_nil(skill)
    assert.truthy(tostring(err):find("the certificates of /nowhere: the file cannot be read", 1, true))
  end)

  it("are of a request: headers and a body", function()
    local skill = new {}
    for _, request in ipairs { false, {}, { headers = {} }, { body = "" } } do
      assert.is_false(pcall(skill.handle, skill, request))
    end
  end)
end)

describe("a skill over HTTP", function()
  local made

  setup(function()
    made = certificates.make()
  end)

  teardown(function()
    made:remove()
  end)

  local function request(url, id)
    local envelope = intent(id)
    envelope.request.timestamp = time.format(math.floor(core.wall()))
    local body = json.encode(envelope)
    local list = { ["signature-256"] = made:sign(body), signaturecertchainurl = url }
    return { headers = list, body = body }
  end

  it("hides what failed behind status 500", function()
    local skill = new {
      ca_file = made:path "root",
      fetch_certificate = function() return made:pem("good", "middle") end,
      on = { IntentRequest = function() error "the secret is 42" end },
    }
    local status, _, body = skill:handle(request("https://s3.amazonaws.com/echo.api/c.pem", "1"))
    assert.equal(500, status)
    assert.same({ reason = "the function for IntentRequest failed" }, json.decode(body))
  end)

  it("never mixes the sandbox with Amazon", function()
    local sandbox_url = "https://s3.amazonaws.com/echo.api/sandbox.pem"
    local skill = new { fetch_certificate = function() error "must not be fetched" end }
    local status, _, body = skill:handle(request(sandbox_url, "1"))
    assert.equal(400, status)
    assert.truthy(body:find("a sandbox signed it", 1, true))
    skill = new { sandbox = "http://127.0.0.1:1" }
    status, _, body = skill:handle(request("https://s3.amazonaws.com/echo.api/c.pem", "1"))
    assert.equal(400, status)
    assert.truthy(body:find("made for the sandbox, which did not sign it", 1, true))
  end)

  --- A server of files, in place of the sandbox: its address, and a function that ends it.
  local function serve(folder)
    local output = os.tmpname()
    local command = "cd %s && exec python3 -u -m http.server 0 --bind 127.0.0.1 >%s 2>/dev/null & echo $!"
    local pipe = assert(io.popen(command:format(folder, output)))
    local process = pipe:read "*n"
    pipe:close()
    local port
    repeat
      os.execute "sleep 0.05"
      local file = assert(io.open(output))
      port = file:read("*a"):match "port (%d+)"
      file:close()
    until port
    return "http://127.0.0.1:" .. port, function()
      os.execute("kill " .. math.floor(process))
      os.remove(output)
    end
  end

  it("fetches the sandbox's certificate from the sandbox, and anew when its key has changed", function()
    os.execute("mkdir " .. made.folder .. "/echo.api")
    local url, stop = serve(made.folder)
    finally(stop)
    local function offer(...)
      local file = assert(io.open(made.folder .. "/echo.api/sandbox.pem", "wb"))
      assert(file:write(made:pem(...)))
      assert(file:close())
    end
    local sandbox_url = "https://s3.amazonaws.com/echo.api/sandbox.pem"
    local skill = new { sandbox = url .. "/" }
    local status, _, body = skill:handle(request(sandbox_url, "1"))
    assert.equal(400, status)
    assert.truthy(body:find("cannot be fetched: the server answered with status 404", 1, true), body)
    offer("good", "middle", "root")
    skill = new { sandbox = url }
    assert.equal(200, (skill:handle(request(sandbox_url, "1"))))
    assert.equal(200, (skill:handle(request(sandbox_url, "2"))))
    local other = request(sandbox_url, "3")
    other.headers["signature-256"] = made:sign(other.body, "stranger")
    offer("stranger_leaf", "stranger")
    assert.equal(400, (skill:handle(other)))
    assert.equal(200, (skill:handle(other)))
  end)

  it("says that a server cannot be reached", function()
    local skill = new { sandbox = "http://127.0.0.1:1" }
    local status, _, body = skill:handle(request("https://s3.amazonaws.com/echo.api/sandbox.pem", "1"))
    assert.equal(400, status)
    assert.truthy(body:find("cannot be fetched: ", 1, true), body)
  end)
end)
