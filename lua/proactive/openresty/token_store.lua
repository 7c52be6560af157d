--- Tokens in a shared dictionary of nginx.

-- Seconds after which a worker that locked and never unlocked counts as gone.
local PATIENCE = 35

---@param name string  of the `lua_shared_dict`
---@return proactive.TokenStore
return function(name)
  local dict = ngx.shared[name]
  if not dict then
    error(("proactive.openresty.token_store: there is no lua_shared_dict %s"):format(name), 3)
  end
  return {
    get = function(key)
      return (dict:get(key))
    end,
    set = function(key, text, ttl)
      dict:set(key, text, ttl)
    end,
    lock = function(key)
      return dict:add(key .. ":lock", 1, PATIENCE) == true
    end,
    unlock = function(key)
      dict:delete(key .. ":lock")
    end,
  }
end
