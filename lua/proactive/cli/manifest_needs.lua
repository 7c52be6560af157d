--- What a manifest is to have, as the command line says it: events, or the scripts that send them.

local errors = require "proactive.errors"
local file = require "proactive.cli.file"
local files = require "proactive.files"
local flags = require "proactive.cli.flags"
local input = require "proactive.cli.input"
local schema = require "proactive.schema"
local script = require "proactive.cli.script"
local stop = require "proactive.cli.stop"

local manifest_needs = {}

function manifest_needs.declare(parser)
  parser
    :option("--for")
    :target("events")
    :argname("EVENT")
    :args("+")
    :description(
      "Events the skill sends: names, scripts that return some, or .json request bodies. It takes "
        .. "all words that follow; FILE stands before it."
    )
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

--- What a script returns.
local function run(word)
  local chunk, problem = script.load(input.read(word))
  if not chunk then stop.with(2, "%s", file.describe(word, problem)) end
  local ran, result, refusal = script.run(chunk)
  if not ran and not errors.is(result) then
    stop.with(2, "%s", file.describe(word, script.thrown(result)))
  elseif not ran then
    stop.with(1, result)
  elseif result == nil and errors.is(refusal) then
    stop.with(1, refusal)
  end
  return result
end

local function body_of(word)
  local loaded, problem = file.load(word)
  if problem then stop.with(2, "%s", file.describe(word, problem)) end
  return name_in(loaded.body)
end

local function is_folder(path)
  return files.exists(path .. "/.")
end

--- What a word stands for: the name of an event, or what its file holds.
local function events_of(word)
  local is_json = word:find "%.json$"
  local is_file = is_json or word:find "%.lua$" or files.exists(word)
  if schema.catalogue[word] or not is_file then return word end
  if is_folder(word) then
    local folder = word:gsub("/+$", "")
    stop.with(2, "%s is a folder: name the scripts in it, as %s/*.lua", word, folder)
  end
  local found
  if is_json then
    found = body_of(word)
  else
    found = run(word)
  end
  if found == nil then stop.with(2, "%s: holds no event", word) end
  local good, err = require("proactive").manifest.derive { events = { found } }
  if not good then stop.with(2, "%s: %s", word, err.message) end
  return found
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
    events[index] = events_of(word)
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
