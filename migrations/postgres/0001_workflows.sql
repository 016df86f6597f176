-- Ids are UUIDv7, times are microseconds since 1970 in UTC: the same on both databases.

CREATE TABLE workflows (
    id          UUID   NOT NULL PRIMARY KEY,
    -- Pages of names must have the same order here as on SQLite, whatever the cluster's locale is.
    name        TEXT   COLLATE "C" NOT NULL,
    description TEXT,
    state       TEXT   NOT NULL CHECK (state IN ('inactive', 'activating', 'active', 'deactivating', 'error')),
    version     BIGINT NOT NULL,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    -- A deleted workflow keeps its row, because the history still names it.
    deleted_at  BIGINT
);

-- A name is free again once its workflow is deleted.
CREATE UNIQUE INDEX workflows_name ON workflows (name) WHERE deleted_at IS NULL;

-- Every version stays: an execution runs the one that it was born with.
CREATE TABLE workflow_versions (
    workflow_id UUID   NOT NULL REFERENCES workflows (id),
    version     BIGINT NOT NULL,
    yaml        TEXT   NOT NULL,
    created_at  BIGINT NOT NULL,
    PRIMARY KEY (workflow_id, version)
);
