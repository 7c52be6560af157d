--- AMAZON.WeatherAlert.Activated

local from = require "proactive.schema.sources"

return {
  name = "AMAZON.WeatherAlert.Activated",
  about = "A severe weather alert for the customer's area.",
  sources = { from.SCHEMAS, from.JOVO, from.ALEXA_NET, from.ASK_UTILS },
  payload = {
    kind = "object",
    fields = {
      {
        name = "weatherAlert",
        kind = "object",
        required = true,
        about = "the alert",
        fields = {
          {
            -- One table calls it required; three typed clients and the template, which drops the
            -- sentence without it, say optional.
            name = "source",
            kind = "text",
            attribute = "source",
            localizable = true,
            about = "who issued the alert",
            sources = { from.JOVO, from.ALEXA_NET, from.ASK_UTILS, from.SCHEMAS_JA },
          },
          {
            name = "alertType",
            kind = "enum",
            required = true,
            values = { "TORNADO", "HURRICANE", "SNOW_STORM", "THUNDER_STORM" },
            about = "what is coming",
          },
        },
      },
    },
  },
  example = {
    weatherAlert = {
      source = { localized = { ["en-US"] = "Example Weather Corp" } },
      alertType = "TORNADO",
    },
  },
}
