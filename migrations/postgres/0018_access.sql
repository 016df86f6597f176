-- Tokens of the REST interface: never the token, only what it is recognised by.
CREATE TABLE tokens (
    id           UUID   NOT NULL PRIMARY KEY,
    name         TEXT   COLLATE "C" NOT NULL,
    scope        TEXT   NOT NULL CHECK (scope IN ('read', 'write', 'admin')),
    -- A JSON array of the names of the only workflows that it is for; null for all.
    workflows    TEXT,
    -- SHA-256 of the token.
    digest       BYTEA  NOT NULL,
    created_at   BIGINT NOT NULL,
    expires_at   BIGINT,
    last_used_at BIGINT,
    -- A revoked token keeps its row for a while, because the audit log still names it.
    revoked_at   BIGINT
);

CREATE UNIQUE INDEX tokens_digest ON tokens (digest);

-- A name is free again once its token is revoked.
CREATE UNIQUE INDEX tokens_name ON tokens (name) WHERE revoked_at IS NULL;

-- Browsers that somebody has opened with a token, so that they need not keep it.
CREATE TABLE sessions (
    -- SHA-256 of what the browser shows.
    digest     BYTEA  NOT NULL PRIMARY KEY,
    -- SHA-256 of the token that it was opened with, and that it ends with: one of the table, or that of the settings.
    token      BYTEA  NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

-- Who changed what, and when.
CREATE TABLE audit (
    -- Made as the entry is written, so that the order of ids is the order of time.
    id          UUID   NOT NULL PRIMARY KEY,
    at          BIGINT NOT NULL,
    -- A token's name, or `system` or `cli`, which no token is called.
    actor       TEXT   COLLATE "C" NOT NULL,
    -- Null where it was no token, and for the token of the settings.
    token_id    UUID,
    action      TEXT   NOT NULL,
    object_kind TEXT   COLLATE "C" NOT NULL,
    -- Empty where there is one of its kind only.
    object_name TEXT   COLLATE "C" NOT NULL,
    -- JSON, with no secret in it.
    before      TEXT,
    after       TEXT,
    -- Where the request came from.
    address     TEXT
);

CREATE INDEX audit_actor ON audit (actor, id);
CREATE INDEX audit_object ON audit (object_kind, object_name, id);
