package api_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/polarkit-go/polarkit/kit/api"
	"github.com/polarkit-go/polarkit/kit/docs"
	"github.com/polarkit-go/polarkit/kit/reply"
)

// dial opens a connection that fails a test which waits too long.
func dial(t *testing.T, server *httptest.Server) net.Conn {
	t.Helper()
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", server.Listener.Addr().String())
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	require.NoError(t, conn.SetDeadline(time.Now().Add(20*time.Second)))
	return conn
}

// plain is a server without any setting of its own.
func plain(t *testing.T, h http.Handler) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(h)
	require.Zero(t, server.Config.ReadTimeout)
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	t.Cleanup(server.Close)
	return server
}

// A request whose body does not come is answered and its connection closed, in
// an http.Server without settings, whatever the answer is.
func TestUnfinishedRequestsHoldNoConnection(t *testing.T) {
	t.Parallel()
	shop := newShop(api.Config{Timeout: 300 * time.Millisecond})
	mux := http.NewServeMux()
	mux.Handle("/", shop)
	mux.Handle("/docs/", docs.Handler(shop))
	mux.Handle("/openapi.json", shop.DocumentHandler())
	mux.Handle("/healthz", reply.Renderer{}.Middleware(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "ok")
	})))
	server := plain(t, mux)

	const token, length, chunked = "Authorization: Bearer x\r\n", "Content-Length: 10\r\n", "Transfer-Encoding: chunked\r\n"
	for _, c := range []struct {
		name, line, headers, body string
		status                    int
	}{
		{"unknown route", "POST /nope", length, "", 404},
		{"unknown route, chunked", "POST /nope", chunked, "5\r\nab", 404},
		{"unknown route, a part of the body", "POST /nope", length, "12345", 404},
		{"unknown route, a body beyond any buffer", "POST /nope", "Content-Length: 9000000\r\n", "x", 404},
		{"unknown route, a malformed chunk", "POST /nope", chunked, "zz\r\n", 404},
		{"no credential", "POST /v1/customers/", length, "", 401},
		{"no credential, to be asked for the body", "POST /v1/customers/", length + "Expect: 100-continue\r\n", "", 401},
		{"no such method", "PUT /v1/customers/", length, "", 405},
		{"OPTIONS", "OPTIONS /v1/customers/", length, "", 405},
		{"too large", "POST /v1/customers/", token + "Content-Length: 99999999\r\n", "", 413},
		{"redirection", "POST /v1/customers", length, "", 307},
		{"no body is taken", "POST /v1/customers/" + anID + "/merge", token + length, "", 200},
		{"no body is taken, chunked", "POST /v1/customers/" + anID + "/merge", token + chunked, "", 200},
		{"GET", "GET /v1/customers/", token + length, "", 200},
		{"GET of a wrong parameter", "GET /v1/customers/?page=x", token + length, "", 422},
		{"HEAD", "HEAD /v1/customers/", token + length, "", 200},
		{"DELETE", "DELETE /v1/customers/" + anID, token + length, "", 204},
		{"HTTP/1.0", "POST /nope HTTP/1.0", length, "", 404},
		{"docs page", "GET /docs/", length, "", 200},
		{"docs page, no such method", "POST /docs/", length, "", 405},
		{"document", "GET /openapi.json", length, "", 200},
		{"another handler", "GET /healthz", length, "", 200},
		{"the body that is read", "POST /v1/customers/", token + length, "", 408},
		{"the body that is read, asked for", "POST /v1/customers/", token + length + "Expect: 100-continue\r\n", "", 408},
		{"the body that is read, chunked", "POST /v1/customers/", token + chunked, "5\r\n{\"ema", 408},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			conn := dial(t, server)
			if !strings.Contains(c.line, " HTTP/") {
				c.line += " HTTP/1.1"
			}
			method, _, _ := strings.Cut(c.line, " ")
			_, err := fmt.Fprintf(conn, "%s\r\nHost: x\r\nContent-Type: application/json\r\n%s\r\n%s", c.line, c.headers, c.body)
			require.NoError(t, err)
			reader := bufio.NewReader(conn)
			reply, err := http.ReadResponse(reader, &http.Request{Method: method})
			require.NoError(t, err)
			if reply.StatusCode == http.StatusContinue {
				reply, err = http.ReadResponse(reader, &http.Request{Method: method})
				require.NoError(t, err)
			}
			body, err := io.ReadAll(reply.Body)
			require.NoError(t, err)
			require.NoError(t, reply.Body.Close())
			require.Equal(t, c.status, reply.StatusCode, string(body))
			require.True(t, reply.Close, "the reply says that it is the last one")
			require.Equal(t, "nosniff", reply.Header.Get("X-Content-Type-Options"))
			if c.status == 408 {
				require.JSONEq(t, `{"error":"RequestTimeout","detail":"Request Timeout"}`, string(body))
			}
			_, err = reader.ReadByte()
			require.Error(t, err)
			require.NotErrorIs(t, err, context.DeadlineExceeded)
			var late net.Error
			require.False(t, asNetError(err, &late) && late.Timeout(), "the connection is closed: %v", err)
		})
	}
}

func asNetError(err error, to *net.Error) (ok bool) {
	*to, ok = err.(net.Error) //nolint:errorlint // as it comes from the connection
	return ok
}

// A client that sends whole requests keeps its connection, also where they are
// refused, and its second request has its own time.
func TestFinishedRequestsKeepTheConnection(t *testing.T) {
	t.Parallel()
	server := plain(t, newShop(api.Config{Timeout: 10 * time.Second}))
	conn := dial(t, server)
	reader := bufio.NewReader(conn)
	for i, c := range []struct {
		request string
		status  int
	}{
		{"POST /v1/customers/ HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAuthorization: Bearer x\r\nContent-Length: 25\r\n\r\n{\"email\":\"a@example.com\"}", 201},
		{"GET /v1/customers/ HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer x\r\n\r\n", 200},
		{"POST /v1/customers/ HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAuthorization: Bearer x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", 422},
		{"POST /nope HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", 404},
		{"GET /v1/customers/ HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer x\r\n\r\n", 200},
	} {
		_, err := io.WriteString(conn, c.request)
		require.NoError(t, err)
		reply, err := http.ReadResponse(reader, nil)
		require.NoError(t, err, i)
		_, err = io.Copy(io.Discard, reply.Body)
		require.NoError(t, err)
		require.Equal(t, c.status, reply.StatusCode, i)
		require.False(t, reply.Close, i)
	}
}

// The limits work through the writers of middleware. A writer that hides the connection
// is not a fault.
func TestUnfinishedRequestsBehindMiddleware(t *testing.T) {
	t.Parallel()
	for name, wrap := range map[string]func(w http.ResponseWriter) http.ResponseWriter{
		"unwrapped": func(w http.ResponseWriter) http.ResponseWriter { return unwrapping{w} },
		"hidden":    func(w http.ResponseWriter) http.ResponseWriter { return struct{ http.ResponseWriter }{w} },
	} {
		middleware := func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { next.ServeHTTP(wrap(w), r) })
		}
		server := plain(t, newShop(api.Config{Timeout: 300 * time.Millisecond, Middleware: []func(http.Handler) http.Handler{middleware}}))
		for _, path := range []string{"/nope", "/v1/customers/"} {
			conn := dial(t, server)
			_, err := fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n", path)
			require.NoError(t, err)
			all, err := io.ReadAll(conn)
			require.NoError(t, err, name)
			require.Regexp(t, "^HTTP/1.1 40[14] ", string(all), name)
		}
	}
}

type unwrapping struct{ http.ResponseWriter }

func (u unwrapping) Unwrap() http.ResponseWriter { return u.ResponseWriter }

// A body that breaks off is the client's fault, as in FastAPI.
func TestBrokenBody(t *testing.T) {
	t.Parallel()
	server := plain(t, newShop(api.Config{}))
	for _, headers := range []string{"Content-Length: 100\r\n\r\n{", "Transfer-Encoding: chunked\r\n\r\n5\r\n{", "Transfer-Encoding: chunked\r\n\r\nzz\r\n"} {
		conn := dial(t, server)
		_, err := fmt.Fprintf(conn, "POST /v1/customers/ HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAuthorization: Bearer x\r\n%s", headers)
		require.NoError(t, err)
		tcp, ok := conn.(*net.TCPConn)
		require.True(t, ok)
		require.NoError(t, tcp.CloseWrite())
		reply, err := http.ReadResponse(bufio.NewReader(conn), nil)
		require.NoError(t, err)
		body, err := io.ReadAll(reply.Body)
		require.NoError(t, err)
		require.Equal(t, 400, reply.StatusCode)
		require.JSONEq(t, `{"error":"BadRequest","detail":"There was an error parsing the body"}`, string(body))
	}
}

// Over HTTP/2 only the stream ends.
func TestUnfinishedRequestsOverHTTP2(t *testing.T) {
	t.Parallel()
	server := httptest.NewUnstartedServer(newShop(api.Config{Timeout: 300 * time.Millisecond}))
	server.EnableHTTP2 = true
	server.StartTLS()
	t.Cleanup(server.Close)
	for _, c := range []struct {
		path, token string
		status      int
	}{{"/nope", "", 404}, {"/v1/customers/", "", 401}, {"/v1/customers/", "Bearer x", 408}} {
		body, send := io.Pipe()
		t.Cleanup(func() { _ = send.Close() })
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+c.path, body)
		require.NoError(t, err)
		r.Header.Set("Content-Type", "application/json")
		if c.token != "" {
			r.Header.Set("Authorization", c.token)
		}
		reply, err := server.Client().Do(r)
		require.NoError(t, err)
		require.Equal(t, 2, reply.ProtoMajor)
		require.Equal(t, c.status, reply.StatusCode)
		require.NoError(t, reply.Body.Close())
	}
}
