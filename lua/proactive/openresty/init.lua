--- proactive in OpenResty, where nothing may hold up the worker.

local openresty = {}

--- Answers the request at hand with a skill; for `content_by_lua_block`. Make the skill once for
--- each worker, in `init_worker_by_lua_block` or in a module of your own.
---@param skill proactive.Skill
function openresty.skill(skill)
  return require("proactive.openresty.skill")(skill)
end

return openresty
