--- The request bodies of `send`: of a script's event or of a `.json` file, for each target.

local endpoints = require "proactive.endpoints"
local stop = require "proactive.cli.stop"

local body = {}

--- The audience a file brings along: a script's, or that of a whole body.
---@param loaded proactive.cli.File
---@return table?
function body.audience(loaded)
  if not loaded.body then return loaded.audience end
  local relevant = loaded.body.relevantAudience
  if relevant == nil then return nil end
  local payload = type(relevant) == "table" and relevant.payload
  if type(relevant) == "table" and relevant.type == "Unicast" and type(payload) == "table" then
    return { type = "Unicast", user = payload.user }
  end
  -- a wrong audience is for the validation to say; asking before a live send errs on the safe side
  return { type = "Multicast" }
end

--- A `.json` body for one target: its bytes as they are, or with the audience that flags name.
---@param loaded proactive.cli.File
---@param target proactive.cli.Target
---@return table|string
function body.of_json(loaded, target)
  if loaded.body.relevantAudience ~= nil then return loaded.text end
  local copy = {}
  for name, value in pairs(loaded.body) do
    copy[name] = value
  end
  copy.relevantAudience = { type = target.audience.type, payload = { user = target.user } }
  return copy
end

local function request_for(loaded, target)
  if not loaded.body then
    return require("proactive").request(loaded.event, target.audience, loaded.opts)
  end
  local request = body.of_json(loaded, target)
  return type(request) == "table" and request or loaded.body
end

--- The requests of one target as they would be sent.
---@param args table
---@param loaded proactive.cli.File
---@param target proactive.cli.Target
---@return {method: string, url: string, region: string, body: table}[]?
---@return proactive.Error?
function body.requests(args, loaded, target)
  local proactive = require "proactive"
  local request, err = request_for(loaded, target)
  local valid = request and (args.no_validate or nil)
  if request and not valid then
    valid, err = proactive.validate(request)
  end
  if not valid then return nil, err end
  local list = {}
  local region = target.region or (args.region and args.region[1]) or "NA"
  for index, each in ipairs(target.audience.regions or { region }) do
    list[index] = {
      method = "POST",
      url = endpoints.events_url(each, args.stage, { sandbox = endpoints.sandbox(args.sandbox) }),
      region = each,
      body = request,
    }
  end
  return list
end

--- A body as lines of indented JSON.
---@param request table
---@return string[]
function body.lines(request)
  local text, err = require("proactive").encode(request, { pretty = true })
  if not text then stop.with(1, err) end
  local lines = {}
  for line in text:gmatch("[^\n]+") do
    lines[#lines + 1] = line
  end
  return lines
end

return body
