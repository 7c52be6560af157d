--- One event to many: users are pulled as the window has room, so that memory does not grow with
--- their number.

local errors = require "proactive.errors"
local new_histogram = require("proactive.delivery.histogram").new
local new_pace = require("proactive.delivery.pace").new
local options_of = require "proactive.options"
local outgoing = require "proactive.client.outgoing"
local marking_of = require "proactive.client.marking"
local progress_of = require "proactive.client.progress"
local source_of = require "proactive.client.source"
local template_of = require "proactive.client.template"

---@class proactive.Many  a run of `client:start_many`, advanced by `client:step`
local Many = {}
Many.__index = Many

---@class proactive.ManyOptions
---@field concurrency integer?   of the client's window, so many at most
---@field rate number?           events per second and region
---@field deadline number?       seconds from the call: no user is taken and no attempt begun later
---@field expires_in number?     seconds, default 86,340
---@field reference_id (fun(user: proactive.User): string)?  default: a random one for each
---@field timeout number?        seconds for one attempt
---@field validate boolean?
---@field on_result fun(user: proactive.User, receipt: proactive.Receipt?, err: proactive.Error?)?
---@field total integer?   how many users there are, for the progress, where `users` cannot tell
---@field progress boolean|fun(report: proactive.Report)|nil
---   true: a line on standard error, when that is a terminal

---@type table<string, proactive.Option>
local OPTIONS = {
  concurrency = { "number", integer = true, min = 1 },
  rate = { "number", above = 0 },
  deadline = { "number", above = 0 },
  expires_in = { "number" },
  reference_id = { "function" },
  timeout = { "number", above = 0, max = 3600 },
  validate = { "boolean" },
  on_result = { "function" },
  progress = { "boolean|function" },
  total = { "number", integer = true, min = 0 },
}

--- The error of an element of `users` that names no customer of a region.
local function misfit(user, region)
  local message
  if type(user) ~= "string" then
    message = "a user is a user id, or a table with the field user, got " .. type(user)
  else
    message = "the region of a user is NA, EU or FE, got " .. tostring(region)
  end
  return errors.new("invalid", { message = message, fix = "Correct this element of users." })
end

--- Notes the end, and shows how it is going, now and then and at the end.
local function look(many)
  local done = many:done()
  local now = many.delivery.clock.monotonic()
  if done then many.ended = now end
  if done and many.marking then many.marking:write(many) end
  if not many.progress or (not done and now < many.shown + progress_of.EVERY) then return end
  many.shown = now
  local ok, problem = pcall(many.progress, many:report())
  if not ok then many.delivery.observer:raised(problem) end
end

--- Jobs are used again: one for each user would be most of the garbage of a long run. What is set
--- for each user anew need not be cleared.
local function recycle(many, job)
  job.body, job.attempts = false, 0
  job.lost, job.token_retried, job.cost, job.last_error = false, false, false, false
  local count = many.spare_count + 1
  many.spare_count, many.spare[count] = count, job
end

local function finish(job, receipt, err)
  local many, entry, region = job.many, job.entry, job.region
  if job.attempts > 1 then many.retries = many.retries + job.attempts - 1 end
  if receipt then
    many.accepted = many.accepted + 1
    many.latency:add(job.ended - job.submitted)
  else
    many.failed = many.failed + 1
    many.by_kind[err.kind] = (many.by_kind[err.kind] or 0) + 1
  end
  if many.marking then many.marking:saw(many, job.user, region, err) end
  if job.template then recycle(many, job) end
  if many.exhausted or many.progress then look(many) end
  local on_result = many.opts.on_result
  if on_result then on_result(entry, receipt, err) end
end

--- Counts an element that never became a job.
local function refuse(many, entry, err)
  local job = { many = many, attempts = 0, entry = entry }
  local ok, problem = pcall(finish, job, nil, err)
  if not ok then many.delivery.observer:raised(problem) end
end

--- The pace of one region, when the job has a rate of its own.
local function pace_of(many, region)
  local pace = many.paces[region]
  if not pace then
    pace = new_pace(many.opts.rate, many.delivery.clock.monotonic())
    many.paces[region] = pace
  end
  return pace
end

--- A job of the template: a spare one, or one with all its fields, so that none is added later.
local function spare_job(many)
  local count = many.spare_count
  if count > 0 then
    many.spare_count = count - 1
    return many.spare[count]
  end
  return {
    many = many,
    template = many.template,
    prepare = many.template.prepare,
    start = many.template.start,
    is_valid = many.template.is_valid,
    finish = finish,
    plain = many.plain,
    timeout = many.timeout,
    deadline = many.deadline,
    entry = false,
    user = false,
    region = false,
    route = false,
    pace = false,
    lane = false,
    body = false,
    reference_id = false,
    timestamp = false,
    expiry = false,
    expires_at = false,
    submitted = 0,
    started = 0,
    ended = 0,
    generation = 0,
    attempts = 0,
    lost = false,
    token_retried = false,
    cost = false,
    last_error = false,
  }
end

--- A job whose event was made for its user.
local function own_job(many, entry, user, reference_id)
  local opts = many.opts
  local event, problem = many.event(entry)
  if event == nil and errors.is(problem) then return nil, problem end
  local job, err = outgoing.event(event, { type = "Unicast", user = user }, {
    expires_in = opts.expires_in,
    reference_id = reference_id,
    validate = opts.validate,
  }, many.delivery:now())
  if not job then return nil, err end
  job.many, job.finish, job.plain = many, finish, many.plain
  job.timeout, job.deadline, job.attempts = many.timeout, many.deadline, 0
  return job
end

--- A job for one element of `users`.
local function job_for(many, entry, user, region)
  if type(user) ~= "string" or not many.routes[region] then return nil, misfit(user, region) end
  local template, opts = many.template, many.opts
  local reference_id = opts.reference_id and opts.reference_id(entry)
  if reference_id ~= nil and type(reference_id) ~= "string" then
    error("reference_id must return a text, got " .. type(reference_id), 0)
  end
  if not template then return own_job(many, entry, user, reference_id) end
  local job = spare_job(many)
  local err = template:address(job, user, reference_id)
  if not err then return job end
  recycle(many, job)
  return nil, err
end

--- Takes the next user. Its job, true when it became none, false: there is no user.
local function take_next(many)
  many.raising = "users"
  local entry = many.next_user()
  if entry == nil then return false end
  many.taken = many.taken + 1
  many.raising = "event"
  local user, region = entry, many.region
  if type(entry) == "table" then
    user, region = entry.user, entry.region or region
  end
  local job, err = job_for(many, entry, user, region)
  if not job then
    refuse(many, entry, err)
    return true
  end
  job.entry, job.user = entry, user
  job.region, job.route = region, many.routes[region]
  job.pace = many.has_rate and pace_of(many, region)
  return job
end

--- Seconds until a user may be taken; nil: not before one that was taken is done. A rate of its own
--- holds it back here, so that its jobs stand in nobody's way.
---@param now number  monotonic seconds
---@return number?
---@private
function Many:due(now)
  if self.exhausted or self.taken - self.accepted - self.failed >= self.limit then return nil end
  local due
  for _, pace in pairs(self.paces) do
    due = math.min(due or math.huge, pace:wait(now))
  end
  return due or 0
end

--- No more users are taken.
local function finish_taking(many)
  many.exhausted = true
  many.delivery:remove_feed(many)
  if many:done() then look(many) end
end

--- Takes one user.
---@param now number  monotonic seconds
---@return proactive.Job|boolean
---   its job; true when the user was refused; false when none is to be taken now
---@private
function Many:pull(now)
  if self.taken - self.accepted - self.failed >= self.limit then return false end
  if self.has_rate and self:due(now) ~= 0 then return false end
  if self.deadline and now >= self.deadline then
    self:stop "deadline"
    return false
  end
  local ok, taken = pcall(take_next, self)
  if ok and taken then return taken end
  if ok then
    finish_taking(self)
  else
    if self.raising == "event" then self.taken = self.taken - 1 end -- this user has no outcome
    self.problem = tostring(taken)
    self:stop(self.raising)
  end
  return false
end

--- Takes no more users; what is in flight is finished.
---@param reason string?  for the report, default "stop"
function Many:stop(reason)
  if self.exhausted then return end
  self.stopped = reason or "stop"
  finish_taking(self)
end

--- Whether all that was taken is completed and no more will be taken.
---@return boolean
function Many:done()
  return self.exhausted and self.taken == self.accepted + self.failed
end

--- What became of it, up to now.
---@return proactive.Report
function Many:report()
  local elapsed = (self.ended or self.delivery.clock.monotonic()) - self.began
  local by_kind = {}
  for kind, count in pairs(self.by_kind) do
    by_kind[kind] = count
  end
  local completed = self.accepted + self.failed
  return {
    accepted = self.accepted,
    failed = self.failed,
    by_kind = by_kind,
    retries = self.retries,
    elapsed = elapsed,
    rate = elapsed > 0 and completed / elapsed or 0,
    latency = {
      p50 = self.latency:percentile(0.5),
      p95 = self.latency:percentile(0.95),
      p99 = self.latency:percentile(0.99),
      max = self.latency.count > 0 and self.latency.max or nil,
    },
    taken = self.taken,
    total = self.total,
    stopped = self.stopped,
    problem = self.problem,
    marked = self.marking and self.marking:report(),
    done = self:done(),
  }
end

---@class proactive.Report  what became of a run
---@field accepted integer
---@field failed integer
---@field by_kind table<string, integer>  of what failed
---@field retries integer
---@field elapsed number   seconds
---@field rate number      completed a second
---@field latency {p50: number?, p95: number?, p99: number?, max: number?}
---   seconds, of what was accepted
---@field taken integer    users taken from `users`; after a stop the next one is number taken + 1
---@field total integer?   users, when their number is known
---@field stopped string?  why users were left: what `stop` was given, "deadline", or "users" or
---   "event" when one of these raised `problem`
---   or "refused": the first answers were all 403s
---@field problem string?
---@field marked {run: string, count: integer}?
---   of a registry's subscribers: how many are passed over from now on, see `registry:unmark`
---@field done boolean

local function progress_for(wanted)
  if wanted == true then return progress_of.on_terminal() end
  return wanted or nil
end

--- Begins to send to many.
---@param client proactive.Client
---@param event proactive.Event|fun(user: proactive.User): proactive.Event
---@param users proactive.Users
---@param opts proactive.ManyOptions?
---@return proactive.Many?
---@return proactive.Error?  the event is invalid
local function start(client, event, users, opts)
  opts = options_of.check(opts, OPTIONS, "client:send_many", 2)
  local next_user, total = source_of(users, client.stage)
  if not next_user then
    error("client:send_many: users must be an array, an iterator or a coroutine of users", 3)
  end
  local delivery = client.delivery
  local now = delivery.clock.monotonic()
  local many = setmetatable({
    delivery = delivery,
    region = client.region,
    routes = client.routes,
    event = event,
    next_user = next_user,
    total = total or opts.total,
    opts = opts,
    marking = marking_of(client, event, users),
    plain = opts.on_result == nil and not delivery.observer.logger, -- nobody wants a receipt
    has_rate = opts.rate ~= nil,
    timeout = opts.timeout or client.attempt_timeout,
    limit = math.min(opts.concurrency or math.huge, delivery:room_for_run()),
    deadline = opts.deadline and now + opts.deadline,
    progress = progress_for(opts.progress),
    shown = now,
    began = now,
    paces = {},
    by_kind = {},
    latency = new_histogram(),
    spare = {},
    spare_count = 0,
    accepted = 0,
    failed = 0,
    retries = 0,
    taken = 0,
    exhausted = false,
  }, Many)
  if type(event) ~= "function" then
    local err
    many.template, err = template_of.new(event, opts, delivery:now())
    if err then return nil, err end
  end
  delivery:add_feed(many)
  return many
end

return { start = start }
