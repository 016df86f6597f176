-- Each index is paid for by every delivery, most of all one whose keys are a vendor's ids, which lie anywhere in it.

-- Deliveries are accepted as a rule: where those are asked for, hardly one of the table is passed over.
DROP INDEX deliveries_outcome;
CREATE INDEX deliveries_outcome ON deliveries (outcome, id) WHERE outcome <> 'accepted';

-- By the key first: an event is looked for in whatever workflow.
DROP INDEX executions_dedup;
CREATE UNIQUE INDEX executions_dedup ON executions (dedup_key, workflow_id) WHERE dedup_key IS NOT NULL;

-- Only what is not found by the beginning of its key, which is the event's id and an `@` in most. (`A` comes next after
-- `@`. With a function in it, SQLite would keep copies of all that a statement changes.)
DROP INDEX executions_event;
CREATE INDEX executions_event ON executions (event_id)
    WHERE event_id IS NOT NULL
        AND (dedup_key IS NULL OR dedup_key < event_id || '@' OR dedup_key >= event_id || 'A');
