-- Which workflows have something due is read off one index, with one look for each of them, and so is what of each has
-- been due longest: what a node claims is divided between workflows, and no backlog is read past to find the others.
DROP INDEX executions_due;
CREATE INDEX executions_due ON executions (workflow_id, due_at, id) WHERE due_at IS NOT NULL;

-- How many claims in a row have ended with the process that had them, and how many entries the journal had when the
-- last of them did: one that has brought the execution on begins the count anew.
ALTER TABLE executions ADD COLUMN lost_claims BIGINT NOT NULL DEFAULT 0;
ALTER TABLE executions ADD COLUMN lost_entry BIGINT NOT NULL DEFAULT 0;
