--- What a manifest is to have, as the command line says it: events, or the scripts that send them.

local file = require "proactive.cli.file"
local flags = require "proactive.cli.flags"
local stop = require "proactive.cli.stop"

local manifest_needs = {}

function manifest_needs.declare(parser)
  parser
    :option("--for")
    :target("events")
    :argname("EVENT")
    :args("+")
    :description "Events the skill sends: names, scripts that return one, or .json request bodies."
  parser
    :option("--endpoint")
    :argname("URI")
    :description "Where skill events go: an ARN of Lambda or https://… (default: the skill's own)."
  parser
    :option("--regions")
    :argname("REGIONS")
    :convert(flags.regions)
    :description "NA,EU: regions whose events go to --endpoint (default: those the skill has)."
end

local function name_in(body)
  local event = type(body) == "table" and body.event
  return type(event) == "table" and event.name or nil
end

--- The name of the event that a word names or a file holds.
local function event_of(word)
  if not word:find "[./\\]lua$" and not word:find "%.lua$" and not word:find "%.json$" then
    return word
  end
  local loaded, problem, refusal = file.load(word)
  if problem then stop.with(2, "%s", file.describe(word, problem)) end
  if refusal then stop.with(1, refusal) end
  local name = loaded.event and loaded.event.name or name_in(loaded.body)
  if not name then stop.with(2, "%s: holds no event", word) end
  return name
end

--- What is needed; nil when no event was named.
---@return proactive.manifest.Needs?
function manifest_needs.of(args)
  if not args.events then
    if args.endpoint or args.regions then stop.usage "--endpoint and --regions go with --for" end
    return nil
  end
  local events = {}
  for index, word in ipairs(args.events) do
    events[index] = event_of(word)
  end
  local needs, err = require("proactive").manifest.derive {
    events = events,
    endpoint = args.endpoint,
    regions = args.regions,
  }
  if not needs then stop.with(2, err) end
  return needs
end

return manifest_needs
