package auth_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/auth"
	"github.com/polarkit-go/polarkit/auth/audit"
	"github.com/polarkit-go/polarkit/auth/authtest"
	"github.com/polarkit-go/polarkit/auth/credential"
	"github.com/polarkit-go/polarkit/kit/kittest"
)

var registry = auth.NewRegistry("shop",
	auth.PersonalAccessToken, auth.OrganizationAccessToken,
	auth.OAuth2UserAccessToken, auth.OAuth2OrganizationAccessToken,
	auth.CustomerSession, auth.WebSession,
	auth.Scopes{
		"customers:read": nil, "customers:write": {"customers:read"},
		"orders:read": nil, "portal:read": nil,
	},
)

var (
	canRead   = auth.Require[auth.Admin](registry, auth.AnyScope("customers:read", "customers:write"))
	canWrite  = auth.Require[auth.Admin](registry, auth.AnyScope("customers:write"))
	usersOnly = auth.Require[auth.User](registry, auth.NoScope("every user"))
	bothRead  = auth.Require[auth.Admin](registry, auth.AllScopes("customers:read", "orders:read"))
	portal    = auth.Require[auth.Customer](registry, auth.AnyScope("portal:read"))
	webOnly   = auth.Require[auth.User](registry, auth.NoScope("the user's own settings"), auth.WebSessionOnly())
	fresh     = auth.Require[auth.User](registry, auth.NoScope("the user's own settings"), auth.Fresh(10*time.Minute))
	somebody  = auth.Require[auth.Subject](registry, auth.NoScope("says who is calling"))
	anyone    = auth.Require[auth.Anyone](registry, auth.NoScope("greets everybody"))
)

// service is a small service over a world of two tenants, on a real server.
type service struct {
	*authtest.World
	t      *testing.T
	server *httptest.Server
	log    *syncBuffer
	audit  *decisions
	// bodies counts the bytes of request bodies that handlers have read.
	reached func(r *http.Request)
}

func newService(t *testing.T, configure ...func(*auth.Config)) *service {
	t.Helper()
	s := &service{t: t, log: &syncBuffer{}, audit: &decisions{}}
	logger := slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	s.World = authtest.New(t, registry, append([]func(*auth.Config){func(c *auth.Config) {
		c.Logger = logger
		c.TrustedOrigins = []string{"https://app.example.com"}
		c.Audit = func(ctx context.Context, d audit.Decision) {
			s.audit.add(d)
			audit.Log(logger)(ctx, d)
		}
	}}, configure...)...)
	mux := http.NewServeMux()
	mux.Handle("/public", s.answer())
	mux.Handle("/read", canRead.Handler(s.answer()))
	mux.Handle("/write", canWrite.Handler(s.answer()))
	mux.Handle("/users", usersOnly.Handler(s.answer()))
	mux.Handle("/both", bothRead.Handler(s.answer()))
	mux.Handle("/portal", portal.Handler(s.answer()))
	mux.Handle("/web", webOnly.Handler(s.answer()))
	mux.Handle("/fresh", fresh.Handler(s.answer()))
	mux.Handle("/somebody", somebody.Handler(s.answer()))
	mux.Handle("/anyone", anyone.Handler(s.answer()))
	s.server = httptest.NewUnstartedServer(s.Authenticator.Middleware(mux))
	s.server.Config.ErrorLog = slog.NewLogLogger(logger.Handler(), slog.LevelError)
	s.server.Start()
	t.Cleanup(s.server.Close)
	return s
}

// answer says who was let in.
func (s *service) answer() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.reached != nil {
			s.reached(r)
		}
		name := "nobody"
		if subject, ok := auth.From[any](r.Context()); ok {
			name = subject.Ref().String()
		}
		_, _ = io.WriteString(w, name)
	})
}

// do sends a request over the network.
func (s *service) do(by kittest.Credential, method, path string, header ...string) *kittest.Response {
	s.t.Helper()
	return s.send(by, method, path, nil, header...)
}

func (s *service) send(by kittest.Credential, method, path string, body any, header ...string) *kittest.Response {
	s.t.Helper()
	client := kittest.NewRemoteClient(s.t, s.server.URL).As(by)
	r := client.Request(method, path, body)
	for i := 0; i < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	return client.Send(r)
}

// request is one that carries a credential, for what takes a request.
func request(by kittest.Credential, method, target string) *http.Request {
	r := httptest.NewRequest(method, target, nil)
	by.AddTo(r.Header)
	return r
}

// raw sends header lines as they are.
func (s *service) raw(requestLine string, lines ...string) *kittest.Response {
	s.t.Helper()
	return s.rawTo("example.com", requestLine, lines...)
}

func (s *service) rawTo(host, requestLine string, lines ...string) *kittest.Response {
	s.t.Helper()
	conn, err := net.Dial("tcp", s.server.Listener.Addr().String())
	require.NoError(s.t, err)
	defer conn.Close()
	text := requestLine + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n"
	for _, line := range lines {
		text += line + "\r\n"
	}
	_, err = io.WriteString(conn, text+"\r\n")
	require.NoError(s.t, err)
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	require.NoError(s.t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(s.t, err)
	return &kittest.Response{Status: response.StatusCode, Header: response.Header, Body: body}
}

// finds is how many look-ups something costs.
func (s *service) finds(do func()) int {
	before := s.Store.Finds()
	do()
	return s.Store.Finds() - before
}

// noCredential is what a client without one carries.
var noCredential authtest.Credential

func token(c authtest.Credential) string { return c.Issued().Token.Reveal() }

func requireError(t *testing.T, response *kittest.Response, status int, name string) {
	t.Helper()
	require.Equal(t, fmt.Sprintf("%d %s", status, name), fmt.Sprintf("%d %s", response.Status, response.ErrorName()))
	var body struct {
		Detail string `json:"detail"`
	}
	require.NoError(t, json.Unmarshal(response.Body, &body))
	require.NotEmpty(t, body.Detail)
	if status == http.StatusUnauthorized || status == http.StatusForbidden {
		require.Equal(t, "no-store", response.Header.Get("Cache-Control"))
	}
	if status == http.StatusUnauthorized {
		require.True(t, strings.HasPrefix(response.Header.Get("WWW-Authenticate"), `Bearer realm="shop"`))
	}
}

// requireIn requires that a subject was let in.
func requireIn(t *testing.T, response *kittest.Response, subject credential.SubjectRef) {
	t.Helper()
	require.Equal(t, "200 "+subject.String(), response.String())
}

type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

type decisions struct {
	mu  sync.Mutex
	all []audit.Decision
}

func (d *decisions) add(decision audit.Decision) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.all = append(d.all, decision)
}

func (d *decisions) last() audit.Decision {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.all) == 0 {
		return audit.Decision{}
	}
	return d.all[len(d.all)-1]
}

func (d *decisions) count() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.all)
}

func debugLogger(to io.Writer) *slog.Logger {
	return slog.New(slog.NewTextHandler(to, &slog.HandlerOptions{Level: slog.LevelDebug}))
}
