package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/polarkit-go/polarkit/auth"
	"github.com/polarkit-go/polarkit/auth/audit"
	"github.com/polarkit-go/polarkit/auth/credential"
	"github.com/polarkit-go/polarkit/auth/pgstore"
	"github.com/polarkit-go/polarkit/examples/shop/access"
)

// customerLifetime is the lifetime of a customer's session without --expires-in.
const customerLifetime = time.Hour

// createToken prints a new token and nothing else, so that a script can read it:
//
//	TOKEN=$(go run -C examples ./shop token create --user owner@acme.example.com --scopes customers:read)
func createToken(ctx context.Context, c command, args []string, stdout, stderr io.Writer) (err error) {
	var (
		who      named
		scopes   string
		lifetime time.Duration
	)
	err = c.parse(args, stderr, func(flags *flag.FlagSet) {
		flags.StringVar(&who.user, "user", "", "the e-mail `address` of the user")
		flags.StringVar(&who.organization, "organization", "", "the `slug` of the organization")
		flags.StringVar(&who.customer, "customer", "", "the e-mail `address` of the customer; with --organization where several have one")
		flags.StringVar(&scopes, "scopes", "", "the scopes, separated by `commas`")
		flags.DurationVar(&lifetime, "expires-in", 0, "how long the token works (default: for ever, an hour for a customer)")
	})
	if err != nil {
		return err
	}
	if err := who.check(); err != nil {
		return err
	}
	parsed, err := access.Registry.ParseScopes(scopes)
	if err != nil {
		return fmt.Errorf("--scopes: %w: %w", err, errUsage)
	}

	config, err := configFromEnvironment()
	if err != nil {
		return err
	}
	keys, err := config.keys()
	if err != nil {
		return err
	}
	db, err := openDatabase(ctx, config, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.close()) }()
	return db.connected(ctx, func(conn *pgx.Conn) error {
		typ, ref, err := who.find(ctx, conn)
		if err != nil {
			return err
		}
		if lifetime == 0 && ref.Kind == auth.CustomerKind {
			lifetime = customerLifetime
		}
		issuer, err := newIssuer(conn, keys, slog.New(slog.NewTextHandler(stderr, nil)))
		if err != nil {
			return err
		}
		issued, err := issuer.System("shop token create").Issue(ctx, auth.Issue{
			Type: typ, Subject: ref, Scopes: parsed, Limit: credential.Unrestricted(), Name: "shop token create", Lifetime: lifetime,
		})
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(stdout, issued.Token.Reveal())
		return err
	})
}

// newIssuer makes the issuer of the tokens that the program itself gives out. The logger
// has a line for each.
func newIssuer(db pgstore.DB, keys auth.Keys, logger *slog.Logger) (*auth.Issuer, error) {
	store, err := access.NewStore(db)
	if err != nil {
		return nil, err
	}
	issuer, err := auth.NewIssuer(access.Registry, keys, store)
	if err != nil {
		return nil, err
	}
	return issuer.Audited(audit.LogActions(logger)), nil
}
