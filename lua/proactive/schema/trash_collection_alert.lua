--- AMAZON.TrashCollectionAlert.Activated

local from = require "proactive.schema.sources"

return {
  name = "AMAZON.TrashCollectionAlert.Activated",
  about = "Rubbish will be collected.",
  sources = { from.SCHEMAS, from.JOVO, from.ALEXA_NET, from.ASK_UTILS, from.VOXA },
  payload = {
    kind = "object",
    fields = {
      {
        name = "alert",
        kind = "object",
        required = true,
        about = "the collection",
        fields = {
          {
            name = "garbageTypes",
            kind = "array",
            required = true,
            -- The greatest number is documented. The least is not; none at all is nothing to
            -- announce.
            min = 1,
            max = 5,
            about = "what is collected",
            items = {
              kind = "enum",
              values = {
                "BOTTLES",
                "BULKY",
                "BURNABLE",
                "CANS",
                "CLOTHING",
                "COMPOSTABLE",
                "CRUSHABLE",
                "GARDEN_WASTE",
                "GLASS",
                "HAZARDOUS",
                "HOME_APPLIANCES",
                "KITCHEN_WASTE",
                "LANDFILL",
                "PET_BOTTLES",
                "RECYCLABLE_PLASTICS",
                "WASTE_PAPER",
              },
            },
          },
          {
            name = "collectionDayOfWeek",
            kind = "enum",
            required = true,
            values = {
              "MONDAY",
              "TUESDAY",
              "WEDNESDAY",
              "THURSDAY",
              "FRIDAY",
              "SATURDAY",
              "SUNDAY",
            },
            about = "the day of the coming week",
          },
        },
      },
    },
  },
  example = {
    alert = {
      garbageTypes = { "COMPOSTABLE", "RECYCLABLE_PLASTICS" },
      collectionDayOfWeek = "TUESDAY",
    },
  },
}
