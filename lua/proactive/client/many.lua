--- One event to many: users are pulled as the window has room, so that memory does not grow with
--- their number.

local core = require "proactive.core"
local errors = require "proactive.errors"
local new_pace = require("proactive.delivery.pace").new
local options_of = require "proactive.options"
local outgoing = require "proactive.client.outgoing"
local marking_of = require "proactive.client.marking"
local progress_of = require "proactive.client.progress"
local recipient = require "proactive.client.recipient"
local report_of = require "proactive.client.report"
local source_of = require "proactive.client.source"
local tally = require "proactive.delivery.tally"
local template_of = require "proactive.client.template"

local extends, USER_PREFIX = core.extends, template_of.USER_PREFIX

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

--- When it ended, or what the time is.
local function time_of(many)
  local now = many.ended or many.delivery.clock.monotonic()
  if many:done() then many.ended = now end
  return now
end

--- Shows how it is going, now and then and once at the end.
local function look(many)
  local now, done = time_of(many), many:done()
  local is_due = done or (many.progress and now >= many.shown + progress_of.EVERY)
  if many.end_shown or not is_due then return end
  if done and many.marking then many.marking:write(many) end
  local report = many.progress and many:report()
  many.shown, many.end_shown = now, done
  if done then many.delivery:forget_run(many) end
  if not report then return end
  local ok, problem = pcall(many.progress, report)
  if not ok then many.delivery.observer:raised(problem) end
end

--- Goes on behind what the caller was told: its errors are not those of a callback.
local function go_on(many, user, region, err)
  if many.marking then many.marking:saw(many, user, region, err) end
  if many.exhausted or many.progress then look(many) end
end

local function count_failure(many, err)
  many.failed = many.failed + 1
  tally.add(many.by_kind, err.kind)
end

local function tell(many, entry, receipt, err)
  local on_result = many.opts.on_result
  if on_result then on_result(entry, receipt, err) end
end

--- A job's `finish`.
local function finish(job, receipt, err)
  local many = job.many
  if job.attempts > 1 then many.retries = many.retries + job.attempts - 1 end
  if err then count_failure(many, err) end
  tell(many, job.entry, receipt, err)
end

--- A job's `behind`.
local function behind(job, err)
  local many = job.many
  if many.watched then go_on(many, job.user, job.region, err) end
end

--- Takes a user who is no job. An error before that leaves the user to be taken again.
local function refuse(many, entry, err)
  many.taken[1] = many.taken[1] + 1
  count_failure(many, err)
  local ok, problem = pcall(tell, many, entry, nil, err)
  if not ok then many.delivery.observer:raised(problem) end
  if many.watched then go_on(many, nil, nil, err) end
end

--- How many were taken and have no outcome.
local function outstanding(many)
  return many.taken[1] - many.latency.count - many.failed
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

--- Makes a job the run's own, with room for all that is set before it has a place.
local function adopt(many, job, entry, route, region)
  job.lane, job.submitted = false, false
  job.many, job.finish, job.behind, job.attempts = many, finish, behind, 0
  job.timeout, job.deadline = many.timeout, many.deadline
  job.entry, job.route, job.region, job.latency = entry, route, region, many.latency
  if many.has_rate then job.pace = pace_of(many, region) end
  return job
end

--- The next user, who is given again until one more has been taken: an error may come in between.
local function peek(many)
  if many.held ~= nil and many.held_at == many.taken[1] then return many.held end
  many.asking = "users"
  local entry = many.next_user()
  many.asking = false
  many.held, many.held_at = entry, many.taken[1]
  return entry
end

--- The part of a job that is the event's, when each user has one of its own.
local function own_event(many, entry, user, reference_id)
  local opts = many.opts
  local event, problem = many.event(entry)
  if event == nil and errors.is(problem) then return nil, problem end
  return outgoing.event(event, { type = "Unicast", user = user }, {
    expires_in = opts.expires_in,
    reference_id = reference_id,
    validate = opts.validate,
  }, many.delivery:now())
end

--- The reference id that the caller gives to the event for one element of `users`.
local function given_id(give, entry)
  local id = give(entry)
  if id ~= nil and type(id) ~= "string" then
    error("reference_id must return a text, got " .. type(id), 0)
  end
  return id
end

--- Seconds until a user may be taken; nil: not before one that was taken is done. A rate of its own
--- holds it back here, so that its jobs stand in nobody's way.
---@param now number  monotonic seconds
---@return number?
---@private
function Many:due(now)
  if self.exhausted or outstanding(self) >= self.limit then return nil end
  local due
  for _, pace in pairs(self.paces) do
    due = math.min(due or math.huge, pace:wait(now))
  end
  return due or 0
end

--- No more users are taken.
local function finish_taking(many)
  many.delivery:await_end(many)
  many.exhausted, many.watched = true, true
  many.delivery:remove_feed(many)
  if many:done() then look(many) end
end

--- Whether the run's own rate or deadline keeps it from taking a user.
local function must_not_take(many, now)
  if many.deadline and now >= many.deadline then many:stop "deadline" end
  return many.exhausted or (many.has_rate and many:due(now) ~= 0)
end

--- The next user, not taken yet. What `users` raises goes through: see `raised`.
---@param now number  monotonic seconds
---@return proactive.User|boolean  true: the user was refused; false: none is to be taken now
---@return string? user
---@return integer? route
---@return string? region
---@private
function Many:next(now)
  if outstanding(self) >= self.limit then return false end
  if self.is_timed and must_not_take(self, now) then return false end
  local entry = peek(self)
  if entry == nil or self.exhausted then -- by `stop`, from within `users`
    if not self.exhausted then finish_taking(self) end
    return false
  end
  local usual = self.usual_route -- of a user id as it should be, as most are: the short way
  if usual and extends(entry, USER_PREFIX) then return entry, entry, usual, self.region end
  local user, route, region, err = recipient.of(self, entry)
  if not err then return entry, user, route, region end
  refuse(self, entry, err)
  return true
end

--- Takes the user for a job. What the functions of the caller raise goes through: see `raised`.
---@return proactive.Job?
---@return proactive.Error?  the user is refused; nil without a job: none is taken any more
---@private
function Many:job(entry, user, route, region)
  local template, give = self.template, self.opts.reference_id
  if give or not template then self.asking = "event" end
  local reference_id = give and given_id(give, entry) or nil
  local job, err
  if template then
    job, err = template:job(user, reference_id)
  else
    job, err = own_event(self, entry, user, reference_id)
  end
  self.asking = false
  if self.exhausted then return nil end -- by `stop`, from within these functions
  if not job then return nil, err end
  -- from the first one on: a run without users asks for no token
  self.is_light = self.may_be_light
  adopt(self, job, entry, route, region)
  self.taken[1] = self.taken[1] + 1
  return job
end

--- Takes the next user as a job.
---@param now number  monotonic seconds
---@return proactive.Job|boolean
---   its job; true when the user was refused; false when none is to be taken now
---@private
function Many:pull(now)
  local entry, user, route, region = self:next(now)
  if not route then return entry end
  local job, err = self:job(entry, user, route, region)
  if not err then return job or false end
  refuse(self, entry, err)
  return true
end

--- How many more users may be taken now.
---@return integer
---@private
function Many:room()
  return self.limit - outstanding(self)
end

--- Events of a wave were accepted, or an error kept the run from showing its end.
---@private
function Many:accepted()
  if self.watched then look(self) end
end

--- A job of an event of a wave, after its attempt.
---@param text string  its body
---@param region string
---@return proactive.Job
---@private
function Many:begun_job(text, region)
  local job = self.template:begun_job(text)
  return adopt(self, job, job.user, self.routes[region], region)
end

--- Ends the run since `users` or the event's function raised.
---@param problem any
---@private
function Many:raised(problem)
  local reason = self.asking
  self.asking, self.problem = false, errors.text_of(problem)
  self:stop(reason)
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
  return self.exhausted and outstanding(self) == 0
end

--- What became of it, up to now.
---@return proactive.Report
function Many:report()
  return report_of(self, time_of(self) - self.began)
end

--- Whether nothing is asked of a run that needs each of its events by itself: see
--- `proactive.delivery.wave`.
local function wants_no_jobs(many)
  local opts, observer = many.opts, many.delivery.observer
  local sees_each = opts.on_result or observer.logger or observer.on_attempt or many.marking
  return many.template and not (sees_each or opts.reference_id or many.has_rate)
end

local function progress_for(wanted)
  if wanted == true then return progress_of.on_terminal() end
  return wanted or nil
end

--- Gives the users of a list by what was taken: the pool takes them too, by the same count.
local function rest_of(users, taken)
  return function()
    return users[taken[1] + 1]
  end
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
  local taken = { 0 }
  local next_user, total, is_list = source_of(users, client.stage)
  if is_list then next_user = rest_of(users, taken) end
  if not next_user then
    error("client:send_many: users must be an array, an iterator or a coroutine of users", 3)
  end
  local delivery, now = client.delivery, client.clock.monotonic()
  local many = setmetatable({
    delivery = delivery,
    region = client.region,
    routes = client.routes,
    event = event,
    next_user = next_user,
    list = is_list and not opts.deadline and users or false,
    total = total or opts.total,
    opts = opts,
    marking = marking_of(client, event, users),
    has_rate = opts.rate ~= nil,
    user_prefix = USER_PREFIX,
    timeout = opts.timeout or client.attempt_timeout,
    limit = math.min(opts.concurrency or math.huge, delivery:room_for_run()),
    deadline = opts.deadline and now + opts.deadline,
    is_timed = (opts.deadline or opts.rate) ~= nil,
    progress = progress_for(opts.progress),
    shown = now,
    began = now,
    paces = {},
    by_kind = tally.new(),
    latency = core.histogram(), -- of what was accepted, all of it and nothing else
    failed = 0,
    retries = 0,
    taken = taken,
    ended = false,
    end_shown = false,
    exhausted = false,
    asking = false, -- "users" or "event" while that code of the caller's runs
  }, Many)
  if type(event) ~= "function" then
    local err
    many.template, err = template_of.new(event, opts, delivery:now())
    if err then return nil, err end
    many.usual_route = client.routes[client.region]
  end
  many.watched = many.marking or many.progress
  many.may_be_light = wants_no_jobs(many)
  delivery:add_feed(many)
  return many
end

return { start = start }
