-- The trace that it belongs to and the span that it is a child of, where there are any: 16 bytes, 8 bytes, and whether the
-- trace is recorded. Null costs a byte at most.
ALTER TABLE executions ADD COLUMN trace BYTEA;
