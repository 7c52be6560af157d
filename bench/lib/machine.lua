--- What a figure belongs to: processor, kernel, libraries.

local files = require("bench.lib.files")
local process = require("bench.lib.process")

local machine = {}

local function first_line(command)
  return process.read(command .. " 2>&1"):match("[^\n]*")
end

--- One line about this machine.
---@return string
function machine.describe()
  local info = files.read("/proc/cpuinfo") or ""
  local _, cores = info:gsub("processor%s*:", "")
  local model = info:match("model name%s*:%s*([^\n]+)") or "unknown processor"
  return string.format("%s, %d cores, %s", model, cores, first_line("uname -sr"))
end

--- How busy it is with other things: figures taken then say little.
---@return string
function machine.load()
  local load = (files.read("/proc/loadavg") or ""):match("^%S+ %S+")
  return string.format("load before the run (1 and 5 minutes): %s", load or "unknown")
end

--- One line about what is compared.
---@return string
function machine.versions()
  return table.concat({
    first_line("curl-config --version"),
    first_line("openssl version"),
    first_line("nginx -v"),
    first_line("lua5.4 -v"):match("^Lua %S+"),
    first_line("luajit -v"):match("^LuaJIT %S+"),
  }, ", ")
end

return machine
