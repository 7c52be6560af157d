--- AMAZON.OrderStatus.Updated

local from = require "proactive.schema.sources"

return {
  name = "AMAZON.OrderStatus.Updated",
  about = "An order has reached its next step.",
  sources = { from.SCHEMAS, from.JOVO, from.ALEXA_NET, from.ASK_UTILS },
  -- The Japanese page says so; against it, Amazon's own sample sends en-GB too.
  locales = { "en-US", sources = { from.SCHEMAS_JA } },
  payload = {
    kind = "object",
    fields = {
      {
        name = "state",
        kind = "object",
        required = true,
        about = "where the order is",
        fields = {
          {
            name = "status",
            kind = "enum",
            required = true,
            values = {
              "PREORDER_RECEIVED",
              "ORDER_RECEIVED",
              "ORDER_PREPARING",
              "ORDER_SHIPPED",
              "ORDER_OUT_FOR_DELIVERY",
              "ORDER_DELIVERED",
            },
            about = "the step reached",
          },
          { name = "enterTimestamp", kind = "time", about = "when it was reached" },
          {
            name = "enterTimeStamp",
            kind = "time",
            about = "the same in the spelling of some tables; enterTimestamp is documented",
            sources = { from.JOVO, from.AFTERSHIP },
          },
          {
            name = "deliveredOn",
            kind = "time",
            about = "when it was delivered; spoken with ORDER_DELIVERED",
            sources = { from.SCHEMAS_JA, from.AFTERSHIP },
          },
          {
            name = "deliveryDetails",
            kind = "object",
            about = "the delivery",
            fields = {
              -- Required inside deliveryDetails in two typed clients, optional in the table.
              {
                name = "expectedArrival",
                kind = "time",
                about = "when it will arrive; spoken with ORDER_SHIPPED and ORDER_OUT_FOR_DELIVERY",
              },
            },
          },
        },
      },
      {
        name = "order",
        kind = "object",
        required = true,
        about = "the order",
        fields = {
          {
            name = "seller",
            kind = "object",
            required = true,
            about = "the seller",
            fields = {
              {
                name = "name",
                kind = "text",
                required = true,
                attribute = "sellerName",
                localizable = true,
                about = "who sold it",
              },
            },
          },
        },
      },
    },
  },
  example = {
    state = {
      status = "ORDER_SHIPPED",
      deliveryDetails = { expectedArrival = "2026-01-18T23:32:00.463Z" },
    },
    order = { seller = { name = { localized = { ["en-US"] = "Delivery Owl" } } } },
  },
}
