--- `proactive sandbox`: the stand-in for Alexa, and the ids of its customers.

local endpoints = require "proactive.endpoints"
local flags = require "proactive.cli.flags"
local needs = require "proactive.cli.needs"
local stop = require "proactive.cli.stop"

local sandbox = {
  summary = "a stand-in for Alexa on this machine",
  description = "Serves what Alexa serves, at the same paths, until it is interrupted. Client id "
    .. "and secret are amzn1.application-oa2-client.sandbox and sandbox; proactive uses them by "
    .. "itself.",
  example = "proactive sandbox --port 4380\nproactive sandbox users 3",
}

local function declare_answers(parser)
  parser:flag("--strict"):description "Refuse what the sources dispute."
  parser
    :option("--duplicates")
    :choices({ "update", "409", "400" })
    :description "The answer to a reference id used again for a customer (default: update)."
  parser
    :option("--error-body")
    :choices({ "type", "code" })
    :description "The first field of an error (default: type)."
  parser
    :option("--no-auth-status")
    :choices({ "403", "401" })
    :description "The answer without an Authorization header (default: 403)."
  parser
    :option("--success")
    :choices({ "202", "200" })
    :description "The answer to an accepted event (default: 202)."
end

local function address(text)
  if text:find(endpoints.ADDRESS) then return text end
  return nil, ("an address is like http://127.0.0.1:8080, got '%s'"):format(text)
end

local function update_takes(text)
  if text == "never" then return text end
  local seconds = text:find "^%d+%.?%d*$" and tonumber(text)
  if seconds then return seconds end
  return nil, ("seconds or never expected, got '%s'"):format(text)
end

local function declare_beginning(parser)
  parser
    :option("--clock")
    :argname("run|stand|TIME")
    :description "The clock runs (default), stands, or stands at a time, as 2026-01-15T10:00:00Z."
  parser
    :option("--faults")
    :argname("FILE")
    :description "Begin with the rules of a JSON file: docs/sandbox.md, Faults."
  parser
    :option("--state")
    :argname("FILE")
    :description "Begin with the skills, customers and notifications that were saved to a file."
end

function sandbox.declare(parser)
  parser
    :option("--port")
    :argname("PORT")
    :convert(flags.whole(0, 65535))
    :description "The port (default: 4380); 0 takes a free one."
  parser
    :option("--host")
    :argname("ADDRESS")
    :description "The address to listen on (default: 127.0.0.1)."
  parser:flag("--tls"):description "Serve https, with an authority of its own."
  parser
    :option("--users")
    :argname("N")
    :convert(flags.whole(0, 1000000))
    :description "Start with N customers alike; default: a handful over regions and locales."
  parser
    :option("--skill")
    :argname("URL")
    :convert(address)
    :description "Send skill events to this address, as http://127.0.0.1:8080."
  parser:flag("--shuffle"):description "Send skill events in any order."
  parser
    :option("--update-takes")
    :argname("SECONDS")
    :convert(update_takes)
    :description "How long an update of a manifest takes (default: 1), or never."
  declare_beginning(parser)
  declare_answers(parser)
  parser:require_command(false)
  parser:command_target "action"
  local users = parser:command("users"):description "List the user ids of --users N."
  users:argument("N"):target("count"):convert(flags.whole(1, 1000000))
end

local function list_users(count, out)
  needs.module("proactive.core")
  local id = needs.module("proactive.sandbox").user_id
  for number = 1, count do
    out:print(id(number))
  end
  return 0
end

function sandbox.run(args, out)
  if args.action == "users" then return list_users(args.count, out) end
  if args.state and args.users then
    stop.with(2, "the customers are those of --state: leave --users out")
  end
  needs.module("proactive.core")
  needs.module("proactive.httpd")
  local ok, err = require("proactive.sandbox").serve {
    port = args.port or 4380,
    host = args.host,
    tls = args.tls,
    users = args.users,
    skill = args.skill,
    shuffle = args.shuffle,
    update_takes = args.update_takes,
    strict = args.strict,
    duplicates = args.duplicates,
    error_body = args.error_body,
    no_auth_status = args.no_auth_status and tonumber(args.no_auth_status),
    success = args.success and tonumber(args.success),
    clock = args.clock,
    faults = args.faults,
    state = args.state,
  }
  if not ok then
    local status = err.kind == "invalid" and 2 or 1
    stop.with(status, "%s%s", err.message, err.fix and ". " .. err.fix or "")
  end
  return 0
end

return sandbox
