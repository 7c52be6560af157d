-- What wrk sends: one event to each customer in turn, under a reference id of its own. wrk runs
-- this in its own Lua. The environment has the body's file, the path, the token and the customers.

local body, head
local users, number = tonumber(os.getenv("USERS")), 0

-- luacheck: globals init request wrk
function init()
  local file = assert(io.open(os.getenv("BODY")))
  body = file:read("*a")
  file:close()
  head = {
    ["Content-Type"] = "application/json",
    Authorization = "Bearer " .. os.getenv("TOKEN"),
  }
end

function request()
  number = number + 1
  local digits = string.format("%09d", number % users + 1)
  local reference = string.format("%09d", number)
  local text = body:gsub("USERNUMBER", digits, 1):gsub("REFERENCE", reference, 1)
  return wrk.format("POST", os.getenv("TARGET"), head, text)
end
