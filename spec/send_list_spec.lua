--- `proactive send --to-file`: lists with lines that cannot be sent to, and output that ends before
--- they do.

local cli = require "spec.support.cli"
local proactive = require "proactive"
local support = require "spec.support.sandbox"

local EVENT = "examples/events/media_content.lua"

local sandbox

--- Runs `proactive send` of an event to the customers of a list.
---@param lines string[]
---@param words string[]?
---@param opts table?  for `cli.run`, and `event`: another file
local function send(lines, words, opts)
  local path = cli.file(".txt", table.concat(lines, "\n") .. "\n")
  finally(function()
    os.remove(path)
  end)
  local all = { "send", opts and opts.event or EVENT, "--sandbox", sandbox.url, "--to-file", path }
  for _, word in ipairs(words or {}) do
    all[#all + 1] = word
  end
  return cli.run(all, opts)
end

local function users(count)
  local list = {}
  for i = 1, count do
    list[i] = proactive.sandbox.user_id((i - 1) % 2 + 1)
  end
  return list
end

describe("a list of customers", function()
  sandbox = support.use()

  describe("with a line that is not UTF-8", function()
    local BAD = "amzn1.ask.account.\255\254\27[2J"

    it("has one result of each customer, with the number of the line", function()
      local list = users(200)
      list[101] = BAD
      local ran = send(list, { "--json" })
      assert.equal(1, ran.status, ran.stderr)
      local seen = {}
      for _, result in ipairs(cli.objects(ran.stdout)) do
        assert.is_nil(seen[result.line])
        seen[result.line] = result
      end
      for number, user in ipairs(list) do
        local result = assert(seen[number], number)
        assert.equal(number ~= 101, result.accepted)
        assert.equal(number ~= 101 and user or "amzn1.ask.account.\239\191\189\239\191\189\27[2J", result.user)
      end
      assert.equal("invalid", seen[101].error.kind)
      assert.is_nil(ran.stderr:find("fault of the program", 1, true))
    end)

    it("tells a person which one, in characters that a terminal does not obey", function()
      local ran = send { users(1)[1], BAD }
      assert.equal(1, ran.status)
      local shown = "refused: line 2, amzn1.ask.account.\239\191\189\239\191\189?[2J: invalid\n"
      assert.truthy(ran.stderr:find(shown, 1, true), ran.stderr)
    end)

    it("is refused by itself in a rehearsal too", function()
      local ran = send({ users(1)[1], BAD, users(2)[2] }, { "--dry-run", "--json" })
      assert.equal(1, ran.status)
      local shown = cli.objects(ran.stdout)
      assert.same({ "POST", "POST" }, { shown[1].method, shown[3].method })
      assert.same({ 2, false, "invalid" }, { shown[2].line, shown[2].accepted, shown[2].error.kind })
    end)

    it("is quoted when it names no customer of a region", function()
      local ran = send { users(1)[1], "somebody  \255" }
      assert.equal(2, ran.status)
      local said = [[:2: expected ID or ID<TAB>REGION, got "somebody  \xFF"; nothing was sent]]
      assert.truthy(ran.stderr:find(said, 1, true), ran.stderr)
    end)

    it("has a region that is shown in the same way", function()
      local ran = send { users(1)[1] .. "\tN\27A" }
      assert.equal(2, ran.status)
      assert.truthy(ran.stderr:find([[:1: unknown region "N\x1BA": NA, EU or FE]], 1, true), ran.stderr)
    end)
  end)

  it("may begin with a byte order mark", function()
    local ran = send { "\239\187\191" .. users(1)[1], users(2)[2] .. "\r" }
    assert.equal(0, ran.status, ran.stderr)
    assert.equal(2, #sandbox:counts())
  end)

  it("says that it names nobody, and is done", function()
    for _, words in ipairs { {}, { "--dry-run" } } do
      local ran = send({ "", " " }, words)
      assert.equal(0, ran.status)
      assert.truthy(ran.stderr:find("proactive send: there is no customer to send to\n", 1, true), ran.stderr)
    end
    local quiet = send({}, { "--quiet", "--stage", "live" })
    assert.equal(0, quiet.status)
    assert.is_nil(quiet.stderr:find("no customer", 1, true))
  end)

  describe("whose results cannot be written", function()
    --- Runs it with a full disk as standard output.
    local function send_to_full(list, words, event)
      return send(list, words, { output = "/dev/full", event = event })
    end

    local body

    --- A file with the request body of the event, for the audience of the flags.
    local function whole_body()
      local request = proactive.request(dofile(EVENT), proactive.audience.multicast())
      request.relevantAudience = nil
      body = body or cli.file(".json", assert(proactive.encode(request)))
      return body
    end

    after_each(function()
      if body then os.remove(body) end
      body = nil
    end)

    local function accepted()
      local sum = 0
      for _, count in ipairs(assert(sandbox:counts())) do
        sum = sum + count.accepted
      end
      return sum
    end

    it("is left where it stands, with what is in flight finished, and the place is named", function()
      local list = users(3000)
      list[1] = "\n" .. list[1]
      local ran = send_to_full(list, { "--json" })
      assert.equal(1, ran.status)
      local taken, number, line =
        ran.stderr:match "stopped after (%d+) customers; number (%d+) is the next, behind line (%d+) of the list\n"
      assert.truthy(taken, ran.stderr)
      assert.equal(tonumber(taken) + 1, tonumber(number))
      assert.equal(tonumber(taken) + 1, tonumber(line))
      assert.equal(tonumber(taken), accepted())
      assert.is_true(accepted() < 3000)
      assert.truthy(ran.stderr:find(" %  " .. taken .. " accepted  ", 1, true), ran.stderr)
      assert.truthy(ran.stderr:find("proactive send: standard output cannot be written\n", 1, true))
    end)

    it("is left in the same way when a whole body is sent", function()
      local ran = send_to_full(users(60), { "--json" }, whole_body())
      assert.equal(1, ran.status)
      local text = "\nproactive send: stopped after %d customers; number %d is the next, behind line %d of the list\n"
      local sent = accepted()
      assert.is_true(sent < 60)
      assert.truthy(ran.stderr:find(text:format(sent, sent + 1, sent), 1, true), ran.stderr)
    end)

    it("says so also when there is no next one", function()
      -- its result is longer than what is kept before it is written
      local ran = send_to_full({ "amzn1.ask.account." .. ("x"):rep(9000) }, { "--json" })
      assert.equal(1, ran.status)
      local said = "proactive send: every customer was sent to, but not every result could be written\n"
      assert.truthy(ran.stderr:find(said, 1, true), ran.stderr)
      assert.truthy(ran.stderr:find("0 accepted  not_enabled 1", 1, true), ran.stderr)
    end)

    it("says so also of a whole body", function()
      local ran = send_to_full({ "amzn1.ask.account." .. ("x"):rep(9000) }, { "--json" }, whole_body())
      assert.equal(1, ran.status)
      assert.is_nil(ran.stderr:find("is the next", 1, true))
      ran = send_to_full({ users(1)[1], "amzn1.ask.account." .. ("x"):rep(9000) }, { "--json" }, whole_body())
      local said = "proactive send: every customer was sent to, but not every result could be written\n"
      assert.truthy(ran.stderr:find(said, 1, true), ran.stderr)
    end)

    it("says it of the last results beside refusals", function()
      local ran = send_to_full({ users(1)[1], "someone" }, { "--json" })
      assert.equal(1, ran.status)
      assert.truthy(ran.stderr:find("proactive send: standard output cannot be written\n", 1, true), ran.stderr)
    end)
  end)
end)
