-- Payloads are text that holds JSON, not a JSON type: PostgreSQL's JSONB refuses \u0000, which vendors do send.
-- No foreign keys: this is the table that every event writes to, and retention deletes from it on its own.
CREATE TABLE executions (
    id           UUID NOT NULL PRIMARY KEY,
    workflow_id  UUID NOT NULL,
    version      BIGINT NOT NULL,
    trigger_id   TEXT,
    trigger_kind TEXT NOT NULL,
    delivery_id  UUID,
    -- The vendor's id for the event: the same one starts a workflow once.
    dedup_key    TEXT,
    -- The envelope without what the body says; the body is in the delivery, or in raw where there was none.
    event        TEXT,
    event_id     TEXT,
    event_type   TEXT,
    inputs       TEXT,
    status       TEXT NOT NULL
        CHECK (status IN ('queued', 'running', 'waiting', 'succeeded', 'failed', 'cancelled')),
    output       TEXT,
    error        TEXT,
    retry_of     UUID,
    attempt      BIGINT NOT NULL,
    lease_owner  UUID,
    -- From when on a node may claim it: at once while queued, when the lease ends while running, when it is to go on
    -- while waiting. None while something outside must happen first, and none once it has ended.
    due_at       BIGINT,
    created_at   BIGINT NOT NULL,
    started_at   BIGINT,
    finished_at  BIGINT,
    raw          BYTEA,
    CHECK ((lease_owner IS NOT NULL) = (status = 'running')),
    CHECK ((finished_at IS NOT NULL) = (status IN ('succeeded', 'failed', 'cancelled'))),
    CHECK (finished_at IS NULL OR due_at IS NULL)
);

CREATE UNIQUE INDEX executions_dedup ON executions (workflow_id, dedup_key) WHERE dedup_key IS NOT NULL;
CREATE INDEX executions_workflow ON executions (workflow_id, id);
CREATE INDEX executions_delivery ON executions (delivery_id) WHERE delivery_id IS NOT NULL;
CREATE INDEX executions_event ON executions (event_id) WHERE event_id IS NOT NULL;
CREATE INDEX executions_failed ON executions (id) WHERE status = 'failed';
CREATE INDEX executions_unfinished ON executions (id) WHERE finished_at IS NULL;
-- Claiming reads only what is due, however many executions wait for a later day.
CREATE INDEX executions_due ON executions (due_at, id) WHERE due_at IS NOT NULL;

-- What an execution leaves behind as it runs; a later record of a step replaces the earlier one.
CREATE TABLE journal (
    execution_id UUID NOT NULL,
    seq          BIGINT NOT NULL,
    records      TEXT NOT NULL,
    PRIMARY KEY (execution_id, seq)
);
