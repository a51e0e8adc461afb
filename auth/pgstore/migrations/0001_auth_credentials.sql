-- Credentials of package auth: keyed hashes of tokens, never tokens.
CREATE TABLE auth_credentials (
    id               uuid        PRIMARY KEY,
    kind             text        NOT NULL,
    subject_kind     text        NOT NULL,
    subject_id       uuid        NOT NULL,
    -- The organization of a customer.
    organization_id  uuid,
    scopes           text[]      NOT NULL,
    -- Two columns, so that a limit which lost its last organization reaches nothing.
    unrestricted     boolean     NOT NULL,
    organization_ids uuid[]      NOT NULL,
    name             text        NOT NULL,
    hash             bytea       NOT NULL CHECK (octet_length(hash) = 32),
    key_id           text        NOT NULL,
    created_at       timestamptz NOT NULL,
    authenticated_at timestamptz,
    expires_at       timestamptz,
    last_used_at     timestamptz,
    revoked_at       timestamptz,
    CHECK (NOT unrestricted OR organization_ids = '{}')
);

CREATE UNIQUE INDEX auth_credentials_hash_key ON auth_credentials (hash);
CREATE INDEX auth_credentials_subject_idx ON auth_credentials (subject_id, subject_kind, created_at DESC);
