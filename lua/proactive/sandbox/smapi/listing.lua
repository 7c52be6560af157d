--- Vendors, and the skills of a vendor: listed, made, deleted.
---
--- Source: the SMAPI specification in https://github.com/alexa/alexa-apis-for-nodejs (paths, codes,
--- shapes).

local answers = require "proactive.sandbox.smapi.answers"
local form = require "proactive.form"
local is_object = require("proactive.manifest.document").is_object
local json = require "proactive.json"
local manifest = require "proactive.sandbox.smapi.manifest"
local manifests = require "proactive.sandbox.manifests"
local reply = require "proactive.sandbox.reply"
local time = require "proactive.time"

local listing = {}

local VENDOR = "MSANDBOXVENDOR"
local MOST_RESULTS, MOST_IDS = 50, 10

function listing.vendors()
  local vendor = { id = VENDOR, name = "Sandbox", roles = json.array { "ROLE_ADMINISTRATOR" } }
  return answers.json { vendors = json.array { vendor } }
end

local function names_of(text)
  local publishing, names = json.decode(text).manifest.publishingInformation, {}
  local locales = is_object(publishing) and publishing.locales
  for locale, entry in pairs(is_object(locales) and locales or {}) do
    names[locale] = is_object(entry) and entry.name or nil
  end
  return names
end

local function summary(skill, stage, held)
  return {
    skillId = skill.skill_id,
    stage = stage,
    apis = json.array { "custom" },
    publicationStatus = stage == "live" and "PUBLISHED" or "DEVELOPMENT",
    lastUpdated = time.format(held.at),
    nameByLocale = names_of(held.text),
  }
end

--- Ids that a query asks for; nil: for all.
local function wanted_ids(query)
  local ids, count = {}, 0
  for id in ("&" .. query):gmatch "&skillId=([^&]*)" do
    ids[form.unescape(id) or ""] = true
    count = count + 1
  end
  return count > 0 and ids or nil, count
end

--- The answer to whom the vendor's skills are not for.
local function vendor_refusal(vendor_id)
  if type(vendor_id) ~= "string" or vendor_id == "" then
    return answers.refuse(400, "vendorId is missing.")
  elseif vendor_id ~= VENDOR then
    return answers.refuse(403, ("The vendor %s is none of this account's."):format(vendor_id))
  end
end

--- A whole number within limits, of a query.
local function whole(text, least, most)
  local number = text:find "^%d+$" and tonumber(text)
  return number and number >= least and number <= most and number or nil
end

local function all_skills(world, ids)
  local all = {}
  for _, skill in ipairs(world.skills:list()) do
    if not ids or ids[skill.skill_id] then
      all[#all + 1] = summary(skill, "development", skill.manifest)
      all[#all + 1] = summary(skill, "live", skill.live_manifest)
    end
  end
  return all
end

function listing.skills(world, call)
  local query = call.request.query or ""
  local given, ids, count = form.parse(query) or {}, wanted_ids(query)
  local refusal = vendor_refusal(given.vendorId)
  if refusal then return refusal end
  local most = whole(given.maxResults or "10", 1, MOST_RESULTS)
  if not most or count > MOST_IDS then
    return answers.refuse(400, "maxResults is from 1 to 50, and skillId may stand 10 times.")
  end
  local all = all_skills(world, ids)
  local before = whole(given.nextToken or "0", 0, #all)
  if not before then return answers.refuse(400, "nextToken is none of ours.") end
  local from = before + 1
  local page = json.array {}
  for index = from, math.min(#all, from + most - 1) do
    page[#page + 1] = all[index]
  end
  local last = from + #page - 1
  local is_truncated = last < #all
  local next_token = is_truncated and ("%d"):format(last) or nil
  return answers.json { skills = page, isTruncated = is_truncated, nextToken = next_token }
end

function listing.create(world, call)
  local given = json.decode(call.request.body)
  if type(given) ~= "table" then return answers.refuse(400, "The request is not valid.") end
  local refusal = vendor_refusal(given.vendorId)
  if refusal then return refusal end
  local text = json.encode { manifest = given.manifest }
  local envelope, problem, late = manifest.examine(text)
  if not envelope then return problem end
  local skill = world.skills:create()
  manifests.update(skill, text, envelope, late, world.clock:now(), world.update_takes)
  local created = answers.json({ skillId = skill.skill_id }, 202)
  return reply.add(created, "Location", answers.status_link(skill.skill_id))
end

function listing.delete(world, _, id)
  local skill, refusal = answers.skill_of(world, id)
  if not skill then return refusal end
  world.skills:delete(skill.client_id)
  return answers.no_content()
end

return listing
