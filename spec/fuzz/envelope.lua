--- What fuzz_envelope.c does with each input: a function of the bytes that raises when a promise is
--- broken. As text they are a body that nobody signed, and an envelope that a host vouches for. Then
--- they choose what is changed in a skill event that is right.

local customer = require "proactive.registry.customer"
local edits = require "spec.fuzz.edits"
local event = require "proactive.registry.event"
local json = require "proactive.json"
local replies_of = require "proactive.skill.replies"
local skill_events = require "spec.support.skill_events"
local skill_of = require "proactive.skill"

local NOW = 1768471200 -- 2026-01-15T10:00:00Z

local SIGNED = {
  ["Signature-256"] = ("A"):rep(344),
  SignatureCertChainUrl = "https://s3.amazonaws.com/echo.api/cert.pem",
}

-- Skill events to start from; the first byte chooses.
local EVENTS = {
  function()
    return skill_events.subscribed { "AMAZON.OrderStatus.Updated" }
  end,
  function()
    return skill_events.new("SkillPermissionAccepted", {
      body = { acceptedPermissions = { { scope = "alexa::devices:all:notifications:write" } } },
    })
  end,
  function()
    return skill_events.erased {}
  end,
  function()
    return skill_events.new("SkillEnabled", { locale = "en-GB" })
  end,
}

--- A registry in memory: what it is told twice, or in another order, changes nothing.
local registry = { known = {} }

function registry:apply(envelope)
  local saying, err = event.read(envelope)
  if not saying then
    assert(err.kind == "invalid" and #err.violations > 0)
    return nil, err
  end
  if not saying.says then return true end
  local known = self.known[saying.user] or { values = {}, at = {} }
  local joined = customer.join(known, saying.says)
  assert(customer.same(joined, customer.join(joined, saying.says)))
  assert(customer.same(joined, customer.join(saying.says, known)))
  self.known[saying.user] = joined
  return true
end

-- What the log was told of a defect; the handler protects itself from a logger that raises.
local defect

local function look_for_defects(_, fields)
  if fields.message:find("stack traceback", 1, true) then defect = fields.message end
end

local function speak(request)
  return request.type
end

local skill = assert(skill_of {
  application_id = "amzn1.ask.skill.one",
  registry = registry,
  on = { LaunchRequest = speak, ["AlexaSkillEvent.SkillEnabled"] = speak },
  clock = function()
    return NOW
  end,
  fetch_certificate = function()
    return nil, "there is none"
  end,
  logger = look_for_defects,
})

local function dispatch(envelope)
  skill.replies = replies_of() -- what was answered before is answered without a look at it
  local answer, err = skill:dispatch(envelope)
  assert(not defect, defect)
  if answer then
    assert(answer.version == "1.0" and json.encode(answer))
  else
    assert(err.kind == "unverified" or err.kind == "server")
  end
end

local function handle(body)
  local status, _, said = skill:handle { headers = SIGNED, body = body }
  assert(status == 400, said)
  assert(not said:find "\n" and type(json.decode(said).reason) == "string")
end

return function(bytes)
  handle(bytes)
  dispatch((json.decode(bytes)))
  registry.known = {}
  for _, make in ipairs(EVENTS) do
    dispatch(make())
  end
  local envelope = EVENTS[(bytes:byte() or 0) % #EVENTS + 1]()
  edits.make(envelope, bytes)
  -- what comes in is JSON: what it cannot say is left out
  local text = json.encode(envelope)
  if text then dispatch((json.decode(text))) end
end
