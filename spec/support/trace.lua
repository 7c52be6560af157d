--- What a trace of a process tells of its waiting.

local trace = {}

-- The calls of epoll, whose descriptor comes first, and where the time to wait stands.
local EPOLL = {
  epoll_wait = ", (%-?%d+)%)%s+=",
  epoll_pwait = ", (%-?%d+), [^,]+, %d+%)%s+=",
}

-- Those that name no descriptor of epoll.
local OTHERS = {
  epoll_pwait2 = true, poll = true, ppoll = true, select = true, pselect6 = true, nanosleep = true,
  clock_nanosleep = true,
}

local function waits(name, line)
  if EPOLL[name] then return line:match(EPOLL[name]) ~= "0" end
  if name == "poll" then return line:match ", (%-?%d+)%)%s+=" ~= "0" end
  return not line:find "tv_sec=0, tv_[nu]sec=0"
end

--- Reads the trace of a worker of nginx, whose own descriptor of epoll is the first it makes.
---@param path string
---@param fd integer  of the client
---@return {waiting: string[], looks: integer}
---  waiting: calls that were told to wait, elsewhere than at nginx's own descriptor; looks: calls
---  at the client's
function trace.read(path, fd)
  local own, seen = nil, { waiting = {}, looks = 0 }
  for line in io.lines(path) do
    local name = line:match "^([%w_]+)%("
    if name and name:find "^epoll_create" then
      own = own or line:match "=%s+(%d+)$"
    elseif EPOLL[name] or OTHERS[name] then
      local of = EPOLL[name] and line:match "%((%d+)"
      if of == ("%d"):format(fd) then seen.looks = seen.looks + 1 end
      if of ~= own and waits(name, line) then table.insert(seen.waiting, line) end
    end
  end
  return seen
end

return trace
