--- The script of host.c: tells everybody when a match ends, without holding up a frame.

local proactive = require "proactive"

-- Seconds of a frame that notifications may take. It has 16.7 ms for everything.
local BUDGET = 0.002

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
  return assert(proactive.events.SportsEvent.Updated {
    update = { scoreEarned = 0, teamName = "Home" },
    sportsEvent = {
      eventLeague = { name = proactive.localized { ["en-US"] = "Example League" } },
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
    local taken, err = client:submit(event, proactive.audience.multicast(), nil, on_done)
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
