CREATE TABLE credentials (
    name       TEXT   COLLATE "C" NOT NULL PRIMARY KEY,
    kind       TEXT   NOT NULL,
    -- A JSON array of the fields' names, so that a list needs no key.
    fields     TEXT   NOT NULL,
    -- The values, sealed with the master key, which is never in here.
    sealed     BYTEA  NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
