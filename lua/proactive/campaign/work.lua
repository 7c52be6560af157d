--- What a worker asks of the database: its next batch, or why there is none. Each of these runs in
--- a transaction of the worker's.

local batches = require "proactive.campaign.batches"
local recipients = require "proactive.campaign.recipients"
local row = require "proactive.campaign.row"
local rule = require "proactive.campaign.rule"

local work = {}

---@class proactive.campaign.Task
---@field batch proactive.campaign.Batch?        what was claimed …
---@field left proactive.campaign.Recipient[]?   … and who of it has no outcome
---@field state string                           of the campaign
---@field reason string?                         why it is in this state

--- The state now. A campaign that was paused and resumed behind a worker's back goes on.
local function state_of(session, campaign)
  local state, reason, canary_last = row.state(session, campaign.number)
  if state ~= "ready" then return state, reason, canary_last end
  row.set(session, campaign.number, "state", "running")
  return "running", nil, canary_last
end

--- Ends a campaign, unless somebody else has just done so.
local function finish(session, campaign, state, reason)
  local found = row.get(session, campaign.name, true)
  if found.id == campaign.id and found.state == "running" then
    row.move(session, found, state, reason)
  end
  return { state = state, reason = reason }
end

local LATE = "the deadline is over"

local function is_late(campaign, now)
  local deadline = campaign.definition.deadline
  return deadline and now >= deadline
end

--- The share of failures of a canary is judged, however few they are.
local function judge_canary(session, campaign, canary_last)
  local stop_on = campaign.definition.stop_on or rule.CANARY
  local tally = batches.totals(session, campaign.number, canary_last)
  local problem = rule.problem(stop_on, tally, 1)
  if problem then return finish(session, campaign, "stopped", "canary: " .. problem) end
  row.set(session, campaign.number, "canary_last", nil)
end

local function claim(session, campaign, owner, now, lease, canary_last)
  local batch = batches.claim(session, campaign.number, owner, now, lease, canary_last)
  return batch
    and { state = "running", batch = batch, left = recipients.left(session, batch) }
end

--- Claims the next batch. Without one, and still `running`: others work on what is left.
---@param session proactive.storage.Session
---@param campaign proactive.campaign.Row
---@param owner string
---@param now number    the database's time
---@param lease number  seconds
---@return proactive.campaign.Task
function work.claim(session, campaign, owner, now, lease)
  local state, reason, canary_last = state_of(session, campaign)
  if state == "running" and is_late(campaign, now) then
    return finish(session, campaign, "stopped", LATE)
  end
  if state ~= "running" then return { state = state, reason = reason } end
  local task = claim(session, campaign, owner, now, lease, canary_last)
  if not task and canary_last and not batches.any_open(session, campaign.number, canary_last) then
    local stopped = judge_canary(session, campaign, canary_last)
    if stopped then return stopped end
    task = claim(session, campaign, owner, now, lease)
  end
  if task then return task end
  if batches.any_open(session, campaign.number) then return { state = "running" } end
  return finish(session, campaign, "done")
end

--- Judges the outcomes so far.
---@param session proactive.storage.Session
---@param campaign proactive.campaign.Row
---@param now number  the database's time
---@return proactive.campaign.Task
---@return table<string, integer> totals
function work.judge(session, campaign, now)
  local totals = batches.totals(session, campaign.number)
  local state, reason = state_of(session, campaign)
  local problem
  if state == "running" and batches.any_open(session, campaign.number) then
    problem = is_late(campaign, now) and LATE or rule.problem(campaign.definition.stop_on, totals)
  end
  if problem then return finish(session, campaign, "stopped", problem), totals end
  return { state = state, reason = reason }, totals
end

--- Stops a campaign for all its workers.
---@param session proactive.storage.Session
---@param campaign proactive.campaign.Row
---@param reason string
---@return proactive.campaign.Task
function work.stop(session, campaign, reason)
  return finish(session, campaign, "stopped", reason)
end

return work
