--- AMAZON.MessageAlert.Activated

local from = require "proactive.schema.sources"

return {
  name = "AMAZON.MessageAlert.Activated",
  about = "Messages wait for the customer.",
  sources = { from.SCHEMAS, from.JOVO, from.ALEXA_NET, from.ASK_UTILS },
  payload = {
    kind = "object",
    fields = {
      {
        name = "state",
        kind = "object",
        required = true,
        about = "the state of the messages",
        fields = {
          {
            name = "status",
            kind = "enum",
            required = true,
            values = { "UNREAD", "FLAGGED" },
            about = "how they are marked",
          },
          {
            name = "freshness",
            kind = "enum",
            values = { "NEW", "OVERDUE" },
            about = "how long they have waited",
          },
        },
      },
      {
        name = "messageGroup",
        kind = "object",
        required = true,
        about = "the messages",
        fields = {
          {
            name = "creator",
            kind = "object",
            required = true,
            about = "the sender",
            fields = {
              {
                name = "name",
                kind = "text",
                required = true,
                attribute = "creatorName",
                about = "who wrote them, as spoken",
              },
            },
          },
          -- The range is documented nowhere; a negative count is nothing that can be said.
          { name = "count", kind = "integer", required = true, min = 0, about = "how many" },
          {
            name = "urgency",
            kind = "enum",
            values = { "URGENT" },
            about = "given when they are urgent",
          },
        },
      },
    },
  },
  example = {
    state = { status = "UNREAD", freshness = "NEW" },
    messageGroup = { creator = { name = "Andy" }, count = 5, urgency = "URGENT" },
  },
}
