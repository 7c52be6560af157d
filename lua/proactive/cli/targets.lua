--- Whom `send` sends to: all customers, some, or those of a list.

local endpoints = require "proactive.endpoints"
local stop = require "proactive.cli.stop"
local store = require "proactive.cli.store"
local text = require "proactive.text"

local targets = {}

local FLAGS = "--all, --to, --to-file and --subscribers"

---@class proactive.cli.Target
---@field audience table?  of `proactive.audience`
---@field user string?     nil: all customers
---@field region string?
---@field line integer?    of the list, where it stands
---@field problem string?  a line of the list that names no customer

---@class proactive.cli.Targets
---@field each fun(): proactive.cli.Target?  the next one
---@field count integer?   how many; nil when it is not known before
---@field line (fun(): integer)?  the number of the last line that was read of a list
---@field everyone boolean all customers
---@field from_stdin boolean
---@field registry proactive.Registry?  whose subscribers they are

local function audience()
  return require("proactive").audience
end

local function unicast(user, region)
  return { user = user, region = region, audience = audience().unicast(user, { region = region }) }
end

local function each_of(list)
  local index = 0
  return function()
    index = index + 1
    return list[index]
  end
end

local function everyone(regions)
  local one = { audience = audience().multicast { regions = regions } }
  return { each = each_of { one }, everyone = true }
end

local function some(users, region)
  local list = {}
  for index, user in ipairs(users) do
    list[index] = unicast(user, region)
  end
  return { each = each_of(list), count = #list }
end

--- The customer of a line, `ID` or `ID<TAB>REGION`; else what is wrong with it.
local function from_line(line, region)
  local user, named = line:match("^([^%s]+)\t([^%s]+)$")
  user = user or line:match("^([^%s]+)$")
  if not user then return nil, "expected ID or ID<TAB>REGION, got " .. text.quote(line) end
  for _, known in ipairs(endpoints.regions) do
    if named == nil or named == known then return unicast(user, named or region) end
  end
  return nil, ("unknown region %s: NA, EU or FE"):format(text.quote(named))
end

--- The targets of the lines of a list, empty lines passed over; and the number of the last line.
local function reader(handle, path, region)
  local number = 0
  local function each()
    local line, problem
    repeat
      line, problem = handle:read("*l")
      if problem then error(path .. ": " .. problem, 0) end
      if not line then return nil end
      number = number + 1
      if number == 1 then line = line:gsub("^\239\187\191", "") end -- a byte order mark
    until line:find("%S")
    local target, wrong = from_line((line:gsub("\r$", "")), region)
    if not target then return { problem = ("%s:%d: %s"):format(path, number, wrong) } end
    target.line = number
    return target
  end
  return each, function()
    return number
  end
end

--- Reads a list that can be read twice to its end: a bad line is found before anything is sent.
local function survey(handle, path, region)
  local count = 0
  for target in reader(handle, path, region) do
    if target.problem then stop.with(2, "%s; nothing was sent", target.problem) end
    count = count + 1
  end
  handle:seek("set", 0)
  return count
end

local function listed(path, region)
  local from_stdin = path == "-"
  local handle, message = io.stdin, nil
  if not from_stdin then
    handle, message = io.open(path, "r")
    -- opening a folder succeeds, reading it does not
    if handle and not handle:read(0) and select(2, handle:read(0)) then
      handle, message = nil, path .. ": is not a file"
    end
  end
  if not handle then stop.with(2, "%s", message) end
  local seekable = not from_stdin and handle:seek("set", 0) ~= nil
  local count = seekable and survey(handle, path, region) or nil
  local each, line = reader(handle, from_stdin and "standard input" or path, region)
  return { each = each, line = line, count = count, from_stdin = from_stdin }
end

--- FILE's own audience, made anew so that what is wrong with it is found here.
local function own(given)
  local made, result
  if given.type == "Multicast" then
    made, result = pcall(audience().multicast, { regions = given.regions })
  elseif given.type == "Unicast" then
    made, result = pcall(audience().unicast, given.user, { region = given.region })
  else
    stop.usage("FILE's audience is neither Multicast nor Unicast; use --all, --to, --to-file "
      .. "or --subscribers")
  end
  if not made then stop.with(2, "FILE's audience: %s", result) end
  local one = { user = result.user, region = result.region, audience = result }
  return { each = each_of { one }, count = result.user and 1, everyone = not result.user }
end

--- The customers of the store who subscribed to the event.
local function subscribed(args, region, event)
  if not event then stop.with(2, "FILE names no event to have subscribed to") end
  local registry = store.open(args)
  local filter = { event = event, region = region, stage = args.stage }
  local count, err = registry:count(filter)
  if not count then stop.with(2, err) end
  local next_one = registry:each(filter)
  return {
    count = count,
    registry = registry,
    each = function()
      local customer = next_one()
      return customer and unicast(customer.user, customer.region)
    end,
  }
end

local function one_region(args, flag)
  if args.region and #args.region > 1 then
    stop.usage("%s takes one --region; only --all takes several", flag)
  end
  return args.region and args.region[1]
end

--- The targets that flags or FILE name.
---@param args table            `all`, `to`, `to_file`, `subscribers`, `store`, `region`
---@param given table?          FILE's own audience
---@param event string?         the name of FILE's event
---@return proactive.cli.Targets
function targets.of(args, given, event)
  local named = 0
  for _, flag in ipairs { "all", "to", "to_file", "subscribers" } do
    if args[flag] then named = named + 1 end
  end
  if named > 1 then stop.usage("%s exclude each other", FLAGS) end
  if named == 1 and given then
    stop.usage("FILE has its own audience: leave out %s, or take it away", FLAGS)
  end
  if args.all then return everyone(args.region) end
  if args.to then return some(args.to, one_region(args, "--to")) end
  if args.to_file then return listed(args.to_file, one_region(args, "--to-file")) end
  if args.subscribers then return subscribed(args, one_region(args, "--subscribers"), event) end
  if given then return own(given) end
  stop.usage("whom to? --all, --to USER, --to-file F or --subscribers")
end

return targets
