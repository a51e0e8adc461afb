-- +goose Up
CREATE TABLE organizations (
    id         uuid        PRIMARY KEY,
    created_at timestamptz NOT NULL,
    updated_at timestamptz,
    deleted_at timestamptz,
    slug       text        NOT NULL,
    name       text        NOT NULL
);

CREATE UNIQUE INDEX organizations_slug_key ON organizations (lower(slug)) WHERE deleted_at IS NULL;

CREATE TABLE users (
    id            uuid        PRIMARY KEY,
    created_at    timestamptz NOT NULL,
    updated_at    timestamptz,
    deleted_at    timestamptz,
    email         text        NOT NULL,
    -- Of a user without one: signs in by other means, or not at all.
    password_hash text
);

CREATE UNIQUE INDEX users_email_key ON users (lower(email)) WHERE deleted_at IS NULL;

CREATE TABLE memberships (
    user_id         uuid        NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    organization_id uuid        NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    created_at      timestamptz NOT NULL,
    PRIMARY KEY (user_id, organization_id)
);

CREATE INDEX memberships_organization_id_idx ON memberships (organization_id);

-- +goose Down
DROP TABLE memberships;
DROP TABLE users;
DROP TABLE organizations;
