-- The schedules of active workflows: a workflow that is off has none.
CREATE TABLE schedules (
    workflow_id UUID   NOT NULL REFERENCES workflows (id),
    trigger_id  TEXT   COLLATE "C" NOT NULL,
    -- What it goes by: a schedule whose timing is the same in a new version is not begun anew.
    timing      TEXT   NOT NULL,
    -- What an interval is counted from.
    anchor      BIGINT NOT NULL,
    -- When it fires next. None where it never does again.
    next_at     BIGINT,
    -- The last time of it that started an execution.
    last_at     BIGINT,
    PRIMARY KEY (workflow_id, trigger_id)
);

CREATE INDEX schedules_next ON schedules (next_at) WHERE next_at IS NOT NULL;
