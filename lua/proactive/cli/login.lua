--- `proactive login`: lets this program manage the person's skills.

local credentials = require "proactive.credentials"
local endpoints = require "proactive.endpoints"
local flags = require "proactive.cli.flags"
local management = require "proactive.cli.management"
local needs = require "proactive.cli.needs"
local output = require "proactive.cli.output"
local stop = require "proactive.cli.stop"

local command = {
  summary = "log in with Amazon, to manage skills",
  description = "Shows the address of a page on which you allow it, and keeps the refresh token "
    .. "in the credentials file. You need an LWA security profile (developer console, Settings, "
    .. "Security Profiles) whose allowed return URLs hold http://127.0.0.1:9090/cb. Its secret is "
    .. "asked for on the terminal, or read from standard input; never give it as an argument.",
  example = "proactive login --client-id amzn1.application-oa2-client.…",
}

-- Seconds for the person to answer.
local PATIENCE = 300

function command.declare(parser)
  flags.sandbox(parser)
  parser
    :option("--client-id")
    :argname("ID")
    :description(
      "Of the security profile (default: that of the last login). Its secret is asked for; an "
        .. "empty line is the one of the last login."
    )
  parser
    :option("--port")
    :argname("PORT")
    :convert(flags.whole(0, 65535))
    :description "The port of the return URL (default: 9090)."
end

-- A shell gives the terminal its echo back however it ends; an interrupted interpreter might not.
local ASK = [[
trap 'stty echo' EXIT
trap 'exit 130' INT TERM
stty -echo
printf 'Client secret of the security profile: ' >&2
IFS= read -r line && printf '%s' "$line"
printf '\n' >&2
]]

--- A line that is not shown while it is typed.
local function read_secret()
  if not output.is_terminal(0) then return io.read("*l") end
  local pipe = io.popen(ASK)
  local line = pipe:read("*l")
  pipe:close()
  return line
end

--- The client of the last login there.
local function known_client(sandbox)
  if sandbox and not credentials.keeps_sandbox() then return nil end
  local known, err = credentials.login_client(sandbox)
  if err then stop.with(2, err) end
  return known
end

--- Whose login it is: the last one's, the sandbox's, or a profile's whose secret is asked for. That
--- of the last one may have changed.
local function client_of(args, sandbox)
  local known = known_client(sandbox)
  if not args.client_id then
    if known or sandbox then return known or credentials.sandbox_login end
    stop.usage "whose login? Give --client-id ID of a security profile"
  end
  local secret = read_secret()
  if secret and secret ~= "" then return { client_id = args.client_id, client_secret = secret } end
  if known and known.client_id == args.client_id then return known end
  stop.with(2, "no client secret: nothing was done")
end

function command.run(args, out)
  needs.module "proactive.core"
  needs.module "proactive.httpd"
  local sandbox = endpoints.sandbox(args.sandbox)
  local client = client_of(args, sandbox)
  require("proactive.core").watch_interrupt()
  local login, err = require("proactive.smapi.login").start {
    client_id = client.client_id,
    port = args.port,
    sandbox = sandbox,
    ca_file = flags.ca_file(args),
  }
  if not login then stop.with(1, err) end
  out:print("Open this in a browser and allow it:\n\n%s\n", login.url)
  io.stdout:flush()
  local code, token, path
  code, err = login:wait(PATIENCE)
  if not code then stop.with(1, err) end
  token, err = login:redeem(code, client.client_secret)
  if not token then stop.with(1, err) end
  if not management.may_keep(args, out) then return 0 end
  path, err = credentials.keep_login({
    client_id = client.client_id,
    client_secret = client.client_secret,
    refresh_token = token,
  }, sandbox)
  if not path then stop.with(1, err) end
  out:print("Logged in; kept in %s", path)
  return 0
end

return command
