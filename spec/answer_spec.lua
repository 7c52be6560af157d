--- What an answer means: every kind of error the service and the network can cause.

local answer = require "proactive.answer"

local function result(status, body, headers)
  return { status = status, body = body or "", headers = headers or "HTTP/1.1 200 OK\r\n", truncated = false }
end

describe("answer.header", function()
  local r = result(202, "", "HTTP/1.1 202 Accepted\r\nX-Amzn-RequestId: abc-1\r\nRetry-After:5\r\n\r\n")

  it("finds a header in any case, without the white space around it", function()
    assert.equal("abc-1", answer.header(r, "x-amzn-requestid"))
    assert.equal("5", answer.header(r, "retry-after"))
  end)

  it("is nil for one that did not come", function()
    assert.is_nil(answer.header(r, "date"))
    assert.is_nil(answer.header({ headers = nil }, "date"))
  end)
end)

describe("answer.event", function()
  local EXPIRY = "Violations for metadata: [expiryTime should be at least 5 minutes in the future "
    .. "and no more than "
    .. "24 hours after the current time]"

  it("takes 202 and 200 as accepted, empty or with a JSON object", function()
    for _, status in ipairs { 200, 202 } do
      local accepted = answer.event(result(status, "", "HTTP/1.1 202 x\r\nx-amzn-requestid: r1\r\n"))
      assert.same({ status = status, request_id = "r1" }, accepted)
      assert.is_table(answer.event(result(status, '{"ok":true}')))
    end
  end)

  it("takes a 202 whose body was cut as accepted: the status is the outcome", function()
    local cut = result(202, "")
    cut.truncated = true
    assert.equal(202, answer.event(cut).status)
  end)

  it("does not take a page for an acceptance", function()
    local accepted, err = answer.event(result(200, "<html>Sign in to the network</html>"))
    assert.is_nil(accepted)
    assert.equal("unexpected", err.kind)
    assert.matches("the service answered 200: <html>Sign in", err.message)
    assert.equal("unexpected", select(2, answer.event(result(204))).kind)
  end)

  -- status, body, kind, retryable
  local cases = {
    { 400, '{"type":"Bad Request","message":"wrong"}', "invalid", false },
    { 400, '{"code":400,"message":"wrong"}', "invalid", false },
    { 400, "<html>", "unexpected", false },
    { 401, "", "auth", false },
    { 403, '{"type":"Forbidden","message":"Token in the request is not valid."}', "auth", false },
    { 403, '{"message":"No enablement for clientId: a, userId: b"}', "not_enabled", false },
    { 403, '{"message":"Can\'t find any subscription for stage=live, skillId=s, topicId=t"}', "not_subscribed", false },
    { 403, '{"message":"Something new"}', "forbidden", false },
    { 403, "<html>proxy</html>", "forbidden", false },
    { 404, "", "unexpected", false },
    { 409, "", "duplicate", false },
    { 413, "", "unexpected", false },
    { 429, "", "throttled", true },
    { 432, "", "quota", false },
    { 500, "{}", "server", true },
    { 503, "<html>busy</html>", "server", true },
    { 302, "", "unexpected", false },
  }
  for _, case in ipairs(cases) do
    it(("reads %d %s as %s"):format(case[1], case[2], case[3]), function()
      local accepted, err = answer.event(result(case[1], case[2], "HTTP/1.1 x\r\nX-Amzn-RequestId: r2\r\n"))
      assert.is_nil(accepted)
      assert.equal(case[3], err.kind)
      assert.equal(case[4], err.retryable)
      assert.equal(case[1], err.status)
      assert.equal("r2", err.request_id)
      assert.equal(case[2], err.body)
      assert.is_string(err.fix)
    end)
  end

  it("shows the service's words decoded, line breaks as lines", function()
    local _, err = answer.event(result(400, [[{"message":"first\\n  \\\"second\\\"\nthird\n"}]]))
    assert.equal('first\n  "second"\nthird', err.message)
  end)

  it("takes the fields of the envelope's violations", function()
    local _, err = answer.event(result(400, ('{"type":"Bad Request","message":"%s"}'):format(EXPIRY)))
    assert.equal(EXPIRY, err.message)
    assert.equal(1, #err.violations)
    assert.equal("expiryTime", err.violations[1].path)
    assert.matches("^expiryTime should be at least 5 minutes .* current time$", err.violations[1].message)
  end)

  it("keeps several violations apart, with commas inside", function()
    local message = "Violations for metadata: [timestamp is missing, referenceId is empty, blank "
      .. "or too long]"
    local _, err = answer.event(result(400, ('{"message":"%s"}'):format(message)))
    assert.equal(2, #err.violations)
    assert.equal("timestamp is missing", err.violations[1].message)
    assert.equal("referenceId is empty, blank or too long", err.violations[2].message)
  end)

  it("reads Retry-After in seconds and as a date", function()
    local _, err = answer.event(result(429, "", "HTTP/1.1 429 x\r\nRetry-After: 7\r\n"))
    assert.equal(7, err.retry_after)
    _, err = answer.event(result(503, "", "HTTP/1.1 503 x\r\nDate: Sun, 06 Nov 1994 08:49:37 "
      .. "GMT\r\n"
      .. "Retry-After: Sun, 06 Nov 1994 08:50:37 GMT\r\n"))
    assert.equal(60, err.retry_after)
    _, err = answer.event(result(503, "", "HTTP/1.1 503 x\r\nRetry-After: soon\r\n"))
    assert.is_nil(err.retry_after)
    for _, odd in ipairs { "1e999", "0x10", "-1", "1.5" } do
      _, err = answer.event(result(503, "", "HTTP/1.1 503 x\r\nRetry-After: " .. odd .. "\r\n"))
      assert.is_nil(err.retry_after)
    end
  end)

  it("lets no control characters of a stranger through but line breaks and tabs", function()
    local _, err = answer.event(result(400, [[{"message":"a\u001b[31mb\u0007\nc\td\u009be"}]]))
    assert.equal("a [31mb \nc\td e", err.message)
    err = answer.token { status = 400, error = "x", error_description = "a\27b", headers = "" }
    assert.is_nil(err.message:find "\27")
  end)

  it("shows at most the first bytes of what it does not understand", function()
    local _, err = answer.event(result(418, ("x"):rep(5000)))
    assert.is_true(#err.message < 300)
    assert.equal(5000, #err.body)
  end)

  it("never dresses a transport failure as a status", function()
    for _, cause in ipairs { "dns", "connect", "tls", "timeout", "reset", "protocol" } do
      local _, err = answer.event { cause = cause, message = "why", body = "", headers = "" }
      assert.equal("transport", err.kind)
      assert.equal(cause, err.cause)
      assert.is_nil(err.status)
      assert.is_nil(err.uncertain)
      assert.is_string(err.fix)
    end
  end)

  it("says when a lost answer leaves the outcome open", function()
    local _, err = answer.event { cause = "reset", message = "why", body = "", headers = "", sent = true }
    assert.is_true(err.uncertain)
    assert.matches("same reference_id", err.fix)
  end)
end)

describe("answer.token", function()
  it("gives LWA's own words and the fix for them", function()
    local err = answer.token {
      status = 401,
      error = "invalid_client",
      error_description = "Client authentication failed",
      headers = "",
    }
    assert.equal("auth", err.kind)
    assert.matches("Client authentication failed %(invalid_client%)", err.message)
    assert.matches("Build, Permissions", err.fix)
  end)

  it("names the manifest's permission for invalid_scope", function()
    local err = answer.token { status = 400, error = "invalid_scope", error_description = "x", headers = "" }
    assert.matches("alexa::devices:all:notifications:write", err.fix)
  end)

  it("tells a sick or throttling token service from wrong credentials", function()
    assert.equal("server", answer.token({ status = 500, headers = "", body = "{}" }).kind)
    assert.equal("throttled", answer.token({ status = 429, headers = "", body = "" }).kind)
    assert.equal("unexpected", answer.token({ status = 200, message = "no access_token", headers = "" }).kind)
    assert.equal("transport", answer.token({ cause = "tls", message = "bad", headers = "" }).kind)
  end)
end)
