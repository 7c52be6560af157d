--- One signed request to a skill, under way. Headers differ from request to request, so each has a
--- pool of its own.

local core = require "proactive.core"
local signer_of = require "proactive.sandbox.signer"

---@class proactive.sandbox.Post
local Post = {}
Post.__index = Post

local post = {}

local function route_of(pool, url, signature)
  return pool:route {
    method = "POST",
    url = url,
    headers = {
      "Content-Type: application/json;charset=UTF-8",
      "Accept: application/json",
      "Accept-Charset: utf-8",
      "SignatureCertChainUrl: " .. signer_of.URL,
      "Signature-256: " .. signature,
    },
  }
end

--- Signs a request and begins to send it.
---@param signer table
---@param url string
---@param body string
---@param timeout number  seconds
---@return proactive.sandbox.Post?
---@return string? problem
---@return boolean? is_final  whether another attempt would end alike
function post.start(signer, url, body, timeout)
  local signature, problem = signer:sign(body)
  if not signature then return nil, problem end
  local pool = assert(core.http { max_connections = 1 })
  local route, id
  route, problem = route_of(pool, url, signature)
  if route then
    id, problem = pool:start(route, body, timeout)
  end
  if id then return setmetatable({ pool = pool, id = id }, Post) end
  pool:close()
  return nil, problem, true
end

--- What came of it, once. Never waits.
---@return table? result  nil: it is still under way
function Post:result()
  self.pool:step(0, nil, 1)
  local result = self.pool:result(self.id)
  if result then self:close() end
  return result
end

function Post:close()
  self.pool:close()
end

return post
