-- Each index is paid for by every delivery, most of all one whose keys are a vendor's ids, which lie anywhere in it.

-- Deliveries are accepted as a rule: where those are asked for, hardly one of the table is passed over.
DROP INDEX deliveries_outcome;
CREATE INDEX deliveries_outcome ON deliveries (outcome, id) WHERE outcome <> 'accepted';

-- By the key first: an event is looked for in whatever workflow. In the order of the bytes, so that what begins alike lies
-- together.
DROP INDEX executions_dedup;
DROP INDEX executions_event;
ALTER TABLE executions
    ALTER COLUMN dedup_key TYPE TEXT COLLATE "C",
    ALTER COLUMN event_id TYPE TEXT COLLATE "C";
CREATE UNIQUE INDEX executions_dedup ON executions (dedup_key, workflow_id) WHERE dedup_key IS NOT NULL;

-- Only what is not found by the beginning of its key, which is the event's id and an `@` in most. (`A` comes next after
-- `@`.)
CREATE INDEX executions_event ON executions (event_id)
    WHERE event_id IS NOT NULL
        AND (dedup_key IS NULL OR dedup_key < event_id || '@' OR dedup_key >= event_id || 'A');
