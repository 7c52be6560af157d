--- The sentences Alexa will speak.

local audience = require "proactive.audience"
local events = require "proactive.events"
local facts = require "spec.support.facts"
local json = require "proactive.json"
local localized = require "proactive.localized"
local payloads = require "spec.support.payloads"
local preview = require "proactive.preview"
local request = require "proactive.request"
local schema = require "proactive.schema"

local LANGUAGES = { en = "en-US", de = "de-DE", ja = "ja-JP" }

local function media(start, provider)
  return assert(events.MediaContent.Available {
    availability = {
      startTime = start or "2019-06-08T20:00:00-04:00",
      provider = provider,
      method = "AIR",
    },
    content = {
      name = localized {
        ["en-US"] = "Some event",
        ["de-DE"] = "Ein Ereignis",
        ["fr-FR"] = "Un événement",
      },
      contentType = "EPISODE",
    },
  })
end

local function say(event, locale, opts)
  return assert(preview(event, locale, opts))
end

local function message(count, extra)
  local payload = {
    state = { status = "UNREAD" },
    messageGroup = { creator = { name = "Jane Doe" }, count = count },
  }
  for path, value in pairs(extra or {}) do
    local group, field = path:match "(%w+)%.(%w+)"
    payload[group][field] = value
  end
  return assert(events.MessageAlert.Activated(payload))
end

describe("preview", function()
  for _, case in ipairs(facts.sentences) do
    local name, payload, locale, sentence, known = case[1], case[2], case[3], case[4], case[5]
    it("says what Amazon says: " .. sentence, function()
      local event = assert(events[name](payload))
      local said = say(event, locale, { utc_offset = "+00:00" })
      assert.equal(sentence, said.text)
      assert.equal(known, said.known)
      assert.same({}, said.warnings)
      assert.is_true(said.readable)
    end)
  end

  it("says the walkthrough's event in the texts of each locale", function()
    local said = say(media(), "en-US")
    assert.equal("Some event will air on June 8, 2019 at 8 PM.", said.text)
    assert.is_false(said.known)
    assert.equal("Ein Ereignis läuft am 8. Juni 2019 um 20 Uhr.", say(media(), "de-DE").text)
    local provider = { name = "Alexa Events Example" }
    assert.equal(
      "Some event will air on June 8, 2019 at 8 PM on Alexa Events Example.",
      say(media(nil, provider), "en-US").text
    )
    assert.equal(
      "Ein Ereignis läuft am 8. Juni 2019 um 20 Uhr bei Alexa Events Example.",
      say(media(nil, provider), "de-DE").text
    )
  end)

  it("takes a request body as well as an event", function()
    local event = media()
    local body = assert(request.build(event, audience.multicast(), { reference_id = "r" }))
    for _, locale in ipairs { "en-US", "de-DE", "fr-FR", "it-IT" } do
      assert.same(say(event, locale), say(body, locale))
      local decoded = json.decode(assert(request.encode(body)))
      assert.same(say(event, locale), say(decoded, locale))
    end
  end)
end)

describe("preview: times", function()
  it("are said in utc_offset", function()
    assert.equal(
      "Some event will air on June 9, 2019 at 2 AM.",
      say(media(), "en-US", { utc_offset = "+02:00" }).text
    )
    assert.equal(
      "Ein Ereignis läuft am 9. Juni 2019 um 5:30 Uhr.",
      say(media(), "de-DE", { utc_offset = "+05:30" }).text
    )
  end)

  it("are said as written without it, which is disputed", function()
    local said = say(media(), "en-US")
    assert.equal(1, #said.warnings)
    assert.equal("zone", said.warnings[1].rule)
    assert.equal("event.payload.availability.startTime", said.warnings[1].path)
    assert.equal(
      "Some event will air on January 16, 2026 at 9 PM.",
      say(media "2026-01-16T21:00:00Z", "en-US").text
    )
  end)

  it("warn once, and only when one is said", function()
    assert.equal(1, #say(media(nil, nil), "en-US").warnings)
    local order = assert(events.OrderStatus.Updated {
      state = { status = "ORDER_PREPARING", enterTimestamp = "2026-01-16T21:00:00Z" },
      order = { seller = { name = "Amazon" } },
    })
    assert.same({}, say(order, "en-US").warnings)
  end)

  it("know noon, midnight and minutes", function()
    for clock, said in pairs {
      ["00:00"] = "12 AM",
      ["00:05"] = "12:05 AM",
      ["12:00"] = "12 PM",
      ["13:30"] = "1:30 PM",
      ["23:59"] = "11:59 PM",
    } do
      local event = media(("2026-01-16T%s:00Z"):format(clock))
      local sentence = ("Some event will air on January 16, 2026 at %s."):format(said)
      assert.equal(sentence, say(event, "en-US").text)
    end
  end)

  it("come from Unix seconds of a plain table, too", function()
    local event = media()
    event.payload.availability.startTime = 1768597200
    assert.equal("Some event will air on January 16, 2026 at 9 PM.", say(event, "en-US").text)
  end)
end)

describe("preview: numbers and options", function()
  it("have a singular and a plural", function()
    assert.equal("You have one message from Jane Doe.", say(message(1), "en-US").text)
    assert.equal("You have two messages from Jane Doe.", say(message(2), "en-US").text)
    assert.equal("You have zero messages from Jane Doe.", say(message(0), "en-US").text)
    assert.equal("You have 13 messages from Jane Doe.", say(message(13), "en-US").text)
    assert.equal("Sie haben eine Nachricht von Jane Doe.", say(message(1), "de-DE").text)
    assert.equal("Sie haben keine Nachrichten von Jane Doe.", say(message(0), "de-DE").text)
    assert.equal("Sie haben zwei Nachrichten von Jane Doe.", say(message(2), "de-DE").text)
    assert.equal("Jane Doeから、1件の未読のメッセージが届いています", say(message(1), "ja-JP").text)
  end)

  it("leave out what the event does not have", function()
    local all = message(3, {
      ["state.freshness"] = "OVERDUE",
      ["state.status"] = "FLAGGED",
      ["messageGroup.urgency"] = "URGENT",
    })
    local said = say(all, "en-US")
    assert.equal("You have three overdue flagged urgent messages from Jane Doe.", said.text)
    assert.is_false(said.known)
    assert.equal(
      "Sie haben drei überfällige markierte dringende Nachrichten von Jane Doe.",
      say(all, "de-DE").text
    )
    assert.equal(
      "Jane Doeから、3件の期限切れ、フラグ付き、緊急のメッセージが届いています",
      say(all, "ja-JP").text
    )
  end)

  it("join several words", function()
    local function alert(...)
      return assert(events.TrashCollectionAlert.Activated {
        alert = { garbageTypes = { ... }, collectionDayOfWeek = "FRIDAY" },
      })
    end
    assert.equal(
      "This coming Friday is glass and waste paper collection day.",
      say(alert("GLASS", "WASTE_PAPER"), "en-US").text
    )
    assert.equal(
      "Am kommenden Freitag ist Abholtag für Glas, Dosen und Altpapier.",
      say(alert("GLASS", "CANS", "WASTE_PAPER"), "de-DE").text
    )
    assert.equal("次の金曜日は、ガラス、缶の収集日です", say(alert("GLASS", "CANS"), "ja-JP").text)
  end)

  it("find the relationship in either place", function()
    local invite = { inviter = { name = "Max" }, inviteType = "INVITE" }
    invite.relationshipToInvitee = "CONTACT"
    local game = { offer = "REMATCH", name = "The Red" }
    local sentence = "Your contact Max has invited you to a rematch of The Red."
    local event = assert(events.SocialGameInvite.Available { invite = invite, game = game })
    assert.equal(sentence, say(event, "en-US").text)
    invite.relationshipToInvitee = nil
    invite.inviter.relationshipToInvitee = "CONTACT"
    event = assert(events.SocialGameInvite.Available { invite = invite, game = game })
    assert.equal(sentence, say(event, "en-US").text)
  end)

  it("mention the skill where a sentence does, when its name is given", function()
    local event = assert(events.Occasion.Updated(payloads.copy(events.Occasion.Updated.example)))
    for _, text in ipairs {
      event.payload.occasion.subject,
      event.payload.occasion.provider.name,
      event.payload.occasion.broker.name,
    } do
      text.localized["ja-JP"] = "あ"
    end
    local opts = { utc_offset = "+09:00" }
    assert.equal("2026年2月11日のあでのあのアポイントメントが確定されました。", say(event, "ja-JP", opts).text)
    opts.skill_name = "歯医者"
    assert.equal(
      "2026年2月11日のあでのあのアポイントメントが確定されました。『歯医者で確認して』と言ってください",
      say(event, "ja-JP", opts).text
    )
  end)
end)

describe("preview: locales", function()
  it("without a language file get the English sentence around their texts", function()
    local said = say(media(), "fr-FR", { utc_offset = "+02:00" })
    assert.equal("Un événement will air on June 9, 2019 at 2 AM.", said.text)
    assert.is_false(said.known)
    assert.equal("language", said.warnings[1].rule)
    local tornado = { weatherAlert = { alertType = "TORNADO" } }
    local weather = assert(events.WeatherAlert.Activated(tornado))
    assert.is_false(say(weather, "fr-FR").known)
    assert.is_true(say(weather, "en-GB").known)
    assert.same({}, say(weather, "en-GB").warnings)
  end)

  it("without a text are silent, and say why", function()
    local said = say(media(), "en-GB")
    assert.equal("", said.text)
    assert.is_false(said.readable)
    assert.is_false(said.known)
    assert.equal("text", said.warnings[1].rule)
    assert.equal("event.payload.content.name.localized", said.warnings[1].path)
    assert.matches("en-GB", said.warnings[1].message, 1, true)
  end)

  it("of hostile names are answered, too", function()
    for _, locale in ipairs { "", "../../x", "xx", "en", ("x"):rep(1000), "\255" } do
      assert.is_table(say(message(1), locale))
    end
  end)
end)

describe("preview: refusals", function()
  it("are for what cannot be said at all", function()
    local event = media()
    event.payload.content.name = nil
    local said, err = preview(event, "en-US")
    assert.is_nil(said)
    assert.equal("invalid", err.kind)
    assert.equal("event.payload.content.name", err.violations[1].path)

    said, err = preview({ name = "AMAZON.No.Such", payload = {} }, "en-US")
    assert.is_nil(said)
    assert.equal("event.name", err.violations[1].path)
    assert.is_nil((preview({ name = "AMAZON.MediaContent.Available" }, "en-US")))
    assert.is_nil((preview({}, "en-US")))
  end)

  it("are for an offset that is none", function()
    for _, offset in ipairs { "2", "+2:00", "CET", "+99:00", "" } do
      local said, err = preview(media(), "en-US", { utc_offset = offset })
      assert.is_nil(said, offset)
      assert.equal("utc_offset", err.violations[1].path)
    end
  end)

  it("do not meet unknown fields, which the service may take", function()
    local event = media()
    event.payload.content.extra = 1
    assert.equal("Some event will air on June 8, 2019 at 8 PM.", say(event, "en-US").text)
  end)

  it("raise for a programmer's mistake", function()
    assert.is_false((pcall(preview, "x", "en-US")))
    assert.is_false((pcall(preview, media(), 5)))
    assert.is_false((pcall(preview, media(), "en-US", { offset = "Z" })))
  end)
end)

describe("a language file", function()
  for code, locale in pairs(LANGUAGES) do
    it("has a word for every spoken enum value: " .. code, function()
      local words = require("proactive.language." .. code)
      for _, name in ipairs(schema.names) do
        payloads.each_field(schema.catalogue[name].payload, function(_, node)
          local enum = node.items or node
          local known = words.words[node.name]
          -- The kind of content, and the status of an order, are never words of a sentence.
          local spoken = node.name ~= "contentType"
            and not (node.name == "status" and name == "AMAZON.OrderStatus.Updated")
          if enum.values and spoken then
            for _, value in ipairs(enum.values) do
              assert.is_string(known[value], code .. " " .. node.name .. " " .. value)
            end
          end
        end)
      end
      assert.equal(12, #words.months)
    end)

    it("says whatever a constructor accepts: " .. code, function()
      local chance = payloads.chance(#code + code:byte(1))
      for _, name in ipairs(schema.names) do
        for _ = 1, 100 do
          local payload = payloads.random(schema.catalogue[name].payload, chance)
          local event = assert(events[name](payload))
          local said = say(event, locale, { utc_offset = "+01:00" })
          if said.readable then
            assert.is_true(#said.text > 0)
            assert.is_nil(said.text:find("[{}%[%]|~]"), said.text)
            assert.is_nil(said.text:find("  ", 1, true), said.text)
            if code == "de" then assert.is_false(said.known) end
          else
            assert.equal("ja", code)
          end
        end
      end
    end)
  end
end)
