--- FILE as a Lua script: loaded, run, and what went wrong told with its place.

local compat = require "proactive.compat"

local script = {}

-- The chunk's name in messages. A path would be shortened by Lua when it is long, and the line with
-- it could not be told from the words.
local CHUNK = "FILE"

--- Words and line of a Lua message `FILE:3: words`.
local function split(message)
  local line, words = message:match("^" .. CHUNK .. ":(%d+): (.*)$")
  return words or message, tonumber(line)
end

local function load_chunk(text)
  return compat.load_text(text, "=" .. CHUNK)
end

--- Where a line of a text begins and ends.
local function bounds(text, number)
  local first = 1
  for _ = 2, number do
    first = (text:find("\n", first, true) or #text) + 1
  end
  return first, (text:find("\n", first, true) or #text + 1) - 1
end

--- The column of the token that a parse error names: the parser reads from left to right, so the
--- shortest beginning of the text that fails in the same words ends with that token. 1 where the
--- message names none, or one that is not on its line.
local function column_of(text, message, number)
  local token = message:match("near '(.+)'$")
  if not token then return 1 end
  local first, last = bounds(text, number)
  local low, high = first, last
  while low < high do
    local middle = math.floor((low + high) / 2)
    local _, same = load_chunk(text:sub(1, middle))
    if same == message then
      high = middle
    else
      low = middle + 1
    end
  end
  for at = math.min(low, last - #token + 1), first, -1 do
    local ends = at + #token - 1
    if ends <= low and text:sub(at, ends) == token then return at - first + 1 end
  end
  return 1
end

--- Loads a script's text.
---@param text string
---@return function?
---@return proactive.cli.FileProblem?  always with line and column
function script.load(text)
  text = text:gsub("^#[^\n]*", "")
  local chunk, message = load_chunk(text)
  if chunk then return chunk end
  local words, line = split(message)
  local column = line and column_of(text, message, line) or 1
  return nil, { rule = "parse", message = words, line = line or 1, column = column }
end

--- What a script threw, as a problem of its file; of what is no text only the type is told.
---@param thrown any
---@return proactive.cli.FileProblem
function script.thrown(thrown)
  if type(thrown) ~= "string" then
    return { rule = "script", message = ("raised a value of type %s"):format(type(thrown)) }
  end
  local words, line = split(thrown)
  return { rule = "script", message = words, line = line }
end

--- `print` to standard error.
local function print_note(...)
  local words = { ... }
  for index = 1, select("#", ...) do
    words[index] = tostring(words[index])
  end
  io.stderr:write(table.concat(words, "\t"), "\n")
end

local function refuse_exit()
  error("os.exit is not for a script that returns an event", 2)
end

local function replace(owner, name, value)
  local before = owner[name]
  owner[name] = value
  return function()
    owner[name] = before
  end
end

--- Runs a chunk as `pcall` does. Standard output is for results and the end of the process for the
--- command: meanwhile what the chunk prints goes to standard error, and `os.exit` raises.
---@param chunk function
---@return boolean ran
---@return any result, any second
function script.run(chunk)
  local written = io.output()
  local restore = {
    replace(_G, "print", print_note),
    replace(io, "stdout", io.stderr),
    replace(os, "exit", refuse_exit),
  }
  io.output(io.stderr)
  local ran, result, second = pcall(chunk)
  io.output(written)
  for _, undo in ipairs(restore) do
    undo()
  end
  return ran, result, second
end

return script
