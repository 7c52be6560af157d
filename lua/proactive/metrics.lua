--- A client's counters in the text format of Prometheus.
---
--- Source of the format: https://prometheus.io/docs/instrumenting/exposition_formats/

---@class proactive.metrics
local metrics = {}

local function number(value)
  return ("%.14g"):format(value)
end

--- One metric with its help and its samples, each `{labels, value}`.
local function add(lines, name, kind, help, samples)
  lines[#lines + 1] = ("# HELP %s %s"):format(name, help)
  lines[#lines + 1] = ("# TYPE %s %s"):format(name, kind)
  for _, sample in ipairs(samples) do
    lines[#lines + 1] = ("%s%s %s"):format(sample.name or name, sample[1], number(sample[2]))
  end
end

local function counter(lines, name, help, value)
  add(lines, name, "counter", help, { { "", value } })
end

local function gauge(lines, name, help, value)
  add(lines, name, "gauge", help, { { "", value } })
end

--- Samples with one label, sorted by its value.
local function by_label(label, values)
  local names, samples = {}, {}
  for name in pairs(values) do
    names[#names + 1] = name
  end
  table.sort(names)
  for i, name in ipairs(names) do
    samples[i] = { ('{%s="%s"}'):format(label, name), values[name] }
  end
  return samples
end

local function outcomes(stats)
  local values = { accepted = stats.accepted }
  for kind, count in pairs(stats.by_kind) do
    values[kind] = count
  end
  return by_label("kind", values)
end

local function lanes(stats, of)
  local values = {}
  for region, lane in pairs(stats.lanes) do
    values[region] = of(lane)
  end
  return by_label("region", values)
end

local function histogram(lines, name, help, h)
  local samples = {}
  for _, bucket in ipairs(h:cumulative()) do
    local labels = ('{le="%s"}'):format(number(bucket.le))
    samples[#samples + 1] = { name = name .. "_bucket", labels, bucket.count }
  end
  samples[#samples + 1] = { name = name .. "_bucket", '{le="+Inf"}', h.count }
  samples[#samples + 1] = { name = name .. "_sum", "", h.sum }
  samples[#samples + 1] = { name = name .. "_count", "", h.count }
  add(lines, name, "histogram", help, samples)
end

--- The page a Prometheus server reads.
---@param client proactive.Client
---@return string
function metrics.prometheus(client)
  local stats, lines = client:stats(), {}
  add(lines, "proactive_events_total", "counter", "Events by outcome.", outcomes(stats))
  counter(lines, "proactive_submitted_total", "Events submitted.", stats.submitted)
  counter(lines, "proactive_retries_total", "Attempts beyond the first.", stats.retries)
  counter(lines, "proactive_token_requests_total", "Tokens asked for.", stats.token_fetches)
  counter(lines, "proactive_connections_total", "Connections opened.", stats.connections)
  counter(lines, "proactive_hook_errors_total", "Callbacks that raised.", stats.hook_errors)
  gauge(lines, "proactive_in_flight", "Requests under way.", stats.in_flight)
  gauge(lines, "proactive_waiting", "Events that wait for their turn.", stats.waiting)
  local stopped = lanes(stats, function(lane)
    return lane.stopped and 1 or 0
  end)
  add(lines, "proactive_lane_stopped", "gauge", "1: a 432 holds the region.", stopped)
  local rates = lanes(stats, function(lane)
    return lane.rate
  end)
  add(lines, "proactive_lane_rate", "gauge", "Events per second in force.", rates)
  histogram(lines, "proactive_attempt_seconds", "Time of accepted attempts.", stats.latency)
  return table.concat(lines, "\n") .. "\n"
end

return metrics
