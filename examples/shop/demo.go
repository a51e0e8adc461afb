package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/polarkit-go/polarkit/auth"
	"github.com/polarkit-go/polarkit/auth/credential"
	"github.com/polarkit-go/polarkit/examples/shop/access"
	"github.com/polarkit-go/polarkit/examples/shop/seed"
)

// demoLifetime is how long a printed token works. Each start issues new tokens, since
// only hashes are stored. Earlier tokens work until they expire.
const demoLifetime = 24 * time.Hour

// demoSubject is a subject that gets a token at each start.
type demoSubject struct {
	name, what string
	typ        auth.CredentialType
	ref        credential.SubjectRef
	scopes     []credential.Scope
	calls      []string // the arguments of curl after the credential, with URL for the server's URL
}

func demoSubjects() []demoSubject {
	var subjects []demoSubject
	for _, user := range seed.Users() {
		var slugs []string
		for _, organization := range user.Organizations {
			slugs = append(slugs, organization.Slug)
		}
		subjects = append(subjects, demoSubject{
			name: user.Email, what: "a user, member of " + strings.Join(slugs, " and "),
			typ: auth.PersonalAccessToken, ref: auth.User{ID: user.ID()}.Ref(), scopes: access.AdminScopes(),
			calls: []string{
				`'URL/v1/customers/?limit=7&sorting=-created_at,email'`,
				`'URL/v1/customers/?email=` + seed.SharedEmail + `'`,
				`'URL/v1/orders/?status=paid&status=refunded'`,
			},
		})
	}
	subjects[0].calls = append(subjects[0].calls,
		`-H 'Content-Type: application/json' -d '{"email":"new@example.com","name":"New"}' 'URL/v1/customers/'`,
		`-H 'Content-Type: application/json' -d '{}' 'URL/v1/customers/'`,
		`-X PATCH -H 'Content-Type: application/json' -d '{"name":null}' 'URL/v1/customers/`+seed.Customers(seed.Acme)[0].ID.String()+`'`,
	)
	for _, organization := range seed.Organizations() {
		subjects = append(subjects, demoSubject{
			name: organization.Slug, what: "an organization",
			typ: auth.OrganizationAccessToken, ref: auth.Organization{ID: organization.ID()}.Ref(), scopes: access.AdminScopes(),
			calls: []string{`'URL/v1/customers/?query=hopper'`},
		})
	}
	buyer := seed.Customers(seed.Acme)[3] // one with orders
	return append(subjects, demoSubject{
		name: buyer.Email, what: "a customer of " + seed.Acme.Slug,
		typ: auth.CustomerSession, ref: auth.Customer{ID: buyer.ID, OrganizationID: seed.Acme.ID()}.Ref(), scopes: access.CustomerScopes(),
		calls: []string{`'URL/v1/customer-portal/customers/me'`, `'URL/v1/customer-portal/orders/'`},
	})
}

// printDemo issues a token for each subject, and then prints them with curl commands, in
// one piece: the log of the service says that they were issued.
func printDemo(ctx context.Context, w io.Writer, url string, issuer *auth.Issuer) error {
	var page strings.Builder
	for _, s := range demoSubjects() {
		issued, err := issuer.System("prints the tokens of the demonstration").Issue(ctx, auth.Issue{
			Type: s.typ, Subject: s.ref, Scopes: s.scopes, Limit: credential.Unrestricted(), Name: "shop serve", Lifetime: demoLifetime,
		})
		if err != nil {
			return err
		}
		token := issued.Token.Reveal()
		fmt.Fprintf(&page, "\n%s (%s)\n  token: %s\n", s.name, s.what, token)
		for _, call := range s.calls {
			fmt.Fprintf(&page, "  curl -H 'Authorization: Bearer %s' %s\n", token, strings.ReplaceAll(call, "URL", url))
		}
	}
	_, err := io.WriteString(w, page.String())
	return err
}
