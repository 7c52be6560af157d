--- What a store knows of itself, by name: `application_id`, and `key`, that of its hashes. Both are
--- fixed by the first who needs them, and never change.

local meta = {}

local GET = "SELECT value FROM proactive_meta WHERE name = ?"
local ADD = "INSERT INTO proactive_meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO NOTHING"

---@param session proactive.storage.Session
---@param name string
---@return string?
function meta.get(session, name)
  local row = session:query(GET, name)[1]
  return row and row[1]
end

--- The value that is there, or this one from now on.
---@param session proactive.storage.Session
---@param name string
---@param value string
---@return string
function meta.claim(session, name, value)
  session:execute(ADD, name, value)
  return meta.get(session, name) or value
end

--- Both.
---@param session proactive.storage.Session
---@return {application_id: string?, key: string?}
function meta.all(session)
  return { application_id = meta.get(session, "application_id"), key = meta.get(session, "key") }
end

return meta
