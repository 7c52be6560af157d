--- `proactive serve`: a skill on an HTTP server of its own.

local app = require "proactive.cli.app"
local flags = require "proactive.cli.flags"
local input = require "proactive.cli.input"
local needs = require "proactive.cli.needs"
local stop = require "proactive.cli.stop"

local serve = {
  summary = "receive Alexa's requests for a skill",
  description = "Serves the skill that FILE describes, until it is interrupted. FILE is a Lua "
    .. "script that returns the options of proactive.skill. Every request is verified. Alexa "
    .. "connects to port 443 over https: serve with a certificate, or behind a proxy that has one.",
  example = "proactive serve --app skill.lua --port 8080",
}

-- How often an interruption is looked for, in seconds.
local LOOK = 0.25

function serve.declare(parser)
  parser:option("--app"):argname("FILE"):count(1):description "The skill's script."
  parser
    :option("--port")
    :argname("PORT")
    :convert(flags.whole(0, 65535))
    :description "The port (default: 8080); 0 takes a free one."
  parser
    :option("--host")
    :argname("ADDRESS")
    :description "The address to listen on (default: 127.0.0.1)."
  parser:option("--tls-cert"):argname("FILE"):description "Serve https with this certificate (PEM)."
  parser:option("--tls-key"):argname("FILE"):description "The certificate's key (PEM)."
  parser
    :option("--sandbox")
    :argname("URL")
    :description "Answer this sandbox, as http://127.0.0.1:4380, and not Amazon."
end

local function announce(server, args)
  if args.sandbox then
    io.stderr:write(
      ("proactive serve: answering the sandbox at %s, and not Amazon\n"):format(args.sandbox)
    )
  end
  io.stderr:write(("proactive serve: %s\n"):format(server.url))
end

local function run(server)
  local core = require "proactive.core"
  core.watch_interrupt()
  local going, message = true, nil
  while going and not core.interrupted() do
    going, message = server:step(LOOK)
  end
  server:close()
  if not going then stop.with(1, "the server stopped: %s", message) end
  return 0
end

function serve.run(args)
  if (args.tls_cert == nil) ~= (args.tls_key == nil) then
    stop.usage "--tls-cert and --tls-key belong together"
  end
  needs.module "proactive.httpd"
  local skill = app.load(args.app, args.sandbox)
  local server, err = require("proactive.skill.server").new(skill, {
    host = args.host,
    port = args.port or 8080,
    cert = args.tls_cert and input.read(args.tls_cert),
    key = args.tls_key and input.read(args.tls_key),
  })
  if not server then stop.with(1, "%s", err.message) end
  announce(server, args)
  return run(server)
end

return serve
