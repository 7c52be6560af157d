--- English: how each event is spoken.
---
--- To add a language, copy this file to its two-letter name and write its words and sentences;
--- nothing else is to be done. This is all there is to know:
---
---   {state.status}   the value of that field: a word of `words`, a text, a number, several words
---   {availability.startTime:moment}   a time, said as the pattern `moment` (or `date`) below
---   {messageGroup.count:number}   a number as a word, when `numbers` has one
---   {messageGroup.count|message|messages}   the first if `singular` has the number, or the second
---   {occasion.subject:article}   a text after the first `article`, or the second before `vowel`
---   [ … ]   left out when a field in it is missing or has an empty word
---   ~ at the beginning   the wording is ours: what Amazon says there is not known
---
--- Where several sentences are given, the first for which the event has every field is said;
--- `choose` names the field that decides between the sentences of an event.

local from = require "proactive.schema.sources"

return {
  sources = { from.SCHEMAS, from.JOVO },

  months = {
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
  },
  date = "{month} {day}, {year}",
  clock = "{hour12}[:{minute}] {half}",
  moment = "~{date} at {clock}",
  halves = { "AM", "PM" },

  singular = { 1 },
  numbers = {
    [0] = "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
  },
  article = { "a ", "~an ", vowel = "^[AEIOUaeiou]" },
  list = { between = "~, ", last = "~ and " },

  words = {
    alertType = {
      TORNADO = "tornado",
      HURRICANE = "~hurricane",
      SNOW_STORM = "~snow storm",
      THUNDER_STORM = "~thunder storm",
    },
    status = { UNREAD = "", FLAGGED = "~flagged" },
    freshness = { NEW = "new", OVERDUE = "~overdue" },
    urgency = { URGENT = "urgent" },
    confirmationStatus = {
      CONFIRMED = "confirmed",
      CANCELED = "~canceled",
      RESCHEDULED = "~rescheduled",
      REQUESTED = "~requested",
      CREATED = "~created",
      UPDATED = "~updated",
      RECEIVED = "~received",
    },
    occasionType = {
      RESERVATION_REQUEST = "~reservation request",
      RESERVATION = "~reservation",
      APPOINTMENT_REQUEST = "~appointment request",
      APPOINTMENT = "appointment",
    },
    collectionDayOfWeek = {
      MONDAY = "~Monday",
      TUESDAY = "Tuesday",
      WEDNESDAY = "~Wednesday",
      THURSDAY = "~Thursday",
      FRIDAY = "~Friday",
      SATURDAY = "~Saturday",
      SUNDAY = "~Sunday",
    },
    garbageTypes = {
      BOTTLES = "~bottle",
      BULKY = "~bulky waste",
      BURNABLE = "~burnable waste",
      CANS = "~can",
      CLOTHING = "~clothing",
      COMPOSTABLE = "~compost",
      CRUSHABLE = "~crushable waste",
      GARDEN_WASTE = "~garden waste",
      GLASS = "glass",
      HAZARDOUS = "~hazardous waste",
      HOME_APPLIANCES = "~home appliance",
      KITCHEN_WASTE = "~kitchen waste",
      LANDFILL = "~landfill",
      PET_BOTTLES = "~PET bottle",
      RECYCLABLE_PLASTICS = "~recyclable plastics",
      WASTE_PAPER = "~waste paper",
    },
    method = {
      STREAM = "~stream",
      AIR = "~air",
      RELEASE = "~be released",
      PREMIERE = "~premiere",
      DROP = "~drop",
    },
    relationshipToInvitee = { FRIEND = "~friend", CONTACT = "~contact" },
    inviteType = { CHALLENGE = "~challenged", INVITE = "~invited" },
    offer = { MATCH = "~match", REMATCH = "~rematch", GAME = "~game" },
  },

  events = {
    ["AMAZON.WeatherAlert.Activated"] = "There is a {weatherAlert.alertType} alert for your area."
      .. "[ Provided by {weatherAlert.source}.]",

    ["AMAZON.SportsEvent.Updated"] = "{sportsEvent.eventLeague.name} match update, "
      .. "[{update.teamName} scored! ]"
      .. "{sportsEvent.homeTeamStatistic.team.name} {sportsEvent.homeTeamStatistic.score}, "
      .. "{sportsEvent.awayTeamStatistic.team.name} {sportsEvent.awayTeamStatistic.score}.",

    ["AMAZON.MessageAlert.Activated"] = "You have {messageGroup.count:number}[ {state.freshness}]"
      .. "[ {state.status}][ {messageGroup.urgency}] {messageGroup.count|message|messages} "
      .. "from {messageGroup.creator.name}.",

    ["AMAZON.OrderStatus.Updated"] = {
      choose = "state.status",
      PREORDER_RECEIVED = "Your preorder from {order.seller.name} has been received.",
      ORDER_RECEIVED = "Your order from {order.seller.name} has been received.",
      ORDER_PREPARING = "Your order from {order.seller.name} is being prepared.",
      ORDER_SHIPPED = {
        "Your order from {order.seller.name} has been shipped and will arrive by "
          .. "{state.deliveryDetails.expectedArrival:date}.",
        "~Your order from {order.seller.name} has been shipped.",
      },
      ORDER_OUT_FOR_DELIVERY = {
        "Your order from {order.seller.name} is out for delivery and will arrive by "
          .. "{state.deliveryDetails.expectedArrival:date}.",
        "~Your order from {order.seller.name} is out for delivery.",
      },
      ORDER_DELIVERED = {
        "Your order from {order.seller.name} was delivered on {state.deliveredOn:date}.",
        "Your order from {order.seller.name} has been delivered.",
      },
    },

    ["AMAZON.Occasion.Updated"] = "Your {occasion.occasionType} at {occasion.provider.name} "
      .. "for {occasion.subject:article} on {occasion.bookingTime:date} "
      .. "has been {state.confirmationStatus}.",

    ["AMAZON.TrashCollectionAlert.Activated"] = "This coming {alert.collectionDayOfWeek} is "
      .. "{alert.garbageTypes} collection day.",

    ["AMAZON.MediaContent.Available"] = {
      "{content.name} will {availability.method} on {availability.startTime:moment} "
        .. "on {availability.provider.name}.",
      "~{content.name} will {availability.method} on {availability.startTime:moment}.",
    },

    ["AMAZON.SocialGameInvite.Available"] = "Your {invite.relationshipToInvitee} "
      .. "{invite.inviter.name} has {invite.inviteType} you to a {game.offer} of {game.name}.",
  },
}
