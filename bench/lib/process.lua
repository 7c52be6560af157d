--- Programs as a benchmark needs them: pinned to a core, read to their end, and gone when we are.

local process = {}

process.client_core, process.server_core = 0, 1

--- A word as the shell takes it.
---@param word string
---@return string
function process.quote(word)
  return "'" .. word:gsub("'", "'\\''") .. "'"
end

--- A command line of words.
---@param words string[]
---@return string
function process.line(words)
  local quoted = {}
  for index, word in ipairs(words) do quoted[index] = process.quote(word) end
  return table.concat(quoted, " ")
end

--- The same on one core.
---@param core integer
---@param words string[]
---@return string
function process.pinned(core, words)
  return string.format("taskset -c %d %s", core, process.line(words))
end

--- Runs a command and gives what it wrote on standard output. A benchmark whose part fails is over.
---@param command string
---@return string
function process.read(command)
  -- What Lua 5.1 tells of the end of a pipe is nothing: the status comes with the output.
  local pipe = assert(io.popen(command .. "\nprintf 'status=%s' $?"))
  local text = pipe:read("*a")
  pipe:close()
  local output, status = text:match("^(.*)status=(%d+)$")
  if status ~= "0" then
    error(string.format("failed (%s): %s\n%s", status or "?", command, output or text), 2)
  end
  return output
end

-- Ends with its standard input, which is our end of a pipe: it goes when we go, however we go.
local LEASH = "%s </dev/null & child=$!; trap '' INT; cat >/dev/null; exec 2>/dev/null; "
  .. "kill $child; wait $child"

--- Starts a program in the background.
---@param command string
---@return {stop: fun()}
function process.start(command)
  local pipe = assert(io.popen(LEASH:format(command), "w"))
  return { stop = function() pipe:close() end }
end

--- The words of a line `name=value name=value …`, the values as numbers.
---@param text string
---@return table<string, number>
function process.values(text)
  local values = {}
  for name, value in text:gmatch("([%w_]+)=(%S+)") do values[name] = tonumber(value) end
  return values
end

--- The command of one of our workers on one of the Luas.
---@param lua string     "5.4" or "jit"
---@param worker string  the name of a file of bench/worker
---@param words string[]
---@return string
function process.worker(lua, worker, words)
  local interpreter = lua == "jit" and "luajit" or "lua" .. lua
  local all = {
    "env",
    "LUA_PATH=./lua/?.lua;./lua/?/init.lua;./?.lua;;",
    string.format("LUA_CPATH=./build/%s/?.so;;", lua),
    interpreter,
    string.format("bench/worker/%s.lua", worker),
  }
  for _, word in ipairs(words) do all[#all + 1] = word end
  return process.pinned(process.client_core, all)
end

return process
