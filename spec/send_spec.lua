--- `proactive send` and `proactive token` against a sandbox: whom they reach, what they say, how
--- they end.

local cli = require "spec.support.cli"
local compat = require "proactive.compat"
local json = require "proactive.json"
local proactive = require "proactive"
local support = require "spec.support.sandbox"

local EVENT = [[
local proactive = require "proactive"
local L = proactive.localized
return %s proactive.events.MediaContent.Available {
  availability = { startTime = os.time() + 3600, method = "%s" },
  content = { name = L { ["en-US"] = "Some event" }, contentType = "EPISODE" },
}%s
]]
local GOOD = EVENT:format("", "AIR", "")
local LATE = ("return { event = (function() %s end)(), expires_in = 9 }"):format(GOOD)

local sandbox

local function file(ending, text)
  local path = cli.file(ending, text)
  finally(function()
    os.remove(path)
  end)
  return path
end

--- Runs `proactive send FILE …` against the sandbox.
local function send(path, words, opts)
  local all = { "send", path, "--sandbox", sandbox.url }
  for _, word in ipairs(words) do
    all[#all + 1] = word
  end
  return cli.run(all, opts)
end

--- The event requests the sandbox got, as `METHOD-free` entries, oldest first.
local function received()
  local list = {}
  for _, request in ipairs(assert(sandbox:requests())) do
    if request.kind == "events" then list[#list + 1] = request end
  end
  return list
end

local function user(number)
  return proactive.sandbox.user_id(number)
end

local function request_body(changes)
  local event = assert(proactive.events.MediaContent.Available {
    availability = { startTime = os.time() + 3600, method = "AIR" },
    content = { name = "Some event", contentType = "EPISODE" },
  })
  local body = assert(proactive.request(event, proactive.audience.multicast()))
  for name, value in pairs(changes or {}) do
    body[name] = value ~= json.null and value or nil
  end
  return assert(proactive.encode(body))
end

describe("proactive send", function()
  sandbox = support.use()

  it("sends to all customers and tells the request id", function()
    local ran = send(file(".lua", GOOD), { "--all" })
    assert.equal(0, ran.status, ran.stderr)
    local got = received()
    assert.equal(1, #got)
    assert.equal("/v1/proactiveEvents/stages/development", got[1].path)
    assert.truthy(ran.stdout:find("accepted: all customers, NA: status 202", 1, true), ran.stdout)
    assert.truthy(ran.stdout:find(got[1].request_id, 1, true))
  end)

  it("makes one request for each region", function()
    local ran = send(file(".lua", GOOD), { "--all", "--region", "NA,FE" })
    assert.equal(0, ran.status, ran.stderr)
    local paths = {}
    for _, request in ipairs(received()) do
      paths[request.path] = true
    end
    assert.same({
      ["/v1/proactiveEvents/stages/development"] = true,
      ["/fe/v1/proactiveEvents/stages/development"] = true,
    }, paths)
    assert.equal(2, select(2, ran.stdout:gsub("accepted", "")))
  end)

  it("ends with 1 when one customer of several is refused, and says what to do", function()
    local ran = send(file(".lua", GOOD), { "--to", user(1), user(5) })
    assert.equal(1, ran.status)
    assert.equal(1, select(2, ran.stdout:gsub("accepted", "")))
    assert.truthy(ran.stderr:find("403 not subscribed", 1, true), ran.stderr)
    assert.truthy(ran.stderr:find("to do", 1, true))
    assert.is_true(#assert(sandbox:notifications(user(1))) == 1)
  end)

  it("prints one JSON object per customer", function()
    local ran = send(file(".lua", GOOD), { "--to", user(1), user(5), "--json" })
    assert.equal(1, ran.status)
    local by_user = {}
    for _, line in ipairs(cli.objects(ran.stdout)) do
      by_user[line.user] = line
    end
    assert.is_true(by_user[user(1)].accepted)
    assert.equal(202, by_user[user(1)].status)
    assert.is_false(by_user[user(5)].accepted)
    assert.equal("not_subscribed", by_user[user(5)].error.kind)
  end)

  it("reads a list with regions, from a file and from standard input", function()
    local list = ("%s\n\n%s\tEU\r\n"):format(user(1), user(2))
    for _, case in ipairs { { file(".txt", list) }, { "-", list }, { "/dev/stdin", list } } do
      assert(sandbox:reset())
      local ran = send(file(".lua", GOOD), { "--to-file", case[1], "--quiet" }, { input = case[2] })
      assert.equal(0, ran.status, ran.stderr)
      assert.equal("", ran.stdout)
      assert.equal(1, #assert(sandbox:notifications(user(1))))
      assert.equal(1, #assert(sandbox:notifications(user(2))))
    end
  end)

  it("finds a bad line before anything is sent", function()
    local list = file(".txt", user(1) .. "\nnot an id\n")
    local ran = send(file(".lua", GOOD), { "--to-file", list })
    assert.equal(2, ran.status)
    assert.truthy(ran.stderr:find(list .. ":2: expected ID", 1, true), ran.stderr)
    assert.equal(0, #received())
    ran = send(file(".lua", GOOD), { "--to-file", file(".txt", user(1) .. "\tXX\n") })
    assert.equal(2, ran.status)
    assert.truthy(ran.stderr:find('unknown region "XX"', 1, true))
    assert.equal(2, send(file(".lua", GOOD), { "--to-file", "/nonexistent" }).status)
    assert.equal(2, send(file(".lua", GOOD), { "--to-file", "/tmp" }).status)
  end)

  it("sends the rest of a list that can be read only once, and ends with 2", function()
    local list = ("not an id\n%s\n%s\n"):format(user(1), user(5))
    local ran = send(file(".lua", GOOD), { "--to-file", "-" }, { input = list })
    assert.equal(2, ran.status)
    assert.equal(1, #assert(sandbox:notifications(user(1))))
  end)

  it("interrupted, takes no more customers, finishes what is in flight and says where it stopped", function()
    local path = file(".lua", GOOD)
    -- In the foreground: else timeout signals its group too, and the command hears it twice.
    local line = "yes %s | timeout --foreground --preserve-status -s INT 1 bin/proactive send %s "
      .. "--to-file - --sandbox %s --json"
    local result = cli.shell(line:format(user(1), path, sandbox.url))
    local taken, number = result.stderr:match "interrupted after (%d+) customers; number (%d+) is the next"
    assert.is_truthy(taken, result.stderr)
    assert.equal(tonumber(taken) + 1, tonumber(number))
    local lines = 0
    for object in result.stdout:gmatch "[^\n]+" do
      assert.is_true(json.decode(object).accepted)
      lines = lines + 1
    end
    assert.equal(tonumber(taken), lines)
    assert.equal(1, result.status)
  end)

  it("takes no audience, two, or the file's and another for wrong usage", function()
    local own = file(".lua", ([[
      local event = (function() %s end)()
      return { event = event, audience = require("proactive").audience.unicast(%q) }
    ]]):format(GOOD, user(1)))
    for _, case in ipairs {
      { file(".lua", GOOD), {} },
      { file(".lua", GOOD), { "--all", "--to", user(1) } },
      { file(".lua", GOOD), { "--to", user(1), "--region", "NA,EU" } },
      { own, { "--all" } },
      { file(".json", request_body()), { "--all" } },
    } do
      local ran = send(case[1], case[2])
      assert.equal(2, ran.status, ran.stdout)
      assert.truthy(ran.stderr:find("Try: proactive send --help", 1, true), ran.stderr)
    end
    assert.equal(0, send(own, {}).status)
    assert.equal(1, #assert(sandbox:notifications(user(1))))
  end)

  it("sends options that the script returns, and refuses what it does not know", function()
    local text = "return { event = (function() %s end)(), reference_id = 'order17', %s }"
    assert.equal(0, send(file(".lua", text:format(GOOD, "expires_in = 600")), { "--all" }).status)
    assert.equal("order17", json.decode(received()[1].body).referenceId)
    local ran = send(file(".lua", text:format(GOOD, "expire_in = 600")), { "--all" })
    assert.equal(2, ran.status)
    assert.truthy(ran.stderr:find("did you mean expires_in?", 1, true), ran.stderr)
    ran = send(file(".lua", text:format(GOOD, "expires_in = 'x'")), { "--all" })
    assert.equal(2, ran.status, ran.stderr)
  end)

  it("shows the request and sends nothing with --dry-run", function()
    local ran = send(file(".lua", GOOD), { "--all", "--region", "EU", "--dry-run" })
    assert.equal(0, ran.status, ran.stderr)
    local url = sandbox.url .. "/eu/v1/proactiveEvents/stages/development"
    assert.truthy(ran.stdout:find("POST " .. url, 1, true), ran.stdout)
    assert.truthy(ran.stdout:find('"contentName": "Some event"', 1, true))
    ran = send(file(".lua", GOOD), { "--to", user(1), user(2), "--dry-run", "--json" })
    local shown = cli.objects(ran.stdout)
    assert.equal(2, #shown)
    assert.equal(user(2), shown[2].body.relevantAudience.payload.user)
    assert.equal(0, #assert(sandbox:requests()))
  end)

  it("refuses an invalid event once, before anything leaves", function()
    local bad = file(".lua", EVENT:format("", "ON_AIR", ""))
    local ran = send(bad, { "--all" })
    assert.equal(1, ran.status)
    assert.truthy(ran.stderr:find("event.payload.availability.method", 1, true), ran.stderr)
    assert.truthy(ran.stderr:find("STREAM, AIR", 1, true))
    -- the assert of plain Lua 5.1 and of 5.2 takes text only and hides the refusal
    if compat.abi ~= "5.1" and compat.abi ~= "5.2" then
      local asserted = file(".lua", EVENT:format("assert(", "ON_AIR", ")"))
      assert.equal(1, send(asserted, { "--all" }).status)
    end
    local late = file(".lua", LATE)
    ran = send(late, { "--to", user(1), user(2) })
    assert.equal(1, ran.status)
    assert.equal(1, select(2, ran.stderr:gsub("at least 5 minutes", "")), ran.stderr)
    ran = send(late, { "--all", "--json" })
    assert.equal("invalid", cli.objects(ran.stdout)[1].error.kind)
    assert.equal(0, #assert(sandbox:requests()))
  end)

  it("leaves the judgement to the service with --no-validate", function()
    local late = file(".lua", LATE)
    local ran = send(late, { "--all", "--no-validate" })
    assert.equal(1, ran.status)
    assert.truthy(ran.stderr:find("400 invalid", 1, true), ran.stderr)
    assert.equal(400, received()[1].status)
  end)

  it("sends a .json body byte for byte, or with the audience of the flags", function()
    local body = request_body { referenceId = "fromfile" }
    local ran = send(file(".json", body), {})
    assert.equal(0, ran.status, ran.stderr)
    assert.equal(body, received()[1].body)
    ran = send(file(".json", request_body { relevantAudience = json.null }), { "--to", user(1) })
    assert.equal(0, ran.status, ran.stderr)
    assert.equal(user(1), json.decode(received()[2].body).relevantAudience.payload.user)
  end)

  it("ends with 2 for a file it cannot read or run, and says where", function()
    for _, case in ipairs {
      { "/nonexistent.lua", "No such file" },
      { file(".lua", "return {\n  x = \n}"), ":3:1: " },
      { file(".lua", "local x\n\nx.y = 1"), ":3: " },
      { file(".lua", "return 7"), "returned number and not an event" },
      { file(".lua", string.dump(function() end)), "precompiled Lua code is refused" },
      { file(".json", '{"a":1,}'), ".json:1:" },
    } do
      local ran = send(case[1], { "--all" })
      assert.equal(2, ran.status, ran.stderr)
      assert.truthy(ran.stderr:find(case[2], 1, true), ran.stderr)
      assert.falsy(ran.stderr:find("traceback", 1, true))
    end
  end)

  it("asks before more than one live customer, and takes --yes", function()
    local path = file(".lua", GOOD)
    local ran = send(path, { "--all", "--stage", "live" })
    assert.equal(2, ran.status)
    assert.truthy(ran.stderr:find("confirm with --yes", 1, true))
    assert.equal(2, send(path, { "--to", user(1), user(2), "--stage", "live" }).status)
    local list = { "--to-file", "-", "--stage", "live" }
    assert.equal(2, send(path, list, { input = user(1) .. "\n" }).status)
    assert.equal(0, #assert(sandbox:requests()))
    assert.equal(0, send(path, { "--all", "--stage", "live", "--yes" }).status)
    assert.equal("/v1/proactiveEvents/", received()[1].path)
    assert.equal(0, send(path, { "--to", user(1), "--stage", "live" }).status)
  end)

  it("asks on a terminal for the number, or for the word all", function()
    local path = file(".lua", GOOD)
    local base = "PROACTIVE_LUA=%s bin/proactive send %s --stage live --sandbox %s "
    base = base:format(cli.interpreter, path, sandbox.url)
    local function answered(words, answer)
      local line = ("script -qec %s /dev/null"):format(cli.quote(base .. words))
      return cli.shell(line, answer .. "\n")
    end
    assert.equal(2, answered("--all", "yes").status)
    assert.equal(2, answered(("--to %s %s"):format(user(1), user(2)), "all").status)
    assert.equal(0, #assert(sandbox:requests()))
    assert.equal(0, answered("--all", "all").status)
    assert.equal(0, answered(("--to %s %s"):format(user(1), user(2)), "2").status)
    assert.equal(3, #received())
  end)

  it("ends with 2 without credentials, and names where they come from", function()
    local ran = cli.run { "send", file(".lua", GOOD), "--all" }
    assert.equal(2, ran.status)
    assert.truthy(ran.stderr:find("ALEXA_CLIENT_ID", 1, true), ran.stderr)
  end)

  it("tells a service that cannot be reached from one that refuses", function()
    local path = file(".lua", GOOD)
    local ran = cli.run { "send", path, "--all", "--sandbox", "http://127.0.0.1:1", "--json" }
    assert.equal(1, ran.status)
    local line = cli.objects(ran.stdout)[1]
    assert.equal("transport", line.error.kind)
    assert.equal("connect", line.error.cause)
    ran = cli.run { "send", path, "--all", "--sandbox", "http://example.com" }
    assert.equal(2, ran.status, ran.stdout)
  end)

  it("uses PROACTIVE_SANDBOX", function()
    local env = { PROACTIVE_SANDBOX = sandbox.url }
    local ran = cli.run({ "send", file(".lua", GOOD), "--all" }, { env = env })
    assert.equal(0, ran.status, ran.stderr)
    assert.equal(1, #received())
  end)
end)

describe("proactive token", function()
  sandbox = support.use()

  it("shows scope, expiry and length, and not the token", function()
    local ran = cli.run { "token", "--sandbox", sandbox.url }
    assert.equal(0, ran.status, ran.stderr)
    assert.truthy(ran.stdout:find("alexa::proactive_events", 1, true))
    assert.truthy(ran.stdout:find("in 3600 seconds", 1, true), ran.stdout)
    assert.falsy(ran.stdout:find("Atc|", 1, true))
    ran = cli.run { "token", "--sandbox", sandbox.url, "--json" }
    local line = cli.objects(ran.stdout)[1]
    assert.is_true(line.granted)
    assert.is_nil(line.token)
    assert.is_true(line.length > 100)
  end)

  it("reveals it only to a terminal or with --yes", function()
    local ran = cli.run { "token", "--sandbox", sandbox.url, "--reveal" }
    assert.equal(2, ran.status)
    assert.equal("", ran.stdout)
    ran = cli.run { "token", "--sandbox", sandbox.url, "--reveal", "--yes" }
    assert.equal(0, ran.status)
    assert.truthy(ran.stdout:find("^Atc|%S+\n$"), ran.stdout)
  end)

  it("passes on why there is none, and what to do", function()
    local id = "amzn1.application-oa2-client.sandbox"
    assert(sandbox:request("PUT", "/sandbox/skills/" .. id, { permission = false }))
    local ran = cli.run { "token", "--sandbox", sandbox.url }
    assert.equal(1, ran.status)
    assert.truthy(ran.stderr:find("invalid_scope", 1, true), ran.stderr)
    assert.truthy(ran.stderr:find("notifications:write", 1, true), ran.stderr)
  end)
end)
