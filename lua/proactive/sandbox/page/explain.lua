--- What became of a request, in a sentence for a person: the words a client of this library would
--- give, and for an accepted event what a 202 does not say.

local answer = require "proactive.answer"
local json = require "proactive.json"
local outcomes = require "proactive.sandbox.outcomes"
local speech = require "proactive.sandbox.speech"

local explain = {}

local KINDS = {}

-- The answer as `proactive.answer` reads it.
local function result_of(entry)
  local lines = {}
  for _, header in ipairs(entry.answer_headers) do
    lines[#lines + 1] = ("%s: %s"):format(header[1], header[2])
  end
  return {
    status = entry.status,
    body = entry.answer,
    headers = table.concat(lines, "\r\n"),
  }
end

local function words(err)
  return err.fix and ("%s %s"):format(err.message:gsub("%.?$", "."), err.fix) or err.message
end

local function people(count)
  return count == 1 and "1 customer" or ("%d customers"):format(count)
end

--- How many cannot hear it, and what their locales lack, as the devices were when it came.
local function unheard(entry)
  local names, count, lacks = {}, 0, {}
  for locale in pairs(entry.locales) do
    names[#names + 1] = locale
  end
  table.sort(names)
  for _, locale in ipairs(names) do
    local missing = speech.missing(entry.body, locale)
    if #missing > 0 then
      count = count + entry.locales[locale]
      local texts = table.concat(missing, ", ")
      lacks[#lacks + 1] = ("no text in the device's locale %s of %s"):format(locale, texts)
    end
  end
  return count, table.concat(lacks, "; ")
end

local CUT = "Accepted, and delivered to %s. Whether it can be heard is not told: the request is "
  .. "too long to be kept whole."

local function delivered(entry)
  local reached = entry.delivered
  if entry.body_is_cut then return CUT:format(people(reached)) end
  local count, lacks = unheard(entry)
  if count == 0 then return ("Accepted, and delivered to %s."):format(people(reached)) end
  local who = reached == 1 and "who" or ("of whom %d"):format(count)
  return ("Accepted, and delivered to %s, %s cannot hear it: there is %s."):format(
    people(reached),
    who,
    lacks
  )
end

local function accepted(entry)
  local reached = entry.delivered
  if reached == nil then return "Answered by a fault: nothing was delivered." end
  if reached > 0 then return delivered(entry) end
  local region = entry.region
  if entry.audience == "Multicast" then
    local nobody = "Accepted, and delivered to nobody: in region %s no customer of the skill who "
      .. "has it enabled subscribes to this event."
    return nobody:format(region)
  end
  local elsewhere = "Accepted, and delivered to nobody: this host is that of region %s, and the "
    .. "customer is in another one. Send to the customer's own region."
  return elsewhere:format(region)
end

function KINDS.events(entry)
  if entry.status < 300 then return accepted(entry) end
  local _, err = answer.event(result_of(entry))
  return words(err)
end

function KINDS.token(entry)
  if entry.status < 300 then return "A token was given out." end
  local result = result_of(entry)
  local body = answer.object(result) or {}
  result.error, result.error_description = body.error, body.error_description
  return words(answer.token(result))
end

function KINDS.smapi(entry)
  if entry.status < 400 then return "Skill management: done." end
  local body = json.decode(entry.answer)
  local message = type(body) == "table" and type(body.message) == "string" and body.message
  return "Skill management refused it: " .. (message or "see the answer.")
end

function KINDS.other()
  return "The service has no such path."
end

local DESTROYED = "The event was accepted; a fault destroyed its answer. The client cannot know, "
  .. "and must send again under the same reference id."
local NOT_JUDGED = "A fault ended the connection before anything was judged."

--- How it ended, and why.
---@param entry table  of the journal
---@return {outcome: string, explanation: string}
function explain.of(entry)
  local outcome = outcomes.of(entry.status, entry.answer_lost)
  local text
  if outcome == "lost" then
    text = entry.delivered and DESTROYED or NOT_JUDGED
  else
    text = KINDS[entry.kind](entry)
    if entry.fault then text = ("By a fault (%s): %s"):format(entry.fault, text) end
  end
  return { outcome = outcome, explanation = text }
end

return explain
