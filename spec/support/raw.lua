--- Clients of an HTTP server in this process that send any bytes, also such as are not HTTP. Each
--- is a raw.py of its own beside us; the server is stepped while they run.

local raw = {}

local ENDINGS = { ["end"] = true, reset = true, left = true, timeout = true }

local function write(text)
  local path = os.tmpname()
  local file = assert(io.open(path, "wb"))
  assert(file:write(text))
  assert(file:close())
  return path
end

--- Starts a client.
---@param port integer
---@param parts string|string[]  what it sends; each part after it has received something
---@param flags string?          of raw.py
---@return table
function raw.start(port, parts, flags)
  local client = { files = {}, output = os.tmpname() }
  for i, part in ipairs(type(parts) == "table" and parts or { parts }) do
    client.files[i] = write(part)
  end
  local command = "(python3 spec/support/raw.py %s %d %s >%s.part 2>&1; mv %s.part %s.done) &"
  local out, files = client.output, table.concat(client.files, " ")
  os.execute(command:format(flags or "", port, files, out, out, out))
  return client
end

local function take(client)
  local file = io.open(client.output .. ".done", "rb")
  if not file then return false end
  local output = file:read "*a"
  assert(file:close())
  client.ending, client.received = output:match "^(.-)\n(.*)$"
  assert(ENDINGS[client.ending], output)
  for _, path in ipairs(client.files) do os.remove(path) end
  os.remove(client.output)
  os.remove(client.output .. ".done")
  return true
end

--- Tells a client with the flag --leave that it is time.
function raw.send_off(client)
  assert(os.remove(client.files[1]))
end

--- Serves until the client has ended.
---@param server table
---@param client table
---@param handle fun(request: table)
---@return string received
---@return string ending    "end", "reset", "left" or "timeout"
function raw.finish(server, client, handle)
  while not take(client) do
    assert(server:step(0.01))
    for request in server.next, server do handle(request) end
  end
  return client.received, client.ending
end

--- Both in one.
function raw.exchange(server, parts, handle, flags)
  return raw.finish(server, raw.start(server:port(), parts, flags), handle)
end

return raw
