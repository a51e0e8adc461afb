-- +goose Up
CREATE TABLE orders (
    id              uuid        PRIMARY KEY,
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz,
    deleted_at      timestamptz,
    organization_id uuid        NOT NULL REFERENCES organizations (id),
    customer_id     uuid        NOT NULL,
    invoice_number  text        NOT NULL,
    status          text        NOT NULL,
    billing_reason  text        NOT NULL,
    currency        text        NOT NULL,
    -- Amounts are in the smallest unit of the currency.
    subtotal_amount bigint      NOT NULL,
    discount_amount bigint      NOT NULL DEFAULT 0,
    tax_amount      bigint      NOT NULL DEFAULT 0,
    refunded_amount bigint      NOT NULL DEFAULT 0,
    metadata        jsonb       NOT NULL DEFAULT '{}',
    CONSTRAINT orders_customer_fkey FOREIGN KEY (organization_id, customer_id) REFERENCES customers (organization_id, id),
    CONSTRAINT orders_status_check CHECK (status IN ('pending', 'paid', 'refunded', 'partially_refunded')),
    CONSTRAINT orders_billing_reason_check CHECK (billing_reason IN ('purchase', 'subscription_create', 'subscription_cycle', 'subscription_update')),
    CONSTRAINT orders_currency_check CHECK (currency ~ '^[a-z]{3}$'),
    CONSTRAINT orders_amounts_check CHECK (
        subtotal_amount >= 0 AND tax_amount >= 0
        AND discount_amount BETWEEN 0 AND subtotal_amount
        AND refunded_amount BETWEEN 0 AND subtotal_amount - discount_amount
    )
);

CREATE UNIQUE INDEX orders_organization_id_invoice_number_key ON orders (organization_id, invoice_number);

CREATE INDEX orders_organization_id_created_at_idx ON orders (organization_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX orders_organization_id_customer_id_idx ON orders (organization_id, customer_id, created_at, id) WHERE deleted_at IS NULL;
-- The customer portal knows only the customer.
CREATE INDEX orders_customer_id_created_at_idx ON orders (customer_id, created_at, id) WHERE deleted_at IS NULL;

-- +goose Down
DROP TABLE orders;
