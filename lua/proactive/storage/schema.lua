--- The tables, version by version. A version that was published never changes: what is new is a new
--- version, and every store becomes one after the other.
---
--- All columns are text: LuaDBI reads integers cut to 32 bits. Names begin with `proactive_`, since
--- the database may be shared.

local schema = {}

schema.META = "proactive_meta"

--- Statements by version, the same on both databases.
---@type string[][]
schema.versions = {
  {
    -- docs/subscribers.md tells the columns
    [[CREATE TABLE proactive_customers (
        customer TEXT NOT NULL PRIMARY KEY,
        user_id TEXT,
        erased TEXT,
        enabled TEXT, enabled_at TEXT,
        subscriptions TEXT, subscriptions_at TEXT,
        permissions TEXT, permissions_at TEXT,
        account_linked TEXT, account_linked_at TEXT,
        locale TEXT, locale_at TEXT,
        region TEXT, region_at TEXT)]],
  },
}

return schema
