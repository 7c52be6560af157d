--- Judges a whole request body before it leaves, and says everything that is wrong with it at once.
---
--- What the service is known to refuse, and what cannot be meant, is a violation; what nobody could
--- find out is a warning, or a violation when `strict`. The weights stand in
--- `proactive.schema.report`.

local errors = require "proactive.errors"
local json = require "proactive.json"
local new_report = require("proactive.schema.report").new
local options = require "proactive.options"
local schema = require "proactive.schema"
local text = require "proactive.text"
local values = require "proactive.schema.value"

-- The last day of the year 9998: every moment of the window can be written.
local LAST = 253370764800

local OPTIONS = {
  now = { "number", min = 0, max = LAST },
  strict = { "boolean" },
  unknown_fields = { "string", one_of = { "warn", "refuse" } },
  as = { "string", one_of = { "client", "service" } },
}

local NONE = {}

-- The report of the last body, when it was acceptable; nil while it is in use.
---@type proactive.CheckReport?
local spare

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

local function check_body(body, report)
  if type(body) ~= "table" then return schema.check(body, schema.envelope, report) end
  if getmetatable(body) ~= nil and values.is_object(body) then body = values.plain(body) end
  if body.event == nil and body.name ~= nil and body.payload ~= nil then
    return add_bare_event(body, report)
  end
  schema.check(body, schema.envelope, report)
  if body.localizedAttributes == nil then schema.add_unresolved(report) end
end

--- A text that is no JSON breaks one rule, and nothing else can be said about it.
local function refuse_text(message, line, column, path)
  local where = line and ("line %d, column %d"):format(line, column) or nil
  return nil,
    errors.new("invalid", {
      message = "the text is not JSON",
      violations = {
        {
          path = path,
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
---@field now number?             Unix seconds expiryTime is judged against; default: the clock
---@field strict boolean?         what nobody could find out about the service is a violation, too
---@field unknown_fields string?  "refuse" (default) or "warn"
---@field as string?              "client" (default) or "service": mistakes that the service is not
---   known to refuse (an unknown field, a locale twice, a missing text, …) are warnings then,
---   unless `strict`

--- Checks a request body.
---@param body table|string  as `proactive.request` makes it, or its JSON text; never changed
---@param opts? proactive.ValidateOptions
---@return true|nil ok
---@return proactive.Violation[]|proactive.Error  the warnings; or an error of kind `invalid` with
---   all `violations` and `warnings`
---@return table? body       the body as a table, when it is acceptable and text was given
return function(body, opts)
  if type(body) ~= "table" and type(body) ~= "string" then
    error(("validate: a request body or its JSON text expected, got %s"):format(type(body)), 2)
  end
  opts = opts == nil and NONE or options.check(opts, OPTIONS, "validate")
  local report = spare and spare:reuse(opts) or new_report(opts)
  spare = nil
  if type(body) == "string" then
    local value, message, line, column, path = json.decode(body)
    if message then return refuse_text(message, line, column, path) end
    body, report.decoded = value, true
  end
  report.now = opts.now or os.time()
  check_body(body, report)
  local ok, found = report:result("the request body")
  if ok then spare = report end
  return ok, found, ok and report.decoded and body or nil
end
