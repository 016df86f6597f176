-- Refused requests that are counted instead of listed: one row for each hook, reason and hour, however many there were.
CREATE TABLE refusals (
    -- Made when the first of them is written, so that the order of ids is the order of time.
    id          BLOB    NOT NULL PRIMARY KEY,
    -- Empty for all requests to hooks that nobody has, together: their number must not make rows.
    hook_id     TEXT    NOT NULL,
    reason      TEXT    NOT NULL,
    -- The beginning of the hour.
    hour        INTEGER NOT NULL,
    workflow_id BLOB,
    requests    INTEGER NOT NULL,
    -- Their bodies together.
    bytes       INTEGER NOT NULL,
    first_at    INTEGER NOT NULL,
    last_at     INTEGER NOT NULL
) STRICT;

-- Several nodes, and one that was started anew, count in the same row.
CREATE UNIQUE INDEX refusals_counted ON refusals (hook_id, reason, hour);
