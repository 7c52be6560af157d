-- What wrk sends: the signed requests of a file, each in its turn. wrk runs this in its own Lua.
-- The environment names the file.

local requests, at = {}, 0

-- luacheck: globals init request wrk
function init()
  for line in io.lines(os.getenv("REQUESTS")) do
    local signature, body = line:match("^(%S+) (.*)$")
    requests[#requests + 1] = wrk.format("POST", nil, {
      ["Content-Type"] = "application/json; charset=utf-8",
      ["Signature-256"] = signature,
      SignatureCertChainUrl = "https://s3.amazonaws.com/echo.api/bench.pem",
    }, body)
  end
end

function request()
  at = at % #requests + 1
  return requests[at]
end
