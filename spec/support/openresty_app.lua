--- What the workers of `spec.support.openresty` run: clients of the sandbox, and what the locations
--- of the specs call.

local proactive = require "proactive"

local app = { turns = 0, told = {} }

-- As many as 2,000 a second need, when each takes 100 ms.
local STEADY = { rate = 2000, concurrency = 256, queue = 256 }

function app.event()
  return assert(proactive.events.WeatherAlert.Activated {
    weatherAlert = { source = proactive.localized { ["en-US"] = "Example" }, alertType = "TORNADO" },
  })
end

app.all = proactive.audience.multicast()

function app.client(options)
  local given = { sandbox = app.url, quit_timeout = app.quit_timeout }
  if ngx.shared.tokens then given.token_store = proactive.openresty.token_store "tokens" end
  for name, value in pairs(options or {}) do
    given[name] = value
  end
  local client = assert(proactive.openresty.client(given))
  client.announced = true
  local turn = client.turn
  function client.turn(...)
    app.turns = app.turns + 1
    return turn(...)
  end
  return client
end

function app.send(client, opts)
  local receipt, err = client:send(app.event(), app.all, opts)
  return receipt and receipt.status or err.kind .. ": " .. err.message
end

--- What is said where nothing can wait, by each method that would, a line each.
---@return string
function app.refused()
  local lines = {}
  local function try(method, ...)
    local _, problem = pcall(function(...) app.shared[method](app.shared, ...) end, ...)
    lines[#lines + 1] = tostring(problem)
  end
  try("send", app.event(), app.all)
  try("send_request", assert(proactive.request(app.event(), app.all)))
  try("send_many", app.event(), { "amzn1.ask.account.X" })
  try "flush"
  try "token"
  return table.concat(lines, "\n")
end

local function write(path, line)
  local log = assert(io.open(path, "a"))
  log:write(line, "\n")
  log:close()
end

--- Notes an outcome, also where it outlives the worker.
function app.tell(receipt, err)
  local word = receipt and tostring(receipt.status) or err.kind
  app.told[#app.told + 1] = word
  write(app.folder .. "/told", word)
  if err then write(app.folder .. "/failures", tostring(err)) end
end

--- Takes so many events in, and does not wait for them.
function app.submit(name, count)
  for number = 1, count do
    local opts = { reference_id = name .. number }
    assert(app.shared:submit(app.event(), app.all, opts, app.tell))
  end
end

-- Steady sending, which one worker does and the others hear of ------------------------------------

local function steadily(_, client)
  local event, shared, threads = app.event(), ngx.shared.steady, {}
  for number = 1, STEADY.concurrency do
    threads[number] = ngx.thread.spawn(function()
      while not shared:get "stop" do
        local receipt, err = client:send(event, app.all)
        shared:incr(receipt and "accepted" or err.kind, 1, 0)
      end
    end)
  end
  for _, thread in ipairs(threads) do
    ngx.thread.wait(thread)
  end
  client:close()
  shared:set("done", true)
end

--- Begins to send 2,000 events a second.
---@return string  which process, and the client's descriptor
function app.begin()
  local client = app.client(STEADY)
  assert(ngx.timer.at(0, steadily, client))
  return ("pid=%d fd=%d"):format(ngx.worker.pid(), client:fd())
end

--- What was noted, as `name=value` in the order of the names.
function app.noted()
  local shared, words = ngx.shared.steady, {}
  for _, name in ipairs(shared:get_keys()) do
    words[#words + 1] = ("%s=%s"):format(name, tostring(shared:get(name)))
  end
  table.sort(words)
  return table.concat(words, " ")
end

--- What must never be: the worker waits for the core.
function app.wait_in_a_step()
  local client = app.client()
  assert(client:token())
  assert(client:submit(app.event(), app.all))
  client:step(0) -- begins
  require("proactive.client").class.step(client, 0.05)
  local said = ("pid=%d fd=%d"):format(ngx.worker.pid(), client:fd())
  client:close()
  return said
end

--- For init_worker_by_lua.
---@param settings {url: string, folder: string, quit_timeout: number}
function app.start(settings)
  for name, value in pairs(settings) do
    app[name] = value
  end
  app.shared = app.client()
  assert(app.shared:submit(app.event(), app.all, { reference_id = "birth" }, app.tell))
end

return app
