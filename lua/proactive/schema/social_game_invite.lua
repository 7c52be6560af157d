--- AMAZON.SocialGameInvite.Available

local from = require "proactive.schema.sources"

local RELATIONSHIPS = { "FRIEND", "CONTACT" }

return {
  name = "AMAZON.SocialGameInvite.Available",
  about = "Somebody invites the customer to a game.",
  sources = { from.SCHEMAS, from.JOVO, from.ALEXA_NET, from.ASK_UTILS, from.VOXA },
  -- The Japanese page says so.
  locales = { "en-US", sources = { from.SCHEMAS_JA } },
  payload = {
    kind = "object",
    fields = {
      {
        name = "invite",
        kind = "object",
        required = true,
        about = "the invitation",
        fields = {
          {
            name = "inviter",
            kind = "object",
            required = true,
            about = "who invites",
            fields = {
              {
                name = "name",
                kind = "text",
                required = true,
                attribute = "inviterName",
                about = "the name, as spoken",
              },
              {
                name = "relationshipToInvitee",
                kind = "enum",
                values = RELATIONSHIPS,
                misplaced = "most sources put it directly under invite; nobody knows which place "
                  .. "the service reads",
                about = "the same in the place some sources show; under invite is documented",
                sources = { from.JOVO, from.SCHEMAS_JA },
              },
            },
          },
          {
            name = "relationshipToInvitee",
            kind = "enum",
            required = true,
            elsewhere = { "inviter", "relationshipToInvitee" },
            values = RELATIONSHIPS,
            about = "what the two are to each other",
            sources = { from.ALEXA_NET, from.VOXA, from.ASK_UTILS },
          },
          {
            name = "inviteType",
            kind = "enum",
            required = true,
            values = { "CHALLENGE", "INVITE" },
            about = "how it is meant",
          },
        },
      },
      {
        name = "game",
        kind = "object",
        required = true,
        about = "the game",
        fields = {
          {
            name = "name",
            kind = "text",
            required = true,
            attribute = "gameName",
            localizable = true,
            about = "its name",
          },
          {
            name = "offer",
            kind = "enum",
            required = true,
            values = { "MATCH", "REMATCH", "GAME" },
            about = "what is offered",
          },
        },
      },
    },
  },
  example = {
    invite = {
      inviter = { name = "Max" },
      relationshipToInvitee = "FRIEND",
      inviteType = "CHALLENGE",
    },
    game = { offer = "MATCH", name = { localized = { ["en-US"] = "The Red" } } },
  },
}
