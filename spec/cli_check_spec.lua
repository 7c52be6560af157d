--- `proactive validate`, `preview` and `events`: what is said before anything is sent.

local cli = require "spec.support.cli"
local unpack_words = require("proactive.compat").unpack
local json = require "proactive.json"
local proactive = require "proactive"

local SCRIPT = [[
local proactive = require "proactive"
local L = proactive.localized
return proactive.events.MediaContent.Available {
  availability = { startTime = "2026-06-08T20:00:00-04:00", method = "%s" },
  content = {
    name = L { ["en-US"] = "Some event", ["de-DE"] = "Ein Ereignis" },
    contentType = "EPISODE",
  },
}
]]

local function file(ending, text)
  local path = cli.file(ending, text)
  finally(function()
    os.remove(path)
  end)
  return path
end

local function body(expires_in)
  local event = assert(proactive.events.MediaContent.Available {
    availability = { startTime = "2026-06-08T20:00:00-04:00", method = "AIR" },
    content = {
      name = proactive.localized { ["en-US"] = "Some event", ["de-DE"] = "Ein Ereignis" },
      contentType = "EPISODE",
    },
  })
  local everyone, opts = proactive.audience.multicast(), { expires_in = expires_in }
  return assert(proactive.encode(assert(proactive.request(event, everyone, opts))))
end

describe("proactive validate", function()
  it("says a line for each valid file, and nothing with --quiet", function()
    local script, request = file(".lua", SCRIPT:format "AIR"), file(".json", body())
    local ran = cli.run { "validate", script, request }
    assert.equal(0, ran.status, ran.stderr)
    assert.equal(("%s: valid\n%s: valid\n"):format(script, request), ran.stdout)
    assert.equal("", cli.run({ "validate", script, "--quiet" }).stdout)
  end)

  it("shows where, what was found, what is allowed and what to do", function()
    local ran = cli.run { "validate", file(".lua", SCRIPT:format "AIRED") }
    assert.equal(1, ran.status)
    assert.truthy(ran.stdout:find("event.payload.availability.method\n", 1, true))
    assert.truthy(ran.stdout:find('found    "AIRED"\n', 1, true), ran.stdout)
    assert.truthy(ran.stdout:find("allowed  one of STREAM, AIR, RELEASE", 1, true))
    assert.truthy(ran.stdout:find("to do    did you mean AIR?\n", 1, true))
  end)

  it("judges every file, in order, as one JSON object each", function()
    local paths = {
      file(".json", body()),
      file(".lua", SCRIPT:format "AIRED"),
      file(".json", '{\n  "a": x\n}'),
      file(".json", "[]"),
      file(".lua", "return {\n  x =\n}"),
      "/nonexistent.json",
      file(".json", body(60)),
    }
    local words = { "validate", "--json" }
    for _, path in ipairs(paths) do
      words[#words + 1] = path
    end
    local ran = cli.run(words)
    assert.equal(2, ran.status)
    local verdicts = cli.objects(ran.stdout)
    assert.equal(#paths, #verdicts)
    for index, verdict in ipairs(verdicts) do
      assert.equal(paths[index], verdict.file)
      assert.equal(index == 1, verdict.valid)
      assert.is_true(json.is_array(verdict.violations) and json.is_array(verdict.warnings))
      assert.equal(index == 1, #verdict.violations == 0)
    end
    assert.equal("event.payload.availability.method", verdicts[2].violations[1].path)
    assert.equal(2, verdicts[3].violations[1].line)
    assert.equal(8, verdicts[3].violations[1].column)
    assert.equal(3, verdicts[5].violations[1].line)
    assert.equal("expiryTime", verdicts[7].violations[1].path)
  end)

  it("ends with 1 for an invalid file, and with 2 when another cannot be parsed", function()
    local invalid, broken = file(".lua", SCRIPT:format "AIRED"), file(".json", "{")
    assert.equal(1, cli.run({ "validate", invalid }).status)
    assert.equal(2, cli.run({ "validate", broken }).status)
    assert.equal(2, cli.run({ "validate", invalid, broken }).status)
    assert.equal(2, cli.run({ "validate", broken, invalid }).status)
  end)

  it("writes findings that are no JSON themselves", function()
    local text = [[return { name = "AMAZON.MediaContent.Available", payload = {
      availability = { startTime = 0/0, method = "\255\0" }, content = print } }]]
    local ran = cli.run { "validate", "--json", file(".lua", text) }
    assert.equal(1, ran.status, ran.stderr)
    assert.is_false(cli.objects(ran.stdout)[1].valid)
    assert.equal(1, cli.run({ "validate", file(".lua", text) }).status)
  end)

  it("keeps what a metatable does to its own file", function()
    local trap = "setmetatable({}, { __index = function() error 'q' end })"
    local deep = [[
      local trap = %s
      return { name = "AMAZON.MediaContent.Available", payload = trap }]]
    local paths = {
      file(".lua", "return " .. trap),
      file(".lua", ("return { event = %s }"):format(trap)),
      file(".lua", ("return { event = { name = 'x', payload = {} }, audience = %s }"):format(trap)),
      file(".lua", deep:format(trap)),
      file(".lua", "return { [setmetatable({}, { __tostring = error })] = 1 }"),
      file(".lua", SCRIPT:format "AIR"),
    }
    local ran = cli.run { "validate", "--json", unpack_words(paths) }
    assert.equal("", ran.stderr)
    local verdicts = cli.objects(ran.stdout)
    assert.equal(#paths, #verdicts)
    for index, verdict in ipairs(verdicts) do
      assert.equal(index == #paths, verdict.valid)
    end
  end)

  it("writes a file name that is no UTF-8 with replaced bytes", function()
    local ran = cli.run { "validate", "--json", "/nonexistent/\255ä\195.json" }
    assert.equal(2, ran.status)
    assert.equal("", ran.stderr)
    assert.equal("/nonexistent/\239\191\189ä\239\191\189.json", cli.objects(ran.stdout)[1].file)
  end)

  it("tells line and column of whatever does not parse", function()
    local long = ("x"):rep(100)
    local cases = {
      { "return {\n  x =\n}", 3, 1 },
      { "x = 5 5", 1, 7 },
      { "return { a = { b = 1 } } }", 1, 26 },
      { "#!/usr/bin/lua\nlocal foo = foo 5", 2, 17 },
      { "return {", 1, 1 },
      { "\27Lua", 1, 1 },
    }
    for _, case in ipairs(cases) do
      local ran = cli.run { "validate", "--json", file(long .. ".lua", case[1]) }
      local violation = cli.objects(ran.stdout)[1].violations[1]
      assert.same({ "parse", case[2], case[3] }, { violation.rule, violation.line, violation.column })
    end
  end)

  it("keeps a script's output and exit out of the results", function()
    local noisy = "print('a', nil) io.write('b') io.stdout:write('c')\n" .. SCRIPT:format "AIR"
    local exits = file(".lua", "io.output(io.stderr)\nos.exit(0)")
    local last = file(".lua", SCRIPT:format "AIR")
    local ran = cli.run { "validate", "--json", file(".lua", noisy), exits, last }
    assert.equal(2, ran.status)
    assert.equal("a\tnil\nbc", ran.stderr)
    local verdicts = cli.objects(ran.stdout)
    assert.equal(3, #verdicts)
    assert.equal("script", verdicts[2].violations[1].rule)
    assert.equal(2, verdicts[2].violations[1].line)
    assert.is_true(verdicts[1].valid and verdicts[3].valid)
    ran = cli.run { "preview", exits }
    assert.equal(2, ran.status)
    assert.equal("", ran.stdout)
  end)

  it("names the rule by what failed: reading, parsing or the script", function()
    local cases = {
      { "/nonexistent.lua", "read" },
      { "/tmp", "read" },
      { file(".lua", "error 'boom'"), "script", "boom" },
      { file(".lua", "error {}"), "script", "raised a value of type table" },
      { file(".lua", "return 5"), "script" },
      { file(".json", "{"), "parse" },
    }
    for _, case in ipairs(cases) do
      local violation = cli.objects(cli.run({ "validate", "--json", case[1] }).stdout)[1].violations[1]
      assert.equal(case[2], violation.rule)
      if case[3] then assert.equal(case[3], violation.message) end
    end
  end)

  it("makes violations of doubts with --strict", function()
    local doubtful = body():gsub('("referenceId":)"[^"]*"', '%1"order-17"')
    local path = file(".json", doubtful)
    local ran = cli.run { "validate", path }
    assert.equal(0, ran.status)
    assert.truthy(ran.stdout:find("valid, 1 warning", 1, true), ran.stdout)
    assert.equal(1, cli.run({ "validate", path, "--strict" }).status)
  end)
end)

describe("proactive preview", function()
  it("says the sentence in every language of the event", function()
    local ran = cli.run { "preview", file(".lua", SCRIPT:format "AIR") }
    assert.equal(0, ran.status, ran.stderr)
    assert.truthy(ran.stdout:find("\nen%-US  [^\n]*Some event[^\n]*8 PM"), ran.stdout)
    assert.truthy(ran.stdout:find("^de%-DE  [^\n]*Ein Ereignis"), ran.stdout)
  end)

  it("says it in one locale and at an offset, the same for a script and a body", function()
    local script, request = file(".lua", SCRIPT:format "AIR"), file(".json", body())
    local words = { "preview", script, "--locale", "en-US", "--utc-offset", "+02:00", "--json" }
    local said = cli.objects(cli.run(words).stdout)
    words[2] = request
    assert.same(said, cli.objects(cli.run(words).stdout))
    assert.equal(1, #said)
    assert.equal("en-US", said[1].locale)
    assert.truthy(said[1].text:find("2 AM", 1, true), said[1].text)
  end)

  it("takes a body that has expired, and refuses one that is wrong", function()
    local ran = cli.run { "preview", file(".json", body(-3600)) }
    assert.equal(0, ran.status, ran.stderr)
    local wrong = body():gsub('"AIR"', '"ON_AIR"')
    ran = cli.run { "preview", file(".json", wrong) }
    assert.equal(1, ran.status)
    assert.truthy(ran.stderr:find("ON_AIR", 1, true))
  end)

  it("tells that a device without text stays silent", function()
    local path = file(".lua", SCRIPT:format "AIR")
    local ran = cli.run { "preview", path, "--locale", "fr-FR" }
    assert.truthy(ran.stdout:find("^fr%-FR  %(silent%)\n"), ran.stdout)
    assert.truthy(ran.stdout:find("has no text in fr-FR", 1, true))
  end)

  it("takes Z for an offset", function()
    local ran = cli.run { "preview", file(".lua", SCRIPT:format "AIR"), "--utc-offset", "Z" }
    assert.equal(0, ran.status, ran.stderr)
    assert.truthy(ran.stdout:find("12 AM", 1, true) or ran.stdout:find("midnight", 1, true), ran.stdout)
  end)

  it("takes a wrong offset for wrong usage", function()
    local ran = cli.run { "preview", "x.lua", "--utc-offset", "2" }
    assert.equal(2, ran.status)
    assert.truthy(ran.stderr:find("an offset as +02:00 expected", 1, true))
  end)
end)

describe("proactive events", function()
  local names = require("proactive.schema").names

  it("lists the catalogue with a sample sentence each", function()
    local ran = cli.run { "events" }
    assert.equal(0, ran.status, ran.stderr)
    for _, name in ipairs(names) do
      assert.truthy(ran.stdout:find(name .. "\n  [^\n]+\n  \"[^\n]+\"\n"), name)
    end
    local listed = cli.objects(cli.run({ "events", "--json" }).stdout)
    assert.equal(#names, #listed)
    for index, name in ipairs(names) do
      local event = assert(proactive.events[name](proactive.events[name].example))
      assert.equal(name, listed[index].event)
      assert.equal(assert(proactive.preview(event, "en-US")).text, listed[index].sample)
    end
  end)

  it("prints an event's JSON Schema with --json, on one line", function()
    for _, name in ipairs(names) do
      local ran = cli.run { "events", name, "--json" }
      assert.equal(0, ran.status, ran.stderr)
      local printed = cli.objects(ran.stdout)
      assert.same({ require("proactive.schema.json_schema").payload(name) }, printed)
      assert.equal("https://json-schema.org/draft/2020-12/schema", printed[1]["$schema"])
    end
  end)

  it("shows every field, enum value and limit of an event", function()
    local schema = require "proactive.schema"
    for _, name in ipairs(names) do
      local shown = cli.run({ "events", name }).stdout:gsub("%s+", " ")
      local function follow(node)
        for _, field in ipairs(node.fields or {}) do
          local required = field.required and "required" or "optional"
          local line = (" %s %s, %s"):format(field.name, field.kind, required)
          assert.truthy(shown:find(line, 1, true), line)
          local limited = field.values or field.items or field.kind == "integer"
          if limited then assert.truthy(shown:find(field.expected, 1, true), field.expected) end
          follow(field)
        end
      end
      follow(schema.catalogue[name].payload)
      local locales = table.concat(schema.catalogue[name].locales, ", ")
      assert.truthy(shown:find("locales: " .. locales, 1, true), name)
    end
  end)

  it("shows an event's fields, and an example that is the event", function()
    for _, name in ipairs(names) do
      local ran = cli.run { "events", name }
      assert.equal(0, ran.status, ran.stderr)
      for line in ran.stdout:gmatch "[^\n]+" do
        assert.is_true(#line <= 100, line)
      end
      local script = ran.stdout:match '\n(local proactive = .-\n}\n)'
      local event = assert(require("proactive.compat").load_text(script, "example"))()
      local schema = require("proactive.schema").catalogue[name]
      assert.same(assert(proactive.events[name](schema.example)), event)
      local request = assert(json.decode(ran.stdout:match "\n({.*})"))
      assert.is_true(proactive.validate(request, { now = os.time() }))
      assert.equal(name, request.event.name)
    end
  end)

  it("finds an event by its type, and names the nearest of an unknown one", function()
    local whole = cli.run({ "events", names[1] }).stdout:match "^[^\n]*"
    local kind = names[1]:match "^AMAZON%.(%w+)"
    assert.equal(whole, cli.run({ "events", kind }).stdout:match "^[^\n]*")
    local ran = cli.run { "events", "MediaContnt" }
    assert.equal(2, ran.status)
    assert.truthy(ran.stderr:find("did you mean MediaContent?", 1, true), ran.stderr)
  end)
end)
