-- What the whole language needs of an execution. All of it is NULL, or 0, for an ordinary one.

-- The execution whose step started it, and where that step is.
ALTER TABLE executions ADD COLUMN parent_id UUID;
ALTER TABLE executions ADD COLUMN parent_path TEXT;
-- What it is counted by, and how many of that may be under way at once. One that must wait for its turn is queued and
-- due never.
ALTER TABLE executions ADD COLUMN gate TEXT;
ALTER TABLE executions ADD COLUMN gate_limit BIGINT;
-- Whether something that it may wait for has happened since it was last claimed.
ALTER TABLE executions ADD COLUMN signalled BIGINT NOT NULL DEFAULT 0;
-- What its masked fields held, sealed with the master key, which is never in here.
ALTER TABLE executions ADD COLUMN sealed BYTEA;

CREATE INDEX executions_parent ON executions (parent_id, parent_path) WHERE parent_id IS NOT NULL;
-- Who waits for their turn, and who has it.
CREATE INDEX executions_gate_queued ON executions (workflow_id, gate, id)
    WHERE gate IS NOT NULL AND status = 'queued' AND due_at IS NULL;
CREATE INDEX executions_gate_held ON executions (workflow_id, gate)
    WHERE gate IS NOT NULL AND finished_at IS NULL AND (status <> 'queued' OR due_at IS NOT NULL);

-- Durable keys of workflows.
CREATE TABLE state (
    workflow_id UUID   NOT NULL,
    -- A list has the same order here as on SQLite, whatever the cluster's locale is.
    key         TEXT   COLLATE "C" NOT NULL,
    value       TEXT   NOT NULL,
    updated_at  BIGINT NOT NULL,
    PRIMARY KEY (workflow_id, key)
);

-- What became of each wait: what it was resumed with, or NULL where its time ran out first. The first one decides.
CREATE TABLE resumes (
    execution_id UUID NOT NULL,
    path         TEXT NOT NULL,
    payload      TEXT,
    created_at   BIGINT NOT NULL,
    PRIMARY KEY (execution_id, path)
);

-- What an execution answers the request that started it and still waits.
CREATE TABLE answers (
    execution_id UUID   NOT NULL PRIMARY KEY,
    status       BIGINT NOT NULL,
    headers      TEXT   NOT NULL,
    body         BYTEA  NOT NULL
);
