--- How two manifests differ, part by part.

local document = require "proactive.manifest.document"
local edits = require "proactive.manifest.edits"

local is_list, is_object = document.is_list, document.is_object

local diff = {}

---@class proactive.manifest.Difference
---@field path string   as `$.manifest.events.endpoint`
---@field from any      nil: it was not there
---@field to any        nil: it is not there any more

--- What names an item of a list, so that its place does not matter.
local function name_of(item)
  return is_object(item) and (item.name or item.eventName or item.type) or nil
end

--- A list as a map by the names of its items; nil when some have none, or two have the same.
local function by_name(list)
  local map = {}
  for index, item in ipairs(list) do
    local name = name_of(item)
    if type(name) ~= "string" or map[name] then return nil end
    map[name] = { index = index, value = item }
  end
  return map
end

local function sorted_keys(a, b)
  local keys, seen = {}, {}
  for _, map in ipairs { a, b } do
    for key in pairs(map) do
      if not seen[key] then
        seen[key], keys[#keys + 1] = true, key
      end
    end
  end
  table.sort(keys)
  return keys
end

local compare

local function below(path, step)
  local at = {}
  for index, key in ipairs(path) do
    at[index] = key
  end
  at[#at + 1] = step
  return at
end

local function compare_objects(found, path, from, to)
  for _, key in ipairs(sorted_keys(from, to)) do
    compare(found, below(path, key), from[key], to[key])
  end
end

--- In the order of the new list; what is gone stands where it stood.
local function compare_named(found, path, from, to)
  local names = sorted_keys(from, to)
  local function place(name)
    return (to[name] or from[name]).index
  end
  table.sort(names, function(a, b)
    if place(a) ~= place(b) then return place(a) < place(b) end
    return a < b
  end)
  for _, name in ipairs(names) do
    local a, b = from[name], to[name]
    compare(found, below(path, place(name)), a and a.value, b and b.value)
  end
end

local function compare_arrays(found, path, from, to)
  local named_from, named_to = by_name(from), by_name(to)
  if named_from and named_to then return compare_named(found, path, named_from, named_to) end
  for index = 1, math.max(#from, #to) do
    compare(found, below(path, index), from[index], to[index])
  end
end

function compare(found, path, from, to)
  if is_list(from) and is_list(to) then return compare_arrays(found, path, from, to) end
  if is_object(from) and is_object(to) then return compare_objects(found, path, from, to) end
  if from ~= to then
    found[#found + 1] = { path = edits.describe(path), from = from, to = to }
  end
end

--- Whatever is other in the second of two manifests.
---@param from proactive.Manifest
---@param to proactive.Manifest
---@return proactive.manifest.Difference[]
function diff.list(from, to)
  local found = {}
  compare(found, { "manifest" }, from.manifest, to.manifest)
  return found
end

return diff
