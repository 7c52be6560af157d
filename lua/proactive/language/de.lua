--- German. Amazon's wording was not found: every sentence is composed in the manner of the English
--- ones. How this file is read is explained in en.lua.

return {
  composed = true,

  months = {
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
  },
  date = "{day}. {month} {year}",
  clock = "{hour}[:{minute}] Uhr",
  moment = "{date} um {clock}",
  halves = { "vormittags", "nachmittags" },

  singular = { 1 },
  numbers = {
    [0] = "keine",
    "eine",
    "zwei",
    "drei",
    "vier",
    "fünf",
    "sechs",
    "sieben",
    "acht",
    "neun",
    "zehn",
    "elf",
    "zwölf",
  },
  list = { between = ", ", last = " und " },

  words = {
    alertType = {
      TORNADO = "eine Tornadowarnung",
      HURRICANE = "eine Hurrikanwarnung",
      SNOW_STORM = "eine Schneesturmwarnung",
      THUNDER_STORM = "eine Gewitterwarnung",
    },
    status = { UNREAD = "", FLAGGED = "markierte" },
    freshness = { NEW = "neue", OVERDUE = "überfällige" },
    urgency = { URGENT = "dringende" },
    confirmationStatus = {
      CONFIRMED = "bestätigt",
      CANCELED = "abgesagt",
      RESCHEDULED = "verschoben",
      REQUESTED = "angefragt",
      CREATED = "angelegt",
      UPDATED = "geändert",
      RECEIVED = "entgegengenommen",
    },
    occasionType = {
      RESERVATION_REQUEST = "Ihre Reservierungsanfrage",
      RESERVATION = "Ihre Reservierung",
      APPOINTMENT_REQUEST = "Ihre Terminanfrage",
      APPOINTMENT = "Ihr Termin",
    },
    collectionDayOfWeek = {
      MONDAY = "Montag",
      TUESDAY = "Dienstag",
      WEDNESDAY = "Mittwoch",
      THURSDAY = "Donnerstag",
      FRIDAY = "Freitag",
      SATURDAY = "Samstag",
      SUNDAY = "Sonntag",
    },
    garbageTypes = {
      BOTTLES = "Flaschen",
      BULKY = "Sperrmüll",
      BURNABLE = "brennbaren Abfall",
      CANS = "Dosen",
      CLOTHING = "Altkleider",
      COMPOSTABLE = "kompostierbaren Abfall",
      CRUSHABLE = "zerkleinerbaren Abfall",
      GARDEN_WASTE = "Gartenabfälle",
      GLASS = "Glas",
      HAZARDOUS = "Sondermüll",
      HOME_APPLIANCES = "Haushaltsgeräte",
      KITCHEN_WASTE = "Küchenabfälle",
      LANDFILL = "Restmüll",
      PET_BOTTLES = "PET-Flaschen",
      RECYCLABLE_PLASTICS = "wiederverwertbare Kunststoffe",
      WASTE_PAPER = "Altpapier",
    },
    method = {
      STREAM = "startet im Stream",
      AIR = "läuft",
      RELEASE = "erscheint",
      PREMIERE = "hat Premiere",
      DROP = "kommt heraus",
    },
    relationshipToInvitee = { FRIEND = "Aus Ihrem Freundeskreis", CONTACT = "Aus Ihren Kontakten" },
    inviteType = { CHALLENGE = "herausgefordert", INVITE = "eingeladen" },
    offer = { MATCH = "einem Match", REMATCH = "einer Revanche", GAME = "einer Partie" },
  },

  events = {
    ["AMAZON.WeatherAlert.Activated"] = "Für Ihre Region gilt {weatherAlert.alertType}."
      .. "[ Diese Meldung kommt von {weatherAlert.source}.]",

    ["AMAZON.SportsEvent.Updated"] = "{sportsEvent.eventLeague.name}, neuer Spielstand: "
      .. "[{update.teamName} hat gepunktet! ]"
      .. "{sportsEvent.homeTeamStatistic.team.name} {sportsEvent.homeTeamStatistic.score}, "
      .. "{sportsEvent.awayTeamStatistic.team.name} {sportsEvent.awayTeamStatistic.score}.",

    ["AMAZON.MessageAlert.Activated"] = "Sie haben {messageGroup.count:number}[ {state.freshness}]"
      .. "[ {state.status}][ {messageGroup.urgency}] {messageGroup.count|Nachricht|Nachrichten} "
      .. "von {messageGroup.creator.name}.",

    ["AMAZON.OrderStatus.Updated"] = {
      choose = "state.status",
      PREORDER_RECEIVED = "Ihre Vorbestellung bei {order.seller.name} ist eingegangen.",
      ORDER_RECEIVED = "Ihre Bestellung bei {order.seller.name} ist eingegangen.",
      ORDER_PREPARING = "Ihre Bestellung bei {order.seller.name} wird vorbereitet.",
      ORDER_SHIPPED = {
        "Ihre Bestellung bei {order.seller.name} wurde versandt und kommt bis zum "
          .. "{state.deliveryDetails.expectedArrival:date} an.",
        "Ihre Bestellung bei {order.seller.name} wurde versandt.",
      },
      ORDER_OUT_FOR_DELIVERY = {
        "Ihre Bestellung bei {order.seller.name} wird gerade zugestellt und kommt bis zum "
          .. "{state.deliveryDetails.expectedArrival:date} an.",
        "Ihre Bestellung bei {order.seller.name} wird gerade zugestellt.",
      },
      ORDER_DELIVERED = {
        "Ihre Bestellung bei {order.seller.name} wurde am {state.deliveredOn:date} zugestellt.",
        "Ihre Bestellung bei {order.seller.name} wurde zugestellt.",
      },
    },

    ["AMAZON.Occasion.Updated"] = "{occasion.occasionType} bei {occasion.provider.name} "
      .. "für {occasion.subject} am {occasion.bookingTime:date} "
      .. "wurde {state.confirmationStatus}.",

    ["AMAZON.TrashCollectionAlert.Activated"] = "Am kommenden {alert.collectionDayOfWeek} ist "
      .. "Abholtag für {alert.garbageTypes}.",

    ["AMAZON.MediaContent.Available"] = "{content.name} {availability.method} am "
      .. "{availability.startTime:moment}[ bei {availability.provider.name}].",

    ["AMAZON.SocialGameInvite.Available"] = "{invite.relationshipToInvitee} hat "
      .. "{invite.inviter.name} Sie zu {game.offer} in {game.name} {invite.inviteType}.",
  },
}
