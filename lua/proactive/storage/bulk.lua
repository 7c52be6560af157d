--- Statements that insert many rows at once: one call of the database for each `ROWS` of them.

local compat = require "proactive.compat"

local unpack = compat.unpack

local bulk = {}

-- SQLite allows 32,766 parameters, LuaDBI passes each on Lua's stack.
local ROWS = 50

local function statement(head, width, rows, tail)
  local row = "(" .. ("?, "):rep(width - 1) .. "?)"
  return head .. " VALUES " .. (row .. ", "):rep(rows - 1) .. row .. " " .. tail
end

--- A function that inserts rows, given as one flat array of their values with a nil where there is
--- none.
---@param head string   up to VALUES: `INSERT INTO … (…)`
---@param width integer columns of a row
---@param tail string   what follows the values
---@return fun(session: proactive.storage.Session, values: (string?)[], rows: integer)
function bulk.inserter(head, width, tail)
  local many, one = statement(head, width, ROWS, tail), statement(head, width, 1, tail)
  return function(session, values, rows)
    local done = 0
    while done < rows do
      local step = rows - done >= ROWS and ROWS or 1
      local first = done * width + 1
      local sql = step == 1 and one or many
      session:execute(sql, unpack(values, first, first + step * width - 1))
      done = done + step
    end
  end
end

return bulk
