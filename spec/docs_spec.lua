--- The reference against what is there when the library runs: nothing public is missing, nothing is
--- too much.

local options = require "proactive.options"
local proactive = require "proactive"
local surface = require "scripts.docs.surface"

local paths = {}
local pipe = assert(io.popen "find lua/proactive -name '*.lua'")
for path in pipe:lines() do
  paths[#paths + 1] = path
end
pipe:close()

local all = surface.read(paths)

--- The names of a class, those of its parent included.
local function documented(name, what)
  local class, names = all.classes[name], {}
  if class.parent then names = documented(class.parent, what) end
  for _, element in ipairs(class[what]) do
    names[element.name] = not element.hidden or nil
  end
  return names
end

--- The functions a table has; what begins with `_` is Lua's, or nobody's.
local function functions_of(object, hidden)
  local names = {}
  for name, value in pairs(object) do
    local is_public = type(name) == "string" and not name:find "^_" and not (hidden or {})[name]
    if is_public and type(value) == "function" then names[name] = true end
  end
  return names
end

local function methods_of(object, hidden)
  return functions_of(getmetatable(object).__index, hidden)
end

local function with(names, more)
  for name in pairs(more) do
    names[name] = true
  end
  return names
end

describe("the reference", function()
  it("has nothing missing", function()
    assert.same({}, all:problems())
  end)

  it("has every part of proactive", function()
    local parts
    for at = 1, 9 do
      local name, value = debug.getupvalue(getmetatable(proactive).__index, at)
      if name == "PARTS" then parts = value end
    end
    local named = with(documented("proactive", "fields"), documented("proactive", "functions"))
    for name in pairs(parts) do
      assert.is_true(named[name], name)
      named[name] = nil
    end
    assert.same({}, named)
  end)

  it("has every function of a part", function()
    for _, name in ipairs { "audience", "campaign", "manifest", "metrics", "openresty", "registry", "sandbox" } do
      local class = "proactive." .. name
      local named = documented(class, "functions")
      for _, field in ipairs(all.classes[class].fields) do
        named[field.name] = true
      end
      assert.same(functions_of(proactive[name]), named, name)
    end
    assert.same(functions_of(require "proactive.busted"), documented("proactive.busted", "functions"))
    for _, name in ipairs { "luv", "cqueues" } do
      local named = documented("proactive.loop." .. name, "functions")
      assert.same(functions_of(proactive.loop[name]), named, name)
    end
  end)

  it("has every event", function()
    for name, entry in pairs(proactive.events) do
      local functions = documented("proactive.Events." .. entry.type, "functions")
      assert.same({ [entry.state] = true }, functions, name)
    end
  end)

  it("has every kind of error", function()
    local kinds = {}
    for _, one in ipairs(all.aliases["proactive.ErrorKind"].types) do
      kinds[one.type:match '^\'"(.*)"\'$'] = false
    end
    for kind in pairs(require("proactive.errors").kinds) do
      assert.equal(false, kinds[kind], kind)
      kinds[kind] = nil
    end
    assert.same({}, kinds)
  end)

  it("has every method of an object", function()
    local client = assert(proactive.client { sandbox = "http://127.0.0.1:1" })
    local event = assert(proactive.events["AMAZON.WeatherAlert.Activated"] {
      weatherAlert = { source = proactive.localized { ["en-US"] = "Example" }, alertType = "TORNADO" },
    })
    local many = assert(client:start_many(event, {}))
    local registry = assert(proactive.registry.open "sqlite::memory:")
    local campaigns = assert(proactive.campaign.open "sqlite::memory:")
    assert(campaigns:create { name = "one", event = event, users = { "amzn1.ask.account.ONE" } })
    local worker = assert(campaigns:start("one", client))
    local smapi = assert(proactive.smapi { sandbox = "http://127.0.0.1:1" })
    local skill = assert(proactive.skill { application_id = "amzn1.ask.skill.1" })
    local sandbox = require("proactive.sandbox.remote").new "http://127.0.0.1:1"
    local of_a_feed = { due = true, pull = true, next = true, job = true, raised = true,
      room = true, accepted = true, begun_job = true } -- for the delivery alone
    for name, object in pairs {
      ["proactive.Client"] = methods_of(client, { refusal = true, rest = true, stir = true }),
      ["proactive.Many"] = methods_of(many, of_a_feed),
      ["proactive.Registry"] = methods_of(registry),
      ["proactive.Campaigns"] = methods_of(campaigns),
      ["proactive.campaign.Worker"] = methods_of(worker),
      ["proactive.Smapi"] = methods_of(smapi),
      ["proactive.Skill"] = methods_of(skill),
      ["proactive.Sandbox"] = methods_of(sandbox),
    } do
      assert.same(object, documented(name, "functions"), name)
    end
    for name in pairs(documented("proactive.Histogram", "fields")) do
      assert.is_not_nil(client:stats().latency[name], name)
    end
    local stats = {}
    for name in pairs(client:stats()) do
      stats[name] = true
    end
    assert.same(stats, documented("proactive.Stats", "fields"))
    worker:stop()
    campaigns:close()
    registry:close()
    smapi:close()
    sandbox:stop()
    client:close()
  end)

  --- The options a call takes: what it has checked first.
  local function options_taken(call, ...)
    local check, taken = options.check, nil
    options.check = function(_, spec)
      taken = spec
      error "seen"
    end
    pcall(call, ...)
    options.check = check
    local names = {}
    for name in pairs(assert(taken)) do
      names[name] = true
    end
    return names
  end

  it("has every option", function()
    local client = assert(proactive.client { sandbox = "http://127.0.0.1:1" })
    local campaigns = assert(proactive.campaign.open "sqlite::memory:")
    local event = { name = "AMAZON.WeatherAlert.Activated", payload = {} }
    local audience = proactive.audience.multicast()
    for name, taken in pairs {
      ["proactive.ClientOptions"] = options_taken(proactive.client, {}),
      ["proactive.SendOptions"] = options_taken(client.send, client, event, audience, {}),
      ["proactive.SendRequestOptions"] = options_taken(client.send_request, client, "{}", {}),
      ["proactive.ManyOptions"] = options_taken(client.start_many, client, event, {}, {}),
      ["proactive.RequestOptions"] = options_taken(proactive.request, event, audience, {}),
      ["proactive.ValidateOptions"] = options_taken(proactive.validate, "{}", {}),
      ["proactive.PreviewOptions"] = options_taken(proactive.preview, event, "en-US", {}),
      ["proactive.DoctorOptions"] = options_taken(proactive.doctor, {}),
      ["proactive.skill.Options"] = options_taken(proactive.skill, {}),
      ["proactive.smapi.Options"] = options_taken(proactive.smapi, {}),
      ["proactive.manifest.DeriveOptions"] = options_taken(proactive.manifest.derive, {}),
      ["proactive.sandbox.ServeOptions"] = options_taken(proactive.sandbox.serve, {}),
      ["proactive.sandbox.StartOptions"] = options_taken(proactive.sandbox.start, {}),
      ["proactive.campaign.CreateOptions"] = options_taken(campaigns.create, campaigns, {}),
      ["proactive.campaign.RunOptions"] = options_taken(campaigns.start, campaigns, "x", client, {}),
    } do
      assert.same(taken, documented(name, "fields"), name)
    end
    campaigns:close()
    client:close()
  end)
end)
