-- What wrk runs: each of its connections asks 100 times a second, so that who answers has time for
-- other things as well; and at the end it says what came of it.

-- luacheck: globals delay done
function delay()
  return 10
end

function done(summary)
  local errors = summary.errors
  io.write(("requests=%d failed=%d\n"):format(
    summary.requests,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout
  ))
end
