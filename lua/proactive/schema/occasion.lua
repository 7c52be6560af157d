--- AMAZON.Occasion.Updated

local from = require "proactive.schema.sources"

-- Three clients have REQUESTED; one replaced it by RECEIVED in June 2019, citing the documentation.
local REQUESTED_OR_RECEIVED = "sources disagree whether the service takes REQUESTED or RECEIVED"

local function named(field, required, attribute, about)
  return {
    name = field,
    kind = "object",
    required = required,
    about = about,
    fields = {
      {
        name = "name",
        kind = "text",
        required = true,
        attribute = attribute,
        localizable = true,
        about = "its name",
      },
    },
  }
end

return {
  name = "AMAZON.Occasion.Updated",
  about = "A reservation or an appointment has changed.",
  sources = { from.SCHEMAS, from.JOVO, from.ALEXA_NET, from.ASK_UTILS, from.VOXA },
  payload = {
    kind = "object",
    fields = {
      {
        name = "state",
        kind = "object",
        required = true,
        about = "the state of the occasion",
        fields = {
          {
            name = "confirmationStatus",
            kind = "enum",
            required = true,
            values = {
              "CONFIRMED",
              "CANCELED",
              "RESCHEDULED",
              "REQUESTED",
              "CREATED",
              "UPDATED",
              "RECEIVED",
            },
            disputed = { REQUESTED = REQUESTED_OR_RECEIVED, RECEIVED = REQUESTED_OR_RECEIVED },
            about = "what has happened to it",
            sources = { from.JOVO, from.VOXA, from.ASK_UTILS, from.ALEXA_NET },
          },
        },
      },
      {
        name = "occasion",
        kind = "object",
        required = true,
        about = "the occasion",
        fields = {
          {
            name = "occasionType",
            kind = "enum",
            required = true,
            values = {
              "RESERVATION_REQUEST",
              "RESERVATION",
              "APPOINTMENT_REQUEST",
              "APPOINTMENT",
            },
            about = "what it is",
          },
          {
            name = "subject",
            kind = "text",
            required = true,
            attribute = "subject",
            localizable = true,
            about = "what it is for",
          },
          named("provider", true, "providerName", "who offers it"),
          { name = "bookingTime", kind = "time", required = true, about = "when it takes place" },
          named("broker", false, "brokerName", "who arranged it"),
        },
      },
    },
  },
  example = {
    state = { confirmationStatus = "CONFIRMED" },
    occasion = {
      occasionType = "APPOINTMENT",
      subject = { localized = { ["en-US"] = "root canal" } },
      provider = { name = { localized = { ["en-US"] = "Dental XYZ" } } },
      bookingTime = "2026-02-10T19:16:31Z",
      broker = { name = { localized = { ["en-US"] = "Dental Finder" } } },
    },
  },
}
