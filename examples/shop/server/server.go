// Package server makes the service of its parts: the API with its authentication, the
// endpoints for health checks, and the request log.
package server

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/polarkit-go/polarkit/auth"
	"github.com/polarkit-go/polarkit/auth/audit"
	"github.com/polarkit-go/polarkit/auth/signin"
	"github.com/polarkit-go/polarkit/errors"
	"github.com/polarkit-go/polarkit/examples/shop/access"
	"github.com/polarkit-go/polarkit/examples/shop/customer"
	"github.com/polarkit-go/polarkit/examples/shop/customerportal"
	"github.com/polarkit-go/polarkit/examples/shop/customersession"
	"github.com/polarkit-go/polarkit/examples/shop/order"
	"github.com/polarkit-go/polarkit/examples/shop/organization"
	"github.com/polarkit-go/polarkit/examples/shop/personalaccesstoken"
	"github.com/polarkit-go/polarkit/examples/shop/requestlog"
	"github.com/polarkit-go/polarkit/examples/shop/websession"
	"github.com/polarkit-go/polarkit/kit/api"
	"github.com/polarkit-go/polarkit/kit/docs"
	"github.com/polarkit-go/polarkit/kit/reply"
	"github.com/polarkit-go/polarkit/repository"
)

// Config configures a [Server]. Pool, Keys and Logger are required.
type Config struct {
	Pool   *pgxpool.Pool
	Keys   auth.Keys
	Logger *slog.Logger
	// PasswordCost is bcrypt's cost. Default: signin.DefaultCost.
	PasswordCost int
}

// Server is the service as an [http.Handler].
type Server struct {
	handler       http.Handler
	api           *api.API
	pool          *pgxpool.Pool
	authenticator *auth.Authenticator
	draining      atomic.Bool
}

// New makes a server. Call [Server.Close] after the last request.
func New(config Config) (*Server, error) {
	store, err := access.NewStore(config.Pool)
	if err != nil {
		return nil, err
	}
	authenticator, err := auth.New(access.Registry, auth.Config{
		Store:       store,
		Keys:        config.Keys,
		Memberships: organization.NewMemberships(repository.NewReader(config.Pool)),
		Logger:      config.Logger,
		// A source that guesses tokens is refused without a look-up after some failures.
		Failures: auth.NewFailureBudget(auth.FailureBudgetConfig{}),
		Audit: func(ctx context.Context, d audit.Decision) {
			requestlog.Add(ctx, slog.String("subject", d.Subject.String()))
			if d.Outcome != audit.Granted {
				requestlog.Add(ctx, slog.String("reason", string(d.Reason)))
			}
		},
	})
	if err != nil {
		return nil, err
	}
	issuer, err := auth.NewIssuer(access.Registry, config.Keys, store)
	if err != nil {
		return nil, err
	}
	issuer = issuer.Audited(audit.LogActions(config.Logger))
	sessions, err := auth.NewSessions(authenticator, issuer, 0)
	if err != nil {
		return nil, err
	}
	checker, err := signin.New(signin.Config{
		Cost: config.PasswordCost,
		Event: func(ctx context.Context, e signin.Event) {
			requestlog.Add(ctx, slog.String("sign_in", string(e.Outcome)))
			if e.Err != nil {
				config.Logger.WarnContext(ctx, "a sign-in met an error", slog.Any("error", e.Err))
			}
		},
	})
	if err != nil {
		return nil, err
	}
	a := newAPI(config, issuer, sessions, checker)
	s := &Server{api: a, pool: config.Pool, authenticator: authenticator}

	renderer := reply.Renderer{Logger: config.Logger}
	mux := http.NewServeMux()
	mux.Handle("/", authenticator.Middleware(a))
	mux.Handle("GET /openapi.json", a.DocumentHandler())
	mux.Handle("GET /docs/", docs.Handler(a))
	mux.HandleFunc("GET /healthz", s.healthz)
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		if err := s.ready(r.Context()); err != nil {
			renderer.Write(w, r, err)
			return
		}
		s.healthz(w, r)
	})
	s.handler = requestlog.Middleware(config.Logger)(renderer.Middleware(paths(mux, a)))
	return s, nil
}

// Document returns the OpenAPI document. It needs neither a database nor keys.
func Document() []byte { return newAPI(Config{}, nil, nil, nil).OpenAPI() }

// newAPI is the API with all of its endpoints.
func newAPI(config Config, issuer *auth.Issuer, sessions *auth.Sessions, checker *signin.Checker) *api.API {
	var (
		reader = repository.NewReader(config.Pool)
		writer = repository.NewWriter(config.Pool)
	)
	return api.New(api.Config{
		Title: "Shop API", Logger: config.Logger, Timeout: 30 * time.Second,
		Middleware: []func(http.Handler) http.Handler{uncached},
	}, func(root *api.Group) {
		v1 := root.Group("/v1")
		customer.Routes(v1, customer.NewService(writer))
		order.Routes(v1, order.NewService(reader))
		customersession.Routes(v1, customersession.NewService(reader, issuer))
		customerportal.Routes(v1, customerportal.NewService(writer))
		personalaccesstoken.Routes(v1, personalaccesstoken.NewService(issuer))
		websession.Routes(v1, websession.NewService(sessions, checker, reader, writer))
	})
}

// paths passes requests to the mux. For a target that is not a path (CONNECT, "GET *")
// the mux would answer in plain text, so the API answers.
func paths(mux, other http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/") {
			mux.ServeHTTP(w, r)
			return
		}
		other.ServeHTTP(w, r)
	})
}

// uncached keeps replies out of caches, as Polar does. They are for one caller, and some
// hold a new token.
func uncached(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "private, no-store")
		next.ServeHTTP(w, r)
	})
}

// ServeHTTP answers a request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// API is the API, for tests and tools.
func (s *Server) API() *api.API { return s.api }

// Drain makes /readyz say that the server takes no new work, so that a load balancer uses
// other servers. The server still answers requests.
func (s *Server) Drain() { s.draining.Store(true) }

// Close waits for the writes that the requests did not wait for.
func (s *Server) Close(ctx context.Context) error { return s.authenticator.Close(ctx) }

// healthz says that the process answers.
func (s *Server) healthz(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write([]byte(`{"status":"ok"}`))
}

// ready reports whether the server can serve requests: the database answers, and the
// server is not stopping.
func (s *Server) ready(ctx context.Context) error {
	if s.draining.Load() {
		return errors.ServiceUnavailable.WithDetail("Shutting down")
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	if err := s.pool.Ping(ctx); err != nil {
		return errors.ServiceUnavailable.Wrap(err).WithHeader("Retry-After", "5")
	}
	return nil
}
