-- What wrk runs when it has ended: its figures as one line, times in ms. wrk runs this in its own
-- Lua.

-- luacheck: globals done
function done(summary, latency)
  local errors = summary.errors
  io.write(string.format("requests=%d failed=%d p50=%.3f p99=%.3f longest=%.3f\n",
    summary.requests,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000, latency.max / 1000))
end
