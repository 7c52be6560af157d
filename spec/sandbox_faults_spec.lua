--- Bad days on demand: which requests a rule finds, and what becomes of them. What goes over the
--- wire is in sandbox_child_spec.

local customers = require "proactive.sandbox.customers"
local exchange = require "spec.support.exchange"
local json = require "proactive.json"

local USER = customers.id(1)

describe("the sandbox's faults", function()
  local x, token
  before_each(function()
    x = exchange.new()
    token = x:token()
  end)

  local function rules(list, seed)
    local answer = x:ask("PUT", "/sandbox/faults", { rules = json.array(list), seed = seed })
    assert(answer.status == 200, answer.body)
  end

  local function rule(match, action)
    rules { { match = match, ["do"] = action } }
  end

  local number = 0
  local function send(user, path)
    number = number + 1
    local id = ("n%d"):format(number)
    return x:send(x:event(user, { referenceId = id }), path, token)
  end

  local function statuses(count, path)
    local list = {}
    for i = 1, count do
      list[i] = send(nil, path).status
    end
    return list
  end

  describe("match", function()
    it("every request of the service when nothing is said", function()
      rules { { ["do"] = { status = 503 } } }
      assert.equal(503, send().status)
      assert.equal(503, x:ask("POST", "/auth/o2/token").status)
      assert.equal(200, x:ask("GET", "/sandbox/users").status)
    end)

    it("a path", function()
      rule({ path = "token" }, { status = 503 })
      assert.equal(503, x:ask("POST", "/auth/o2/token").status)
      assert.equal(202, send().status)
    end)

    it("a customer", function()
      rule({ user = USER }, { status = 503 })
      assert.equal(503, send(USER).status)
      assert.equal(202, send().status)
      assert.equal(503, x:ask("POST", exchange.LIVE, x:event(USER)).status)
    end)

    it("some, after some", function()
      rule({ skip = 1, count = 2 }, { status = 503 })
      assert.same({ 202, 503, 503, 202 }, statuses(4))
    end)

    it("a time, in seconds of its clock since the rules were put", function()
      rule({ from = 10, ["until"] = 20 }, { status = 503 })
      assert.equal(202, send().status)
      x:ask("POST", "/sandbox/clock", { advance = 10 })
      assert.equal(503, send().status)
      x:ask("POST", "/sandbox/clock", { advance = 10 })
      assert.equal(202, send().status)
    end)

    it("a share, the same one for the same seed", function()
      local function run(seed)
        rules({ { match = { share = 0.25 }, ["do"] = { status = 503 } } }, seed)
        return statuses(400)
      end
      local first = run(7)
      assert.same(first, run(7))
      assert.not_same(first, run(8))
      local hit = 0
      for _, status in ipairs(first) do
        if status == 503 then hit = hit + 1 end
      end
      assert.is_true(hit > 70 and hit < 130)
      rule({ share = 0 }, { status = 503 })
      assert.same({ 202, 202 }, statuses(2))
      rule({ share = 1 }, { status = 503 })
      assert.same({ 503, 503 }, statuses(2))
    end)

    it("the first that fits", function()
      rules {
        { match = { count = 1 }, ["do"] = { status = 500 } },
        { match = { count = 1 }, ["do"] = { status = 503 } },
      }
      assert.same({ 500, 503, 202 }, statuses(3))
    end)
  end)

  it("draw the same numbers on every Lua", function()
    rules({ { match = { share = 0.5 }, ["do"] = { status = 503 } } }, 1)
    assert.same({ 503, 202, 202, 202, 202, 503, 202, 503 }, statuses(8))
  end)

  it("answer in a script's words", function()
    rule({}, { status = 429, headers = { ["Retry-After"] = "7" }, body = "busy" })
    local answer = send(USER)
    assert.same({ 429, "7", "busy" }, { answer.status, answer.header["retry-after"], answer.body })
    rule({}, { status = 418, body = { message = "tea" } })
    answer = send(USER)
    assert.equal('{"message":"tea"}', answer.body)
    assert.equal("application/json", answer.header["content-type"])
    assert.equal(0, #x:get "/sandbox/notifications")
    assert.equal(0, #x:get "/sandbox/counts")
  end)

  it("delay and slow the answer that was judged", function()
    rule({}, { delay = 1.5 })
    local answer = send(USER)
    assert.same({ 202, 1.5 }, { answer.status, answer.delay })
    rule({}, { slow = 10 })
    assert.equal(10, send(USER).bytes_per_second)
    assert.equal(2, #x:get "/sandbox/notifications")
  end)

  it("reset before the event is judged", function()
    rule({}, { reset = "before" })
    assert.is_true(send(USER).abort)
    assert.equal(0, #x:get "/sandbox/notifications")
    assert.equal(0, #x:get "/sandbox/counts")
  end)

  it("reset after the event was delivered, and count the answer as destroyed", function()
    rule({}, { reset = "after" })
    assert.is_true(send(USER).abort)
    assert.equal(1, #x:get "/sandbox/notifications")
    local pair = x:get("/sandbox/counts")[1]
    assert.same({ 1, 1 }, { pair.accepted, pair.answers_destroyed })
  end)

  it("do not count the lost answer to an event that was refused", function()
    rule({}, { reset = "after" })
    x:send("{}", nil, token)
    assert.equal(0, #x:get "/sandbox/counts")
  end)

  it("cut the answer after so many bytes", function()
    rule({}, { cut = 20 })
    assert.equal("HTTP/1.1 202 Accepte", send(USER).abort)
    assert.equal(1, x:get("/sandbox/counts")[1].answers_destroyed)
    rule({}, { cut = 0 })
    assert.is_true(send(USER).abort)
    rule({}, { cut = 4096 })
    assert.truthy(send(USER).abort:find "\r\nContent%-Length: 0\r\n\r\n$")
    assert.equal(0, x:get("/sandbox/counts")[3].answers_destroyed)
  end)

  it("send garbage and far too much, and deliver nothing", function()
    rule({}, { garbage = 10000 })
    local bytes = send(USER).abort
    assert.equal(10000, #bytes)
    assert.truthy(bytes:find "^[\128-\255]+$")
    rule({}, { oversize = 300000 })
    local answer = send(USER)
    assert.same({ 500, 300000 }, { answer.status, #answer.body })
    assert.equal(200, x:ask("POST", "/auth/o2/token").status)
    assert.equal(0, #x:get "/sandbox/notifications")
  end)

  it("throttle beyond a rate, and pass what is below it", function()
    rule({ path = "events" }, { throttle = { rate = 2, retry_after = 3 } })
    assert.same({ 202, 202, 429 }, statuses(3))
    assert.equal("3", send().header["retry-after"])
    x:ask("POST", "/sandbox/clock", { advance = 0.5 })
    assert.same({ 202, 429 }, statuses(2))
  end)

  it("refuse what is over a quota, for live skills only", function()
    rule({}, { quota = 2 })
    assert.same({ 202, 202, 432, 432 }, statuses(4, exchange.LIVE))
    assert.same({ 202, 202, 202 }, statuses(3, exchange.DEVELOPMENT))
  end)

  it("expire the token of a request, or revoke all of its client", function()
    local other = x:token()
    rule({ count = 1 }, { token = "expired" })
    assert.same({ 403, 403 }, statuses(2))
    assert.equal(202, x:send(x:event(), nil, other).status)
    token = x:token()
    rule({ count = 1 }, { token = "revoked" })
    assert.equal(403, send().status)
    assert.equal(403, x:send(x:event(), nil, other).status)
    assert.equal(202, x:send(x:event(), nil, x:token()).status)
  end)

  it("are named in the list of requests", function()
    rule({ path = "events" }, { reset = "after" })
    send(USER)
    local last = x:get("/sandbox/requests")[2]
    assert.same({ "reset", true, 202 }, { last.fault, last.answer_lost, last.status })
  end)

  it("can be read and taken away", function()
    assert.same({ rules = {} }, x:get "/sandbox/faults")
    rule({ count = 1 }, { status = 503 })
    assert.equal(503, x:get("/sandbox/faults").rules[1]["do"].status)
    assert.equal(204, x:ask("DELETE", "/sandbox/faults").status)
    assert.equal(202, send().status)
  end)

  it("are refused whole when one rule is wrong, with the nearest name", function()
    rule({ count = 9 }, { status = 503 })
    local function refused(body, words)
      local answer, said = x:ask("PUT", "/sandbox/faults", body)
      assert.equal(400, answer.status)
      assert.truthy(said.message:find(words, 1, true), said.message)
    end
    refused("[]", "a JSON object is expected")
    refused("{}", "rules is required")
    refused('{"rules":[{"do":{"status":200}}],"sed":1}', "unknown field sed (did you mean seed?)")
    refused('{"rules":[{"do":{"stattus":200}}]}', "did you mean status?")
    refused('{"rules":[{"match":{"path":"event"},"do":{"delay":1}}]}', "did you mean events?")
    refused('{"rules":[{"match":{"share":2},"do":{"delay":1}}]}', "share must be at most 1")
    refused('{"rules":[{"do":{}}]}', "one of cut, delay, garbage")
    refused('{"rules":[{"do":{"cut":1,"delay":1}}]}', "one of cut and delay, not both")
    refused('{"rules":[{"do":{"delay":1,"body":"x"}}]}', "go with status only")
    refused('{"rules":[{"do":{"throttle":{"rate":0}}}]}', "rate must be more than 0")
    refused('{"rules":[{"do":{"status":200,"headers":{"a b":"c"}}}]}', "a plain name")
    refused('{"rules":[{"do":{"status":200,"headers":{"a":"b\\r\\nc: d"}}}]}', "one line")
    refused('{"rules":[{"do":{"status":200,"headers":{"Content-Length":"5"}}}]}', "the server's")
    local long = ('{"rules":[{"do":{"status":200,"headers":{"a":"%s"}}}]}'):format(("b"):rep(200))
    refused(long, "at most")
    refused('{"rules":[1]}', "rules[1]: a JSON object is expected")
    assert.equal(503, send().status)
  end)
end)
