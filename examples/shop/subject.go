package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/polarkit-go/polarkit/auth"
	"github.com/polarkit-go/polarkit/auth/credential"
)

// named is a subject as a command line names it.
type named struct {
	user         string // e-mail address
	organization string // slug; with customer, the customer's organization
	customer     string // e-mail address
}

var errOneSubject = fmt.Errorf("name exactly one of --user, --organization and --customer (or a customer with its organization): %w", errUsage)

func (n named) check() error {
	switch {
	case n.user == "" && n.organization == "" && n.customer == "", n.user != "" && (n.organization != "" || n.customer != ""):
		return errOneSubject
	}
	return nil
}

// find returns the subject, and the type of its credentials.
func (n named) find(ctx context.Context, conn *pgx.Conn) (auth.CredentialType, credential.SubjectRef, error) {
	switch {
	case n.user != "":
		found, err := subjects(ctx, conn, `SELECT id, NULL::uuid FROM users WHERE lower(email) = lower($1) AND deleted_at IS NULL`, n.user)
		if err == nil && len(found) == 0 {
			err = fmt.Errorf("there is no user %s", n.user)
		}
		if err != nil {
			return auth.CredentialType{}, credential.SubjectRef{}, err
		}
		return auth.PersonalAccessToken, auth.User{ID: found[0].id}.Ref(), nil
	case n.customer != "":
		found, err := subjects(ctx, conn, `
			SELECT c.id, o.id FROM customers c JOIN organizations o ON o.id = c.organization_id
			WHERE lower(c.email) = lower($1) AND ($2 = '' OR lower(o.slug) = lower($2)) AND c.deleted_at IS NULL AND o.deleted_at IS NULL`,
			n.customer, n.organization)
		switch {
		case err == nil && len(found) == 0:
			err = fmt.Errorf("there is no customer %s", strings.TrimSpace(n.customer+" "+n.organization))
		case err == nil && len(found) > 1:
			err = fmt.Errorf("%d organizations have a customer %s: name one with --organization", len(found), n.customer)
		}
		if err != nil {
			return auth.CredentialType{}, credential.SubjectRef{}, err
		}
		return auth.CustomerSession, auth.Customer{ID: found[0].id, OrganizationID: *found[0].organization}.Ref(), nil
	default:
		found, err := subjects(ctx, conn, `SELECT id, NULL::uuid FROM organizations WHERE lower(slug) = lower($1) AND deleted_at IS NULL`, n.organization)
		if err == nil && len(found) == 0 {
			err = fmt.Errorf("there is no organization %s", n.organization)
		}
		if err != nil {
			return auth.CredentialType{}, credential.SubjectRef{}, err
		}
		return auth.OrganizationAccessToken, auth.Organization{ID: found[0].id}.Ref(), nil
	}
}

type subject struct {
	id           uuid.UUID
	organization *uuid.UUID
}

func subjects(ctx context.Context, conn *pgx.Conn, sql string, args ...any) ([]subject, error) {
	rows, err := conn.Query(ctx, sql, args...)
	if err != nil {
		return nil, schemaMissing(err)
	}
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (s subject, err error) {
		return s, row.Scan(&s.id, &s.organization)
	})
	return found, schemaMissing(err)
}

// schemaMissing replaces the error of a database without the service's tables with one
// that says what to do.
func schemaMissing(err error) error {
	const undefinedTable = "42P01"
	if e, ok := errors.AsType[*pgconn.PgError](err); ok && e.Code == undefinedTable {
		return errors.New("the database has no schema yet: run shop migrate, or start the service")
	}
	return err
}
