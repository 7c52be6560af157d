--- Small files and shell words.

local files = {}

--- A word for the shell, whatever is in it.
---@param word string
---@return string
function files.quote(word)
  return "'" .. word:gsub("'", "'\\''") .. "'"
end

--- A whole file, or nil.
---@param path string
---@return string?
function files.read(path)
  local handle = io.open(path, "rb")
  if not handle then return nil end
  local text = handle:read "*a"
  handle:close()
  return text
end

--- Whether there is such a file, that can be opened.
---@param path string
---@return boolean
function files.exists(path)
  local handle = io.open(path, "rb")
  if handle then handle:close() end
  return handle ~= nil
end

local function unwritable(path, message)
  local reason = (message or "no room"):gsub("^.*: ", "") -- without the name of the new file
  return nil, ("%s cannot be written: %s"):format(path, reason)
end

--- Puts a text in a file's place at once: whoever reads it sees the old or the new one, never a
--- part.
---@param path string
---@param text string
---@return true?
---@return string? message  "PATH cannot be written: …"
function files.replace(path, text)
  local fresh = path .. ".new"
  local handle, message = io.open(fresh, "wb")
  if not handle then return unwritable(path, message) end
  local written, why = handle:write(text)
  local closed, late = handle:close()
  if not (written and closed) then return unwritable(path, why or late) end
  local renamed
  renamed, message = os.rename(fresh, path)
  if not renamed then return unwritable(path, message) end
  return true
end

return files
