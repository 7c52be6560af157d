--- AMAZON.MediaContent.Available

local from = require "proactive.schema.sources"

return {
  name = "AMAZON.MediaContent.Available",
  about = "Something to read, hear, watch or play becomes available.",
  sources = { from.SCHEMAS, from.JOVO, from.ALEXA_NET, from.ASK_UTILS, from.COOKBOOK },
  payload = {
    kind = "object",
    fields = {
      {
        name = "availability",
        kind = "object",
        required = true,
        about = "when, where and how",
        fields = {
          { name = "startTime", kind = "time", required = true, about = "when it begins" },
          {
            name = "provider",
            kind = "object",
            about = "who offers it",
            fields = {
              {
                name = "name",
                kind = "text",
                required = true,
                attribute = "providerName",
                localizable = true,
                about = "its name",
              },
            },
          },
          {
            name = "method",
            kind = "enum",
            required = true,
            values = { "STREAM", "AIR", "RELEASE", "PREMIERE", "DROP" },
            about = "how it comes out",
          },
        },
      },
      {
        name = "content",
        kind = "object",
        required = true,
        about = "what it is",
        fields = {
          {
            name = "name",
            kind = "text",
            required = true,
            attribute = "contentName",
            localizable = true,
            about = "its title",
          },
          {
            name = "contentType",
            kind = "enum",
            required = true,
            values = { "BOOK", "EPISODE", "ALBUM", "SINGLE", "MOVIE", "GAME" },
            about = "its kind",
          },
        },
      },
    },
  },
  example = {
    availability = {
      startTime = "2026-01-16T21:00:00Z",
      provider = { name = { localized = { ["en-US"] = "Example Channel" } } },
      method = "AIR",
    },
    content = {
      name = { localized = { ["en-US"] = "Example Show" } },
      contentType = "EPISODE",
    },
  },
}
