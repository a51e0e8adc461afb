package audit_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"

	"github.com/polarkit-go/polarkit/auth"
	"github.com/polarkit-go/polarkit/auth/audit"
	"github.com/polarkit-go/polarkit/auth/authtest"
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
