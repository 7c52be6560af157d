--- proactive in OpenResty, where nothing may hold up the worker.

local openresty = {}

--- A client with the same API whose methods yield where they would wait. One for each worker, made
--- in `init_worker_by_lua_block` or later.
---@param options proactive.openresty.Options?
---@return proactive.Client?
---@return proactive.Error?  as for `proactive.client`; kind `forked` before the workers are there
function openresty.client(options)
  return require("proactive.openresty.client")(options)
end

--- Answers the request at hand with a skill; for `content_by_lua_block`. Make the skill once for
--- each worker, in `init_worker_by_lua_block` or in a module of your own.
---@param skill proactive.Skill
function openresty.skill(skill)
  return require("proactive.openresty.skill")(skill)
end

return openresty
