-- +goose Up
CREATE TABLE customers (
    id              uuid        PRIMARY KEY,
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz,
    deleted_at      timestamptz,
    organization_id uuid        NOT NULL REFERENCES organizations (id),
    external_id     text,
    email           text        NOT NULL,
    email_verified  boolean     NOT NULL DEFAULT false,
    name            text,
    billing_address jsonb,
    metadata        jsonb       NOT NULL DEFAULT '{}',
    -- What an order refers to: its own organization's customer, and no other's.
    CONSTRAINT customers_organization_id_id_key UNIQUE (organization_id, id)
);

-- A deleted customer gives its e-mail address and its external ID back.
CREATE UNIQUE INDEX customers_organization_id_email_key ON customers (organization_id, lower(email)) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX customers_organization_id_external_id_key ON customers (organization_id, external_id) WHERE deleted_at IS NULL;

-- The owner stands first: it is in every query. Each order of a list has its index, with the tie-breaker.
CREATE INDEX customers_organization_id_created_at_idx ON customers (organization_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX customers_organization_id_name_idx ON customers (organization_id, lower(name), id) WHERE deleted_at IS NULL;

CREATE INDEX customers_metadata_idx ON customers USING gin (metadata jsonb_path_ops);

-- +goose Down
DROP TABLE customers;
