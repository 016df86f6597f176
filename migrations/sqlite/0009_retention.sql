-- What a list looks for among many others: without these it would read a workflow's whole history for the few that
-- failed. Those that succeed are not in them, and cost nothing.
CREATE INDEX executions_workflow_failed ON executions (workflow_id, id) WHERE status = 'failed';
CREATE INDEX executions_cancelled ON executions (id) WHERE status = 'cancelled';
