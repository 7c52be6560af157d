--- What a command writes: results on standard output, everything else on standard error.

local compat = require "proactive.compat"
local explain = require "proactive.cli.explain"
local mended = require("proactive.text").mended
local stop = require "proactive.cli.stop"

local output = {}

-- A full disk or a reader that left must not look like success.
output.UNWRITABLE = "standard output cannot be written"

---@class proactive.cli.Output
---@field as_json boolean  one JSON object per line instead of text
---@field quiet boolean    no lines about what went well
local Output = {}
Output.__index = Output

local terminals = {}

--- Whether a standard stream is a terminal. Plain Lua cannot tell; the shell's `test` inherits our
--- streams.
---@param descriptor 0|1|2
---@return boolean
function output.is_terminal(descriptor)
  if terminals[descriptor] == nil then
    terminals[descriptor] = compat.execute(("test -t %d"):format(descriptor))
  end
  return terminals[descriptor]
end

local CODES = { bold = "1", red = "31", green = "32", dim = "2" }

local function colour_wanted()
  return (os.getenv("NO_COLOR") or "") == ""
    and os.getenv("TERM") ~= "dumb"
    and output.is_terminal(1)
end

---@param opts {json: boolean?, quiet: boolean?}
---@return proactive.cli.Output
function output.new(opts)
  return setmetatable({
    as_json = opts.json or false,
    quiet = opts.quiet or false,
    results = io.stdout,
    notes = io.stderr,
  }, Output)
end

--- A text in a colour, where a person sees colours.
---@param name "bold"|"red"|"green"|"dim"
---@param text string
---@return string
function Output:paint(name, text)
  if self.colour == nil then self.colour = colour_wanted() end
  return self.colour and ("\27[%sm%s\27[0m"):format(CODES[name], text) or text
end

--- One line on standard output; formatted when arguments follow.
---@param text string?
function Output:print(text, ...)
  text = text or ""
  local line = select("#", ...) > 0 and text:format(...) or text
  if not self.results:write(line, "\n") then stop.with(1, output.UNWRITABLE) end
end

--- One line on standard error.
---@param text string
function Output:warn(text, ...)
  self.results:flush()
  self.notes:write(select("#", ...) > 0 and text:format(...) or text, "\n")
end

--- Lines on standard output, indented.
---@param lines string[]
---@param indent integer
function Output:block(lines, indent)
  for _, line in ipairs(lines) do
    self:print("%s%s", line == "" and "" or (" "):rep(indent), line)
  end
end

--- A refusal on standard error: one headline, then its reasons.
---@param subject string
---@param err proactive.Error
function Output:refusal(subject, err)
  self:warn("%s: %s", subject, explain.headline(err))
  for _, line in ipairs(explain.body(err)) do
    self:warn("  %s", line)
  end
end

-- A violation's `got` may be anything at all, also what JSON has no text for.
local function writable(value)
  local json = require "proactive.json"
  if type(value) == "string" or json.encode({ value }) then return value end
  return (explain.value(value):gsub("[\128-\255]", "?"))
end

--- Violations or warnings as a JSON array.
---@param list proactive.Violation[]?
---@return table
function output.violations(list)
  local copy = require("proactive.json").array {}
  for index, violation in ipairs(list or {}) do
    copy[index] = {}
    for name, value in pairs(violation) do
      copy[index][name] = writable(value)
    end
  end
  return copy
end

local ERROR_FIELDS = {
  "kind",
  "message",
  "fix",
  "retryable",
  "retry_after",
  "status",
  "request_id",
  "attempts",
  "cause",
}

--- An error object as a table that can be written as JSON.
---@param err proactive.Error
---@return table
function output.error(err)
  local copy = {}
  for _, name in ipairs(ERROR_FIELDS) do
    copy[name] = err[name]
  end
  if err.violations then copy.violations = output.violations(err.violations) end
  return copy
end

-- A copy with texts that JSON can hold: a line of a list may have any bytes.
local function with_mended_texts(value)
  if type(value) == "string" then return mended(value) end
  if type(value) ~= "table" or value == require("proactive.json").null then return value end
  local copy = setmetatable({}, getmetatable(value))
  for key, item in pairs(value) do
    copy[with_mended_texts(key)] = with_mended_texts(item)
  end
  return copy
end

--- One object as one line of JSON; U+FFFD stands for each byte that JSON cannot hold.
---@param value table
function Output:json(value)
  local encode = require("proactive.json").encode
  local opts = { order = output.order }
  self:print("%s", encode(value, opts) or assert(encode(with_mended_texts(value), opts)))
end

local NAMES = "link file valid granted event about sample user audience region accepted locale "
  .. "text known status request_id reference_id method url scope expires_in length token "
  .. "violations warnings path rule message got expected hint line column kind fix "
  .. "application_id type name state reason changed stage target recipients failed left presumed "
  .. "skill_id etag from to pushed changes "
  .. "by_kind erased customer outcome enabled subscriptions permissions account_linked at"

--- The order of the fields in the JSON of this command line, for `json.encode`.
---@type table<string, integer>
output.order = {}
local rank = 0
for name in NAMES:gmatch "%S+" do
  rank = rank + 1
  output.order[name] = rank
end

return output
