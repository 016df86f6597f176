-- The schedules of active workflows: a workflow that is off has none.
CREATE TABLE schedules (
    workflow_id BLOB    NOT NULL REFERENCES workflows (id),
    trigger_id  TEXT    NOT NULL,
    -- What it goes by: a schedule whose timing is the same in a new version is not begun anew.
    timing      TEXT    NOT NULL,
    -- What an interval is counted from.
    anchor      INTEGER NOT NULL,
    -- When it fires next. None where it never does again.
    next_at     INTEGER,
    -- The last time of it that started an execution.
    last_at     INTEGER,
    PRIMARY KEY (workflow_id, trigger_id)
) STRICT;

CREATE INDEX schedules_next ON schedules (next_at) WHERE next_at IS NOT NULL;
