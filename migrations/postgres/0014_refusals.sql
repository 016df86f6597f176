-- Refused requests that are counted instead of listed: one row for each hook, reason and hour, however many there were.
CREATE TABLE refusals (
    -- Made when the first of them is written, so that the order of ids is the order of time.
    id          UUID   NOT NULL PRIMARY KEY,
    -- Empty for all requests to hooks that nobody has, together: their number must not make rows.
    hook_id     TEXT   COLLATE "C" NOT NULL,
    reason      TEXT   COLLATE "C" NOT NULL,
    -- The beginning of the hour.
    hour        BIGINT NOT NULL,
    workflow_id UUID,
    requests    BIGINT NOT NULL,
    -- Their bodies together.
    bytes       BIGINT NOT NULL,
    first_at    BIGINT NOT NULL,
    last_at     BIGINT NOT NULL
);

-- Several nodes, and one that was started anew, count in the same row.
CREATE UNIQUE INDEX refusals_counted ON refusals (hook_id, reason, hour);
