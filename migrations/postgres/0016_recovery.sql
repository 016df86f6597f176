-- What is fetched from a vendor's event log for a registration: the last time that was asked for, and what came of it.
-- One that has not ended is taken up again after a crash.
CREATE TABLE recoveries (
    registration_id UUID   NOT NULL PRIMARY KEY REFERENCES registrations (id) ON DELETE CASCADE,
    since           BIGINT NOT NULL,
    requested_at    BIGINT NOT NULL,
    -- Until when the node that is at it has it for itself.
    claimed_until   BIGINT,
    finished_at     BIGINT,
    -- What has come of it so far, as JSON; that of one that has ended goes where another is asked for.
    report          TEXT,
    -- Why the last try of one that has not ended failed.
    error           TEXT
);

CREATE INDEX recoveries_open ON recoveries (requested_at) WHERE finished_at IS NULL;

-- Custom activities that a trigger for published ones has heard of as drafts. Of what they hold nothing is kept.
CREATE TABLE drafts (
    workflow_id UUID   NOT NULL REFERENCES workflows (id) ON DELETE CASCADE,
    trigger_id  TEXT   COLLATE "C" NOT NULL,
    activity_id TEXT   COLLATE "C" NOT NULL,
    hook_id     TEXT   COLLATE "C" NOT NULL,
    -- The event by which a published one became a draft again: what is published after it is published anew.
    reopened_by TEXT,
    seen_at     BIGINT NOT NULL,
    -- When it is looked at next; none where it is not any more.
    next_at     BIGINT,
    looks       BIGINT NOT NULL,
    PRIMARY KEY (workflow_id, trigger_id, activity_id)
);

CREATE INDEX drafts_due ON drafts (next_at) WHERE next_at IS NOT NULL;

-- Since when the vendor is to deliver: nothing from before then was missed. Of what was on before, the last change is a
-- time since which it certainly was.
ALTER TABLE registrations ADD COLUMN active_since BIGINT;
UPDATE registrations SET active_since = updated_at WHERE state = 'active';

-- Up to when executions that events of vendors had started are gone: whether an event from before then has run cannot be
-- told any more.
ALTER TABLE workflows ADD COLUMN forgotten_until BIGINT;
