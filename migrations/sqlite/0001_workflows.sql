-- Ids are UUIDv7 in 16 bytes, times are microseconds since 1970 in UTC: the same on both databases.

CREATE TABLE workflows (
    id          BLOB    NOT NULL PRIMARY KEY,
    name        TEXT    NOT NULL,
    description TEXT,
    state       TEXT    NOT NULL CHECK (state IN ('inactive', 'activating', 'active', 'deactivating', 'error')),
    version     INTEGER NOT NULL,
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL,
    -- A deleted workflow keeps its row, because the history still names it.
    deleted_at  INTEGER
) STRICT;

-- A name is free again once its workflow is deleted.
CREATE UNIQUE INDEX workflows_name ON workflows (name) WHERE deleted_at IS NULL;

-- Every version stays: an execution runs the one that it was born with.
CREATE TABLE workflow_versions (
    workflow_id BLOB    NOT NULL REFERENCES workflows (id),
    version     INTEGER NOT NULL,
    yaml        TEXT    NOT NULL,
    created_at  INTEGER NOT NULL,
    PRIMARY KEY (workflow_id, version)
) STRICT;
