--- Runs a function in a forked child and gives back the text it returns.

local process = require "spec.fork"

---@param run fun(): string
---@return string
return function(run)
  local path = os.tmpname()
  local pid = process.fork()
  if pid == 0 then
    local ok, text = pcall(run)
    local file = io.open(path, "wb")
    file:write(ok and text or "raised: " .. tostring(text))
    file:close()
    process.exit(0)
  end
  local status = process.wait(pid)
  local file = assert(io.open(path, "rb"))
  local text = file:read "*a"
  file:close()
  os.remove(path)
  return status == 0 and text or ("%s (the child ended with %d)"):format(text, status)
end
