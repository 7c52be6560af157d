--- Amazon's ask-cli against the sandbox: what it reads is what our commands wrote, and the other way
--- round. `make interop` installs it; $ASK is its program.

local cli = require "spec.support.cli"
local json = require "proactive.json"
local manifest = require "proactive.manifest"
local support = require "spec.support.sandbox"

local SKILL = "amzn1.ask.skill.5a4db0c5-0000-4000-8000-000000000001"

describe("ask-cli", function()
  local sandbox = support.use { users = 0 }
  local folder

  before_each(function()
    folder = os.tmpname()
    os.remove(folder)
    assert.equal(0, cli.shell("mkdir " .. folder).status)
  end)

  after_each(function() cli.shell("rm -rf " .. folder) end)

  --- Runs `ask smapi …`, with a home and a login of its own.
  local function attempt(words)
    local line = {
      "env HOME=" .. folder,
      "ASK_SMAPI_SERVER_BASE_URL=" .. sandbox.url,
      "ASK_LWA_TOKEN_HOST=" .. sandbox.url,
      "ASK_REFRESH_TOKEN='Atzr|x' ASK_VENDOR_ID=MSANDBOXVENDOR ASK_SHARE_USAGE=false",
      "AWS_ACCESS_KEY_ID=x AWS_SECRET_ACCESS_KEY=x",
      "node", cli.quote(assert(os.getenv "ASK", "run this with make interop")), "smapi",
    }
    for _, word in ipairs(words) do line[#line + 1] = cli.quote(word) end
    return cli.shell(table.concat(line, " "))
  end

  local function ask(words)
    local ran = attempt(words)
    assert.equal(0, ran.status, ran.stdout .. ran.stderr)
    return ran.stdout
  end

  local function proactive(words)
    local env = { PROACTIVE_SANDBOX = sandbox.url, PROACTIVE_CREDENTIALS = folder .. "/credentials.json" }
    local ran = cli.run(words, { env = env })
    assert.equal(0, ran.status, ran.stdout .. ran.stderr)
    return ran.stdout
  end

  local function read(path)
    local handle = assert(io.open(path, "rb"))
    local text = handle:read "*a"
    handle:close()
    return text
  end

  local function await()
    local found
    for _ = 1, 20 do
      found = json.decode(ask { "get-skill-status", "-s", SKILL, "--resource", "manifest" })
      if found.manifest.lastUpdateRequest.status ~= "IN_PROGRESS" then break end
    end
    return found.manifest.lastUpdateRequest.status
  end

  it("reads what our commands wrote", function()
    local file = folder .. "/skill.json"
    proactive { "manifest", "get", file }
    local text = read(file):gsub("Sandbox skill", "Ours")
    local handle = assert(io.open(file, "wb"))
    handle:write(text)
    handle:close()
    proactive { "manifest", "push", file, "--yes" }
    local got = ask { "get-skill-manifest", "-s", SKILL, "-g", "development" }
    assert.same({}, manifest.diff(text, got))
    assert.matches("Ours", got)
    assert.equal("SUCCEEDED", await())
  end)

  it("writes what our commands read", function()
    local file = folder .. "/skill.json"
    local needs = assert(manifest.derive { events = { "AMAZON.OrderStatus.Updated" } })
    local bare = '{"manifest":{"apis":{"custom":{"endpoint":{"uri":"arn:aws:lambda:x"}}},"manifestVersion":"1.0"}}'
    local text = assert(manifest.patch(bare, needs))
    local handle = assert(io.open(file, "wb"))
    handle:write(text)
    handle:close()
    ask { "update-skill-manifest", "-s", SKILL, "-g", "development", "--manifest", "file:" .. file }
    assert.equal("SUCCEEDED", await())
    assert.same({}, manifest.diff(text, proactive { "manifest", "get" }))
    assert.is_true(manifest.check(proactive { "manifest", "get" }, needs))
  end)

  it("is refused an update with an old ETag", function()
    local full = ask { "get-skill-manifest", "-s", SKILL, "-g", "development", "--full-response" }
    local etag = assert(full:match '"etag": "(%x+)"', full)
    local text = '{"manifest":{"apis":{"custom":{"endpoint":{"uri":"arn:aws:lambda:x"}}}}}'
    local words = { "update-skill-manifest", "-s", SKILL, "-g", "development", "--manifest", text,
      "--if-match", etag }
    ask(words)
    assert.equal("SUCCEEDED", await())
    local ran = attempt(words)
    assert.are_not.equal(0, ran.status)
    assert.truthy((ran.stdout .. ran.stderr):find("412", 1, true), ran.stdout .. ran.stderr)
  end)

  it("enables the skill, gets its credentials, and lists it", function()
    ask { "set-skill-enablement", "-s", SKILL, "-g", "development" }
    ask { "get-skill-enablement-status", "-s", SKILL, "-g", "development" }
    assert.matches("amzn1.application%-oa2%-client.sandbox", ask { "get-skill-credentials", "-s", SKILL })
    assert.truthy(ask({ "list-skills-for-vendor" }):find(SKILL, 1, true))
    assert.matches("MSANDBOXVENDOR", ask { "get-vendor-list" })
    ask { "delete-skill-enablement", "-s", SKILL, "-g", "development" }
  end)

  it("reads schemas that a stock validator takes, and the manifest with them", function()
    local link = json.decode(ask { "get-resource-schema", "--resource", "manifest",
      "--operation", "UPDATE_SKILL" })
    local schema = cli.shell("curl -sS " .. cli.quote(link.schemaLocationUrl)).stdout
    local good = json.decode(ask { "get-skill-manifest", "-s", SKILL, "-g", "development" })
    local bad = json.decode(json.encode(good))
    bad.manifest.events.endpoint = nil
    local lines = { ('{"manifest":%s}'):format(schema) }
    for _, value in ipairs { good, bad } do
      lines[#lines + 1] = json.encode(json.array { "manifest", value })
    end
    local file = folder .. "/lines"
    local handle = assert(io.open(file, "wb"))
    handle:write(table.concat(lines, "\n"))
    handle:close()
    assert.equal("true\nfalse\n", cli.shell("node spec/interop/json_schema.js < " .. file).stdout)
  end)

  it("sets certificates and reads them", function()
    local payload = '{"sslCertificate":"PEM"}'
    ask { "set-ssl-certificates", "-s", SKILL, "--ssl-certificate-payload", payload }
    assert.same({ sslCertificate = "PEM" }, json.decode(ask { "get-ssl-certificates", "-s", SKILL }))
  end)

  it("has a skill of ours answer a test request", function()
    local app, log = folder .. "/app.lua", folder .. "/log"
    local handle = assert(io.open(app, "wb"))
    local app_of = 'return { application_id = "%s", on = { LaunchRequest = function() return "hello" end } }'
    handle:write(app_of:format(SKILL))
    handle:close()
    local line = ("exec bin/proactive serve --app %s --port 0 --sandbox %s"):format(app, sandbox.url)
    local process = cli.background(("PROACTIVE_LUA=%s sh -c %s"):format(cli.interpreter, cli.quote(line)), log)
    finally(function() cli.stop(process) end)
    local url = cli.wait_for(log, "proactive serve: (http://127%.0%.0%.1:%d+)\n")
    assert(sandbox:put_skill { client_id = "amzn1.application-oa2-client.sandbox", endpoint = url })
    local body = json.encode {
      version = "1.0",
      context = { System = { application = { applicationId = SKILL }, user = { userId = "x" } } },
      request = { type = "LaunchRequest", requestId = "1", timestamp = os.date "!%Y-%m-%dT%H:%M:%SZ" },
    }
    ask { "set-skill-enablement", "-s", SKILL, "-g", "development" }
    local said = json.decode(ask { "invoke-skill-end-point", "-s", SKILL, "-g", "development",
      "--endpoint-region", "default", "--skill-request-body", body })
    assert.equal("SUCCESSFUL", said.status, json.encode(said))
    assert.equal("hello", said.result.skillExecutionInfo.invocationResponse.body.response.outputSpeech.text)
  end)
end)
