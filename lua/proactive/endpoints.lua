--- Where the service answers: hosts by region, paths by stage.
---
--- Source: https://developer.amazon.com/docs/alexa/smapi/proactive-events-api-reference.html
--- (hosts, stages) and https://developer.amazon.com/en-US/docs/alexa/smapi/access-token-api.html
--- (token), https://github.com/alexa/alexa-apis-for-nodejs (skill management: one host for all
--- regions), https://github.com/alexa/ask-cli (where a person logs in). A region is where the
--- customer is, not where the skill runs.

local endpoints = {}

--- The regions in the order they are shown.
endpoints.regions = { "NA", "EU", "FE" }
endpoints.stages = { "development", "live" }

endpoints.token_host = "https://api.amazon.com"
endpoints.token_path = "/auth/o2/token"
endpoints.scope = "alexa::proactive_events"

local EVENT_HOSTS = {
  NA = "https://api.amazonalexa.com",
  EU = "https://api.eu.amazonalexa.com",
  FE = "https://api.fe.amazonalexa.com",
}

-- The sandbox stands in for all hosts on one address; a prefix tells the region.
local SANDBOX_PREFIX = { NA = "", EU = "/eu", FE = "/fe" }

local EVENT_PATHS = {
  development = "/v1/proactiveEvents/stages/development",
  live = "/v1/proactiveEvents/",
}

--- What an address begins with, as a pattern.
endpoints.ADDRESS = "^https?://[^%s/]"

--- Whether a word names a region.
---@param name any
---@return boolean
function endpoints.is_region(name)
  return EVENT_HOSTS[name] ~= nil
end

local function without_slash(url)
  return (url:gsub("/+$", ""))
end

--- The region whose customers' requests name this address, their `apiEndpoint`. It is looked up and
--- never contacted.
---@param address any
---@return "NA"|"EU"|"FE"|nil
function endpoints.region_of(address)
  for _, region in ipairs(endpoints.regions) do
    if EVENT_HOSTS[region] == address then return region end
  end
end

--- The address events of one region and stage are posted to.
---@param region "NA"|"EU"|"FE"
---@param stage "development"|"live"
---@param hosts {event_host: string?, sandbox: string?}
---   what the client was given in place of Amazon's
---@return string
function endpoints.events_url(region, stage, hosts)
  local host = hosts.event_host
  if not host and hosts.sandbox then
    host = without_slash(hosts.sandbox) .. SANDBOX_PREFIX[region]
  end
  return without_slash(host or EVENT_HOSTS[region]) .. EVENT_PATHS[stage]
end

--- The address tokens are asked for at: one for all regions.
---@param hosts {token_host: string?, sandbox: string?}
---@return string
function endpoints.token_url(hosts)
  return without_slash(hosts.token_host or hosts.sandbox or endpoints.token_host)
    .. endpoints.token_path
end

--- The sandbox's address that an option `sandbox` stands for: the one given, else that of the
--- environment; false is none. Raises for true: the address is missing.
---@param given string|boolean|nil
---@param who string?     whose option it is
---@param level integer?  as for `error`
---@return string?
function endpoints.sandbox(given, who, level)
  if given == true then
    local words = "option sandbox must be the sandbox's URL, or false"
    error(who and ("%s: %s"):format(who, words) or words, (level or 1) + 1)
  end
  if given ~= nil then return given or nil end
  local named = os.getenv("PROACTIVE_SANDBOX")
  return named ~= "" and named or nil
end

--- The address below which skills are managed.
---@param hosts {host: string?, sandbox: string?}
---@return string
function endpoints.smapi_url(hosts)
  return without_slash(hosts.host or hosts.sandbox or EVENT_HOSTS.NA)
end

--- The page on which a person allows a program to manage skills.
---@param hosts {login_host: string?, sandbox: string?}
---@return string
function endpoints.login_url(hosts)
  return without_slash(hosts.login_host or hosts.sandbox or "https://www.amazon.com") .. "/ap/oa"
end

return endpoints
