--- `proactive preview`: what Alexa will say of an event, in one language or in all it has texts
--- for.

local explain = require "proactive.cli.explain"
local file = require "proactive.cli.file"
local flags = require "proactive.cli.flags"
local needs = require "proactive.cli.needs"
local output = require "proactive.cli.output"
local stop = require "proactive.cli.stop"
local time = require "proactive.time"

local preview = {
  summary = "the sentence Alexa will say, in each language",
  example = "proactive preview examples/events/media_content.lua --locale de-DE "
    .. "--utc-offset +02:00",
}

local function offset(text)
  if time.parse_offset(text) then return text end
  return nil, ("an offset as +02:00 expected, or Z, got '%s'"):format(text)
end

function preview.declare(parser)
  parser:argument("FILE"):target "file"
  parser
    :option("--locale")
    :argname("LOCALE")
    :count("*")
    :description "A device's locale, as en-US; again for more. Default: all the event has texts in."
  parser
    :option("--utc-offset")
    :argname("+HH:MM")
    :convert(offset)
    :description "Say times at this offset; default: as they are written."
  flags.json(parser)
end

local DEFAULT_LOCALE = "en-US"

--- The locales an event has texts in, sorted.
local function locales_of(event)
  local seen, list = {}, {}
  local function visit(value)
    if type(value) ~= "table" then return end
    for key, item in pairs(value) do
      if key == "localized" and type(item) == "table" then
        for locale in pairs(item) do
          if not seen[locale] then list[#list + 1] = locale end
          seen[locale] = true
        end
      else
        visit(item)
      end
    end
  end
  visit(event.payload)
  table.sort(list)
  return #list > 0 and list or { DEFAULT_LOCALE }
end

local function only_late(err)
  for _, violation in ipairs(err.violations or {}) do
    if violation.path ~= "expiryTime" then return false end
  end
  return err.violations ~= nil
end

local function load(name)
  local loaded, problem, refusal = file.load(name)
  if problem then stop.with(2, "%s", file.describe(name, problem)) end
  if refusal then stop.with(1, refusal) end
  if loaded.event then return loaded.event end
  local ok, err = require("proactive").validate(loaded.text)
  -- What has been sent once has expired by now: that does not change what Alexa says.
  if not ok and not only_late(err) then stop.with(1, err) end
  return (require("proactive.request").event(loaded.body))
end

local COMPOSED = "composed: in the manner of Amazon's sentences, its own wording is not known"

local function print_json(results, out)
  for _, said in ipairs(results) do
    local warnings = output.violations(said.warnings)
    out:json { locale = said.locale, text = said.text, known = said.known, warnings = warnings }
  end
end

--- Warnings, each once: most are the same in every locale.
local function print_warnings(results, out)
  local seen = {}
  for _, said in ipairs(results) do
    for _, warning in ipairs(said.warnings) do
      local lines = explain.violation(warning)
      local text = table.concat(lines, "\n")
      if not seen[text] then
        out:print ""
        out:block(lines, 0)
      end
      seen[text] = true
    end
  end
end

local function print_text(results, out)
  local composed = false
  for _, said in ipairs(results) do
    local text = said.text ~= "" and said.text or "(silent)"
    composed = composed or (said.text ~= "" and not said.known)
    out:print("%s  %s%s", said.locale, text, said.text ~= "" and not said.known and " *" or "")
  end
  if composed then out:print("\n* %s", COMPOSED) end
  print_warnings(results, out)
end

function preview.run(args, out)
  if out.as_json then needs.module("proactive.core") end
  local event = load(args.file)
  local results = {}
  for index, locale in ipairs(args.locale[1] and args.locale or locales_of(event)) do
    local said, err = require("proactive").preview(event, locale, { utc_offset = args.utc_offset })
    if not said then stop.with(1, err) end
    results[index] = said
    said.locale = locale
  end
  local show = out.as_json and print_json or print_text
  show(results, out)
  return 0
end

return preview
