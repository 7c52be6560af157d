--- The links on this machine and on the way: credentials, which pair they are, network, clock.

local answer = require "proactive.answer"
local credentials = require "proactive.credentials"
local files = require "proactive.files"
local finding = require "proactive.doctor.finding"

local setup = {}

local ok, unknown, broken = finding.ok, finding.unknown, finding.broken

local function is_set(variable)
  return (os.getenv(variable) or "") ~= ""
end

--- Whether there are credentials, and from where.
function setup.credentials(case)
  if not case.pair then return finding.of(case.pair_error) end
  local place = case.place
  if place == "given" then return ok "those that were given" end
  if place == "sandbox" then
    local hidden = is_set "ALEXA_CLIENT_ID"
    return ok("the sandbox's own%s", hidden and " (ALEXA_CLIENT_ID is for Amazon only)" or "")
  end
  if place then
    return ok("of %s, in %s, which nobody else can read", place.skill_id, place.file)
  end
  local path = credentials.path()
  local unused = path and files.exists(path) and (", and not from " .. path) or ""
  return ok("from ALEXA_CLIENT_ID and ALEXA_CLIENT_SECRET%s", unused)
end

-- What is no client id by its look.
local OTHER_IDS = {
  { "^amzn1%.ask%.skill%.", "the id of a skill" },
  { "^amzn1%.ask%.account%.", "the id of a customer" },
}

local PAIR_FIX = "Take the skill's own pair: proactive skill credentials, or developer console, "
  .. "Build, Permissions, at the bottom. An LWA security profile's, or the one of account linking, "
  .. "does not do."

--- What the id is, when it is not a skill's.
local function misnomer(id)
  for _, other in ipairs(OTHER_IDS) do
    if id:find(other[1]) then return other[2] end
  end
  local login = credentials.login()
  if login and login.client_id == id then
    return "that of the security profile with which skills are managed"
  end
end

--- Which kind of credentials these are.
function setup.pair(case)
  if not case.pair then return unknown "there are none" end
  local id = case.pair.client_id
  local other = misnomer(id)
  if other then return broken(("the client id is %s: %s"):format(other, id), PAIR_FIX) end
  local own, why = case:skill_pair()
  if not own then return unknown("whether they are the skill's own: %s", why) end
  if own.client_id == id then return ok("the skill's own, as SMAPI says: %s", id) end
  local words = "%s is not the client id of %s; that is %s"
  return broken(words:format(id, case:skill_id(), own.client_id), PAIR_FIX)
end

-- Network ----------------------------------------------------------------------------------------

local PROXIES = { "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY" }

--- Through which proxy requests leave; its address may hold a password and is not told.
local function proxy_of(case)
  if case.sandbox then return nil end
  if case.options.proxy then return "the proxy that was given" end
  for _, name in ipairs(PROXIES) do
    if is_set(name) then return "the proxy of " .. name end
  end
end

local function network_fix(case, err)
  if case.sandbox and err.cause == "connect" then
    return "Start it (proactive sandbox), or name the one that runs: --sandbox URL or "
      .. "PROACTIVE_SANDBOX."
  end
  local proxy = proxy_of(case)
  if not proxy then return err.fix end
  return ("Check %s: whether it runs, and lets this host through. %s"):format(proxy, err.fix or "")
end

--- Whether the token host can be reached, with its certificate verified.
function setup.network(case)
  local exchange, url = case:first_exchange()
  local host = url:match "^%w+://[^/]+" or url
  if exchange.problem then
    return broken(
      ("%s cannot be asked: %s"):format(host, exchange.problem),
      "Correct the address, or the credentials it names."
    )
  end
  if not exchange.headers then
    local err = answer.transport(exchange.refused, "asking " .. host)
    return broken(("%s (%s)"):format(err.message, err.cause), network_fix(case, err))
  end
  local secure = url:find "^[Hh][Tt][Tt][Pp][Ss]:" and ", its certificate is good" or ""
  local proxy = proxy_of(case)
  return ok("%s answers%s%s", host, secure, proxy and ", through " .. proxy or "")
end

-- Clock ------------------------------------------------------------------------------------------

-- An expiry of 24 hours less a minute must still be one by the service's clock.
local TOLERANCE = 60

local CLOCK_FIX = "Set this machine's clock (timedatectl set-ntp true). Times of events are judged "
  .. "by the service's."

--- Whether this machine's clock and the service's agree.
function setup.clock(case)
  local skew = case:skew()
  if not skew then return unknown "no answer said what time it is" end
  local ahead = case.stand_in and case.stand_in:ahead() or 0
  local off = skew - ahead
  if math.abs(off) > TOLERANCE then
    local words = "this machine's clock is %s %s the service's"
    local side = off > 0 and "behind" or "ahead of"
    return broken(words:format(finding.span(math.abs(off)), side), CLOCK_FIX)
  end
  if ahead == 0 then return ok "this machine's clock is the service's" end
  local side = ahead > 0 and "ahead" or "back"
  return ok("right; the sandbox's was put %s %s", finding.span(math.abs(ahead)), side)
end

return setup
