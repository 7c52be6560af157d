--- A skill as a content handler of OpenResty.

-- Header lines that are read; nginx tells when there are more.
local MOST_HEADERS = 100

local JSON = "application/json;charset=UTF-8"

local function refuse(status, reason)
  ngx.status = status
  ngx.header["Content-Type"] = JSON
  ngx.print(('{"reason":"%s"}'):format(reason))
end

--- The body as it came: a large one waits in a file.
local function body_of_request()
  ngx.req.read_body()
  local body = ngx.req.get_body_data()
  if body then return body end
  local path = ngx.req.get_body_file()
  local file = path and io.open(path, "rb")
  if not file then return "" end
  body = file:read("*a")
  file:close()
  return body or ""
end

---@param skill proactive.Skill
return function(skill)
  if type(skill) ~= "table" or type(skill.handle) ~= "function" then
    error("proactive.openresty.skill: a skill expected, as proactive.skill makes it", 3)
  end
  if ngx.req.get_method() ~= "POST" then
    ngx.header["Allow"] = "POST"
    return refuse(405, "Alexa sends POST")
  end
  local headers, problem = ngx.req.get_headers(MOST_HEADERS)
  if problem then return refuse(400, "too many header lines") end
  local status, answer_headers, body = skill:handle { headers = headers, body = body_of_request() }
  ngx.status = status
  for name, value in pairs(answer_headers) do
    ngx.header[name] = value
  end
  ngx.print(body)
end
