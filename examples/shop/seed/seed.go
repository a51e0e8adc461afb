// Package seed adds the service's demonstration data to a database: two organizations,
// three users, and customers with orders. The data is the same on each machine and in
// each run.
package seed

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// Organization is a demonstration organization.
type Organization struct {
	Slug, Name string
}

// ID is the organization's identifier.
func (o Organization) ID() uuid.UUID { return id("organization", o.Slug) }

// User is a demonstration user.
type User struct {
	Email         string
	Organizations []Organization
}

// ID is the user's identifier.
func (u User) ID() uuid.UUID { return id("user", u.Email) }

// The organizations and the users.
var (
	Acme   = Organization{Slug: "acme", Name: "Acme Inc."}
	Globex = Organization{Slug: "globex", Name: "Globex Corporation"}

	AcmeOwner   = User{Email: "owner@acme.example.com", Organizations: []Organization{Acme}}
	GlobexOwner = User{Email: "owner@globex.example.com", Organizations: []Organization{Globex}}
	BothOwner   = User{Email: "owner@both.example.com", Organizations: []Organization{Acme, Globex}}
)

// Organizations are all organizations.
func Organizations() []Organization { return []Organization{Acme, Globex} }

// Users are all users.
func Users() []User { return []User{AcmeOwner, GlobexOwner, BothOwner} }

// CustomersEach is how many customers an organization has.
const CustomersEach = 25

// SharedEmail is an address that a customer of each organization has.
const SharedEmail = "shared@customers.example.com"

// Password is the password of every user of the demonstration.
const Password = "demonstration only"

// passwordHash is the bcrypt hash of Password. It is a constant, so that seeding is fast
// and the same each time.
const passwordHash = "$2a$12$tu0pzP83JXGKq2tiOotHc.6nr7NB8HS.N.c9PtgMmXysoh760.Ctq" //nolint:gosec // the password is no secret

// epoch is when the demonstration begins.
var epoch = time.Date(2025, time.January, 3, 13, 37, 0, 0, time.UTC)

// id is an identifier that depends only on the names.
func id(kind, name string) uuid.UUID {
	return uuid.NewSHA1(uuid.NameSpaceURL, []byte("https://github.com/polarkit-go/polarkit/examples/shop/"+kind+"/"+name))
}

// Apply inserts the missing data in one transaction. Rows that are there stay as they
// are, even if they were changed or deleted.
func Apply(ctx context.Context, conn *pgx.Conn) error {
	batch := &pgx.Batch{}
	for _, o := range Organizations() {
		batch.Queue(`INSERT INTO organizations (id, created_at, slug, name) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
			o.ID(), epoch, o.Slug, o.Name)
	}
	for _, u := range Users() {
		batch.Queue(`INSERT INTO users (id, created_at, email, password_hash) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
			u.ID(), epoch, u.Email, passwordHash)
		for _, o := range u.Organizations {
			batch.Queue(`INSERT INTO memberships (user_id, organization_id, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
				u.ID(), o.ID(), epoch)
		}
	}
	for _, o := range Organizations() {
		for _, c := range Customers(o) {
			batch.Queue(`INSERT INTO customers (id, created_at, organization_id, external_id, email, email_verified, name, billing_address, metadata)
				VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING`,
				c.ID, c.CreatedAt, o.ID(), c.ExternalID, c.Email, c.EmailVerified, c.Name, c.BillingAddress, c.Metadata)
		}
		for _, r := range Orders(o) {
			batch.Queue(`INSERT INTO orders (id, created_at, organization_id, customer_id, invoice_number, status, billing_reason, currency,
					subtotal_amount, discount_amount, tax_amount, refunded_amount, metadata)
				SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13
				WHERE EXISTS (SELECT FROM customers WHERE organization_id = $3 AND id = $4) ON CONFLICT DO NOTHING`,
				r.ID, r.CreatedAt, o.ID(), r.CustomerID, r.InvoiceNumber, r.Status, r.BillingReason, r.Currency,
				r.SubtotalAmount, r.DiscountAmount, r.TaxAmount, r.RefundedAmount, r.Metadata)
		}
	}
	err := pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error { return tx.SendBatch(ctx, batch).Close() })
	if err != nil {
		return fmt.Errorf("seed: %w", err)
	}
	return nil
}

// IsEmpty reports whether the database has no organization at all. Then a start may add
// the demonstration data.
func IsEmpty(ctx context.Context, conn *pgx.Conn) (bool, error) {
	return holds(ctx, conn, `SELECT NOT EXISTS (SELECT FROM organizations)`)
}

// IsThere reports whether the database has the demonstration's organizations.
func IsThere(ctx context.Context, conn *pgx.Conn) (bool, error) {
	var ids []uuid.UUID
	for _, o := range Organizations() {
		ids = append(ids, o.ID())
	}
	return holds(ctx, conn, `SELECT count(*) = cardinality($1::uuid[]) FROM organizations WHERE id = ANY ($1) AND deleted_at IS NULL`, ids)
}

func holds(ctx context.Context, conn *pgx.Conn, sql string, args ...any) (bool, error) {
	var is bool
	if err := conn.QueryRow(ctx, sql, args...).Scan(&is); err != nil {
		return false, fmt.Errorf("seed: %w", err)
	}
	return is, nil
}
