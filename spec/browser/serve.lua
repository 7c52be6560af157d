--- A sandbox for the browser tests: `serve.lua [USERS MOST_NOTIFICATIONS]`. Prints its address, and
--- ends with its standard input.

local sandbox = require "proactive.sandbox"

assert(sandbox.serve {
  port = 0,
  users = tonumber(arg[1]),
  max_notifications = tonumber(arg[2]),
  until_stdin_closes = true,
  on_ready = function(url)
    io.stdout:write(url, "\n")
    io.stdout:flush()
  end,
})
