--- A skill that keeps who is subscribed. What is in /tmp goes with the machine that Lambda gave:
--- name a server in PROACTIVE_STORE, as postgresql://user@host/dbname.

local proactive = require "proactive"

local store = os.getenv "PROACTIVE_STORE" or "sqlite:/tmp/proactive.db"

return {
  application_id = os.getenv "SKILL_ID" or "amzn1.ask.skill.5a4db0c5-0000-4000-8000-000000000001",
  registry = assert(proactive.registry.open(store)),
  on = {
    LaunchRequest = function()
      return "I tell you when something new is there."
    end,
  },
}
