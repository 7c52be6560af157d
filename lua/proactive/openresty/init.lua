--- proactive in OpenResty, where nothing may hold up the worker.

---@class proactive.openresty
local openresty = {}

--- A client with the same API whose methods yield where they would wait. One for each worker, made
--- in `init_worker_by_lua_block` or later.
---@param options proactive.openresty.Options?
---@return proactive.Client?
---@return proactive.Error?  as for `proactive.client`; kind `forked` before the workers are there
function openresty.client(options)
  local client, err = require("proactive.openresty.client")(options, 2)
  return client, err
end

--- A store of tokens in a `lua_shared_dict`, for the option `token_store`: all workers share one
--- token and one fetch.
---@param name string  of the dictionary
---@return proactive.TokenStore
function openresty.token_store(name)
  return require("proactive.openresty.token_store")(name)
end

--- Answers the request at hand with a skill; for `content_by_lua_block`. Make the skill once for
--- each worker, in `init_worker_by_lua_block` or in a module of your own.
---@param skill proactive.Skill
function openresty.skill(skill)
  return require("proactive.openresty.skill")(skill)
end

return openresty
