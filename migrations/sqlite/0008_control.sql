-- What an operator may do with an execution.

-- Why it is to end as cancelled, where somebody has asked for that while it ran: a sentence. Whoever has it ends it, or
-- claims it next.
ALTER TABLE executions ADD COLUMN cancel_reason TEXT;
-- The delivery that was replayed.
ALTER TABLE executions ADD COLUMN replay_of BLOB;

CREATE INDEX executions_retry_of ON executions (retry_of, id) WHERE retry_of IS NOT NULL;
CREATE INDEX executions_replay_of ON executions (replay_of, id) WHERE replay_of IS NOT NULL;
