-- A goal has just been scored. Try it: proactive preview examples/events/sports_event.lua

local proactive = require "proactive"

return assert(proactive.events.SportsEvent.Updated {
  update = { scoreEarned = 1, teamName = "Apples" },
  sportsEvent = {
    eventLeague = {
      name = proactive.localized { ["en-US"] = "TreeFruit League", ["de-DE"] = "Obstbaumliga" },
    },
    homeTeamStatistic = { team = { name = "Oranges" }, score = 1 },
    awayTeamStatistic = { team = { name = "Apples" }, score = 2 },
  },
})
