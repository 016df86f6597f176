CREATE TABLE credentials (
    name       TEXT    NOT NULL PRIMARY KEY,
    kind       TEXT    NOT NULL,
    -- A JSON array of the fields' names, so that a list needs no key.
    fields     TEXT    NOT NULL,
    -- The values, sealed with the master key, which is never in here.
    sealed     BLOB    NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
