--- Files of a benchmark run: all below build/bench.

local files = { folder = "build/bench" }

---@param name string  below build/bench
---@return string path
function files.path(name) return files.folder .. "/" .. name end

---@param path string
---@return string?
function files.read(path)
  local file = io.open(path, "rb")
  if not file then return nil end
  local text = file:read("*a")
  file:close()
  return text
end

---@param path string
---@param text string
function files.write(path, text)
  local file = assert(io.open(path, "wb"))
  assert(file:write(text))
  assert(file:close())
end

return files
