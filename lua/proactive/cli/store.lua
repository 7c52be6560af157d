--- `--store`: which database holds the subscribers.

local flags = require "proactive.cli.flags"
local needs = require "proactive.cli.needs"
local stop = require "proactive.cli.stop"

local store = {}

local DEFAULT = "sqlite:proactive.db"

-- A command line is in the list of processes for everyone to see.
local NO_PASSWORD = "--store takes no password: put the address into PROACTIVE_STORE, or the "
  .. "password into PGPASSWORD or .pgpass"

function store.declare(parser)
  parser:option("--store"):argname("URL"):description(
    "sqlite:FILE or postgresql://USER@HOST/DBNAME; else PROACTIVE_STORE, else proactive.db here."
  )
end

--- Which of the customers.
function store.declare_filter(parser)
  parser:option("--event"):argname("NAME"):description "Those who subscribed to this event."
  parser:option("--region"):argname("REGION"):convert(flags.region):description "NA, EU or FE."
  parser:option("--locale"):argname("LOCALE"):description "As en-US."
end

---@return proactive.registry.Filter
function store.filter(args)
  return { event = args.event, region = args.region, locale = args.locale }
end

local function url_of(args)
  local named = os.getenv "PROACTIVE_STORE"
  if named == "" then named = nil end
  if not args.store then return named or DEFAULT end
  local url = require("proactive.storage.url").parse(args.store)
  if url and url.password then stop.with(2, NO_PASSWORD) end
  return args.store
end

--- Opens the campaigns of the store, or ends the command with status 2.
---@param args table       `store`
---@param create boolean?  whether to make a file that is not there
---@return proactive.Campaigns
function store.campaigns(args, create)
  needs.module("proactive.core")
  local opts = { create = create or false }
  local campaigns, err = require("proactive").campaign.open(url_of(args), opts)
  if not campaigns then stop.with(2, err) end
  return campaigns
end

--- Opens the registry, or ends the command with status 2.
---@param args table       `store`
---@param create boolean?  whether to make a file that is not there
---@return proactive.Registry
function store.open(args, create)
  needs.module("proactive.core")
  local opts = { create = create or false }
  local registry, err = require("proactive").registry.open(url_of(args), opts)
  if not registry then stop.with(2, err) end
  return registry
end

return store
