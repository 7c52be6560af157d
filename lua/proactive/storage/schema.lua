--- The tables, version by version. A version that was published never changes: what is new is a new
--- version, and every store becomes one after the other.
---
--- LuaDBI reads integers cut to 32 bits and loses digits of wide numbers: columns are text, or are
--- passed as texts and read with `CAST(… AS TEXT)`. Names begin with `proactive_`, since the
--- database may be shared.

local schema = {}

schema.META = "proactive_meta"

--- Statements by version; `$row_key` is the dialect's word.
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
  {
    -- docs/campaigns.md tells these
    [[CREATE TABLE proactive_campaigns (
        campaign BIGINT NOT NULL PRIMARY KEY,
        name TEXT NOT NULL UNIQUE,
        id TEXT NOT NULL,
        definition TEXT NOT NULL,
        state TEXT NOT NULL,
        reason TEXT,
        target TEXT,
        recipients BIGINT,
        canary_last BIGINT,
        created_at DOUBLE PRECISION,
        started_at DOUBLE PRECISION,
        ended_at DOUBLE PRECISION,
        slot_at DOUBLE PRECISION)]],
    -- the key is an alias of SQLite's own row number only as INTEGER
    [[CREATE TABLE proactive_recipients (
        place $row_key PRIMARY KEY,
        campaign BIGINT NOT NULL,
        customer TEXT NOT NULL,
        user_id TEXT,
        region TEXT)]],
    [[CREATE UNIQUE INDEX proactive_recipients_customer
        ON proactive_recipients (campaign, customer)]],
    [[CREATE TABLE proactive_batches (
        campaign BIGINT NOT NULL,
        first BIGINT NOT NULL,
        last BIGINT NOT NULL,
        size BIGINT NOT NULL,
        owner TEXT,
        until DOUBLE PRECISION,
        claims BIGINT NOT NULL DEFAULT 0,
        done TEXT,
        PRIMARY KEY (campaign, first))]],
    [[CREATE INDEX proactive_batches_open
        ON proactive_batches (campaign, first) WHERE done IS NULL]],
    [[CREATE TABLE proactive_outcomes (
        place $row_key PRIMARY KEY,
        outcome TEXT NOT NULL,
        at DOUBLE PRECISION,
        detail TEXT)]],
    [[CREATE TABLE proactive_tallies (
        campaign BIGINT NOT NULL,
        first BIGINT NOT NULL,
        outcome TEXT NOT NULL,
        number BIGINT NOT NULL,
        PRIMARY KEY (campaign, first, outcome))]],
    -- docs/subscribers.md tells these
    [[CREATE TABLE proactive_marks (
        customer TEXT NOT NULL,
        stage TEXT NOT NULL,
        event TEXT NOT NULL,
        at TEXT NOT NULL,
        run TEXT NOT NULL,
        PRIMARY KEY (customer, stage, event))]],
    "CREATE INDEX proactive_marks_run ON proactive_marks (run)",
  },
}

return schema
