--- The names of the events in what a project has: names, events as constructors make them, scripts,
--- and what scripts return.

local compat = require "proactive.compat"
local errors = require "proactive.errors"
local files = require "proactive.files"
local nearest = require "proactive.nearest"
local schema = require "proactive.schema"

local sources = {}

-- Stands for a customer, where a script makes an event for each.
local SOMEBODY = "amzn1.ask.account.EXAMPLE"

-- A list in a list in … is a mistake.
local DEEPEST = 8

local function refuse(message, fix)
  return nil, errors.new("invalid", { message = message, fix = fix })
end

local collect

--- What a function that may raise returns, collected.
local function collect_from(names, depth, called, ...)
  local ran, value, err = pcall(called, ...)
  if not ran and not errors.is(value) then
    return refuse(("a script of events fails: %s"):format(tostring(value)))
  elseif not ran then
    return nil, value
  elseif value == nil and errors.is(err) then
    return nil, err
  end
  return collect(names, value, depth)
end

local function collect_script(names, path, depth)
  local text = files.read(path)
  if not text then return refuse(path .. " cannot be read") end
  local chunk, message = compat.load_text((text:gsub("^#[^\n]*", "")), "@" .. path)
  if not chunk then return refuse(message) end
  return collect_from(names, depth, chunk)
end

local function collect_name(names, name)
  if not schema.catalogue[name] then
    local words = type(name) == "table" and "a table without events" or tostring(name)
    local hint = nearest.hint(words, schema.catalogue)
    return refuse(("no event is called %s%s"):format(words, hint), "proactive events lists them.")
  end
  for _, known in ipairs(names) do
    if known == name then return true end
  end
  names[#names + 1] = name
  return true
end

local function collect_table(names, value, depth)
  if type(value.name) == "string" then return collect_name(names, value.name) end
  if value.event ~= nil then return collect(names, value.event, depth) end
  if value[1] == nil then return collect_name(names, value) end
  for _, item in ipairs(value) do
    local collected, err = collect(names, item, depth)
    if not collected then return nil, err end
  end
  return true
end

function collect(names, value, depth)
  if depth > DEEPEST then return refuse "events stand in too many tables in one another" end
  if type(value) == "string" and value:find "%.lua$" then
    return collect_script(names, value, depth + 1)
  elseif type(value) == "function" then
    return collect_from(names, depth + 1, value, SOMEBODY)
  elseif type(value) == "table" then
    return collect_table(names, value, depth + 1)
  end
  return collect_name(names, value)
end

--- The names of all events, each once.
---@param events table  a list of any of these
---@return string[]?
---@return proactive.Error?  kind `invalid`
function sources.names(events)
  local names = {}
  for _, given in ipairs(events) do
    local collected, err = collect(names, given, 1)
    if not collected then return nil, err end
  end
  if #names == 0 then return refuse "no event: name at least one that the skill sends" end
  return names
end

return sources
