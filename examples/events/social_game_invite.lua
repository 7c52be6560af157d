-- A friend wants to play. Try it: proactive preview examples/events/social_game_invite.lua

local proactive = require "proactive"

return assert(proactive.events.SocialGameInvite.Available {
  invite = {
    inviter = { name = "Max" },
    relationshipToInvitee = "FRIEND",
    inviteType = "CHALLENGE",
  },
  game = { offer = "MATCH", name = proactive.localized { ["en-US"] = "The Red" } },
})
