--- Bodies become jobs of the delivery.

local outgoing = require "proactive.client.outgoing"

local queue = {}

--- Says once that nothing real is sent.
---@param client proactive.Client
function queue.announce(client)
  if client.sandbox and not client.announced then
    client.announced = true
    io.stderr:write(("proactive: sending to the sandbox at %s\n"):format(client.sandbox))
  end
end

local function finish(job, receipt, err)
  job.on_done(receipt, err)
end

local function new_job(client, region, body, opts, on_done)
  local job = { region = region, route = client.routes[region], finish = finish, on_done = on_done }
  for name, value in pairs(body) do
    job[name] = value
  end
  job.timeout = opts.timeout or client.attempt_timeout
  job.deadline = opts.deadline and client.clock.monotonic() + opts.deadline
  return job
end

--- Queues one body for one region; there is space.
---@param client proactive.Client
---@param region string
---@param body table  of `proactive.client.outgoing`: becomes the job's
---@param opts {timeout: number?, deadline: number?}
---@param on_done fun(receipt: proactive.Receipt?, err: proactive.Error?)
function queue.one(client, region, body, opts, on_done)
  queue.announce(client)
  client.delivery:submit { new_job(client, region, body, opts, on_done) }
end

--- Queues one body for several regions; on_done is called once, when all are done.
---@param client proactive.Client
---@param regions string[]
---@param body table
---@param opts {timeout: number?, deadline: number?}
---@param on_done fun(receipt: proactive.Receipt?, err: proactive.Error?)
function queue.all(client, regions, body, opts, on_done)
  queue.announce(client)
  local receipts, failures, open_ones, jobs = {}, {}, #regions, {}
  for place, region in ipairs(regions) do
    jobs[place] = new_job(client, region, body, opts, function(receipt, err)
      receipts[region], failures[region] = receipt, err
      open_ones = open_ones - 1
      if open_ones == 0 then on_done(outgoing.join(regions, receipts, failures)) end
    end)
  end
  client.delivery:submit(jobs)
end

return queue
