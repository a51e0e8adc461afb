package audit_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"

	"github.com/google/uuid"

	"github.com/polarkit-go/polarkit/auth"
	"github.com/polarkit-go/polarkit/auth/audit"
	"github.com/polarkit-go/polarkit/auth/authtest"
	"github.com/polarkit-go/polarkit/auth/credential"
)

func ExampleLog() {
	registry := auth.NewRegistry("shop", auth.PersonalAccessToken)
	canRead := auth.Require[auth.User](registry, auth.AnyScope("customers:read"))
	keys, _ := auth.NewKeys(auth.Key{ID: "2026-01", Secret: []byte("thirty-two bytes from a random source")})
	logger := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}))
	authenticator, _ := auth.New(registry, auth.Config{Store: &authtest.Store{}, Keys: keys, Audit: audit.Log(logger)})

	handler := authenticator.Middleware(canRead.Handler(http.NotFoundHandler()))
	handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/customers", nil))
	// Output:
	// level=INFO msg="auth decision" decision.method=GET decision.route=/customers decision.requirement="user any(customers:read)" decision.subject=anonymous decision.outcome=refused decision.reason=no_credential
}

func ExampleLogActions() {
	registry := auth.NewRegistry("shop", auth.PersonalAccessToken)
	keys, _ := auth.NewKeys(auth.Key{ID: "2026-01", Secret: []byte("thirty-two bytes from a random source")})
	logger := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}))
	issuer, _ := auth.NewIssuer(registry, keys, &authtest.Store{})
	issuer = issuer.Audited(audit.LogActions(logger))

	user := auth.User{ID: uuid.MustParse("992fae2a-2a17-4b7a-8d9e-e287cf90131b")}
	_, _ = issuer.System("the user changed their password").Revoke(context.Background(), credential.Selection{Subject: user.Ref()})
	// Output:
	// level=INFO msg="credentials used by the program" action.verb=revoke action.why="the user changed their password" action.subject=user:992fae2a-2a17-4b7a-8d9e-e287cf90131b action.count=0
}
