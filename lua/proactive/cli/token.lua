--- `proactive token`: whether Login with Amazon gives these credentials a token, without showing
--- it.

local flags = require "proactive.cli.flags"
local needs = require "proactive.cli.needs"
local output = require "proactive.cli.output"
local stop = require "proactive.cli.stop"

local token = {
  summary = "ask for a token and show what it is good for, not the token",
  example = "proactive token --sandbox http://127.0.0.1:4380",
}

function token.declare(parser)
  flags.service(parser)
  parser:flag("--reveal"):description "Print the token itself: to a terminal, or with --yes."
  parser:flag("--yes"):description "Reveal it though the output is no terminal."
  flags.json(parser)
end

local function ask(args)
  local client, err = require("proactive").client(flags.client_options(args))
  if not client then stop.with(2, err) end
  return client:token()
end

local function whole(seconds)
  return math.floor(seconds + 0.5)
end

local function print_token(info, args, out)
  if args.reveal then return out:print("%s", info.reveal()) end
  local at = require("proactive.time").format(os.time() + whole(info.expires_in))
  out:print("scope    %s", info.scope)
  out:print("expires  in %d seconds (%s)", whole(info.expires_in), at)
  out:print("length   %d characters", info.length)
end

function token.run(args, out)
  if args.reveal and not args.yes and not output.is_terminal(1) then
    stop.with(2, "--reveal prints a secret: only to a terminal, or with --yes")
  end
  needs.module("proactive.core")
  local info, err = ask(args)
  if err and out.as_json then
    out:json { granted = false, error = output.error(err) }
    return 1
  elseif err then
    stop.with(1, err)
  end
  if not out.as_json then
    print_token(info, args, out)
    return 0
  end
  out:json {
    granted = true,
    scope = info.scope,
    expires_in = whole(info.expires_in),
    length = info.length,
    token = args.reveal and info.reveal() or nil,
  }
  return 0
end

return token
