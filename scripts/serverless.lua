--- serverless.lua: the specs that start no server, one a line: those that neither they nor the
--- helpers they require have anything in them by which a server is started.

--- How it is called. The `start` of a pool or of a client has a colon before it.
local MARKS = {
  "proactive%.httpd", "proactive%.busted", "%.start%f[^%w_]", "cli%.background",
  "bin/proactive sandbox",
}

local function read(path)
  local file = io.open(path)
  if not file then return nil end
  local text = file:read("a")
  file:close()
  return (text:gsub("%-%-[^\n]*", ""):gsub("function [^\n]*", ""))
end

local known = {} -- path -> whether it starts one

local function starts_server(path)
  if known[path] ~= nil then return known[path] end
  known[path] = false -- helpers may require each other
  local text = read(path) or ""
  for _, mark in ipairs(MARKS) do
    if text:find(mark) then known[path] = true end
  end
  for helper in text:gmatch("spec%.support%.([%w_]+)") do
    if starts_server("spec/support/" .. helper .. ".lua") then known[path] = true end
  end
  return known[path]
end

local specs = assert(io.popen("ls spec/*_spec.lua"))
for path in specs:lines() do
  if not starts_server(path) then print(path) end
end
specs:close()
