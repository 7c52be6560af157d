--- Judges a whole request body before it leaves, and says everything that is wrong with it at once.
---
--- What the service is known to refuse, and what cannot be meant, is a violation; what nobody could find out
--- is a warning, or a violation when `strict`. The weights stand in `proactive.schema.report`.

local errors = require "proactive.errors"
local json = require "proactive.json"
local new_report = require("proactive.schema.report").new
local options = require "proactive.options"
local schema = require "proactive.schema"
local text = require "proactive.text"
local time = require "proactive.time"

--- The window of expiryTime and the service's words when it is missed. The sources disagree whether it is
--- counted from `timestamp` or from now; the service says now.
--- Source: https://github.com/satr/java-ask-proactive-api-kit (a recorded answer)
local EARLIEST, LATEST = 5 * 60, 24 * 60 * 60
local EXPIRY_WORDS = "Violations for metadata: [expiryTime should be at least 5 minutes in the "
  .. "future and no more than 24 hours after the current time]"

local OPTIONS = {
  now = { "number" },
  strict = { "boolean" },
  unknown_fields = { "string", one_of = { "warn", "refuse" } },
  as = { "string", one_of = { "client", "service" } },
}

local function check_expiry(body, now, report)
  local expiry = type(body.expiryTime) == "string" and time.parse(body.expiryTime)
  if not expiry then return end
  local ahead = expiry - now
  if ahead >= EARLIEST and ahead <= LATEST then return end
  report:enter("expiryTime")
  report:add("expiry", EXPIRY_WORDS, {
    got = ("%s, %d seconds from now"):format(text.quote(body.expiryTime), math.floor(ahead)),
    expected = ("from %s to %s"):format(
      time.format(math.ceil(now + EARLIEST)),
      time.format(math.floor(now + LATEST))
    ),
    hint = ahead < EARLIEST and "let it expire later" or "let it expire sooner",
  })
  report:leave()
end

--- The mistake of handing over an event deserves its own words, not six of a missing envelope.
local function add_bare_event(body, report)
  report:enter("event")
  report:add("required", "is missing: this is an event, not yet a request body", {
    got = ("the event %s"):format(text.show(body.name)),
    expected = "an object",
    hint = "make the body with proactive.request(event, audience)",
  })
  report:leave()
end

local function check_body(body, now, report)
  if type(body) == "table" and body.event == nil and body.name ~= nil and body.payload ~= nil then
    return add_bare_event(body, report)
  end
  schema.check(body, schema.envelope, report)
  if type(body) ~= "table" then return end
  if body.localizedAttributes == nil then schema.add_unresolved(report) end
  check_expiry(body, now, report)
end

--- A text that is no JSON breaks one rule, and nothing else can be said about it.
local function refuse_text(message, line, column)
  local where = line and ("line %d, column %d"):format(line, column) or nil
  return nil,
    errors.new("invalid", {
      message = "the text is not JSON",
      violations = {
        {
          path = "",
          rule = "json",
          message = where and ("%s: %s"):format(where, message) or message,
          line = line,
          column = column,
        },
      },
      warnings = {},
    })
end

---@class proactive.ValidateOptions
---@field now number?             Unix seconds against which expiryTime is judged; default the machine's clock
---@field strict boolean?         what nobody could find out about the service is a violation, too
---@field unknown_fields string?  "refuse" (default) or "warn"
---@field as string?              "client" (default); "service": mistakes that the service is not known to
---                               refuse (an unknown field, a locale twice, a missing text, …) are warnings,
---                               unless `strict`

--- Checks a request body.
---@param body table|string              as `proactive.request` makes it, or its JSON text; never changed
---@param opts? proactive.ValidateOptions
---@return true|nil ok
---@return proactive.Violation[]|proactive.Error  the warnings; or an error of kind `invalid` with all
---                                               `violations` and `warnings`
---@return table? body                   the body as a table, when it is acceptable and text was given
return function(body, opts)
  if type(body) ~= "table" and type(body) ~= "string" then
    error(("validate: a request body or its JSON text expected, got %s"):format(type(body)), 2)
  end
  opts = options.check(opts, OPTIONS, "validate")
  local report = new_report(opts)
  if type(body) == "string" then
    local value, message, line, column = json.decode(body)
    if message then return refuse_text(message, line, column) end
    body, report.decoded = value, true
  end
  check_body(body, opts.now or os.time(), report)
  local ok, found = report:result("the request body")
  return ok, found, ok and report.decoded and body or nil
end
