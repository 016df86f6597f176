-- Tokens of the REST interface: never the token, only what it is recognised by.
CREATE TABLE tokens (
    id           BLOB    NOT NULL PRIMARY KEY,
    name         TEXT    NOT NULL,
    scope        TEXT    NOT NULL CHECK (scope IN ('read', 'write', 'admin')),
    -- A JSON array of the names of the only workflows that it is for; null for all.
    workflows    TEXT,
    -- SHA-256 of the token.
    digest       BLOB    NOT NULL,
    created_at   INTEGER NOT NULL,
    expires_at   INTEGER,
    last_used_at INTEGER,
    -- A revoked token keeps its row for a while, because the audit log still names it.
    revoked_at   INTEGER
) STRICT;

CREATE UNIQUE INDEX tokens_digest ON tokens (digest);

-- A name is free again once its token is revoked.
CREATE UNIQUE INDEX tokens_name ON tokens (name) WHERE revoked_at IS NULL;

-- Browsers that somebody has opened with a token, so that they need not keep it.
CREATE TABLE sessions (
    -- SHA-256 of what the browser shows.
    digest     BLOB    NOT NULL PRIMARY KEY,
    -- SHA-256 of the token that it was opened with, and that it ends with: one of the table, or that of the settings.
    token      BLOB    NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;

-- Who changed what, and when.
CREATE TABLE audit (
    -- Made as the entry is written, so that the order of ids is the order of time.
    id          BLOB    NOT NULL PRIMARY KEY,
    at          INTEGER NOT NULL,
    -- A token's name, or `system` or `cli`, which no token is called.
    actor       TEXT    NOT NULL,
    -- Null where it was no token, and for the token of the settings.
    token_id    BLOB,
    action      TEXT    NOT NULL,
    object_kind TEXT    NOT NULL,
    -- Empty where there is one of its kind only.
    object_name TEXT    NOT NULL,
    -- JSON, with no secret in it.
    before      TEXT,
    after       TEXT,
    -- Where the request came from.
    address     TEXT
) STRICT;

CREATE INDEX audit_actor ON audit (actor, id);
CREATE INDEX audit_object ON audit (object_kind, object_name, id);
