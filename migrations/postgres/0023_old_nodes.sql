-- A node of a version before 0022 that still runs would write keys in the order of before, and start what has been started.
-- It writes no block, which the table refuses from here on.
ALTER TABLE executions ALTER COLUMN event_block DROP DEFAULT;
