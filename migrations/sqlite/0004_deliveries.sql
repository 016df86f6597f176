-- Every request that reached an inbound URL, also the refused ones, whose hook may be nobody's: no foreign keys.
CREATE TABLE deliveries (
    id          BLOB    NOT NULL PRIMARY KEY,
    hook_id     TEXT    NOT NULL,
    workflow_id BLOB,
    outcome     TEXT    NOT NULL CHECK (outcome IN ('accepted', 'duplicate', 'filtered', 'rejected')),
    reason      TEXT,
    event_id    TEXT,
    event_type  TEXT,
    received_at INTEGER NOT NULL,
    size        INTEGER NOT NULL,
    headers     TEXT    NOT NULL,
    -- Byte for byte as it was sent; last, so that a list does not read past it.
    body        BLOB
) STRICT;

CREATE INDEX deliveries_hook ON deliveries (hook_id, id);
CREATE INDEX deliveries_outcome ON deliveries (outcome, id);
CREATE INDEX deliveries_workflow ON deliveries (workflow_id, id) WHERE workflow_id IS NOT NULL;
