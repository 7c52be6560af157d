--- What fuzz_validate.c does with each input: a function of the bytes that raises when a promise is
--- broken. As text they are judged as a request body. Then they choose what is changed in a body that
--- is right.

local edits = require "spec.fuzz.edits"
local facts = require "spec.support.facts"
local json = require "proactive.json"
local payloads = require "spec.support.payloads"
local request = require "proactive.request"
local validate = require "proactive.validate"

-- Ways of judging; the first byte chooses.
local OPTIONS = {
  { now = facts.NOW },
  { now = facts.NOW, strict = true },
  { now = facts.NOW, unknown_fields = "warn" },
  { now = facts.NOW, as = "service" },
}

local function check_found(list)
  for _, violation in ipairs(list) do
    assert(type(violation.path) == "string" and type(violation.rule) == "string")
    assert(type(violation.message) == "string" and #violation.message > 0)
    -- Whatever was found can be shown: it is short, and JSON can say it.
    assert(#violation.path < 10000 and json.encode(violation))
  end
end

--- What is accepted can be written, and is accepted again when it is read.
local function check_accepted(body, opts)
  local text = assert(request.encode(body))
  local again = assert(json.decode(text))
  assert(validate(text, opts))
  assert(request.encode(again) == text)
end

local function judge(body, opts)
  local ok, found, read = validate(body, opts)
  if ok then
    check_found(found)
    check_accepted(read or body, opts)
  else
    assert(found.kind == "invalid" and #found.violations > 0)
    check_found(found.violations)
    check_found(found.warnings)
  end
end

return function(bytes)
  local first = bytes:byte() or 0
  local opts = OPTIONS[first % #OPTIONS + 1]
  judge(bytes, opts)
  local body = payloads.copy(json.decode(facts.bodies[first % #facts.bodies + 1]))
  edits.make(body, bytes)
  judge(body, opts)
end
