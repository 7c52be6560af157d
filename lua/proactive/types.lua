---@meta
--- The events' types, for editors. Written by scripts/reference.lua from the schema; never
--- loaded.
-- luacheck: ignore

---@alias proactive.Text string|proactive.Localized

---@alias proactive.Time string|number  ISO 8601 text with a zone, or Unix seconds

---@alias proactive.WeatherAlert.Activated.alertType
---| '"TORNADO"'
---| '"HURRICANE"'
---| '"SNOW_STORM"'
---| '"THUNDER_STORM"'

---@class proactive.WeatherAlert.Activated.weatherAlert
--- who issued the alert
---@field source? proactive.Text
--- what is coming
---@field alertType proactive.WeatherAlert.Activated.alertType

---@class proactive.WeatherAlert.Activated
--- the alert
---@field weatherAlert proactive.WeatherAlert.Activated.weatherAlert

---@class proactive.Events.WeatherAlert
local WeatherAlert = {}

--- A severe weather alert for the customer's area.
---@param payload proactive.WeatherAlert.Activated
---@return proactive.Event?
---@return proactive.Error?
function WeatherAlert.Activated(payload) end

---@class proactive.SportsEvent.Updated.update
--- how much was scored
---@field scoreEarned integer
--- who scored
---@field teamName string

---@class proactive.SportsEvent.Updated.sportsEvent.eventLeague
--- its name
---@field name proactive.Text

---@class proactive.SportsEvent.Updated.sportsEvent.homeTeamStatistic.team
--- its name, as spoken
---@field name string

---@class proactive.SportsEvent.Updated.sportsEvent.homeTeamStatistic
--- the team
---@field team proactive.SportsEvent.Updated.sportsEvent.homeTeamStatistic.team
--- its score now
---@field score integer

---@class proactive.SportsEvent.Updated.sportsEvent.awayTeamStatistic.team
--- its name, as spoken
---@field name string

---@class proactive.SportsEvent.Updated.sportsEvent.awayTeamStatistic
--- the team
---@field team proactive.SportsEvent.Updated.sportsEvent.awayTeamStatistic.team
--- its score now
---@field score integer

---@class proactive.SportsEvent.Updated.sportsEvent
--- the league
---@field eventLeague proactive.SportsEvent.Updated.sportsEvent.eventLeague
--- the team that plays at home
---@field homeTeamStatistic proactive.SportsEvent.Updated.sportsEvent.homeTeamStatistic
--- the visiting team
---@field awayTeamStatistic proactive.SportsEvent.Updated.sportsEvent.awayTeamStatistic

---@class proactive.SportsEvent.Updated
--- what has just happened
---@field update? proactive.SportsEvent.Updated.update
--- the match
---@field sportsEvent proactive.SportsEvent.Updated.sportsEvent

---@class proactive.Events.SportsEvent
local SportsEvent = {}

--- The score of a match that is being played.
---@param payload proactive.SportsEvent.Updated
---@return proactive.Event?
---@return proactive.Error?
function SportsEvent.Updated(payload) end

---@alias proactive.MessageAlert.Activated.status
---| '"UNREAD"'
---| '"FLAGGED"'

---@alias proactive.MessageAlert.Activated.freshness
---| '"NEW"'
---| '"OVERDUE"'

---@class proactive.MessageAlert.Activated.state
--- how they are marked
---@field status proactive.MessageAlert.Activated.status
--- how long they have waited
---@field freshness? proactive.MessageAlert.Activated.freshness

---@class proactive.MessageAlert.Activated.messageGroup.creator
--- who wrote them, as spoken
---@field name string

---@alias proactive.MessageAlert.Activated.urgency
---| '"URGENT"'

---@class proactive.MessageAlert.Activated.messageGroup
--- the sender
---@field creator proactive.MessageAlert.Activated.messageGroup.creator
--- how many
---@field count integer
--- given when they are urgent
---@field urgency? proactive.MessageAlert.Activated.urgency

---@class proactive.MessageAlert.Activated
--- the state of the messages
---@field state proactive.MessageAlert.Activated.state
--- the messages
---@field messageGroup proactive.MessageAlert.Activated.messageGroup

---@class proactive.Events.MessageAlert
local MessageAlert = {}

--- Messages wait for the customer.
---@param payload proactive.MessageAlert.Activated
---@return proactive.Event?
---@return proactive.Error?
function MessageAlert.Activated(payload) end

---@alias proactive.OrderStatus.Updated.status
---| '"PREORDER_RECEIVED"'
---| '"ORDER_RECEIVED"'
---| '"ORDER_PREPARING"'
---| '"ORDER_SHIPPED"'
---| '"ORDER_OUT_FOR_DELIVERY"'
---| '"ORDER_DELIVERED"'

---@class proactive.OrderStatus.Updated.state.deliveryDetails
--- when it will arrive; spoken with ORDER_SHIPPED and ORDER_OUT_FOR_DELIVERY
---@field expectedArrival? proactive.Time

---@class proactive.OrderStatus.Updated.state
--- the step reached
---@field status proactive.OrderStatus.Updated.status
--- when it was reached
---@field enterTimestamp? proactive.Time
--- the same in the spelling of some tables; enterTimestamp is documented
---@field enterTimeStamp? proactive.Time
--- when it was delivered; spoken with ORDER_DELIVERED
---@field deliveredOn? proactive.Time
--- the delivery
---@field deliveryDetails? proactive.OrderStatus.Updated.state.deliveryDetails

---@class proactive.OrderStatus.Updated.order.seller
--- who sold it
---@field name proactive.Text

---@class proactive.OrderStatus.Updated.order
--- the seller
---@field seller proactive.OrderStatus.Updated.order.seller

---@class proactive.OrderStatus.Updated
--- where the order is
---@field state proactive.OrderStatus.Updated.state
--- the order
---@field order proactive.OrderStatus.Updated.order

---@class proactive.Events.OrderStatus
local OrderStatus = {}

--- An order has reached its next step.
---@param payload proactive.OrderStatus.Updated
---@return proactive.Event?
---@return proactive.Error?
function OrderStatus.Updated(payload) end

---@alias proactive.Occasion.Updated.confirmationStatus
---| '"CONFIRMED"'
---| '"CANCELED"'
---| '"RESCHEDULED"'
---| '"REQUESTED"'
---| '"CREATED"'
---| '"UPDATED"'
---| '"RECEIVED"'

---@class proactive.Occasion.Updated.state
--- what has happened to it
---@field confirmationStatus proactive.Occasion.Updated.confirmationStatus

---@alias proactive.Occasion.Updated.occasionType
---| '"RESERVATION_REQUEST"'
---| '"RESERVATION"'
---| '"APPOINTMENT_REQUEST"'
---| '"APPOINTMENT"'

---@class proactive.Occasion.Updated.occasion.provider
--- its name
---@field name proactive.Text

---@class proactive.Occasion.Updated.occasion.broker
--- its name
---@field name proactive.Text

---@class proactive.Occasion.Updated.occasion
--- what it is
---@field occasionType proactive.Occasion.Updated.occasionType
--- what it is for
---@field subject proactive.Text
--- who offers it
---@field provider proactive.Occasion.Updated.occasion.provider
--- when it takes place
---@field bookingTime proactive.Time
--- who arranged it
---@field broker? proactive.Occasion.Updated.occasion.broker

---@class proactive.Occasion.Updated
--- the state of the occasion
---@field state proactive.Occasion.Updated.state
--- the occasion
---@field occasion proactive.Occasion.Updated.occasion

---@class proactive.Events.Occasion
local Occasion = {}

--- A reservation or an appointment has changed.
---@param payload proactive.Occasion.Updated
---@return proactive.Event?
---@return proactive.Error?
function Occasion.Updated(payload) end

---@alias proactive.TrashCollectionAlert.Activated.garbageTypes
---| '"BOTTLES"'
---| '"BULKY"'
---| '"BURNABLE"'
---| '"CANS"'
---| '"CLOTHING"'
---| '"COMPOSTABLE"'
---| '"CRUSHABLE"'
---| '"GARDEN_WASTE"'
---| '"GLASS"'
---| '"HAZARDOUS"'
---| '"HOME_APPLIANCES"'
---| '"KITCHEN_WASTE"'
---| '"LANDFILL"'
---| '"PET_BOTTLES"'
---| '"RECYCLABLE_PLASTICS"'
---| '"WASTE_PAPER"'

---@alias proactive.TrashCollectionAlert.Activated.collectionDayOfWeek
---| '"MONDAY"'
---| '"TUESDAY"'
---| '"WEDNESDAY"'
---| '"THURSDAY"'
---| '"FRIDAY"'
---| '"SATURDAY"'
---| '"SUNDAY"'

---@class proactive.TrashCollectionAlert.Activated.alert
--- what is collected
---@field garbageTypes proactive.TrashCollectionAlert.Activated.garbageTypes[]
--- the day of the coming week
---@field collectionDayOfWeek proactive.TrashCollectionAlert.Activated.collectionDayOfWeek

---@class proactive.TrashCollectionAlert.Activated
--- the collection
---@field alert proactive.TrashCollectionAlert.Activated.alert

---@class proactive.Events.TrashCollectionAlert
local TrashCollectionAlert = {}

--- Rubbish will be collected.
---@param payload proactive.TrashCollectionAlert.Activated
---@return proactive.Event?
---@return proactive.Error?
function TrashCollectionAlert.Activated(payload) end

---@class proactive.MediaContent.Available.availability.provider
--- its name
---@field name proactive.Text

---@alias proactive.MediaContent.Available.method
---| '"STREAM"'
---| '"AIR"'
---| '"RELEASE"'
---| '"PREMIERE"'
---| '"DROP"'

---@class proactive.MediaContent.Available.availability
--- when it begins
---@field startTime proactive.Time
--- who offers it
---@field provider? proactive.MediaContent.Available.availability.provider
--- how it comes out
---@field method proactive.MediaContent.Available.method

---@alias proactive.MediaContent.Available.contentType
---| '"BOOK"'
---| '"EPISODE"'
---| '"ALBUM"'
---| '"SINGLE"'
---| '"MOVIE"'
---| '"GAME"'

---@class proactive.MediaContent.Available.content
--- its title
---@field name proactive.Text
--- its kind
---@field contentType proactive.MediaContent.Available.contentType

---@class proactive.MediaContent.Available
--- when, where and how
---@field availability proactive.MediaContent.Available.availability
--- what it is
---@field content proactive.MediaContent.Available.content

---@class proactive.Events.MediaContent
local MediaContent = {}

--- Something to read, hear, watch or play becomes available.
---@param payload proactive.MediaContent.Available
---@return proactive.Event?
---@return proactive.Error?
function MediaContent.Available(payload) end

---@alias proactive.SocialGameInvite.Available.relationshipToInvitee
---| '"FRIEND"'
---| '"CONTACT"'

---@class proactive.SocialGameInvite.Available.invite.inviter
--- the name, as spoken
---@field name string
--- the same in the place some sources show; under invite is documented
---@field relationshipToInvitee? proactive.SocialGameInvite.Available.relationshipToInvitee

---@alias proactive.SocialGameInvite.Available.inviteType
---| '"CHALLENGE"'
---| '"INVITE"'

---@class proactive.SocialGameInvite.Available.invite
--- who invites
---@field inviter proactive.SocialGameInvite.Available.invite.inviter
--- what the two are to each other
---@field relationshipToInvitee? proactive.SocialGameInvite.Available.relationshipToInvitee
--- how it is meant
---@field inviteType proactive.SocialGameInvite.Available.inviteType

---@alias proactive.SocialGameInvite.Available.offer
---| '"MATCH"'
---| '"REMATCH"'
---| '"GAME"'

---@class proactive.SocialGameInvite.Available.game
--- its name
---@field name proactive.Text
--- what is offered
---@field offer proactive.SocialGameInvite.Available.offer

---@class proactive.SocialGameInvite.Available
--- the invitation
---@field invite proactive.SocialGameInvite.Available.invite
--- the game
---@field game proactive.SocialGameInvite.Available.game

---@class proactive.Events.SocialGameInvite
local SocialGameInvite = {}

--- Somebody invites the customer to a game.
---@param payload proactive.SocialGameInvite.Available
---@return proactive.Event?
---@return proactive.Error?
function SocialGameInvite.Available(payload) end

---@class proactive.Events
---@field WeatherAlert proactive.Events.WeatherAlert
---@field SportsEvent proactive.Events.SportsEvent
---@field MessageAlert proactive.Events.MessageAlert
---@field OrderStatus proactive.Events.OrderStatus
---@field Occasion proactive.Events.Occasion
---@field TrashCollectionAlert proactive.Events.TrashCollectionAlert
---@field MediaContent proactive.Events.MediaContent
---@field SocialGameInvite proactive.Events.SocialGameInvite
