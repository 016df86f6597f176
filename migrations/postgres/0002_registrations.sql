-- What a trigger has at its vendor, or wants to have: written before the vendor is called.
CREATE TABLE registrations (
    id            UUID   NOT NULL PRIMARY KEY,
    workflow_id   UUID   NOT NULL REFERENCES workflows (id),
    trigger_id    TEXT   COLLATE "C" NOT NULL,
    provider      TEXT   NOT NULL,
    hook_id       TEXT   COLLATE "C" NOT NULL UNIQUE,
    credential    TEXT,
    webhook_id    TEXT,
    -- Sealed with the master key, which is never in here.
    signature_key BYTEA,
    state         TEXT   NOT NULL CHECK (state IN ('inactive', 'activating', 'active', 'deactivating', 'error')),
    -- What the vendor was told, to recognise our own subscriptions by.
    url           TEXT,
    events        TEXT   NOT NULL,
    vendor_status TEXT,
    last_error    TEXT,
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL
);

-- Not unique: while a trigger's events change, its old and its new registration exist side by side.
CREATE INDEX registrations_trigger ON registrations (workflow_id, trigger_id);
