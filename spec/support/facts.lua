--- What is known of the service, typed by hand from its documentation, from Amazon's samples and
--- from other libraries. Nothing here is derived from the schema: the schema is tested against it.

local facts = {}

--- The moment at which all bodies below are judged.
facts.NOW = 1768471200 -- 2026-01-15T10:00:00Z

--- Every enum in full.
facts.enums = {
  {
    "AMAZON.WeatherAlert.Activated",
    "weatherAlert.alertType",
    "TORNADO HURRICANE SNOW_STORM THUNDER_STORM",
  },
  { "AMAZON.MessageAlert.Activated", "state.status", "UNREAD FLAGGED" },
  { "AMAZON.MessageAlert.Activated", "state.freshness", "NEW OVERDUE" },
  { "AMAZON.MessageAlert.Activated", "messageGroup.urgency", "URGENT" },
  {
    "AMAZON.OrderStatus.Updated",
    "state.status",
    "PREORDER_RECEIVED ORDER_RECEIVED ORDER_PREPARING ORDER_SHIPPED ORDER_OUT_FOR_DELIVERY "
      .. "ORDER_DELIVERED",
  },
  {
    "AMAZON.Occasion.Updated",
    "state.confirmationStatus",
    "CONFIRMED CANCELED RESCHEDULED REQUESTED CREATED UPDATED RECEIVED",
  },
  {
    "AMAZON.Occasion.Updated",
    "occasion.occasionType",
    "RESERVATION_REQUEST RESERVATION APPOINTMENT_REQUEST APPOINTMENT",
  },
  {
    "AMAZON.TrashCollectionAlert.Activated",
    "alert.garbageTypes",
    "BOTTLES BULKY BURNABLE CANS CLOTHING COMPOSTABLE CRUSHABLE GARDEN_WASTE GLASS HAZARDOUS "
      .. "HOME_APPLIANCES KITCHEN_WASTE LANDFILL PET_BOTTLES RECYCLABLE_PLASTICS WASTE_PAPER",
  },
  {
    "AMAZON.TrashCollectionAlert.Activated",
    "alert.collectionDayOfWeek",
    "MONDAY TUESDAY WEDNESDAY THURSDAY FRIDAY SATURDAY SUNDAY",
  },
  { "AMAZON.MediaContent.Available", "availability.method", "STREAM AIR RELEASE PREMIERE DROP" },
  {
    "AMAZON.MediaContent.Available",
    "content.contentType",
    "BOOK EPISODE ALBUM SINGLE MOVIE GAME",
  },
  { "AMAZON.SocialGameInvite.Available", "invite.relationshipToInvitee", "FRIEND CONTACT" },
  {
    "AMAZON.SocialGameInvite.Available",
    "invite.inviter.relationshipToInvitee",
    "FRIEND CONTACT",
  },
  { "AMAZON.SocialGameInvite.Available", "invite.inviteType", "CHALLENGE INVITE" },
  { "AMAZON.SocialGameInvite.Available", "game.offer", "MATCH REMATCH GAME" },
}

--- The most items a list may have, the most characters of a text, and how a user id begins.
facts.most_garbage_types = 5
facts.longest_reference_id = 100
facts.user_prefix = "amzn1.ask.account."

--- The locales of the events that are known to support only some, and those of all others.
facts.locales = {
  ["AMAZON.OrderStatus.Updated"] = "en-US",
  ["AMAZON.SocialGameInvite.Available"] = "en-US",
  others = "ar-SA de-DE en-AU en-CA en-GB en-IN en-US es-ES es-MX es-US fr-CA fr-FR hi-IN it-IT "
    .. "ja-JP nl-NL pt-BR",
}

--- The words for enum values that Amazon's samples show, in the only languages there are samples of;
--- UNREAD is not said in English.
facts.amazon_words = {
  en = {
    "alertType TORNADO tornado",
    "collectionDayOfWeek TUESDAY Tuesday",
    "confirmationStatus CONFIRMED confirmed",
    "freshness NEW new",
    "garbageTypes GLASS glass",
    "occasionType APPOINTMENT appointment",
    "status UNREAD ",
    "urgency URGENT urgent",
  },
  ja = {},
}

--- Every other field: its kind, `!` when it is required, `@name` when it may be localized under
--- that name.
facts.fields = {
  ["AMAZON.WeatherAlert.Activated"] = {
    ["weatherAlert"] = "object!",
    ["weatherAlert.source"] = "text@source",
    ["weatherAlert.alertType"] = "enum!",
  },
  ["AMAZON.SportsEvent.Updated"] = {
    ["update"] = "object",
    ["update.scoreEarned"] = "integer!",
    ["update.teamName"] = "text!",
    ["sportsEvent"] = "object!",
    ["sportsEvent.eventLeague"] = "object!",
    ["sportsEvent.eventLeague.name"] = "text!@eventLeagueName",
    ["sportsEvent.homeTeamStatistic"] = "object!",
    ["sportsEvent.homeTeamStatistic.team"] = "object!",
    ["sportsEvent.homeTeamStatistic.team.name"] = "text!",
    ["sportsEvent.homeTeamStatistic.score"] = "integer!",
    ["sportsEvent.awayTeamStatistic"] = "object!",
    ["sportsEvent.awayTeamStatistic.team"] = "object!",
    ["sportsEvent.awayTeamStatistic.team.name"] = "text!",
    ["sportsEvent.awayTeamStatistic.score"] = "integer!",
  },
  ["AMAZON.MessageAlert.Activated"] = {
    ["state"] = "object!",
    ["state.status"] = "enum!",
    ["state.freshness"] = "enum",
    ["messageGroup"] = "object!",
    ["messageGroup.creator"] = "object!",
    ["messageGroup.creator.name"] = "text!",
    ["messageGroup.count"] = "integer!",
    ["messageGroup.urgency"] = "enum",
  },
  ["AMAZON.OrderStatus.Updated"] = {
    ["state"] = "object!",
    ["state.status"] = "enum!",
    ["state.enterTimestamp"] = "time",
    ["state.enterTimeStamp"] = "time",
    ["state.deliveredOn"] = "time",
    ["state.deliveryDetails"] = "object",
    ["state.deliveryDetails.expectedArrival"] = "time",
    ["order"] = "object!",
    ["order.seller"] = "object!",
    ["order.seller.name"] = "text!@sellerName",
  },
  ["AMAZON.Occasion.Updated"] = {
    ["state"] = "object!",
    ["state.confirmationStatus"] = "enum!",
    ["occasion"] = "object!",
    ["occasion.occasionType"] = "enum!",
    ["occasion.subject"] = "text!@subject",
    ["occasion.provider"] = "object!",
    ["occasion.provider.name"] = "text!@providerName",
    ["occasion.bookingTime"] = "time!",
    ["occasion.broker"] = "object",
    ["occasion.broker.name"] = "text!@brokerName",
  },
  ["AMAZON.TrashCollectionAlert.Activated"] = {
    ["alert"] = "object!",
    ["alert.garbageTypes"] = "array!",
    ["alert.collectionDayOfWeek"] = "enum!",
  },
  ["AMAZON.MediaContent.Available"] = {
    ["availability"] = "object!",
    ["availability.startTime"] = "time!",
    ["availability.provider"] = "object",
    ["availability.provider.name"] = "text!@providerName",
    ["availability.method"] = "enum!",
    ["content"] = "object!",
    ["content.name"] = "text!@contentName",
    ["content.contentType"] = "enum!",
  },
  ["AMAZON.SocialGameInvite.Available"] = {
    ["invite"] = "object!",
    ["invite.inviter"] = "object!",
    ["invite.inviter.name"] = "text!",
    ["invite.inviter.relationshipToInvitee"] = "enum",
    ["invite.relationshipToInvitee"] = "enum!",
    ["invite.inviteType"] = "enum!",
    ["game"] = "object!",
    ["game.offer"] = "enum!",
    ["game.name"] = "text!@gameName",
  },
}

--- The example bodies, one for each schema.
facts.bodies = {
  [[{"timestamp":"2026-01-15T10:00:00.00Z","referenceId":"wx0001",
"expiryTime":"2026-01-15T12:00:00.00Z",
"event":{"name":"AMAZON.WeatherAlert.Activated","payload":{"weatherAlert":
{"source":"localizedattribute:source",
"alertType":"TORNADO"}}},
"localizedAttributes":[{"locale":"en-US","source":"Example Weather Corp"}],
"relevantAudience":{"type":"Multicast","payload":{}}}]],
  [[{"timestamp":"2026-01-15T10:00:00.00Z","referenceId":"match77goal3",
"expiryTime":"2026-01-15T12:00:00.00Z",
"event":{"name":"AMAZON.SportsEvent.Updated","payload":{
"update":{"scoreEarned":1,"teamName":"Apples"},
"sportsEvent":{"eventLeague":{"name":"localizedattribute:eventLeagueName"},
"homeTeamStatistic":{"team":{"name":"Oranges"},"score":1},
"awayTeamStatistic":{"team":{"name":"Apples"},"score":2}}}},
"localizedAttributes":[{"locale":"en-US","eventLeagueName":"TreeFruit League"}],
"relevantAudience":{"type":"Multicast","payload":{}}}]],
  [[{"timestamp":"2026-01-15T10:00:00.00Z","referenceId":"inbox42",
"expiryTime":"2026-01-15T11:00:00.00Z",
"event":{"name":"AMAZON.MessageAlert.Activated","payload":{
"state":{"status":"UNREAD","freshness":"NEW"},
"messageGroup":{"creator":{"name":"Andy"},"count":5,"urgency":"URGENT"}}},
"localizedAttributes":[],
"relevantAudience":{"type":"Unicast","payload":{"user":"amzn1.ask.account.EXAMPLE"}}}]],
  [[{"timestamp":"2026-01-15T10:00:00.00Z","referenceId":"order1234shipped",
"expiryTime":"2026-01-15T22:00:00.00Z",
"event":{"name":"AMAZON.OrderStatus.Updated","payload":{
"state":{"status":"ORDER_SHIPPED","deliveryDetails":{"expectedArrival":"2026-01-18T23:32:00.463Z"}},
"order":{"seller":{"name":"localizedattribute:sellerName"}}}},
"localizedAttributes":[{"locale":"en-US","sellerName":"Delivery Owl"},
{"locale":"en-GB","sellerName":"Delivery Owl UK"}],
"relevantAudience":{"type":"Unicast","payload":{"user":"amzn1.ask.account.EXAMPLE"}}}]],
  [[{"timestamp":"2026-01-15T10:00:00.00Z","referenceId":"booking9",
"expiryTime":"2026-01-15T20:00:00.00Z",
"event":{"name":"AMAZON.Occasion.Updated","payload":{
"state":{"confirmationStatus":"CONFIRMED"},
"occasion":{"occasionType":"APPOINTMENT","subject":"localizedattribute:subject",
"provider":{"name":"localizedattribute:providerName"},"bookingTime":"2026-02-10T19:16:31Z",
"broker":{"name":"localizedattribute:brokerName"}}}},
"localizedAttributes":[{"locale":"en-US","subject":"root canal","providerName":"Dental XYZ",
"brokerName":"Dental Finder"}],
"relevantAudience":{"type":"Unicast","payload":{"user":"amzn1.ask.account.EXAMPLE"}}}]],
  [[{"timestamp":"2026-01-15T10:00:00.00Z","referenceId":"trash2026w03",
"expiryTime":"2026-01-16T09:00:00.00Z",
"event":{"name":"AMAZON.TrashCollectionAlert.Activated","payload":{
"alert":{"garbageTypes":["COMPOSTABLE","RECYCLABLE_PLASTICS"],"collectionDayOfWeek":"TUESDAY"}}},
"localizedAttributes":[],
"relevantAudience":{"type":"Multicast","payload":{}}}]],
  [[{"timestamp":"2026-01-15T10:00:00.00Z","referenceId":"media2026e5",
"expiryTime":"2026-01-15T21:00:00.00Z",
"event":{"name":"AMAZON.MediaContent.Available","payload":{
"availability":{"startTime":"2026-01-16T21:00:00Z","provider":
{"name":"localizedattribute:providerName"},
"method":"AIR"},
"content":{"name":"localizedattribute:contentName","contentType":"EPISODE"}}},
"localizedAttributes":[{"locale":"en-US","providerName":"Example Channel",
"contentName":"Example Show"}],
"relevantAudience":{"type":"Multicast","payload":{}}}]],
  [[{"timestamp":"2026-01-15T10:00:00.00Z","referenceId":"invite55",
"expiryTime":"2026-01-15T18:00:00.00Z",
"event":{"name":"AMAZON.SocialGameInvite.Available","payload":{
"invite":{"inviter":{"name":"Max"},"relationshipToInvitee":"FRIEND","inviteType":"CHALLENGE"},
"game":{"offer":"MATCH","name":"localizedattribute:gameName"}}},
"localizedAttributes":[{"locale":"en-US","gameName":"The Red"}],
"relevantAudience":{"type":"Unicast","payload":{"user":"amzn1.ask.account.EXAMPLE"}}}]],
}

--- The bodies that Amazon's two sample scripts make: order.js and media.js of the cookbook's
--- demonstration.
facts.sample_scripts = {
  order = [[{"timestamp":"2026-01-15T10:00:00.000Z","referenceId":"SampleReferenceId1768471200000",
"expiryTime":"2026-01-15T11:00:00.000Z","event":{"name":"AMAZON.OrderStatus.Updated","payload":{
"state":{"status":"ORDER_SHIPPED","deliveryDetails":{"expectedArrival":"2026-01-18T00:00:00.000Z"}},
"order":{"seller":{"name":"localizedattribute:sellerName"}}}},
"localizedAttributes":[{"locale":"en-US","sellerName":"Delivery Owl"},
{"locale":"en-GB","sellerName":"Delivery Owl UK"}],
"relevantAudience":{"type":"Unicast","payload":{"user":"amzn1.ask.account.EXAMPLE"}}}]],
  media = [[{"timestamp":"2026-01-15T10:00:00.000Z","referenceId":"SampleReferenceId1768471200000",
"expiryTime":"2026-01-15T10:24:00.000Z","event":{"name":"AMAZON.MediaContent.Available","payload":{
"availability":{"startTime":"2026-01-16T20:00:00.000Z","provider":
{"name":"localizedattribute:providerName"},
"method":"STREAM"},"content":{"name":"localizedattribute:contentName","contentType":"GAME"}}},
"localizedAttributes":[{"locale":"en-US","providerName":"Example Channel",
"contentName":"Owls at Falcons"},
{"locale":"en-GB","providerName":"Example Channel","contentName":"Owls at Falcons"}],
"relevantAudience":{"type":"Multicast","payload":{}}}]],
}

--- An envelope around `event` and `attributes`, for the bodies below.
local function body(event, attributes, change)
  local text = ([[{"timestamp":"2026-01-15T10:00:00Z","referenceId":"r1",
"expiryTime":"2026-01-15T22:00:00Z",
"event":%s,"localizedAttributes":%s,"relevantAudience":{"type":"Multicast","payload":{}}}]]):format(
    event,
    attributes or "[]"
  )
  return change and (text:gsub(change[1], (change[2]:gsub("%%", "%%%%")))) or text
end

local WEATHER = [[{"name":"AMAZON.WeatherAlert.Activated","payload":{"weatherAlert":
{"alertType":"TORNADO"}}}]]

--- Bodies as other libraries make them, each with its verdict: the paths and rules of its
--- violations, and of its warnings.
facts.others = {
  {
    "jovo-framework's types: update.ScoreEarned",
    body(
      [[{"name":"AMAZON.SportsEvent.Updated","payload":{"update":{"ScoreEarned":1,"teamName":"A"},
"sportsEvent":{"eventLeague":{"name":"L"},"homeTeamStatistic":{"team":{"name":"A"},"score":1},
"awayTeamStatistic":{"team":{"name":"B"},"score":0}}}}]]
    ),
    violations = {
      "event.payload.update.scoreEarned required",
      "event.payload.update.ScoreEarned unknown",
    },
    hint = "did you mean scoreEarned?",
  },
  {
    "jovo-framework's types: alert.garbageType",
    body(
      [[{"name":"AMAZON.TrashCollectionAlert.Activated","payload":{"alert":{"garbageType":["GLASS"],
"collectionDayOfWeek":"MONDAY"}}}]]
    ),
    violations = {
      "event.payload.alert.garbageTypes required",
      "event.payload.alert.garbageType unknown",
    },
    hint = "did you mean garbageTypes?",
  },
  {
    "jovo-framework's types: inviteType under inviter",
    body(
      [[{"name":"AMAZON.SocialGameInvite.Available","payload":{"invite":{"inviter":{"name":"Max",
"relationshipToInvitee":"FRIEND","inviteType":"CHALLENGE"}},"game":{"offer":"MATCH",
"name":"The Red"}}}]]
    ),
    violations = {
      "event.payload.invite.inviter.inviteType unknown",
      "event.payload.invite.inviteType required",
    },
    warnings = { "event.payload.invite.inviter.relationshipToInvitee misplaced" },
  },
  {
    "jovo-framework's documentation: relationshipToInvitee under inviter",
    body(
      [[{"name":"AMAZON.SocialGameInvite.Available","payload":{"invite":{"inviter":{"name":"Max",
"relationshipToInvitee":"FRIEND"},"inviteType":"CHALLENGE"},"game":{"offer":"MATCH",
"name":"The Red"}}}]]
    ),
    warnings = { "event.payload.invite.inviter.relationshipToInvitee misplaced" },
  },
  {
    "jovo-framework and ask-utils: a Multicast without payload",
    body(WEATHER, nil, { [[,"payload":{}}}$]], "}}" }),
    violations = { "relevantAudience.payload required" },
  },
  {
    "Alexa.NET: enterTimestamp inside deliveryDetails",
    body(
      [[{"name":"AMAZON.OrderStatus.Updated","payload":{"state":{"status":"ORDER_SHIPPED",
"deliveryDetails":
{"expectedArrival":"2026-01-18T00:00:00+00:00","enterTimestamp":"2026-01-15T00:00:00+00:00"}},
"order":{"seller":{"name":"S"}}}}]]
    ),
    violations = { "event.payload.state.deliveryDetails.enterTimestamp unknown" },
  },
  {
    "Alexa.NET: localizedAttributes inside event",
    body(
      [[{"name":"AMAZON.SocialGameInvite.Available","payload":{"invite":{"inviter":{"name":"Max"},
"relationshipToInvitee":"FRIEND","inviteType":"CHALLENGE"},"game":{"offer":"MATCH",
"name":"localizedattribute:gameName"}},"localizedAttributes":[{"locale":"en-US",
"gameName":"The Red"}]}]]
    ),
    violations = { "event.localizedAttributes unknown", "event.payload.game.name text" },
  },
  {
    "Alexa.NET: the status RECEIVED in place of REQUESTED",
    body(
      [[{"name":"AMAZON.Occasion.Updated","payload":{"state":{"confirmationStatus":"RECEIVED"},
"occasion":
{"occasionType":"RESERVATION_REQUEST","subject":"table","provider":{"name":"P"},
"bookingTime":"2026-02-10T19:16:31Z"}}}]]
    ),
    warnings = { "event.payload.state.confirmationStatus disputed" },
  },
  {
    "voxa and ask-utils: the status REQUESTED",
    body(
      [[{"name":"AMAZON.Occasion.Updated","payload":{"state":{"confirmationStatus":"REQUESTED"},
"occasion":
{"occasionType":"RESERVATION_REQUEST","subject":"table","provider":{"name":"P"},
"bookingTime":"2026-02-10T19:16:31Z"}}}]]
    ),
    warnings = { "event.payload.state.confirmationStatus disputed" },
  },
  {
    "Alexa.NET's and voxa's reference ids have hyphens",
    body(WEATHER, nil, { [["r1"]], [["unique-id-of-this-instance"]] }),
    warnings = { "referenceId characters" },
  },
  {
    "voxa has no FRIDAY; the service does",
    body(
      [[{"name":"AMAZON.TrashCollectionAlert.Activated","payload":{"alert":
{"garbageTypes":["GLASS"],
"collectionDayOfWeek":"FRIDAY"}}}]]
    ),
  },
  {
    "ask-utils: relevantAudience as a bare word",
    body(WEATHER, nil, { [[{"type":"Multicast","payload":{}}]], [["Multicast"]] }),
    violations = { "relevantAudience type" },
  },
  {
    "ask-utils' types: refereneId",
    body(WEATHER, nil, { [["referenceId"]], [["refereneId"]] }),
    violations = { "referenceId required", "refereneId unknown" },
    hint = "did you mean referenceId?",
  },
  {
    "ask-utils: an expiry exactly one day ahead",
    body(WEATHER, nil, { "2026%-01%-15T22:00:00Z", "2026-01-16T10:00:00Z" }),
  },
  {
    "the same from a clock one second ahead of the service's",
    body(WEATHER, nil, { "2026%-01%-15T22:00:00Z", "2026-01-16T10:00:01Z" }),
    violations = { "expiryTime expiry" },
  },
  {
    "old copies of media.js: an expiry in the past",
    body(WEATHER, nil, { "2026%-01%-15T22:00:00Z", "2026-01-15T09:34:00Z" }),
    violations = { "expiryTime expiry" },
  },
  {
    "alexa-aftership within five minutes of midnight",
    body(WEATHER, nil, { "2026%-01%-15T22:00:00Z", "2026-01-15T10:04:59Z" }),
    violations = { "expiryTime expiry" },
  },
  {
    "alexa-aftership: enterTimeStamp and deliveredOn",
    body(
      [[{"name":"AMAZON.OrderStatus.Updated","payload":{"state":{"status":"ORDER_DELIVERED",
"enterTimeStamp":"2026-01-15T09:00:00Z","deliveredOn":"2026-01-15T09:00:00Z"},
"order":{"seller":{"name":"localizedattribute:sellerName"}}}}]],
      [=[[{"locale":"en-US","sellerName":"S"}]]=]
    ),
  },
  {
    "Home Assistant's client: no localizedAttributes, microseconds, a hyphen",
    [[{"timestamp":"2026-01-15T10:00:00.123456+00:00","referenceId":"pingme-1768471200000-abcdef",
"expiryTime":"2026-01-15T11:00:00.123456+00:00","event":{"name":"AMAZON.MessageAlert.Activated",
"payload":{
"state":{"status":"UNREAD","freshness":"NEW"},"messageGroup":{"creator":{"name":"Andy"},
"count":1}}},
"relevantAudience":{"type":"Unicast","payload":{"user":"amzn1.ask.account.EXAMPLE"}}}]],
    warnings = { "referenceId characters" },
  },
  {
    "device locale issue 192: a text is missing in one locale",
    body(
      [[{"name":"AMAZON.MediaContent.Available","payload":{"availability":
{"startTime":"2026-01-16T21:00:00Z",
"provider":{"name":"localizedattribute:providerName"},"method":"AIR"},
"content":{"name":"localizedattribute:contentName","contentType":"EPISODE"}}}]],
      [=[[{"locale":"en-US","providerName":"P","contentName":"C"},{"locale":"en-GB",
"contentName":"C"}]]=]
    ),
    violations = { "localizedAttributes[2].providerName text" },
  },
}

--- The sentences of Amazon's catalogue and the templates in both languages, as spoken on a device
--- with the offset +00:00: event, payload, locale, sentence, whether every word is Amazon's.
facts.sentences = {
  {
    "AMAZON.WeatherAlert.Activated",
    { weatherAlert = { alertType = "TORNADO", source = "Example Weather Corp" } },
    "en-US",
    "There is a tornado alert for your area. Provided by Example Weather Corp.",
    true,
  },
  {
    "AMAZON.WeatherAlert.Activated",
    { weatherAlert = { alertType = "TORNADO" } },
    "en-US",
    "There is a tornado alert for your area.",
    true,
  },
  {
    "AMAZON.SportsEvent.Updated",
    {
      sportsEvent = {
        eventLeague = { name = "TreeFruit League" },
        homeTeamStatistic = { team = { name = "Oranges" }, score = 1 },
        awayTeamStatistic = { team = { name = "Apples" }, score = 2 },
      },
    },
    "en-US",
    "TreeFruit League match update, Oranges 1, Apples 2.",
    true,
  },
  {
    "AMAZON.SportsEvent.Updated",
    {
      update = { scoreEarned = 1, teamName = "アップルズ" },
      sportsEvent = {
        eventLeague = { name = "フルーツリーグ" },
        homeTeamStatistic = { team = { name = "オレンジズ" }, score = 1 },
        awayTeamStatistic = { team = { name = "アップルズ" }, score = 2 },
      },
    },
    "ja-JP",
    "フルーツリーグの試合速報です。アップルズが得点しました。アップルズ2点、オレンジズ1点です",
    true,
  },
  {
    "AMAZON.MessageAlert.Activated",
    {
      state = { status = "UNREAD", freshness = "NEW" },
      messageGroup = { creator = { name = "Jane Doe" }, count = 3 },
    },
    "en-US",
    "You have three new messages from Jane Doe.",
    true,
  },
  {
    "AMAZON.MessageAlert.Activated",
    {
      state = { status = "UNREAD", freshness = "NEW" },
      messageGroup = { creator = { name = "Jane Doe" }, count = 3, urgency = "URGENT" },
    },
    "en-US",
    "You have three new urgent messages from Jane Doe.",
    true,
  },
  {
    "AMAZON.Occasion.Updated",
    {
      state = { confirmationStatus = "CONFIRMED" },
      occasion = {
        occasionType = "APPOINTMENT",
        subject = "root canal",
        provider = { name = "Dental XYZ" },
        bookingTime = "2019-05-10T09:00:00Z",
      },
    },
    "en-US",
    "Your appointment at Dental XYZ for a root canal on May 10, 2019 has been confirmed.",
    true,
  },
  {
    "AMAZON.TrashCollectionAlert.Activated",
    { alert = { garbageTypes = { "GLASS" }, collectionDayOfWeek = "TUESDAY" } },
    "en-US",
    "This coming Tuesday is glass collection day.",
    true,
  },
}

local function order(status, seller, locale, sentence, known, arrival, delivered)
  local details = arrival and { expectedArrival = arrival }
  local state = { status = status, deliveryDetails = details, deliveredOn = delivered }
  facts.sentences[#facts.sentences + 1] = {
    "AMAZON.OrderStatus.Updated",
    { state = state, order = { seller = { name = seller } } },
    locale,
    sentence,
    known,
  }
end

local AMAZON, SHOP = "Amazon", "アマゾン"
local MAY_2, MAY_18, MAY_20 = "2019-05-02T12:00:00Z", "2019-05-18T12:00:00Z", "2019-05-20T12:00:00Z"
order("PREORDER_RECEIVED", AMAZON, "en-US", "Your preorder from Amazon has been received.", true)
order("ORDER_RECEIVED", AMAZON, "en-US", "Your order from Amazon has been received.", true)
order("ORDER_PREPARING", AMAZON, "en-US", "Your order from Amazon is being prepared.", true)
order(
  "ORDER_SHIPPED",
  AMAZON,
  "en-US",
  "Your order from Amazon has been shipped and will arrive by May 18, 2019.",
  true,
  MAY_18
)
order(
  "ORDER_OUT_FOR_DELIVERY",
  AMAZON,
  "en-US",
  "Your order from Amazon is out for delivery and will arrive by May 20, 2019.",
  true,
  MAY_20
)
order(
  "ORDER_DELIVERED",
  AMAZON,
  "en-US",
  "Your order from Amazon was delivered on May 2, 2019.",
  true,
  nil,
  MAY_2
)
order("ORDER_DELIVERED", AMAZON, "en-US", "Your order from Amazon has been delivered.", true)
order("ORDER_SHIPPED", AMAZON, "en-US", "Your order from Amazon has been shipped.", false)
order("PREORDER_RECEIVED", SHOP, "ja-JP", "アマゾンでの予約注文を受け付けました。", true)
order("ORDER_RECEIVED", SHOP, "ja-JP", "アマゾンでのご注文を受け付けました。", true)
order("ORDER_PREPARING", SHOP, "ja-JP", "アマゾンでのご注文は出荷準備中です。", true)
order("ORDER_DELIVERED", SHOP, "ja-JP", "アマゾンでのご注文は配達を完了しています。", true)
order(
  "ORDER_SHIPPED",
  SHOP,
  "ja-JP",
  "アマゾンでのご注文は出荷済みです。2019年5月18日までのお届け予定です。",
  false,
  MAY_18
)
order(
  "ORDER_OUT_FOR_DELIVERY",
  SHOP,
  "ja-JP",
  "アマゾンでのご注文は配達中です。2019年5月20日までのお届け予定です。",
  false,
  MAY_20
)
order(
  "ORDER_DELIVERED",
  SHOP,
  "ja-JP",
  "アマゾンでのご注文は2019年5月2日に配達を完了しました。",
  false,
  nil,
  MAY_2
)

local function sentence(event, locale, payload, text, known)
  facts.sentences[#facts.sentences + 1] = { event, payload, locale, text, known }
end

local SCORES = {
  update = { scoreEarned = 1, teamName = "Apples" },
  sportsEvent = {
    eventLeague = { name = "TreeFruit League" },
    homeTeamStatistic = { team = { name = "Oranges" }, score = 1 },
    awayTeamStatistic = { team = { name = "Apples" }, score = 2 },
  },
}
local AIRED = {
  availability = {
    startTime = "2026-01-16T21:00:00Z",
    provider = { name = "P" },
    method = "AIR",
  },
  content = { name = "C", contentType = "EPISODE" },
}
local INVITE = {
  invite = {
    inviter = { name = "Max" },
    relationshipToInvitee = "FRIEND",
    inviteType = "CHALLENGE",
  },
  game = { offer = "MATCH", name = "The Red" },
}
local EYES = {
  state = { confirmationStatus = "CONFIRMED" },
  occasion = {
    occasionType = "APPOINTMENT",
    subject = "eye exam",
    provider = { name = "P" },
    bookingTime = "2019-05-10T09:00:00Z",
  },
}
local MESSAGES = {
  state = { status = "UNREAD", freshness = "NEW" },
  messageGroup = { creator = { name = "M" }, count = 5, urgency = "URGENT" },
}
local GLASS = { alert = { garbageTypes = { "GLASS" }, collectionDayOfWeek = "TUESDAY" } }
local TORNADO = { weatherAlert = { alertType = "TORNADO" } }
local TORNADO_OF = { weatherAlert = { alertType = "TORNADO", source = "S" } }
local SPORTS, WEATHER_ALERT = "AMAZON.SportsEvent.Updated", "AMAZON.WeatherAlert.Activated"
local MEDIA, GAME = "AMAZON.MediaContent.Available", "AMAZON.SocialGameInvite.Available"
local OCCASION, TRASH = "AMAZON.Occasion.Updated", "AMAZON.TrashCollectionAlert.Activated"
local EN, JA = "en-US", "ja-JP"
sentence(SPORTS, EN, SCORES, "TreeFruit League match update, Apples scored! Oranges 1, Apples 2.", true)
sentence(MEDIA, EN, AIRED, "C will air on January 16, 2026 at 9 PM on P.", false)
sentence(GAME, EN, INVITE, "Your friend Max has challenged you to a match of The Red.", false)
sentence(OCCASION, EN, EYES, "Your appointment at P for an eye exam on May 10, 2019 has been confirmed.", false)
sentence(WEATHER_ALERT, JA, TORNADO, "この地域に竜巻警報が発令されています。", false)
sentence(WEATHER_ALERT, JA, TORNADO_OF, "この地域に竜巻警報が発令されています。この情報はSがお送りしています", false)
sentence("AMAZON.MessageAlert.Activated", JA, MESSAGES, "Mから、5件の新着、未読、緊急のメッセージが届いています", false)
sentence(OCCASION, JA, EYES, "2019年5月10日のPでのeye examのアポイントメントが確定されました。", false)
sentence(TRASH, JA, GLASS, "次の火曜日は、ガラスの収集日です", false)
sentence(MEDIA, JA, AIRED, "Cは、2026年1月16日21時にPで放送されます", false)
sentence(GAME, JA, INVITE, "お友達のMaxから、The Redの対戦に挑戦されました", false)

local function words(text)
  local list = {}
  for word in text:gmatch("%S+") do
    list[#list + 1] = word
  end
  return list
end

--- The node at a path of an event's payload, or nil.
local function node_at(catalogue, event, path)
  local node = catalogue[event] and catalogue[event].payload
  for key in path:gmatch("[^.]+") do
    node = node and node.by_name and node.by_name[key]
  end
  return node
end

local function describe_node(node)
  local text = node.kind .. (node.required and "!" or "")
  return node.localizable and text .. "@" .. node.attribute or text
end

local function each_field(node, path, visit)
  for _, field in ipairs(node.fields or {}) do
    local at = path == "" and field.name or path .. "." .. field.name
    visit(at, field)
    each_field(field, at, visit)
  end
end

local function compare_fields(event, catalogue, differences)
  local known = facts.fields[event]
  local seen = {}
  each_field(catalogue[event].payload, "", function(path, node)
    seen[path] = true
    if known[path] ~= describe_node(node) then
      differences[#differences + 1] = ("%s %s: %s, known is %s"):format(
        event,
        path,
        describe_node(node),
        tostring(known[path])
      )
    end
  end)
  for path in pairs(known) do
    if not seen[path] then differences[#differences + 1] = event .. " lacks " .. path end
  end
end

local function compare(what, given, known, differences)
  if given ~= known then
    differences[#differences + 1] = ("%s: %s, known is %s"):format(
      what,
      tostring(given),
      tostring(known)
    )
  end
end

local function compare_limits(catalogue, envelope, differences)
  local garbage = node_at(catalogue, "AMAZON.TrashCollectionAlert.Activated", "alert.garbageTypes")
  compare("garbageTypes", garbage and garbage.max, facts.most_garbage_types, differences)
  local names = envelope.by_name
  compare("referenceId", names.referenceId.max, facts.longest_reference_id, differences)
  local user = names.relevantAudience.by_name.payload.of.Unicast.by_name.user
  compare("user", user.prefix, facts.user_prefix, differences)
  for name, event in pairs(catalogue) do
    local known = facts.locales[name] or facts.locales.others
    compare(name .. " locales", table.concat(event.locales, " "), known, differences)
  end
end

--- Everything in which a catalogue and its envelope say something else than the facts.
---@param catalogue table<string, proactive.EventSchema>
---@param envelope proactive.Node
---@return string[]
function facts.differences(catalogue, envelope)
  local differences = {}
  for event in pairs(facts.fields) do
    if catalogue[event] then
      compare_fields(event, catalogue, differences)
    else
      differences[#differences + 1] = "there is no " .. event
    end
  end
  for _, enum in ipairs(facts.enums) do
    local event, path, values = enum[1], enum[2], enum[3]
    local node = node_at(catalogue, event, path)
    local given = node and table.concat((node.items or node).values, " ")
    if given ~= table.concat(words(values), " ") then
      differences[#differences + 1] = ("%s %s: %s"):format(event, path, tostring(given))
    end
  end
  compare_limits(catalogue, envelope, differences)
  return differences
end

--- The words of a language file that claim to be Amazon's, as in `facts.amazon_words`.
---@param language table
---@return string[]
function facts.claimed_words(language)
  local list = {}
  for name, known in pairs(language.words) do
    for value, word in pairs(known) do
      if word:sub(1, 1) ~= "~" then
        list[#list + 1] = ("%s %s %s"):format(name, value, word)
      end
    end
  end
  table.sort(list)
  return list
end

return facts
