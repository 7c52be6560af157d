--- `proactive events`: the catalogue, and all about one event, read from the schema.

local body = require "proactive.cli.body"
local explain = require "proactive.cli.explain"
local nearest = require "proactive.nearest"
local needs = require "proactive.cli.needs"
local stop = require "proactive.cli.stop"
local text = require "proactive.text"

local command = {
  summary = "the catalogue of events, or all about one",
  example = "proactive events\nproactive events AMAZON.MediaContent.Available",
}

function command.declare(parser)
  parser:argument("NAME"):target("name"):args("?"):description "An event; MediaContent will do."
  parser
    :flag("--json")
    :description "One JSON object per line for each event; of one event, its payload's JSON Schema."
end

local LOCALE = "en-US"

local function sample(entry)
  local proactive = require "proactive"
  local event = assert(proactive.events[entry.name](entry.example))
  return proactive.preview(event, LOCALE)
end

--- An entry by its full name, its name without AMAZON., or its type.
local function find(name)
  local schema = require "proactive.schema"
  local known = {}
  for _, full in ipairs(schema.names) do
    local entry = schema.catalogue[full]
    local short = ("%s.%s"):format(entry.type, entry.state)
    if name == full or name == short or name == entry.type then return entry end
    known[#known + 1], known[#known + 2], known[#known + 3] = full, short, entry.type
  end
  stop.usage("unknown event '%s'%s; proactive events lists them", name, nearest.hint(name, known))
end

local function print_line(entry, out)
  local said = sample(entry)
  out:json { event = entry.name, about = entry.about, sample = said.text, known = said.known }
end

local function print_title(entry, out)
  out:print("%s", out:paint("bold", entry.name))
  out:print("  %s", entry.about)
  out:print('  "%s"', sample(entry).text)
end

local function list(out)
  local schema = require "proactive.schema"
  for index, name in ipairs(schema.names) do
    local entry = schema.catalogue[name]
    if out.as_json then
      print_line(entry, out)
    else
      if index > 1 then out:print "" end
      print_title(entry, out)
    end
  end
end

local function traits(field)
  local parts = { field.required and "required" or "optional" }
  if field.localizable then parts[#parts + 1] = "localizable" end
  return ("%s, %s"):format(field.kind, table.concat(parts, ", "))
end

-- What a field's own line does not say: which values, how many.
local SAYS_MORE = { enum = true, array = true, integer = true }

local FIELD_LINE = "  %-28s%-32s%s"

local function tree(node, out, indent)
  local margin = (" "):rep(indent)
  for _, field in ipairs(node.fields) do
    local name, what = ("%s%s"):format(margin, field.name), traits(field)
    for _, line in ipairs(explain.fold(field.about or "", 38)) do
      out:print("%s", (FIELD_LINE:format(name, what, line):gsub(" +$", "")))
      name, what = "", ""
    end
    if SAYS_MORE[field.kind] then
      for _, line in ipairs(explain.fold(field.expected, 94 - indent)) do
        out:print("  %s  %s", margin, out:paint("dim", line))
      end
    end
    if field.fields then tree(field, out, indent + 2) end
  end
end

-- What holds for every field of a kind.
local LIMITS = {
  "time: ISO 8601 text with a zone, as 2026-01-15T10:00:00Z; in Lua also Unix seconds",
  ("text: at most %d characters; where localizable, also one for each locale"):format(text.LONGEST),
}

local function print_limits(entry, out)
  for _, limit in ipairs(LIMITS) do
    out:print("  %s", limit)
  end
  for _, line in ipairs(explain.fold("locales: " .. entry.locales.expected, 94)) do
    out:print("  %s", line)
  end
end

local function show(entry, out)
  local proactive = require "proactive"
  print_title(entry, out)
  out:print("")
  tree(entry.payload, out, 0)
  out:print("")
  print_limits(entry, out)
  out:print("")
  out:block(require("proactive.cli.source_text").script(entry), 0)
  out:print("")
  local event = assert(proactive.events[entry.name](entry.example))
  local audience = proactive.audience.multicast()
  out:block(body.lines(assert(proactive.request(event, audience))), 0)
end

--- The payload's JSON Schema, for editors and validators of other languages.
local function print_schema(entry, out)
  local json = require "proactive.json"
  local json_schema = require "proactive.schema.json_schema"
  local opts = { order = json_schema.order() }
  out:print("%s", assert(json.encode(json_schema.payload(entry.name), opts)))
end

function command.run(args, out)
  if args.name or out.as_json then needs.module("proactive.core") end
  local entry = args.name and find(args.name)
  if not entry then
    list(out)
  elseif out.as_json then
    print_schema(entry, out)
  else
    show(entry, out)
  end
  return 0
end

return command
