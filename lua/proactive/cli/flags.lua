--- The options that mean the same in every command.

local endpoints = require "proactive.endpoints"
local nearest = require "proactive.nearest"
local stop = require "proactive.cli.stop"

local flags = {}

local function known_region(word)
  for _, region in ipairs(endpoints.regions) do
    if word:upper() == region then return region end
  end
end

--- `NA,EU` as a list, for argparse's `convert`.
function flags.regions(text)
  local list = {}
  for word in text:gmatch("[^,]+") do
    local region = known_region(word)
    if not region then
      return nil, ("unknown region '%s': NA, EU or FE"):format(word)
    end
    list[#list + 1] = region
  end
  if #list == 0 then return nil, "a region is NA, EU or FE" end
  return list
end

--- The locale of a device; for argparse's `convert`.
function flags.locale(word)
  if word:find "^%l%l%-%u%u$" then return word end
  return nil, ("a locale is a language and a country, as en-US or de-DE, got '%s'"):format(word)
end

--- One region, in any case of letters; for argparse's `convert`.
function flags.region(word)
  local region = known_region(word)
  if region then return region end
  local hint = nearest.hint(word:upper(), endpoints.regions)
  return nil, ("unknown region '%s': NA, EU or FE%s"):format(word, hint)
end

--- For argparse's `convert`.
function flags.stage(text)
  for _, known in ipairs(endpoints.stages) do
    if text == known then return known end
  end
  local hint = nearest.hint(text, endpoints.stages)
  return nil, ("unknown stage '%s': development or live%s"):format(text, hint)
end

function flags.json(parser)
  parser:flag("--json"):description "One JSON object per line on standard output."
end

function flags.quiet(parser)
  parser:flag("-q --quiet"):description "Nothing about what went well."
end

--- Whom to ask: Amazon, or a sandbox.
function flags.sandbox(parser)
  parser
    :option("--sandbox")
    :argname("URL")
    :description "Talk to this sandbox, as http://127.0.0.1:4380, and not to Amazon."
  parser
    :option("--ca-file")
    :argname("FILE")
    :description(
      "Trust the authorities in this PEM file, and not the system's; else PROACTIVE_CA_FILE."
    )
end

--- The authorities that a command trusts in place of the system's, after `flags.sandbox`.
---@param args table
---@return string?
function flags.ca_file(args)
  if args.ca_file then return args.ca_file end
  local named = os.getenv "PROACTIVE_CA_FILE"
  return named ~= "" and named or nil
end

local function declare_skill(parser)
  parser
    :option("--skill")
    :argname("ID")
    :description "Which skill of the credentials file."
end

--- Whom to ask, where the stage is known: Amazon or a sandbox, with whose credentials, and where
--- customers are of whom that is not known.
function flags.endpoint(parser)
  flags.sandbox(parser)
  parser
    :option("--region")
    :argname("REGION")
    :convert(flags.regions)
    :description "NA (the default), EU or FE: where customers are of whom that is not known."
  declare_skill(parser)
end

--- Whom to ask: Amazon or a sandbox, which region and stage, with whose credentials.
function flags.service(parser)
  flags.sandbox(parser)
  parser
    :option("--region")
    :argname("REGION")
    :convert(flags.regions)
    :description "NA (the default), EU or FE: where the customer is. NA,EU is both, for --all."
  parser
    :option("--stage")
    :argname("STAGE")
    :default("development")
    :convert(flags.stage)
    :description "development or live. Live is never the default."
  declare_skill(parser)
end

--- The options for `proactive.client` that the flags of `flags.service` stand for.
---@param args table
---@return table
function flags.client_options(args)
  local options = {
    region = args.region and args.region[1],
    stage = args.stage,
    sandbox = args.sandbox,
    ca_file = flags.ca_file(args),
  }
  if not endpoints.sandbox(args.sandbox) then
    local found, err = require("proactive.credentials").find(args.skill)
    if not found then stop.with(2, err) end
    options.client_id, options.client_secret = found.client_id, found.client_secret
  end
  return options
end

--- A whole number within limits, for argparse's `convert`.
---@param least integer
---@param most integer
function flags.whole(least, most)
  return function(text)
    local number = text:find("^%d+$") and tonumber(text)
    if not number or number < least or number > most then
      return nil, ("a whole number from %d to %d expected, got '%s'"):format(least, most, text)
    end
    return number
  end
end

return flags
