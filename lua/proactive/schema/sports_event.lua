--- AMAZON.SportsEvent.Updated

local from = require "proactive.schema.sources"

--- One side of the match: its name and its score.
local function team(field, attribute, about)
  return {
    name = field,
    kind = "object",
    required = true,
    about = about,
    fields = {
      {
        name = "team",
        kind = "object",
        required = true,
        about = "the team",
        fields = {
          {
            name = "name",
            kind = "text",
            required = true,
            attribute = attribute,
            about = "its name, as spoken",
          },
        },
      },
      { name = "score", kind = "integer", required = true, min = 0, about = "its score now" },
    },
  }
end

return {
  name = "AMAZON.SportsEvent.Updated",
  about = "The score of a match that is being played.",
  sources = { from.SCHEMAS, from.JOVO, from.ALEXA_NET, from.ASK_UTILS },
  payload = {
    kind = "object",
    fields = {
      {
        name = "update",
        kind = "object",
        about = "what has just happened",
        fields = {
          {
            name = "scoreEarned",
            kind = "integer",
            required = true,
            min = 0,
            about = "how much was scored",
          },
          {
            name = "teamName",
            kind = "text",
            required = true,
            attribute = "teamName",
            about = "who scored",
          },
        },
      },
      {
        name = "sportsEvent",
        kind = "object",
        required = true,
        about = "the match",
        fields = {
          {
            name = "eventLeague",
            kind = "object",
            required = true,
            about = "the league",
            fields = {
              {
                name = "name",
                kind = "text",
                required = true,
                attribute = "eventLeagueName",
                localizable = true,
                about = "its name",
              },
            },
          },
          team("homeTeamStatistic", "homeTeamName", "the team that plays at home"),
          team("awayTeamStatistic", "awayTeamName", "the visiting team"),
        },
      },
    },
  },
  example = {
    update = { scoreEarned = 1, teamName = "Apples" },
    sportsEvent = {
      eventLeague = { name = { localized = { ["en-US"] = "TreeFruit League" } } },
      homeTeamStatistic = { team = { name = "Oranges" }, score = 1 },
      awayTeamStatistic = { team = { name = "Apples" }, score = 2 },
    },
  },
}
