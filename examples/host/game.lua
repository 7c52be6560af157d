--- The script of host.c: tells everybody when a match ends, without holding up a frame.

local proactive = require "proactive"

-- Seconds of a frame that notifications may take. It has 16.7 ms for everything.
local BUDGET = 0.002

-- Taken here, so that no frame spends its time on loading the catalogue.
local SportsEvent, audience = proactive.events.SportsEvent, proactive.audience
local league = proactive.localized { ["en-US"] = "Example League" }

local client = assert(proactive.client {})
local frame, told, failed = 0, 0, 0

local function on_done(receipt, err)
  if receipt then
    told = told + 1
  else
    failed = failed + 1
    io.stderr:write(tostring(err), "\n")
  end
end

local function final_whistle(home, away)
  return assert(SportsEvent.Updated {
    update = { scoreEarned = 0, teamName = "Home" },
    sportsEvent = {
      eventLeague = { name = league },
      homeTeamStatistic = { team = { name = "Home" }, score = home },
      awayTeamStatistic = { team = { name = "Away" }, score = away },
    },
  })
end

local game = {}

--- Called 60 times a second. How many events are under way.
function game.frame()
  frame = frame + 1
  if frame % 30 == 0 and frame <= 300 then -- twice a second, ten times
    local event = final_whistle(frame / 30, 1)
    local taken, err = client:submit(event, audience.multicast(), nil, on_done)
    if not taken then io.stderr:write(tostring(err), "\n") end
  end
  client:step(0, BUDGET)
  return client:pending()
end

function game.finish()
  client:close()
  print(("%d told, %d failed"):format(told, failed))
end

return game
