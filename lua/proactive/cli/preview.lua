--- `proactive preview`: what Alexa will say of an event, in one language or in all it has texts
--- for.

local explain = require "proactive.cli.explain"
local file = require "proactive.cli.file"
local flags = require "proactive.cli.flags"
local needs = require "proactive.cli.needs"
local output = require "proactive.cli.output"
local stop = require "proactive.cli.stop"

local preview = {
  summary = "the sentence Alexa will say, in each language",
  example = "proactive preview examples/events/media_content.lua --locale de-DE "
    .. "--utc-offset +02:00",
}

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
  local body = require "proactive.cli.body"
  local ok, err = require("proactive").validate(loaded.text)
  -- What has been sent once has expired by now: that does not change what Alexa says.
  if not ok and not only_late(err) then stop.with(1, err) end
  return body.event(loaded.body)
end

local function show(locale, said, out)
  if out.as_json then
    local warnings = output.violations(said.warnings)
    return out:json { locale = locale, text = said.text, known = said.known, warnings = warnings }
  end
  out:print("%s  %s", locale, said.text)
  if not said.known then out:print("       %s", "composed: Amazon's own wording is not known") end
  for _, warning in ipairs(said.warnings) do
    out:block(explain.violation(warning), 7)
  end
end

function preview.run(args, out)
  if out.as_json then needs.module("proactive.core") end
  local event = load(args.file)
  local locales = args.locale[1] and args.locale or locales_of(event)
  for _, locale in ipairs(locales) do
    local said, err = require("proactive").preview(event, locale, { utc_offset = args.utc_offset })
    if not said then stop.with(1, err) end
    show(locale, said, out)
  end
  return 0
end

return preview
