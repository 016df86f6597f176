-- What a trigger has at its vendor, or wants to have: written before the vendor is called.
CREATE TABLE registrations (
    id            BLOB    NOT NULL PRIMARY KEY,
    workflow_id   BLOB    NOT NULL REFERENCES workflows (id),
    trigger_id    TEXT    NOT NULL,
    provider      TEXT    NOT NULL,
    hook_id       TEXT    NOT NULL UNIQUE,
    credential    TEXT,
    webhook_id    TEXT,
    -- Sealed with the master key, which is never in here.
    signature_key BLOB,
    state         TEXT    NOT NULL CHECK (state IN ('inactive', 'activating', 'active', 'deactivating', 'error')),
    -- What the vendor was told, to recognise our own subscriptions by.
    url           TEXT,
    events        TEXT    NOT NULL,
    vendor_status TEXT,
    last_error    TEXT,
    created_at    INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL
) STRICT;

-- Not unique: while a trigger's events change, its old and its new registration exist side by side.
CREATE INDEX registrations_trigger ON registrations (workflow_id, trigger_id);
