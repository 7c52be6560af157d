--- A running sandbox as an object: its control calls, for tests and tools. They go over the wire,
--- or straight to a sandbox that this Lua state serves.

local errors = require "proactive.errors"
local files = require "proactive.files"
local form = require "proactive.form"
local json = require "proactive.json"
local wire = require "proactive.sandbox.wire"

-- Lists are read in pieces that fit the body cap of a pool.
local PIECE = 200 * 1024

---@class proactive.Sandbox  what its lists and objects hold is told in docs/sandbox.md
---@field url string
---@field ca_file string?          its authority, for https
---@field private link proactive.sandbox.Link
---@field private stopped boolean?
---@field private child file*?
local Remote = { __name = "proactive.sandbox" }
Remote.__index = Remote

local remote = { class = Remote }

---@class proactive.sandbox.Link
---@field ask fun(self, method: string, path: string, body: string?): table?, string?
---@field close fun(self)

--- A sandbox that runs at an address.
---@param url string
---@param ca_file string?  for https
---@param link proactive.sandbox.Link?  default: over the wire
---@return proactive.Sandbox
function remote.new(url, ca_file, link)
  link = link or wire.new(url, ca_file)
  return setmetatable({ url = url, ca_file = ca_file, link = link }, Remote)
end

function Remote:__tostring()
  return "proactive.sandbox at " .. self.url
end

local KINDS = { [400] = "invalid", [403] = "forbidden", [404] = "not_found", [413] = "invalid" }

local function refusal(result)
  local said = json.decode(result.body)
  return nil,
    errors.new(KINDS[result.status] or "unexpected", {
      message = type(said) == "table" and said.message
        or ("the sandbox answered %d"):format(result.status),
      status = result.status,
    })
end

--- One call.
---@param method string
---@param path string  with its query
---@param body any     a table becomes JSON; a text is sent as it is
---@return any?        the decoded answer; true when it is empty
---@return proactive.Error|string?  an error; after a list that goes on, the number to ask on with
function Remote:request(method, path, body)
  if self.stopped then error("attempt to use a stopped sandbox", 2) end
  local text = body
  if type(body) == "table" then text = assert(json.encode(body)) end
  local result, message = self.link:ask(method, path, text)
  if not result or not result.status then
    return nil,
      errors.new("transport", {
        message = ("%s %s%s: %s"):format(method, self.url, path, message or result.message),
        cause = result and result.cause or "connect",
      })
  end
  if result.status >= 300 then return refusal(result) end
  if result.body == "" then return true end
  local value
  value, message = json.decode(result.body)
  if value == nil then
    local words = ("the sandbox's answer is not JSON: %s"):format(message)
    return nil, errors.new("unexpected", { message = words, status = result.status })
  end
  return value, result.next
end

--- Blames the caller for an argument that is not what it must be.
local function need(value, kind, method, name)
  if type(value) == kind then return end
  local words = "sandbox:%s: %s must be a %s, got %s"
  error(words:format(method, name, kind, type(value)), 3)
end

--- Takes a list piece by piece.
---@return true?
---@return proactive.Error?
local function each_piece(self, path, query, take)
  local after = "0"
  local target = ("%s?bytes=%d%s&after="):format(path, PIECE, query or "")
  while after do
    local piece, more = self:request("GET", target .. after)
    if not piece then return nil, more end
    after = more
    take(piece)
  end
  return true
end

local function list(self, path, query)
  local all = json.array {}
  local done, err = each_piece(self, path, query, function(piece)
    for _, entry in ipairs(piece) do
      all[#all + 1] = entry
    end
  end)
  if not done then return nil, err end
  return all
end

--- What was delivered, to one customer or to all.
---@param user string?
---@param brief boolean?  without what a device says of it, for long lists
---@return table[]?
---@return proactive.Error?
function Remote:notifications(user, brief)
  if user ~= nil then need(user, "string", "notifications", "user") end
  local query = user and "&user=" .. form.escape(user) or ""
  return list(self, "/sandbox/notifications", brief and query .. "&brief=1" or query)
end

--- The last requests with their answers.
---@return table[]?
---@return proactive.Error?
function Remote:requests()
  return list(self, "/sandbox/requests")
end

--- The skill events that were sent to skills, or wait to be.
---@return table[]?
---@return proactive.Error?
function Remote:skill_events()
  return list(self, "/sandbox/skill-events")
end

--- Accepted events by customer and reference id.
---@return table[]?
---@return proactive.Error?
function Remote:counts()
  return list(self, "/sandbox/counts")
end

--- The customers.
---@return table[]?
---@return proactive.Error?
function Remote:users()
  return list(self, "/sandbox/users")
end

--- Makes or changes a customer.
---@param user table  `user` and what is to be other than before
---@return table? user
---@return proactive.Error?
function Remote:put_user(user)
  need(user, "table", "put_user", "the customer")
  need(user.user, "string", "put_user", "user.user")
  return self:request("PUT", "/sandbox/users/" .. form.escape(user.user), user)
end

--- Removes a customer.
---@param id string
---@return true?
---@return proactive.Error?
function Remote:delete_user(id)
  need(id, "string", "delete_user", "id")
  return self:request("DELETE", "/sandbox/users/" .. form.escape(id))
end

--- The skills.
---@return table[]?
---@return proactive.Error?
function Remote:skills()
  return list(self, "/sandbox/skills")
end

--- Makes or changes a skill.
---@param skill table  `client_id` and what is to be other than before
---@return table? skill
---@return proactive.Error?
function Remote:put_skill(skill)
  need(skill, "table", "put_skill", "the skill")
  need(skill.client_id, "string", "put_skill", "skill.client_id")
  return self:request("PUT", "/sandbox/skills/" .. form.escape(skill.client_id), skill)
end

--- Removes a skill.
---@param client_id string
---@return true?
---@return proactive.Error?
function Remote:delete_skill(client_id)
  need(client_id, "string", "delete_skill", "client_id")
  return self:request("DELETE", "/sandbox/skills/" .. form.escape(client_id))
end

--- "What are my notifications?": the new ones of a customer become old.
---@param user string
---@return table[]? notifications
---@return proactive.Error?
function Remote:listen(user)
  need(user, "string", "listen", "user")
  return self:request("POST", "/sandbox/listen", { user = user })
end

--- "Delete all my notifications."
---@param user string
---@return true?
---@return proactive.Error?
function Remote:delete_notifications(user)
  need(user, "string", "delete_notifications", "user")
  return self:request("DELETE", "/sandbox/notifications?user=" .. form.escape(user))
end

--- Puts rules in the place of the old ones.
---@param rules table[]
---@param seed integer?
---@return table? faults
---@return proactive.Error?
function Remote:faults(rules, seed)
  need(rules, "table", "faults", "rules")
  return self:request("PUT", "/sandbox/faults", { seed = seed, rules = json.array(rules) })
end

--- One rule in the place of the old ones: what is given as `match` chooses the requests, `seed`
--- what falls to chance, all else is what is done.
---@param rule table  as `{match = {path = "events", count = 1}, status = 503}`
---@return table? faults
---@return proactive.Error?
function Remote:fault(rule)
  need(rule, "table", "fault", "rule")
  local action = {}
  for name, value in pairs(rule) do
    if name ~= "match" and name ~= "seed" then action[name] = value end
  end
  return self:faults({ { match = rule.match, ["do"] = action } }, rule.seed)
end

--- No faults any more.
---@return true?
---@return proactive.Error?
function Remote:clear_faults()
  return self:request("DELETE", "/sandbox/faults")
end

--- Puts the sandbox's clock ahead.
---@param seconds number
---@return table? clock
---@return proactive.Error?
function Remote:advance(seconds)
  need(seconds, "number", "advance", "seconds")
  return self:request("POST", "/sandbox/clock", { advance = seconds })
end

--- What its clock shows: `now`, how far it is `ahead` of the real one, and whether it `stands`.
---@return {now: number, ahead: number, stands: boolean}?
---@return proactive.Error?
function Remote:clock()
  return self:request("GET", "/sandbox/clock")
end

--- Lets its clock stand; only `advance` moves it then.
---@return {now: number, ahead: number, stands: boolean}?
---@return proactive.Error?
function Remote:stand()
  return self:request("POST", "/sandbox/clock", { stands = true })
end

--- Lets its clock go on from where it stands.
---@return {now: number, ahead: number, stands: boolean}?
---@return proactive.Error?
function Remote:go_on()
  return self:request("POST", "/sandbox/clock", { stands = false })
end

--- Writes skills, customers, notifications and faults to a file that `start{state = path}` reads.
--- Nothing should change them meanwhile.
---@param path string
---@return true?
---@return proactive.Error?
function Remote:save(path)
  need(path, "string", "save", "path")
  local records = {}
  local done, err = each_piece(self, "/sandbox/state", nil, function(piece)
    for _, record in ipairs(piece) do
      records[#records + 1] = assert(json.encode(record))
    end
  end)
  if not done then return nil, err end
  local message
  done, message = files.replace(path, "[" .. table.concat(records, ",\n") .. "]\n")
  if done then return true end
  return nil, errors.new("storage", { message = ("the state was not saved: %s"):format(message) })
end

--- Takes back what a person allowed: no login is good until there is a new one.
---@return true?
---@return proactive.Error?
function Remote:withdraw_logins()
  return self:request("DELETE", "/sandbox/logins")
end

--- Everything as at the start.
---@return true?
---@return proactive.Error?
function Remote:reset()
  return self:request("POST", "/sandbox/reset")
end

-- luacheck: push no unused args

--- For suites that run with either kind of sandbox: one in process is served by this, a child
--- serves by itself.
---@param timeout number?  longest wait in seconds
---@return true
function Remote:step(timeout)
  return true
end

--- Likewise: a child's client needs nothing.
---@param client proactive.Client
---@return proactive.Client client the same
function Remote:drive(client)
  return client
end

-- luacheck: pop

--- Ends the sandbox, when it is a child of this process, and waits until it has gone. Idempotent.
function Remote:stop()
  if self.stopped then return end
  self.link:close()
  self.stopped = true
  if self.child then self.child:close() end
end

return remote
